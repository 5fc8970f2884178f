import { checkInteger } from "../core/check.js";
import type { Scorer } from "../core/scorer.js";
import { topK } from "../core/topk.js";
import type { Query } from "../core/types.js";

/** One recommended item. */
export interface Recommendation {
  /** 1-based place in the list. */
  readonly rank: number;
  /** Item index 1…V. */
  readonly item: number;
  /** Share of the softmax over all scores, in (0, 1): the model's own probability where scores are logits. */
  readonly probability: number;
}

export interface RecommendOptions {
  /** K: length of the list, integer >= 1. Default 10. */
  readonly k?: number;
  /** "keep" lets heard items be recommended again, as in music; "remove" takes them out. Default "keep". */
  readonly seen?: "keep" | "remove";
}

/**
 * The best next items after a history.
 *
 * @throws {RefrainError} ARGUMENT_INVALID when k is not an integer >= 1
 */
export async function recommend(
  scorer: Scorer,
  query: Query,
  options: RecommendOptions = {},
): Promise<Recommendation[]> {
  const { k = 10, seen = "keep" } = options;
  checkInteger("k", k, 1);
  const scores = (await scorer.score([query])).slice();
  const normaliser = logSumExp(scores);
  if (seen === "remove") for (const item of query.history) scores[item] = Number.NEGATIVE_INFINITY;
  return Array.from(topK(scores, k), (item, i) => ({
    rank: i + 1,
    item,
    probability: Math.exp(scores[item] - normaliser),
  }));
}

/** log of the sum of exp, over finite scores, without overflow. */
export function logSumExp(scores: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  return most + Math.log(sum);
}
