// A network as a list of operations, in a set so small that each format that we write has every one of them.

/** What an axis may be: a fixed size, or B rows or T steps that are only known when the network runs. */
export type Axis = number | "B" | "T";
export type NumberType = "float32" | "int32";

/** A number array that goes in or comes out. */
export interface Port {
  readonly name: string;
  readonly type: NumberType;
  readonly shape: readonly Axis[];
  /** In one sentence, for the file and the model card. */
  readonly meaning: string;
  /** True for what is known of a listener: the output `NAME_next` of one run is the input `NAME` of the next one. */
  readonly isState?: true;
}

/** Operations by name, with the numbers that each is given. All broadcast as NumPy does. */
export interface OperationSettings {
  /** Rows of a table by number. @shape table [R, …]; rows int -> [rows…, …] */
  readonly gather: Record<never, never>;
  readonly matmul: Record<never, never>;
  /** z table' + bias. @shape z [B, D]; table [V, D]; bias [V] -> [B, V] */
  readonly linearOverItems: Record<never, never>;
  readonly identity: Record<never, never>;
  readonly add: Record<never, never>;
  readonly subtract: Record<never, never>;
  readonly multiply: Record<never, never>;
  readonly divide: Record<never, never>;
  readonly maximum: Record<never, never>;
  readonly minimum: Record<never, never>;
  readonly equal: Record<never, never>;
  readonly sigmoid: Record<never, never>;
  readonly tanh: Record<never, never>;
  readonly exp: Record<never, never>;
  readonly log: Record<never, never>;
  readonly sqrt: Record<never, never>;
  readonly softmax: Record<never, never>;
  readonly concat: { readonly axis: number };
  readonly slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** 0 keeps an axis, -1 takes what is left. */
  readonly reshape: { readonly shape: readonly number[] };
  readonly transpose: { readonly order: readonly number[] };
  /** Over one axis. */
  readonly mean: { readonly axis: number; readonly keep: boolean };
  readonly sum: { readonly axis: number; readonly keep: boolean };
  readonly greaterEqual: Record<never, never>;
  readonly cast: { readonly to: NumberType };
  /** Where the first is true the second, else the third. */
  readonly where: Record<never, never>;
  /** Adds numbers at columns of each row; one column may come several times. @shape data [B, V]; columns int [B, W]; numbers [B, W] */
  readonly addAt: Record<never, never>;
  /** 0, 1, … up to the length of an axis of the input. @shape -> int [length] */
  readonly steps: { readonly axis: number };
  /** Whole recurrent layers over time, from zeros. @shape x [T, B, D]; input [D, kH]; recurrent [H, kH]; bias [kH] -> [T, B, H] */
  readonly recurrent: { readonly cell: "lstm" | "gru" | "rnn"; readonly gates: number; readonly hiddenSize: number };
}

export type OperationName = keyof OperationSettings;

export interface Operation<Name extends OperationName = OperationName> {
  readonly kind: Name;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly settings: OperationSettings[Name];
}

/** Fixed numbers that are no weights. */
export interface Constant {
  readonly type: NumberType;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A network that is being written down; values go by name. */
export class Network {
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly operations: Operation[] = [];
  readonly constants: Map<string, Constant> = new Map();
  /** Names of the weights that are read. */
  readonly weights: Set<string> = new Set();
  #count = 0;

  /** A number array that is given at each run. Gives its name. */
  input(name: string, type: NumberType, shape: readonly Axis[], meaning: string): string {
    this.inputs.push({ name, type, shape, meaning });
    return name;
  }

  /** The same for what is known of a listener; all zeros before the first play. */
  state(name: string, type: NumberType, shape: readonly Axis[], meaning: string): string {
    this.inputs.push({ name, type, shape, meaning, isState: true });
    return name;
  }

  /** A weight of the model by its name there. */
  weight(name: string): string {
    this.weights.add(name);
    return name;
  }

  /** A number that is the same at each run. */
  number(value: number, type: NumberType = "float32"): string {
    return this.constant(type, [], [value]);
  }

  /** Numbers that are the same at each run. */
  constant(type: NumberType, shape: readonly number[], values: ArrayLike<number>): string {
    const name = `constant${this.constants.size}`;
    const numbers = type === "float32" ? Float32Array.from(values) : Int32Array.from(values);
    this.constants.set(name, { type, shape, values: numbers });
    return name;
  }

  /** One more operation. Gives the name of its result. */
  run<Name extends OperationName>(
    kind: Name,
    inputs: readonly string[],
    ...[settings]: keyof OperationSettings[Name] extends never ? [] : [OperationSettings[Name]]
  ): string {
    const output = `${kind}${this.#count++}`;
    this.operations.push({ kind, inputs, output, settings: (settings ?? {}) as OperationSettings[Name] });
    return output;
  }

  /** Makes a value known to who runs the network. */
  output(value: string, name: string, type: NumberType, shape: readonly Axis[], meaning: string): void {
    this.operations.push({ kind: "identity", inputs: [value], output: name, settings: {} });
    this.outputs.push({ name, type, shape, meaning });
  }
}
