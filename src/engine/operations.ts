// The same operation by the way that each engine does fast. On native TensorFlow a product is up to twice as fast where the
// transposed argument is the smaller one. On WASM (tfjs 4.22, measured) a product with a transposed
// argument is 10x slower than transposing first, and a slice or gather of a large tensor copies all of it.
import { hasKernels } from "./kernels.js";
import { gatherTypes, hasTiles, isNative, matMulNative, rawOp } from "./native.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** a b. @shape a [N, P]; b [P, Q] -> [N, Q] */
export function product(a: Tensor2D, b: Tensor2D): Tensor2D {
  return isNative() ? matMulNative(a, b) : productPlain(a, b);
}

/** tfjs's product on WASM leaves whatever was in memory where there is nothing to sum. */
function productPlain(a: Tensor2D, b: Tensor2D): Tensor2D {
  return a.shape[1] === 0 ? tf.zeros([a.shape[0], b.shape[1]]) : (a.matMul(b) as Tensor2D);
}

/** a' b: the product of the transposed first argument. @shape a [N, P]; b [N, Q] -> [P, Q] */
export function productTransposeA(a: Tensor2D, b: Tensor2D): Tensor2D {
  const smallerFirst = a.size <= b.size || hasTiles();
  if (isNative()) return smallerFirst ? matMulNative(a, b, true) : (tf.transpose(matMulNative(b, a, true)) as Tensor2D);
  if (smallerFirst) return productPlain(tf.transpose(a) as Tensor2D, b);
  return tf.transpose(productPlain(tf.transpose(b) as Tensor2D, a)) as Tensor2D;
}

/** a b': the product with the transposed second argument. @shape a [N, P]; b [M, P] -> [N, M] */
export function productTransposeB(a: Tensor2D, b: Tensor2D): Tensor2D {
  return isNative() ? matMulNative(a, b, false, true) : productPlain(a, tf.transpose(b) as Tensor2D);
}

/** Sum over rows. @shape [N, D] -> [D] */
export function columnSums(x: Tensor2D): Tensor1D {
  if (isNative()) return x.sum(0) as Tensor1D;
  return productPlain(tf.ones([1, x.shape[0]]) as Tensor2D, x).reshape([x.shape[1]]) as Tensor1D;
}

/** Rows by number. @shape x [R, D]; rows int32 [N] -> [N, D] */
export function takeRows(x: Tensor2D, rows: Int32Array): Tensor2D {
  if (!isNative()) return tf.gatherND(x, column(rows)) as Tensor2D;
  const numbers = tf.tensor1d(rows, "int32");
  const [taken] = rawOp("Gather", gatherTypes(), [x, numbers], 1);
  numbers.dispose();
  return taken as Tensor2D;
}

/** Sums rows that share a number. @shape values [N, D]; rows int32 [N], each in [0, R) -> [R, D] */
export function addRows(values: Tensor2D, rows: Int32Array, R: number): Tensor2D {
  if (hasKernels()) {
    const numbers = [tf.tensor1d(rows, "int32"), tf.tensor1d([R], "int32")];
    const [sums] = rawOp("RefrainAddRows", [], [values, ...numbers], 1);
    tf.dispose(numbers);
    return sums as Tensor2D;
  }
  if (isNative()) return tf.unsortedSegmentSum(values, tf.tensor1d(rows, "int32"), R) as Tensor2D;
  return tf.scatterND(column(rows), values, [R, values.shape[1]]) as Tensor2D;
}

function column(rows: Int32Array): Tensor2D {
  return tf.tensor2d(rows, [rows.length, 1], "int32");
}

/** `count` rows from `start` on. @shape x [R, D] -> [count, D] */
export function rowRange(x: Tensor2D, start: number, count: number): Tensor2D {
  if (count === x.shape[0]) return x;
  if (isNative()) return x.slice([start, 0], [count, x.shape[1]]) as Tensor2D;
  return takeRows(
    x,
    Int32Array.from({ length: count }, (_, i) => start + i),
  );
}

/** Cuts [T * B, D] into its T steps. */
export function toSteps(x: Tensor2D, T: number): Tensor2D[] {
  const B = x.shape[0] / T;
  if (isNative()) return tf.unstack(x.reshape([T, B, x.shape[1]])) as Tensor2D[];
  return Array.from({ length: T }, (_, t) => rowRange(x, t * B, B));
}
