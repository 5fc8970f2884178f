// Metrics of one target per case, as pure functions of its rank. Ranks are 1-based, may end in .5 (mean rank of ties) and
// are Infinity for a sure miss. Metrics of several targets per case are in sets.ts.

import { checkInteger } from "../core/check.js";
import { RefrainError } from "../core/errors.js";

/** What one case contributes to a metric, in [0, 1]. Falls or stays as the rank grows. */
export type Gain = (rank: number, k: number) => number;

/** 1 where the target is among the first k, else 0. @example hrGain(3, 10) // 1 */
export const hrGain: Gain = (rank, k) => (rank <= k ? 1 : 0);

/** 1 / log2(rank + 1) among the first k, else 0. @example ndcgGain(3, 10) // 0.5 */
export const ndcgGain: Gain = (rank, k) => (rank <= k ? 1 / Math.log2(rank + 1) : 0);

/** 1 / rank among the first k, else 0. @example mrrGain(4, 10) // 0.25 */
export const mrrGain: Gain = (rank, k) => (rank <= k ? 1 / rank : 0);

/** 1 / k where the target is among the first k: one of k recommendations is right. @example precisionGain(3, 10) // 0.1 */
export const precisionGain: Gain = (rank, k) => (rank <= k ? 1 / k : 0);

/**
 * Hit rate: share of cases whose target is among the first k.
 *
 * @param ranks float64 [N], 1-based
 * @param k     integer >= 1
 * @source Deshpande & Karypis 2004, section 5.1 (hit-rate)
 * @throws {RefrainError} EMPTY_CASES without ranks; ARGUMENT_INVALID for a wrong k
 * @example hrAt(Float64Array.of(1, 3, 20, Infinity), 10) // 0.5
 */
export function hrAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, hrGain);
}

/**
 * Normalised discounted cumulative gain. One target makes the ideal gain 1, so that the mean of 1 / log2(rank + 1)
 * within the first k is left.
 *
 * @source Järvelin & Kekäläinen 2002, with the log2(rank + 1) discount of Burges et al. 2005
 * @throws {RefrainError} EMPTY_CASES; ARGUMENT_INVALID, as `hrAt`
 * @example ndcgAt(Float64Array.of(1, 3, 20, Infinity), 10) // 0.375
 */
export function ndcgAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, ndcgGain);
}

/**
 * Mean reciprocal rank, cut at k: targets after the first k count 0.
 *
 * @source Voorhees 1999; the cut-off as in GRU4Rec (Hidasi et al. 2016)
 * @throws {RefrainError} EMPTY_CASES; ARGUMENT_INVALID, as `hrAt`
 * @example mrrAt(Float64Array.of(1, 4, 20, Infinity), 10) // 0.3125
 */
export function mrrAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, mrrGain);
}

/**
 * Precision: share of the k recommendations that are the target. Never above 1 / k; equals HR@k / k.
 *
 * @throws {RefrainError} EMPTY_CASES; ARGUMENT_INVALID, as `hrAt`
 * @example precisionAt(Float64Array.of(1, 3, 20, Infinity), 5) // 0.1
 */
export function precisionAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, precisionGain);
}

/**
 * Recall: share of the relevant items among the first k. One target makes it equal to HR@k.
 *
 * @throws {RefrainError} EMPTY_CASES; ARGUMENT_INVALID, as `hrAt`
 * @example recallAt(Float64Array.of(1, 3, 20, Infinity), 10) // 0.5
 */
export function recallAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, hrGain);
}

/**
 * Mean average precision: precision at the places of the relevant items, over their number. One target makes it MRR@k.
 *
 * @source Buckley & Voorhees 2000
 * @throws {RefrainError} EMPTY_CASES; ARGUMENT_INVALID, as `hrAt`
 * @example mapAt(Float64Array.of(1, 4, 20, Infinity), 10) // 0.3125
 */
export function mapAt(ranks: Float64Array, k: number): number {
  return meanGain(ranks, k, mrrGain);
}

/**
 * Accuracy: how often the best-scored item is the one that came next. Equals HR@1.
 *
 * @throws {RefrainError} EMPTY_CASES
 * @example accuracy(Float64Array.of(1, 3, 1, Infinity)) // 0.5
 */
export function accuracy(ranks: Float64Array): number {
  return meanGain(ranks, 1, hrGain);
}

/** Gain of each metric by the part of its name before the "@". */
const GAINS: ReadonlyMap<string, Gain> = new Map([
  ["HR", hrGain],
  ["NDCG", ndcgGain],
  ["MRR", mrrGain],
  ["Precision", precisionGain],
  ["Recall", hrGain],
  ["MAP", mrrGain],
]);

/**
 * Names of all metrics at the cut-offs, cut-off by cut-off, accuracy first.
 *
 * @example metricNames([10]).join() // "Accuracy,HR@10,NDCG@10,MRR@10,Precision@10,Recall@10,MAP@10"
 */
export function metricNames(cutoffs: readonly number[]): string[] {
  return ["Accuracy", ...cutoffs.flatMap((k) => [...GAINS.keys()].map((name) => `${name}@${k}`))];
}

/**
 * What each case contributes to the metric of that name; the metric is the mean.
 *
 * @shape ranks float64 [N] -> float64 [N]
 * @throws {RefrainError} ARGUMENT_INVALID when the name is no metric
 * @example caseGains(Float64Array.of(1, 3, 20), "NDCG@10").join() // "1,0.5,0"
 */
export function caseGains(ranks: Float64Array, name: string): Float64Array {
  const [, family, digits] = /^(\w+)@([1-9]\d*)$/.exec(name === "Accuracy" ? "HR@1" : name) ?? [];
  const gain = GAINS.get(family ?? "");
  if (!gain)
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `metric must be Accuracy or ${[...GAINS.keys()].join(", ")} with a cut-off such as @10, got ${name}.`,
      { name },
    );
  const k = Number(digits);
  return ranks.map((rank) => gain(rank, k));
}

/**
 * Means of all metrics at the cut-offs, by name.
 *
 * @throws {RefrainError} EMPTY_CASES without ranks
 * @example metricValues(Float64Array.of(1, 3), [1, 5])["NDCG@5"] // 0.75
 */
export function metricValues(ranks: Float64Array, cutoffs: readonly number[]): Record<string, number> {
  const names = metricNames(cutoffs);
  return Object.fromEntries(names.map((name) => [name, mean(caseGains(ranks, name))]));
}

function meanGain(ranks: Float64Array, k: number, gain: Gain): number {
  checkInteger("k", k, 1);
  return mean(ranks.map((rank) => gain(rank, k)));
}

function mean(values: Float64Array): number {
  if (values.length === 0) throw new RefrainError("EMPTY_CASES", "A metric needs at least one case, got none.");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
