import { checkInteger } from "../core/check.js";
import { topK } from "../core/topk.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { productTransposeB } from "./operations.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** The best items of each row, best first; equal logits keep the lower item first. */
export interface TopItems {
  /** @shape int32 [N * k]; 0 where there are fewer than k items */
  readonly items: Int32Array;
  /** @shape float32 [N * k]; -Infinity where there are fewer than k items */
  readonly logits: Float32Array;
  /** Log of the sum of e^logit over all items, so that e^(logit - logSum) is a softmax. @shape float32 [N] */
  readonly logSums: Float32Array;
}

/**
 * The k best items of a linear layer over all items. Row 0 of the table, padding, takes no part.
 *
 *   logits = z table' + bias
 *
 * On the native engine with Refrain's kernels it is one operation, and no logit but the best leaves it.
 *
 * @shape z [N, D]; table [V+1, D]; bias [V+1]
 * @param k integer >= 1
 * @throws {RefrainError} ARGUMENT_INVALID when k is no integer >= 1
 */
export function topItems(z: Tensor2D, table: Tensor2D, bias: Tensor1D, k: number): TopItems {
  checkInteger("k", k, 1);
  if (!hasKernels()) return topItemsPlain(z, table, bias, k);
  const count = tf.scalar(k, "int32");
  const tensors = rawOp("RefrainTopItems", [], [z, table, bias, count], 3);
  const [items, logits, logSums] = tensors.map((tensor) => tensor.dataSync());
  tf.dispose([...tensors, count]);
  return { items: items as Int32Array, logits: logits as Float32Array, logSums: logSums as Float32Array };
}

/** The same from the logits of all items, for WASM and as the twin of the kernel. */
export function topItemsPlain(z: Tensor2D, table: Tensor2D, bias: Tensor1D, k: number): TopItems {
  const N = z.shape[0];
  const width = table.shape[0];
  const tensor = tf.tidy(() => productTransposeB(z, table).add(bias));
  const all = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  const items = new Int32Array(N * k);
  const logits = new Float32Array(N * k).fill(Number.NEGATIVE_INFINITY);
  const logSums = new Float32Array(N);
  for (let n = 0; n < N; n++) {
    const row = all.subarray(n * width, (n + 1) * width);
    row[0] = Number.NEGATIVE_INFINITY;
    const best = topK(row, k);
    items.set(best, n * k);
    best.forEach((item, at) => {
      logits[n * k + at] = row[item];
    });
    const largest = row[best[0]];
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - largest);
    logSums[n] = largest + Math.log(sum);
  }
  return { items, logits, logSums };
}
