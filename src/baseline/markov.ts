import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Scorer } from "../core/scorer.js";
import { type Histories, trainHistories } from "../sequence/histories.js";
import { popularityShares } from "./popularity.js";
import { positionsByValue, type SparseRows, toSparseRows } from "./sparse.js";

export interface MarkovOptions {
  readonly backOff: number;
}

/** Every option, with its meaning, range and default. */
export const markovSchema: z.ZodType<MarkovOptions, Partial<MarkovOptions>> = z
  .strictObject({
    backOff: z
      .number()
      .gt(0)
      .max(1e6)
      .default(10)
      .describe("Plays that popularity counts as beside the plays seen after the last item"),
  })
  .describe("First-order Markov chain");

/**
 * What followed the last item in the train part, mixed with popularity where little was seen:
 * P(j | i) = (count(i, j) + m popularity(j)) / (count(i) + m), with m = `backOff`.
 *
 * Scores are these probabilities and sum to 1. An empty history gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source MacKay & Bauman Peto 1995 (Dirichlet back-off)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitMarkov(histories: Histories, options: Partial<MarkovOptions> = {}): Scorer {
  const { backOff } = parseConfig("markov", markovSchema, options);
  const popularity = popularityShares(histories);
  const width = popularity.length;
  const transitions = countTransitions(trainHistories(histories), width);
  const totals = Float64Array.from({ length: width }, (_, item) =>
    transitions.values.subarray(transitions.start[item], transitions.start[item + 1]).reduce((sum, n) => sum + n, 0),
  );
  return {
    name: "Markov",
    itemCount: width - 1,
    score(queries) {
      const scores = new Float32Array(queries.length * width);
      queries.forEach(({ history }, n) => {
        const row = scores.subarray(n * width, (n + 1) * width);
        // Row 0 of the transitions is empty, so that no last item backs off all the way.
        const last = history.length > 0 ? history[history.length - 1] : 0;
        const all = totals[last] + backOff;
        for (let item = 1; item < width; item++) row[item] = (backOff * popularity[item]) / all;
        for (let at = transitions.start[last]; at < transitions.start[last + 1]; at++) {
          const item = transitions.columns[at];
          row[item] = (transitions.values[at] + backOff * popularity[item]) / all;
        }
        row[0] = Number.NEGATIVE_INFINITY;
      });
      return scores;
    },
  };
}

/** How often item j came right after item i: row i, column j. */
function countTransitions(train: readonly { readonly items: Int32Array }[], width: number): SparseRows {
  const pairs = train.reduce((sum, { items }) => sum + items.length - 1, 0);
  const from = new Int32Array(pairs);
  const to = new Int32Array(pairs);
  let at = 0;
  for (const { items } of train)
    for (let i = 1; i < items.length; i++) {
      from[at] = items[i - 1];
      to[at++] = items[i];
    }
  const { start, positions } = positionsByValue(from, width);
  const counts = new Int32Array(width);
  return toSparseRows(
    Array.from({ length: width }, (_, item) => {
      const followers = positions.subarray(start[item], start[item + 1]).map((pair) => to[pair]);
      for (const follower of followers) counts[follower]++;
      const columns = Int32Array.from(new Set(followers)).sort();
      const values = columns.map((follower) => counts[follower]);
      for (const follower of columns) counts[follower] = 0;
      return { columns, values };
    }),
  );
}
