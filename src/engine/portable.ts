// The same operation by the way that each engine does fast. On WASM (tfjs 4.22, measured) a product with a transposed
// argument is 10x slower than transposing first, and a slice or gather of a large tensor copies all of it.
import { isNative } from "./native.js";
import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from "./tensors.js";

/** a' b: the product of the transposed first argument. @shape a [N, P]; b [N, Q] -> [P, Q] */
export function productTransposeA(a: Tensor2D, b: Tensor2D): Tensor2D {
  if (isNative()) return a.matMul(b, true) as Tensor2D;
  const smallerFirst = a.size <= b.size;
  return (smallerFirst ? tf.transpose(a).matMul(b) : tf.transpose(tf.transpose(b).matMul(a))) as Tensor2D;
}

/** a b': the product with the transposed second argument. @shape a [N, P]; b [M, P] -> [N, M] */
export function productTransposeB(a: Tensor2D, b: Tensor2D): Tensor2D {
  return (isNative() ? a.matMul(b, false, true) : a.matMul(tf.transpose(b))) as Tensor2D;
}

/** Sum over rows. @shape [N, D] -> [D] */
export function columnSums(x: Tensor2D): Tensor1D {
  if (isNative()) return x.sum(0) as Tensor1D;
  return (tf.ones([1, x.shape[0]]) as Tensor2D).matMul(x).reshape([x.shape[1]]) as Tensor1D;
}

/** Rows by number. @shape x [R, D]; rows int [N] -> [N, D] */
export function takeRows(x: Tensor2D, rows: Tensor1D): Tensor2D {
  return (isNative() ? tf.gather(x, rows) : tf.gatherND(x, rows.expandDims(1))) as Tensor2D;
}

/** `count` rows from `start` on. @shape x [R, D] -> [count, D] */
export function rowRange(x: Tensor2D, start: number, count: number): Tensor2D {
  if (count === x.shape[0]) return x;
  if (isNative()) return x.slice([start, 0], [count, x.shape[1]]) as Tensor2D;
  return takeRows(x, tf.range(start, start + count, 1, "int32"));
}

/** The steps of a sequence, one tensor each. @shape [T, B, D] -> T times [B, D] */
export function toSteps(x: Tensor3D): Tensor2D[] {
  const [T, B, D] = x.shape;
  if (isNative()) return tf.unstack(x) as Tensor2D[];
  const flat = x.reshape([T * B, D]) as Tensor2D;
  return Array.from({ length: T }, (_, t) => rowRange(flat, t * B, B));
}
