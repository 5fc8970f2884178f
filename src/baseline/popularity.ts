import type { Scorer } from "../core/scorer.js";
import type { Histories } from "../sequence/histories.js";

/**
 * The same order for everybody: how often each item was played in the train part. What every model must beat.
 *
 * Scores are the counts, so they read as plays; user and history are not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 */
export function fitPopularity(histories: Histories): Scorer {
  const row = Float32Array.from(histories.itemCounts);
  row[0] = Number.NEGATIVE_INFINITY;
  return {
    name: "popularity",
    itemCount: histories.items.size,
    score(queries) {
      const scores = new Float32Array(queries.length * row.length);
      for (let n = 0; n < queries.length; n++) scores.set(row, n * row.length);
      return scores;
    },
  };
}

/** Share of the train plays that each item holds; index 0 holds none. @shape float64 [V+1], sums to 1 */
export function popularityShares(histories: Histories): Float64Array {
  const plays = histories.itemCounts.reduce((sum, count) => sum + count, 0);
  return Float64Array.from(histories.itemCounts, (count) => count / plays);
}
