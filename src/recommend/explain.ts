import type { Scorer } from "../core/scorer.js";
import type { Query } from "../core/types.js";
import { logSumExp, type Recommendation } from "./recommend.js";

/** What one past play did for one recommended item. */
export interface Reason {
  /** Place of the play in the history, 0-based. */
  readonly position: number;
  /** Item index of the play. */
  readonly item: number;
  /** Log probability of the recommended item with the play, less without it. Above 0: the play speaks for the item. */
  readonly influence: number;
}

/** Plays that are left out one at a time: the newest ones, which matter most and keep the cost bounded. */
const EXPLAINED_PLAYS = 40;

/**
 * For each recommended item, the past plays that changed its probability most when left out, strongest first.
 *
 * Occlusion: the history is scored again without one play at a time. It tells what the model used, not why a person likes
 * a song.
 *
 * @source Zeiler & Fergus 2014 (occlusion), applied to a sequence
 */
export async function explain(
  scorer: Scorer,
  query: Query,
  recommendations: readonly Recommendation[],
  count = 2,
): Promise<Reason[][]> {
  const { history, times } = query;
  const first = Math.max(0, history.length - EXPLAINED_PLAYS);
  const without = Array.from({ length: history.length - first }, (_, i): Query => {
    const isLeft = (_: number, position: number) => position !== first + i;
    return { ...query, history: history.filter(isLeft), ...(times ? { times: times.filter(isLeft) } : {}) };
  });
  const scores = await scorer.score([query, ...without]);
  const width = scorer.itemCount + 1;
  const rows = Array.from({ length: without.length + 1 }, (_, n) => scores.subarray(n * width, (n + 1) * width));
  const normalisers = rows.map(logSumExp);
  const logProbability = (row: number, item: number) => rows[row][item] - normalisers[row];
  return recommendations.map(({ item }) =>
    without
      .map((_, i) => ({
        position: first + i,
        item: history[first + i],
        influence: logProbability(0, item) - logProbability(i + 1, item),
      }))
      .sort((a, b) => b.influence - a.influence || b.position - a.position)
      .slice(0, count),
  );
}
