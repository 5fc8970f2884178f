// A network as an ONNX file.
import { RefrainError } from "../../core/errors.js";
import type { Axis, Network, Operation, OperationName, OperationSettings, Port } from "../network/network.js";
import { type PackedTensor, type PackedTensors, packedBytes } from "../quantise.js";
import {
  type AttributeMessage,
  attribute,
  ELEMENT,
  type ElementName,
  modelMessage,
  type NodeMessage,
  type TensorMessage,
} from "./messages.js";

/** Operations as of ONNX 1.12 (2022), which ONNX Runtime has since 1.12. */
const OPERATOR_SET = 17;
const IR_VERSION = 8;
/** A protobuf message ends there. */
const LARGEST_FILE = 2 ** 31 - 1;

/** What a file says of itself. */
export interface OnnxNotes {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX model. Packed weights stay packed in the file and become float32 by operations that a runtime does
 * once, when it loads the model.
 *
 * @param weights every weight that the network reads
 * @throws {RefrainError} EXPORT_UNSUPPORTED when the file would have more than 2 GiB
 */
export function onnxBytes(network: Network, weights: PackedTensors, notes: OnnxNotes): Uint8Array {
  const size = [...network.weights].reduce((sum, name) => sum + packedBytes(weights.get(name) as PackedTensor), 0);
  if (size > LARGEST_FILE)
    throw new RefrainError(
      "EXPORT_UNSUPPORTED",
      `The weights have ${size} bytes; an ONNX file holds ${LARGEST_FILE}.`,
      {
        size,
      },
    );
  const writer = new Writer();
  for (const name of network.weights) writer.weight(name, weights.get(name) as PackedTensor);
  for (const [name, { type, shape, values }] of network.constants) writer.tensor(name, type, shape, values);
  for (const operation of network.operations) writer.operation(operation);
  return modelMessage
    .encode({
      irVersion: IR_VERSION,
      producerName: "refrain",
      producerVersion: notes.version,
      docString: notes.description,
      opsetImport: [{ domain: "", version: OPERATOR_SET }],
      metadataProps: Object.entries(notes.properties).map(([key, value]) => ({ key, value })),
      graph: {
        name: notes.name,
        node: writer.nodes,
        initializer: writer.tensors,
        input: network.inputs.map(valueInfo),
        output: network.outputs.map(valueInfo),
      },
    })
    .finish();
}

function valueInfo({ name, type, shape, meaning }: Port): object {
  const dim = shape.map((axis: Axis) => (typeof axis === "number" ? { dimValue: axis } : { dimParam: axis }));
  return { name, docString: meaning, type: { tensorType: { elemType: ELEMENT[type], shape: { dim } } } };
}

/** Names of the operations that ONNX has under another one and otherwise alike. */
const SAME: Readonly<Partial<Record<OperationName, string>>> = {
  identity: "Identity",
  gather: "Gather",
  matmul: "MatMul",
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  maximum: "Max",
  minimum: "Min",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  softmax: "Softmax",
  equal: "Equal",
  greaterEqual: "GreaterOrEqual",
  where: "Where",
};

/** Our gates in ONNX's order, and what its layer is called. */
const LAYERS = {
  lstm: { opType: "LSTM", order: [0, 3, 2, 1] }, // i g f o -> i o f g
  gru: { opType: "GRU", order: [1, 0, 2] }, // r z n -> z r n
  rnn: { opType: "RNN", order: [0] },
} as const;

class Writer {
  readonly nodes: NodeMessage[] = [];
  readonly tensors: TensorMessage[] = [];
  #count = 0;

  tensor(name: string, type: ElementName, dims: readonly number[], values: ArrayBufferView): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.tensors.push({ name, dims, dataType: ELEMENT[type], rawData });
    return name;
  }

  /** Whole numbers that an operation takes as an input. */
  #whole(...values: number[]): string {
    return this.tensor(`whole${this.tensors.length}`, "int64", [values.length], BigInt64Array.from(values, BigInt));
  }

  #node(opType: string, input: readonly string[], attributes: readonly AttributeMessage[] = [], output = ""): string {
    const result = output || `${opType}_${this.#count++}`;
    this.nodes.push({ opType, input, output: [result], name: result, attribute: attributes });
    return result;
  }

  weight(name: string, { shape, precision, values, scales }: PackedTensor): void {
    if (precision === "fp32") {
      this.tensor(name, "float32", shape, values);
      return;
    }
    const packed = this.tensor(`${name}/packed`, precision === "fp16" ? "float16" : "int8", shape, values);
    const toFloat = [attribute.int("to", ELEMENT.float32)];
    if (precision === "fp16") {
      this.#node("Cast", [packed], toFloat, name);
      return;
    }
    const rows = [...shape.slice(0, -1), 1];
    const scale = this.tensor(`${name}/scale`, "float32", rows, scales as Float32Array);
    this.#node("Mul", [this.#node("Cast", [packed], toFloat), scale], [], name);
  }

  operation({ kind, inputs, output, settings }: Operation): void {
    const same = SAME[kind];
    if (same) {
      this.#node(same, inputs, [], output);
      return;
    }
    const of = <K extends OperationName>(_: K) => settings as OperationSettings[K];
    switch (kind) {
      case "linearOverItems":
        this.#node("Gemm", inputs, [attribute.int("transB", 1)], output);
        break;
      case "concat":
        this.#node("Concat", inputs, [attribute.int("axis", of("concat").axis)], output);
        break;
      case "slice": {
        const { axis, start, end } = of("slice");
        this.#node("Slice", [...inputs, this.#whole(start), this.#whole(end), this.#whole(axis)], [], output);
        break;
      }
      case "reshape":
        this.#node("Reshape", [...inputs, this.#whole(...of("reshape").shape)], [], output);
        break;
      case "transpose":
        this.#node("Transpose", inputs, [attribute.ints("perm", of("transpose").order)], output);
        break;
      case "mean": {
        const { axis, keep } = of("mean");
        this.#node(
          "ReduceMean",
          inputs,
          [attribute.ints("axes", [axis]), attribute.int("keepdims", Number(keep))],
          output,
        );
        break;
      }
      case "sum": {
        const { axis, keep } = of("sum");
        this.#node("ReduceSum", [...inputs, this.#whole(axis)], [attribute.int("keepdims", Number(keep))], output);
        break;
      }
      case "cast":
        this.#node("Cast", inputs, [attribute.int("to", ELEMENT[of("cast").to])], output);
        break;
      case "addAt":
        this.#node("ScatterElements", inputs, [attribute.int("axis", 1), attribute.text("reduction", "add")], output);
        break;
      case "steps": {
        const { axis } = of("steps");
        const shape = this.#node("Shape", inputs, [attribute.int("start", axis), attribute.int("end", axis + 1)]);
        const scalar = (value: number) =>
          this.tensor(`whole${this.tensors.length}`, "int64", [], BigInt64Array.of(BigInt(value)));
        const length = this.#node("Squeeze", [shape]);
        const range = this.#node("Range", [scalar(0), length, scalar(1)]);
        this.#node("Cast", [range], [attribute.int("to", ELEMENT.int32)], output);
        break;
      }
      case "recurrent":
        this.#recurrent(inputs, of("recurrent"), output);
        break;
      default:
        throw new RefrainError("EXPORT_UNSUPPORTED", `ONNX has no ${kind} here.`);
    }
  }

  /** Weights in ONNX's order of gates and axes, and the layer itself. */
  #recurrent([x, ...weights]: readonly string[], settings: OperationSettings["recurrent"], output: string): void {
    const { cell, gates, hiddenSize: H } = settings;
    const { opType, order } = LAYERS[cell];
    const first = this.#whole(0);
    const [input, between, bias] = weights.map((weight, at) => {
      const axis = at === 2 ? 0 : 1;
      const blocks = order.map((k) =>
        this.#node("Slice", [weight, this.#whole(k * H), this.#whole((k + 1) * H), this.#whole(axis)]),
      );
      const sorted = gates === 1 ? weight : this.#node("Concat", blocks, [attribute.int("axis", axis)]);
      return axis === 0 ? sorted : this.#node("Transpose", [sorted], [attribute.ints("perm", [1, 0])]);
    });
    const none = this.tensor(`none${this.tensors.length}`, "float32", [gates * H], new Float32Array(gates * H));
    const bothBiases = this.#node("Concat", [bias, none], [attribute.int("axis", 0)]);
    const one = (value: string) => this.#node("Unsqueeze", [value, first]);
    const attributes = [attribute.int("hidden_size", H)];
    if (cell === "gru") attributes.push(attribute.int("linear_before_reset", 1));
    const states = this.#node(opType, [x, one(input), one(between), one(bothBiases)], attributes); // [T, 1, B, H]
    this.#node("Squeeze", [states, this.#whole(1)], [], output);
  }
}
