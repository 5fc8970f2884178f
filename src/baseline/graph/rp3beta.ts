import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import { topK } from "../../core/topk.js";
import type { Histories } from "../../sequence/histories.js";
import { type SparseRows, toSparseRows } from "../sparse.js";
import { historyMatrix, profileOf, rowScorer, transpose } from "../support.js";

export interface Rp3betaOptions {
  readonly alpha: number;
  readonly beta: number;
  readonly neighbours: number;
  readonly back: boolean;
}

/** Every option, with its meaning, range and default. */
export const rp3betaSchema: z.ZodType<Rp3betaOptions, Partial<Rp3betaOptions>> = z
  .strictObject({
    alpha: z.number().min(0).max(3).default(1).describe("Exponent of each step's probability"),
    beta: z.number().min(-1).max(3).default(0.5).describe("Exponent of the popularity that scores are divided by"),
    neighbours: z.number().int().min(1).max(100_000).default(200).describe("Best items kept for each item"),
    back: z
      .boolean()
      .default(false)
      .describe("Whether a walk may end at the item it began with, for logs with repeats"),
  })
  .describe("RP3beta: random walk of three steps on the graph of users and items");

/**
 * Where a walk user -> item -> user -> item ends, with popular ends counting less:
 * score(j) = sum over items i of the history of sum over users v of both (1 / n(i))^alpha (1 / n(v))^alpha / n(j)^beta,
 * where n counts users of an item and items of a user.
 *
 * An empty history gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Cooper et al. 2014 (P3alpha); Paudel et al. 2017 (RP3beta)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitRp3beta(histories: Histories, options: Partial<Rp3betaOptions> = {}): Scorer {
  const walks = walksBetweenItems(histories, parseConfig("rp3beta", rp3betaSchema, options));
  return rowScorer("RP3beta", histories, ({ history }, row) => {
    for (const item of profileOf(history).columns)
      for (let at = walks.start[item]; at < walks.start[item + 1]; at++) row[walks.columns[at]] += walks.values[at];
  });
}

function walksBetweenItems(histories: Histories, { alpha, beta, neighbours, back }: Rp3betaOptions): SparseRows {
  const users = historyMatrix(histories);
  const width = histories.items.size + 1;
  const items = transpose(users, width);
  const degree = ({ start }: SparseRows, row: number) => start[row + 1] - start[row];
  const fromUser = Float64Array.from({ length: users.start.length - 1 }, (_, u) =>
    u === 0 ? 0 : degree(users, u) ** -alpha,
  );
  const popularity = Float64Array.from({ length: width }, (_, item) => (item === 0 ? 1 : degree(items, item) ** beta));
  const sums = new Float64Array(width);
  return toSparseRows(
    Array.from({ length: width }, (_, item) => {
      if (item === 0) return { columns: [], values: [] };
      sums.fill(0);
      for (let at = items.start[item]; at < items.start[item + 1]; at++) {
        const user = items.columns[at];
        for (let to = users.start[user]; to < users.start[user + 1]; to++) sums[users.columns[to]] += fromUser[user];
      }
      if (!back) sums[item] = 0;
      const fromItem = degree(items, item) ** -alpha;
      const row = Float32Array.from(sums, (sum, j) =>
        sum === 0 ? Number.NEGATIVE_INFINITY : (fromItem * sum) / popularity[j],
      );
      const columns = topK(row, neighbours);
      return { columns, values: Float64Array.from(columns, (j) => (fromItem * sums[j]) / popularity[j]) };
    }),
  );
}
