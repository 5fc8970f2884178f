import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { rowScorer } from "../support.js";
import { inverseFrequency, userNeighbours } from "./users.js";

export interface UserKnnOptions {
  readonly neighbours: number;
  readonly shrinkage: number;
  readonly weight: "binary" | "idf";
}

/** Every option, with its meaning, range and default. */
export const userKnnSchema: z.ZodType<UserKnnOptions, Partial<UserKnnOptions>> = z
  .strictObject({
    neighbours: z.number().int().min(1).max(100_000).default(100).describe("Most similar users who are asked"),
    shrinkage: z.number().min(0).max(1e6).default(10).describe("Added to the norm, against chance in short histories"),
    weight: z
      .enum(["binary", "idf"])
      .default("binary")
      .describe("Value of an item in a profile: 1, or 1 + log(U / users who played it)"),
  })
  .describe("User-based nearest neighbours");

/**
 * What the users play who share most items with the history: score(j) = sum over the nearest users v of
 * sim(v) * value(j) where v played j, with sim(v) = p q / (|p| |q| + `shrinkage`) for profiles p and q.
 *
 * The user of a query is no neighbour, except where the users of the log are sessions: then sessions are. An empty
 * history, or one without neighbours, gives popularity.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Herlocker et al. 1999 (user-based neighbours); Bell & Koren 2007 (shrinkage)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitUserKnn(histories: Histories, options: Partial<UserKnnOptions> = {}): Scorer {
  const { neighbours, shrinkage, weight } = parseConfig("userKnn", userKnnSchema, options);
  const idf = weight === "idf" ? inverseFrequency(histories) : new Float64Array(histories.items.size + 1);
  const similarity = (product: number, own: number, other: number) => product / (Math.sqrt(own * other) + shrinkage);
  const add = userNeighbours(histories, neighbours, (item) => 1 + idf[item], similarity, true);
  return rowScorer("user k-NN", histories, add);
}
