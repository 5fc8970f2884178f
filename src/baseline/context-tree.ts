import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Scorer } from "../core/scorer.js";
import { type Histories, trainHistories } from "../sequence/histories.js";
import { popularityShares } from "./popularity.js";
import { joinedPlays, rowScorer } from "./support.js";

export interface ContextTreeOptions {
  readonly depth: number;
  readonly backOff: number;
}

/** Every option, with its meaning, range and default. */
export const contextTreeSchema: z.ZodType<ContextTreeOptions, Partial<ContextTreeOptions>> = z
  .strictObject({
    depth: z.number().int().min(1).max(50).default(4).describe("Longest context in plays; 1 is the Markov chain"),
    backOff: z
      .number()
      .gt(0)
      .max(1e6)
      .default(5)
      .describe("Plays that the next shorter context counts as beside those of a context"),
  })
  .describe("Context tree: a Markov chain of variable order");

/**
 * What followed the longest ends of the history that the train part holds, each mixed with the next shorter one:
 * P_d(j) = (count(context d, j) + m P_(d-1)(j)) / (count(context d) + m), with m = `backOff` and P_0 popularity.
 *
 * The tree is kept as the train plays in the order of their contexts read backwards, so that a context is a range of
 * them: it takes memory for one integer a play at any depth. Scores are probabilities and sum to 1. An empty history
 * gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Willems, Shtarkov & Tjalkens 1995 (context tree); Mi & Faltings 2018 (for recommendation); MacKay & Bauman
 *         Peto 1995 (the mixture)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitContextTree(histories: Histories, options: Partial<ContextTreeOptions> = {}): Scorer {
  const { depth, backOff } = parseConfig("contextTree", contextTreeSchema, options);
  const { plays, first, end } = joinedPlays(trainHistories(histories).map(({ items }) => items));
  const width = histories.items.size + 1;
  const before = (at: number, back: number) => (at - back >= first[at] ? plays[at - back] : 0);
  const order = sortByContext(end, depth, before, width);
  const popularity = popularityShares(histories);
  /** First place in [low, high) whose play `back` steps before is at least `item`. */
  const find = (low: number, high: number, back: number, item: number) => {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(order[middle], back) < item) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const add = ({ history }: { readonly history: Int32Array }, row: Float64Array) => {
    row.set(popularity);
    let low = 0;
    let high = order.length;
    for (let back = 0; back < Math.min(depth, history.length); back++) {
      const item = history[history.length - 1 - back];
      low = find(low, high, back, item);
      high = find(low, high, back, item + 1);
      if (low === high) return;
      const all = high - low + backOff;
      for (let j = 1; j < width; j++) row[j] *= backOff / all;
      for (let at = low; at < high; at++) row[plays[order[at] + 1]] += 1 / all;
    }
  };
  return rowScorer("context tree", histories, add, 0);
}

/** Places that have a play after them, sorted by their own play, then by the one before, and so on `depth` times. */
function sortByContext(
  end: Int32Array,
  depth: number,
  before: (at: number, back: number) => number,
  width: number,
): Int32Array {
  let order = Int32Array.from(end.keys()).filter((at) => at + 1 < end[at]);
  let sorted = new Int32Array(order.length);
  const next = new Int32Array(width + 1);
  for (let back = depth - 1; back >= 0; back--) {
    next.fill(0);
    for (const at of order) next[before(at, back) + 1]++;
    for (let i = 0; i < width; i++) next[i + 1] += next[i];
    for (const at of order) sorted[next[before(at, back)]++] = at;
    [order, sorted] = [sorted, order];
  }
  return order;
}
