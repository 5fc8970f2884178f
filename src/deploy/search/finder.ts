// A graph in the place of the product with all items in `StreamingModel`.
import { Random } from "../../core/random.js";
import type { FindItems } from "../../model/index.js";
import { type ApproximateOptions, approximateSearch } from "./approximate.js";
import type { Catalogue, Found } from "./exact.js";

/** Items that stand for all that a question does not find. */
const SAMPLE = 4096;

/**
 * What `StreamingModel.findItems` may be set to, so that a list takes a walk through a graph and not a look at every item.
 *
 * Logits are exact; some of the best items may be missed, and the log of the sum over all items is an estimate (`logSumBy`).
 *
 * @throws {RefrainError} as `approximateSearch`
 * @example
 * const streaming = new StreamingModel(model);
 * streaming.findItems = await approximateFinder(streaming.catalogue());
 * streaming.top(streaming.start(0), 2).items.length // 2
 */
export async function approximateFinder(catalogue: Catalogue, options: ApproximateOptions = {}): Promise<FindItems> {
  const search = await approximateSearch(catalogue, options);
  const logSumOf = logSumBy(catalogue);
  return (zs, k) => {
    const items = new Int32Array(zs.length * k);
    const logits = new Float32Array(zs.length * k).fill(Number.NEGATIVE_INFINITY);
    const logSums = Float32Array.from(zs, (z, n) => {
      // So many points are looked at anyway; the more are known, the better the estimate.
      const found = search.top(z, Math.max(k, search.expansionSearch));
      items.set(found.items.subarray(0, k), n * k);
      logits.set(found.logits.subarray(0, k), n * k);
      return logSumOf(z, found);
    });
    return { items, logits, logSums };
  };
}

/**
 * Estimates log(sum of e^logit) over all items: the best ones as they are, and for the others the mean of a sample of them.
 * The sample is drawn once, so that a question that is asked twice has one answer. With no more items than it holds, it is exact.
 *
 * @param sample integer >= 1
 * @source Mussmann & Ermon 2016, Learning and Inference via Maximum Inner Product Search
 */
export function logSumBy(
  { table, bias, width }: Catalogue,
  sample: number = SAMPLE,
): (z: Float32Array, found: Found) => number {
  const V = bias.length - 1;
  const drawn = drawnItems(V, Math.min(sample, V));
  // Copied, so that they lie side by side: rows all over a large table take several times as long to read.
  const rows = new Float32Array(drawn.length * width);
  drawn.forEach((item, n) => {
    rows.set(table.subarray(item * width, (item + 1) * width), n * width);
  });
  return (z, { items, logits }) => {
    const known = new Set(items);
    const [largest] = logits;
    const best = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    let others = 0;
    let count = 0;
    drawn.forEach((item, n) => {
      if (known.has(item)) return;
      let logit = bias[item];
      for (let d = 0, at = n * width; d < width; d++, at++) logit += z[d] * rows[at];
      others += Math.exp(logit - largest);
      count++;
    });
    return largest + Math.log(best + ((V - items.length) / Math.max(count, 1)) * others);
  };
}

/** Different items, each as likely as any other. */
function drawnItems(V: number, count: number): Int32Array {
  if (count === V) return Int32Array.from({ length: V }, (_, n) => n + 1);
  const random = Random.stream(1, "log-sum");
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(1 + random.integer(V));
  return Int32Array.from(drawn);
}
