// Raw TensorFlow operations that tfjs does not expose, called through tfjs-node's backend. One costs about 6 us beside its
// own work, where the same through `tf` costs 10 to 30.
import { createRequire } from "node:module";
import { RefrainError } from "../core/errors.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface NodeBackend {
  readonly binding: Record<string, number> & { readonly TF_Version: string };
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly unknown[],
    count: number,
  ): Tensor[];
}

let backend: NodeBackend | undefined;
let common: ReturnType<typeof commonAttributes>;

/** Takes the running tfjs-node backend into use and returns TensorFlow's version. */
export function useNative(): string {
  backend = tf.backend() as unknown as NodeBackend;
  common = commonAttributes();
  return backend.binding.TF_Version;
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

/** a b, either transposed. TensorFlow's `MatMul` is up to twice as fast on small tensors as the one that tfjs calls. */
export function matMulNative(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
  const attributes = common.matMul[(transposeA ? 1 : 0) + (transposeB ? 2 : 0)];
  return rawOp("MatMul", attributes, [a, b], 1)[0] as Tensor2D;
}

/** One raw operation on float32 tensors with no attribute but their type. */
export function floatOp(op: string, ...inputs: readonly Tensor[]): Tensor2D {
  return rawOp(op, common.float, inputs, 1)[0] as Tensor2D;
}

/** Parts of equal width along columns. @shape [N, count * D] -> count times [N, D] */
export function splitColumns(x: Tensor2D, count: number): Tensor2D[] {
  const axis = tf.scalar(1, "int32");
  return rawOp("Split", [attribute.int("num_split", count), ...common.float], [axis, x], count) as Tensor2D[];
}

function commonAttributes() {
  const float = [attribute.dtype("T", "float32")];
  const matMul = [0, 1, 2, 3].map((at) => [
    attribute.bool("transpose_a", at % 2 === 1),
    attribute.bool("transpose_b", at >= 2),
    ...float,
  ]);
  return { float, matMul };
}

function code(name: string): number {
  return (backend as NodeBackend).binding[name];
}

let Int64Scalar: (new (value: number) => unknown) | undefined;

/** TensorFlow wants some scalars as int64, which tfjs has no tensor for. */
export function int64(value: number): unknown {
  Int64Scalar ??= createRequire(import.meta.url)("@tensorflow/tfjs-node/dist/int64_tensors").Int64Scalar;
  return new (Int64Scalar as new (value: number) => unknown)(value);
}
