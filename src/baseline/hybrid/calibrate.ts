import { topK } from "../../core/topk.js";

/** Ranks are shifted by this much before they are inverted, so that the first places do not decide alone. */
const RANK_SHIFT = 60;

/**
 * Scores of one query on a scale that techniques share; index 0 becomes 0.
 *
 * zscore: distance from the mean over all items in standard deviations, 0 where all scores are the same. rank:
 * 1 / (60 + rank), the item with the lower index first among equals.
 *
 * @shape scores float32 [V + 1] -> float64 [V + 1]
 * @source Montague & Aslam 2001 (zero-mean unit-variance); Cormack, Clarke & Büttcher 2009 (reciprocal rank)
 * @example calibrate(Float32Array.of(-Infinity, 1, 3), "zscore") // Float64Array [0, -1, 1]
 */
export function calibrate(scores: Float32Array, how: "zscore" | "rank"): Float64Array {
  const result = new Float64Array(scores.length);
  if (how === "rank") {
    topK(scores.subarray(1), scores.length - 1).forEach((item, place) => {
      result[item + 1] = 1 / (RANK_SHIFT + place + 1);
    });
    return result;
  }
  const n = scores.length - 1;
  let mean = 0;
  for (let item = 1; item <= n; item++) mean += scores[item] / n;
  let variance = 0;
  for (let item = 1; item <= n; item++) variance += (scores[item] - mean) ** 2 / n;
  if (variance > 0) for (let item = 1; item <= n; item++) result[item] = (scores[item] - mean) / Math.sqrt(variance);
  return result;
}
