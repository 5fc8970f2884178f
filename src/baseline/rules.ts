import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Scorer } from "../core/scorer.js";
import { type Histories, trainHistories } from "../sequence/histories.js";
import { positionsByValue, type SparseRows, toSparseRows } from "./sparse.js";
import { joinedPlays, rowScorer } from "./support.js";

/** Weight of a rule whose two plays are `distance` >= 1 steps apart, of at most `steps`. */
const WEIGHTS: Readonly<Record<SequentialRulesOptions["weight"], (distance: number, steps: number) => number>> = {
  reciprocal: (distance: number) => 1 / distance,
  linear: (distance: number, steps: number) => 1 - (distance - 1) / steps,
  same: () => 1,
};

export interface SequentialRulesOptions {
  readonly steps: number;
  readonly weight: "reciprocal" | "linear" | "same";
}

/** Every option, with its meaning, range and default. */
export const sequentialRulesSchema: z.ZodType<SequentialRulesOptions, Partial<SequentialRulesOptions>> = z
  .strictObject({
    steps: z.number().int().min(1).max(1000).default(10).describe("How many plays after an item a rule may reach"),
    weight: z
      .enum(["reciprocal", "linear", "same"])
      .default("reciprocal")
      .describe("Weight by distance d: 1 / d, 1 - (d - 1) / steps, or 1"),
  })
  .describe("Sequential rules: what came soon after the last item");

/**
 * What came within `steps` plays after the last item, near plays weighing more:
 * score(j) = sum of weight(distance) over the plays of j after a play of i, divided by the plays of i.
 *
 * An empty history gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Ludewig & Jannach 2018, section 3.1.3 (SR)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitSequentialRules(histories: Histories, options: Partial<SequentialRulesOptions> = {}): Scorer {
  const config = parseConfig("sequentialRules", sequentialRulesSchema, options);
  const rules = findRules(histories, config);
  return rowScorer("sequential rules", histories, ({ history }, row) => {
    const last = history.length > 0 ? history[history.length - 1] : 0;
    for (let at = rules.start[last]; at < rules.start[last + 1]; at++) row[rules.columns[at]] += rules.values[at];
  });
}

function findRules(histories: Histories, { steps, weight }: SequentialRulesOptions): SparseRows {
  const weights = Float64Array.from({ length: steps + 1 }, (_, d) => (d === 0 ? 0 : WEIGHTS[weight](d, steps)));
  const { plays, end } = joinedPlays(trainHistories(histories).map(({ items }) => items));
  const width = histories.items.size + 1;
  const { start, positions } = positionsByValue(plays, width);
  const sums = new Float64Array(width);
  return toSparseRows(
    Array.from({ length: width }, (_, item) => {
      const met: number[] = [];
      for (const at of positions.subarray(start[item], start[item + 1]))
        for (let d = 1; d <= steps && at + d < end[at]; d++) {
          if (sums[plays[at + d]] === 0) met.push(plays[at + d]);
          sums[plays[at + d]] += weights[d];
        }
      const columns = Int32Array.from(met).sort();
      const values = Float64Array.from(columns, (j) => sums[j] / (start[item + 1] - start[item]));
      for (const j of columns) sums[j] = 0;
      return { columns, values };
    }),
  );
}
