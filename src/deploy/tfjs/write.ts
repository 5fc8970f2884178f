// A network as a TensorFlow.js graph model, for one listener at a time: model.json and its weights.
import { RefrainError } from "../../core/errors.js";
import type { Network, NumberType, Operation, OperationName, OperationSettings, Port } from "../network/network.js";
import type { PackedTensor, PackedTensors } from "../quantise.js";

/** The two files of a graph model. */
export interface GraphModelFiles {
  readonly "model.json": string;
  readonly "weights.bin": Uint8Array;
}

type Attributes = Readonly<Record<string, unknown>>;

interface NodeDefinition {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Attributes;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: NumberType;
  readonly quantization?: Readonly<Record<string, unknown>>;
}

const TYPES = { float32: "DT_FLOAT", int32: "DT_INT32" } as const;

const typeAttribute = (type: NumberType): Attributes => ({ type: TYPES[type] });
const shapeAttribute = (shape: readonly number[]): Attributes => ({
  shape: { dim: shape.map((size) => ({ size: String(size) })) },
});

/** Operations that TensorFlow has under its own name and otherwise alike. */
const SAME: Readonly<Partial<Record<OperationName, string>>> = {
  identity: "Identity",
  matmul: "MatMul",
  add: "AddV2",
  subtract: "Sub",
  multiply: "Mul",
  divide: "RealDiv",
  maximum: "Maximum",
  minimum: "Minimum",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  softmax: "Softmax",
  equal: "Equal",
  greaterEqual: "GreaterEqual",
  where: "SelectV2",
};

/**
 * The files of a graph model with B = 1.
 *
 * Bytes of int8 are kept as the numbers -127 to 127 of TensorFlow.js's own affine format, and each row's scale is applied by
 * the network.
 *
 * @throws {RefrainError} EXPORT_UNSUPPORTED for an operation that a graph model does not have (whole layers over time)
 */
export function graphModelFiles(network: Network, weights: PackedTensors, description: string): GraphModelFiles {
  const writer = new Writer();
  for (const port of network.inputs) writer.placeholder(port);
  for (const name of network.weights) writer.weight(name, weights.get(name) as PackedTensor);
  for (const [name, { type, shape, values }] of network.constants) writer.constant(name, type, shape, values);
  for (const operation of network.operations) writer.operation(operation);
  const ports = (all: readonly Port[]) =>
    Object.fromEntries(
      all.map(({ name, type, shape }) => [
        name,
        {
          name: `${name}:0`,
          dtype: TYPES[type],
          tensorShape: { dim: fixed(shape).map((size) => ({ size: String(size) })) },
        },
      ]),
    );
  const model = {
    format: "graph-model",
    generatedBy: "refrain",
    convertedBy: "refrain",
    signature: { inputs: ports(network.inputs), outputs: ports(network.outputs) },
    userDefinedMetadata: { description },
    modelTopology: { node: writer.nodes, versions: { producer: 1882 } },
    weightsManifest: [{ paths: ["weights.bin"], weights: writer.entries }],
  };
  // With memory of its own: a small Buffer is a piece of a pool that it shares, and readers take its whole `buffer`.
  return { "model.json": JSON.stringify(model), "weights.bin": new Uint8Array(Buffer.concat(writer.bytes)) };
}

/** Shapes with one listener. */
function fixed(shape: Port["shape"]): number[] {
  return shape.map((axis) => (typeof axis === "number" ? axis : 1));
}

class Writer {
  readonly nodes: NodeDefinition[] = [];
  readonly entries: WeightEntry[] = [];
  readonly bytes: Uint8Array[] = [];
  #count = 0;

  placeholder({ name, type, shape }: Port): void {
    this.#node("Placeholder", [], { dtype: typeAttribute(type), shape: shapeAttribute(fixed(shape)) }, name);
  }

  constant(name: string, type: NumberType, shape: readonly number[], values: ArrayBufferView): string {
    return this.#stored({ name, shape, dtype: type }, values);
  }

  weight(name: string, { shape, precision, values, scales }: PackedTensor): void {
    const entry = { name, shape, dtype: "float32" } as const;
    if (precision === "fp32") this.#stored(entry, values);
    else if (precision === "fp16")
      this.#stored({ ...entry, quantization: { dtype: "float16", original_dtype: "float32" } }, values);
    else {
      const shifted = Uint8Array.from(values, (byte) => byte + 128);
      const affine = { dtype: "uint8", scale: 1, min: -128, original_dtype: "float32" };
      const bytes = this.#stored({ ...entry, name: `${name}/packed`, quantization: affine }, shifted);
      const scale = this.constant(`${name}/scale`, "float32", [...shape.slice(0, -1), 1], scales as Float32Array);
      this.#node("Mul", [bytes, scale], { T: typeAttribute("float32") }, name);
    }
  }

  #stored(entry: WeightEntry, values: ArrayBufferView): string {
    this.entries.push(entry);
    this.bytes.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const value = { tensor: { dtype: TYPES[entry.dtype], tensorShape: shapeAttribute(entry.shape).shape } };
    return this.#node("Const", [], { dtype: typeAttribute(entry.dtype), value }, entry.name);
  }

  #node(op: string, input: readonly string[], attr: Attributes, name = `${op}_${this.#count++}`): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  #whole(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(`whole${this.#count++}`, "int32", shape, Int32Array.from(values));
  }

  operation({ kind, inputs, output, settings }: Operation): void {
    const of = <K extends OperationName>(_: K) => settings as OperationSettings[K];
    const float = { T: typeAttribute("float32") };
    const same = SAME[kind];
    if (same) {
      const transposed = kind === "matmul" ? { transpose_a: { b: false }, transpose_b: { b: false } } : {};
      this.#node(same, inputs, { ...float, ...transposed }, output);
      return;
    }
    switch (kind) {
      case "gather":
        this.#node("GatherV2", [...inputs, this.#whole([0], [])], { ...float, batch_dims: { i: "0" } }, output);
        break;
      case "linearOverItems": {
        const [z, table, bias] = inputs;
        const product = this.#node("MatMul", [z, table], {
          ...float,
          transpose_a: { b: false },
          transpose_b: { b: true },
        });
        this.#node("AddV2", [product, bias], float, output);
        break;
      }
      case "concat":
        this.#node(
          "ConcatV2",
          [...inputs, this.#whole([of("concat").axis], [])],
          { N: { i: String(inputs.length) } },
          output,
        );
        break;
      case "slice": {
        // From the start to the end of one axis; -1 takes what is left of the others.
        const { axis, start, end } = of("slice");
        const place = (value: number, others: number) =>
          Array.from({ length: axis + 1 }, (_, n) => (n === axis ? value : others));
        const range = [place(start, 0), place(end, 0), place(1, 1)].map((values) => this.#whole(values));
        const others = String(2 ** axis - 1); // begin and end of the axes before it are not given
        const masks = { begin_mask: { i: others }, end_mask: { i: others } };
        const none = { ellipsis_mask: { i: "0" }, new_axis_mask: { i: "0" }, shrink_axis_mask: { i: "0" } };
        this.#node("StridedSlice", [...inputs, ...range], { ...float, ...masks, ...none }, output);
        break;
      }
      case "reshape": {
        // With one listener the first axis is 1, and no other is kept by 0 in a step.
        const shape = of("reshape").shape.map((size, axis) => (size === 0 && axis === 0 ? 1 : size));
        this.#node("Reshape", [...inputs, this.#whole(shape)], float, output);
        break;
      }
      case "transpose":
        this.#node("Transpose", [...inputs, this.#whole(of("transpose").order)], float, output);
        break;
      case "mean":
      case "sum": {
        const { axis, keep } = of(kind);
        this.#node(
          kind === "sum" ? "Sum" : "Mean",
          [...inputs, this.#whole([axis])],
          { ...float, keep_dims: { b: keep } },
          output,
        );
        break;
      }
      case "cast":
        this.#node("Cast", inputs, { DstT: typeAttribute(of("cast").to) }, output);
        break;
      case "addAt": {
        const [data, columns, numbers] = inputs;
        const at = this.#node("Reshape", [columns, this.#whole([-1, 1])], float);
        const values = this.#node("Reshape", [numbers, this.#whole([-1])], float);
        const size = this.#node("Shape", [this.#node("Reshape", [data, this.#whole([-1])], float)], float);
        const sums = this.#node("ScatterNd", [at, values, size], float);
        this.#node("AddV2", [data, sums], float, output);
        break;
      }
      default:
        throw new RefrainError("EXPORT_UNSUPPORTED", `A TensorFlow.js graph model has no ${kind} here.`, { kind });
    }
  }
}
