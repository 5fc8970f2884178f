import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Scorer } from "../core/scorer.js";
import { type Histories, trainRows } from "../sequence/histories.js";
import { popularityShares } from "./popularity.js";
import { rowScorer } from "./support.js";

export interface RecentPopularityOptions {
  readonly halfLife: number;
}

/** Every option, with its meaning, range and default. */
export const recentPopularitySchema: z.ZodType<RecentPopularityOptions, Partial<RecentPopularityOptions>> = z
  .strictObject({
    halfLife: z
      .number()
      .min(1e-3)
      .max(1e6)
      .default(30)
      .describe("Age at which a play counts half: days, or plays of the same user where the log has only an order"),
  })
  .describe("Popularity in which old plays fade");

/**
 * The same order for everybody, in which old plays fade: score(j) = sum over train plays of j of 2^(-age / `halfLife`).
 *
 * Age is the time to the last train play of a known user and item. Where the log has only an order, times of two users cannot be
 * compared, and age is the number of later such plays of the same user. User and history are not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @unit  halfLife in days, or plays
 * @source Ji et al. 2020, A Re-visit of the Popularity Baseline in Recommender Systems (popularity must know the time)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitRecentPopularity(histories: Histories, options: Partial<RecentPopularityOptions> = {}): Scorer {
  const { halfLife } = parseConfig("recentPopularity", recentPopularitySchema, options);
  const { times, hasTimes } = histories.split.log;
  let now = Number.NEGATIVE_INFINITY;
  for (const { rows } of trainRows(histories)) now = Math.max(now, times[rows[rows.length - 1]]);
  const plays = new Float64Array(histories.items.size + 1);
  for (const { items, rows } of trainRows(histories))
    items.forEach((item, at) => {
      const age = hasTimes ? (now - times[rows[at]]) / 86_400 : items.length - 1 - at;
      plays[item] += 2 ** (-age / halfLife);
    });
  return rowScorer("recent popularity", histories, (_, row) => {
    for (let item = 1; item < row.length; item++) row[item] += plays[item];
  });
}

export interface PersonalPopularityOptions {
  readonly lastItems: number;
  readonly decay: number;
  readonly backOff: number;
}

/** Every option, with its meaning, range and default. */
export const personalPopularitySchema: z.ZodType<PersonalPopularityOptions, Partial<PersonalPopularityOptions>> = z
  .strictObject({
    lastItems: z.number().int().min(1).max(100_000).default(200).describe("Plays at the end of the history that count"),
    decay: z.number().gt(0).max(1).default(0.98).describe("Weight of a play beside that of the play after it"),
    backOff: z.number().gt(0).max(1e6).default(1).describe("Plays that popularity counts as beside the user's own"),
  })
  .describe("What the user played most, lately");

/**
 * What the user played most: P(j) = (n(j) + m popularity(j)) / (sum of n + m) with m = `backOff` and
 * n(j) = sum of decay^age over the last `lastItems` plays of the history that are j.
 *
 * Scores are these probabilities and sum to 1. An empty history gives popularity. Beats much larger models on listening
 * logs, where most plays repeat; where seen items are removed it is popularity.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Abbattista et al. 2024 (personalized popularity); MacKay & Bauman Peto 1995 (Dirichlet back-off)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitPersonalPopularity(histories: Histories, options: Partial<PersonalPopularityOptions> = {}): Scorer {
  const { lastItems, decay, backOff } = parseConfig("personalPopularity", personalPopularitySchema, options);
  const popularity = popularityShares(histories);
  const add = ({ history }: { readonly history: Int32Array }, row: Float64Array) => {
    const length = Math.min(lastItems, history.length);
    const all = decay === 1 ? length : (1 - decay ** length) / (1 - decay);
    for (let item = 1; item < row.length; item++) row[item] = (backOff * popularity[item]) / (all + backOff);
    let weight = 1 / (all + backOff);
    for (let age = 0; age < length; age++, weight *= decay) row[history[history.length - 1 - age]] += weight;
  };
  return rowScorer("personal popularity", histories, add, 0);
}
