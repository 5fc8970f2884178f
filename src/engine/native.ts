// Raw TensorFlow operations that tfjs does not expose, called through tfjs-node's backend. One costs about 6 us beside its
// own work, where the same through `tf` costs 10 to 30.
import { RefrainError } from "../core/errors.js";
import { hasKernels, useKernels } from "./kernels.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor of TensorFlow as the addon knows it. */
interface Metadata {
  readonly id: number;
}

interface Binding {
  readonly TF_Version: string;
  readonly [constant: string]: unknown;
  executeOp(op: string, attributes: readonly Attribute[], ids: readonly number[], outputs: number): Metadata[];
  createTensor(shape: readonly number[], type: number, values: Int32Array): number;
  deleteTensor(id: number): void;
}

interface NodeBackend {
  readonly binding: Binding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: Metadata): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly unknown[],
    count: number,
  ): Tensor[];
}

let backend: NodeBackend | undefined;
let common: ReturnType<typeof commonAttributes>;
/** Which arguments of a product are turned, for our own operation; undefined where TensorFlow's is the faster. */
let turned: readonly Tensor[] | undefined;

/** Takes the running tfjs-node backend into use and says which TensorFlow it is, with or without our kernels. */
export function useNative(): { readonly version: string; readonly kernels: string } {
  backend = tf.backend() as unknown as NodeBackend;
  common = commonAttributes();
  const kernels = useKernels();
  if (!hasKernels()) return { version: backend.binding.TF_Version, kernels };
  const [tiles] = rawOp("RefrainTiles", [], [], 1);
  if (tiles.dataSync()[0] === 1)
    turned ??= [0, 1, 2, 3].map((at) => tf.keep(tf.tensor1d([at % 2, at >= 2 ? 1 : 0], "int32")));
  tiles.dispose();
  return { version: backend.binding.TF_Version, kernels: turned ? `${kernels} on matrix tiles (bf16x3)` : kernels };
}

/** True where raw TensorFlow operations can be called. */
export function isNative(): boolean {
  return backend !== undefined;
}

/** Runs one raw operation. Attributes are built by `attribute`. */
export function rawOp(
  op: string,
  attributes: readonly Attribute[],
  inputs: readonly unknown[],
  outputs: number,
): Tensor[] {
  if (!backend) throw new RefrainError("ENGINE_UNAVAILABLE", `The operation ${op} needs the native engine.`);
  return backend.executeMultipleOutputs(op, attributes, inputs, outputs);
}

/** Attribute builders: the type codes live in the loaded library. */
export const attribute = {
  float: (name: string, value: number): Attribute => ({ name, type: code("TF_ATTR_FLOAT"), value }),
  int: (name: string, value: number): Attribute => ({ name, type: code("TF_ATTR_INT"), value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: code("TF_ATTR_BOOL"), value }),
  string: (name: string, value: string): Attribute => ({ name, type: code("TF_ATTR_STRING"), value }),
  shape: (name: string, value: readonly number[]): Attribute => ({ name, type: code("TF_ATTR_SHAPE"), value }),
  dtype: (name: string, type: "float32" | "int32"): Attribute => ({
    name,
    type: code("TF_ATTR_TYPE"),
    value: code(type === "float32" ? "TF_FLOAT" : "TF_INT32"),
  }),
};

/** The attribute T = float32. */
export function floatType(): readonly Attribute[] {
  return common.float;
}

/** The attributes of `Gather` on float32 by numbers of int32. */
export function gatherTypes(): readonly Attribute[] {
  return common.gather;
}

/** The attribute dtype = float32. */
export function floatResource(): readonly Attribute[] {
  return common.resource;
}

/** Multiplications from which on laying a product out in tiles is worth it. */
const WORTH_TILES = 1 << 17;

/** a b, either transposed. TensorFlow's `MatMul` is up to twice as fast on small tensors as the one that tfjs calls. */
export function matMulNative(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
  if (turned && a.size * b.shape[transposeB ? 0 : 1] >= WORTH_TILES)
    return rawOp("RefrainProduct", [], [a, b, turned[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)]], 1)[0] as Tensor2D;
  return rawOp("MatMul", matMulAttributes(transposeA, transposeB), [a, b], 1)[0] as Tensor2D;
}

/** True where products run on matrix tiles, in any order of their arguments equally fast. */
export function hasTiles(): boolean {
  return turned !== undefined;
}

/**
 * Tensors by TensorFlow's own numbers, past the bookkeeping of tfjs, which costs more than the operation itself in loops of
 * many small ones. All that were made are freed by `dispose`, but those that were handed over to tfjs.
 */
export class RawTensors {
  readonly #backend: NodeBackend = backend as NodeBackend;
  readonly #own = new Map<number, Metadata>();

  /** Numbers of tensors that tfjs goes on owning. */
  numbersOf(tensors: readonly Tensor[]): number[] {
    return this.#backend.getInputTensorIds(tensors);
  }

  run(op: string, attributes: readonly Attribute[], inputs: readonly number[], outputs = 1): number[] {
    const made = this.#backend.binding.executeOp(op, attributes, inputs, outputs);
    return made.map((metadata) => {
      this.#own.set(metadata.id, metadata);
      return metadata.id;
    });
  }

  /** Gives a tensor to tfjs. */
  handOver(number: number): Tensor {
    const metadata = this.#own.get(number) as Metadata;
    this.#own.delete(number);
    return this.#backend.createOutputTensor(metadata);
  }

  dispose(): void {
    for (const number of this.#own.keys()) this.#backend.binding.deleteTensor(number);
    this.#own.clear();
  }
}

/** Attributes of `MatMul` on float32. */
export function matMulAttributes(transposeA = false, transposeB = false): readonly Attribute[] {
  return common.matMul[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)];
}

function commonAttributes() {
  const float = [attribute.dtype("T", "float32")];
  const matMul = [0, 1, 2, 3].map((at) => [
    attribute.bool("transpose_a", at % 2 === 1),
    attribute.bool("transpose_b", at >= 2),
    ...float,
  ]);
  const gather = [attribute.dtype("Tparams", "float32"), attribute.dtype("Tindices", "int32")];
  return { float, matMul, gather, resource: [attribute.dtype("dtype", "float32")] };
}

function code(name: string): number {
  return (backend as NodeBackend).binding[name] as number;
}

/**
 * TensorFlow wants some scalars as int64, which tfjs has no tensor for. Gives the number of one; made once for each value,
 * since tfjs-node never frees those that it makes itself.
 */
export function int64(value: number): number {
  let number = int64Numbers.get(value);
  if (number === undefined) {
    const { binding } = backend as NodeBackend;
    number = binding.createTensor([], code("TF_INT64"), Int32Array.of(value, 0)); // low and high half, little endian
    int64Numbers.set(value, number);
  }
  return number;
}

const int64Numbers = new Map<number, number>();
