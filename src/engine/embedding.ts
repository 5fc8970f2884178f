import { isNative } from "./native.js";
import { takeRows } from "./portable.js";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/**
 * Rows of a table, with a gradient on every engine (tfjs's own needs an operation that WASM lacks).
 *
 * @shape table [R, D]; rows int [N], each in [0, R) -> [N, D]
 */
export function embedding(table: Tensor2D, rows: Tensor1D): Tensor2D {
  const lookup = tf.customGrad((...args: unknown[]) => {
    const [weights, save] = args as [Tensor2D, (kept: Tensor[]) => void];
    const [R] = weights.shape;
    save([rows]);
    const gradFunc = (dy: Tensor, [kept]: Tensor[]) => addRows(dy as Tensor2D, kept as Tensor1D, R);
    return { value: takeRows(weights, rows), gradFunc };
  });
  return lookup(table) as Tensor2D;
}

/**
 * Sums rows that share a number: the gradient of `embedding`.
 *
 * @shape values [N, D]; rows int [N], each in [0, R) -> [R, D]
 */
export function addRows(values: Tensor2D, rows: Tensor1D, R: number): Tensor2D {
  if (isNative()) return tf.unsortedSegmentSum(values, rows, R) as Tensor2D;
  return tf.scatterND(rows.expandDims(1), values, [R, values.shape[1]]) as Tensor2D;
}
