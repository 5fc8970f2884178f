import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Scorer } from "../core/scorer.js";
import { topK } from "../core/topk.js";
import type { Query } from "../core/types.js";
import { type Histories, trainHistories } from "../sequence/histories.js";
import { positionsByValue, type SparseRows, toSparseRows } from "./sparse.js";
import { joinedPlays, rowScorer } from "./support.js";

export interface ItemKnnOptions {
  readonly window: number | "history";
  readonly neighbours: number;
  readonly shrinkage: number;
  readonly lastItems: number;
  readonly decay: number;
  readonly popularity: number;
}

/** Every option, with its meaning, range and default. */
export const itemKnnSchema: z.ZodType<ItemKnnOptions, Partial<ItemKnnOptions>> = z
  .strictObject({
    window: z
      .union([z.number().int().min(1).max(1000), z.literal("history")])
      .default(5)
      .describe("Two plays are together when at most this many steps apart; history: when one user played both"),
    neighbours: z.number().int().min(1).max(100_000).default(200).describe("Most similar items kept for each item"),
    shrinkage: z.number().min(0).max(1e6).default(20).describe("Plays added to the norm, against chance in rare items"),
    lastItems: z.number().int().min(1).max(10_000).default(10).describe("Plays at the end of the history that count"),
    decay: z.number().gt(0).max(1).default(0.7).describe("Weight of a play beside that of the play after it"),
    popularity: z.number().min(1e-6).max(1).default(0.01).describe("Weight of popularity beside the similarities"),
  })
  .describe("Item-based nearest neighbours");

/**
 * Items that are played together with the last items of the history:
 * score(j) = sum over age a < `lastItems` of decay^a sim(h[a], j) + `popularity` share of plays(j), where
 * sim(i, j) = together(i, j) / (sqrt(n(i) n(j)) + shrinkage).
 *
 * With a window, together counts the plays of j at most `window` steps from a play of i, and n counts plays; with
 * "history", together counts users who played both and n users who played it. An item is together with itself where it
 * is repeated. An empty history, or one without neighbours, gives popularity; the user is not looked at.
 *
 * The defaults did well on the validation parts of MovieLens, the RecSys 2015 sample and Last.fm artists alike; where
 * taste is slower than a sitting, a window of 10 is better, in short sessions one of 1 or 2.
 *
 * Time to fit grows with plays * window, or with the sum of squared history lengths for "history".
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Sarwar et al. 2001 (item-based neighbours); Bell & Koren 2007 (shrinkage)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitItemKnn(histories: Histories, options: Partial<ItemKnnOptions> = {}): Scorer {
  const config = parseConfig("itemKnn", itemKnnSchema, options);
  const near = nearest(trainHistories(histories), histories.items.size + 1, config);
  const add = ({ history }: Query, row: Float64Array) => {
    let weight = 1;
    for (let age = 0; age < Math.min(config.lastItems, history.length); age++, weight *= config.decay) {
      const item = history[history.length - 1 - age];
      for (let at = near.start[item]; at < near.start[item + 1]; at++)
        row[near.columns[at]] += weight * near.values[at];
    }
  };
  return rowScorer("item k-NN", histories, add, config.popularity);
}

/** The most similar items of each item. One dense row at a time keeps memory at O(V + plays + V * neighbours). */
function nearest(train: readonly { readonly items: Int32Array }[], width: number, config: ItemKnnOptions): SparseRows {
  const { window, neighbours, shrinkage } = config;
  const histories = window === "history" ? train.map(({ items }) => distinct(items)) : train.map(({ items }) => items);
  const repeated = window === "history" ? usersWhoRepeat(train, width) : undefined;
  const { plays, first: begins, end: ends } = joinedPlays(histories);
  const { start, positions } = positionsByValue(plays, width);
  const together = new Float64Array(width);
  return toSparseRows(
    Array.from({ length: width }, (_, item) => {
      const met: number[] = [];
      for (const at of positions.subarray(start[item], start[item + 1])) {
        const first = window === "history" ? begins[at] : Math.max(begins[at], at - window);
        const end = window === "history" ? ends[at] : Math.min(ends[at], at + window + 1);
        for (let other = first; other < end; other++) {
          if (other === at) continue;
          const neighbour = plays[other];
          if (together[neighbour]++ === 0) met.push(neighbour);
        }
      }
      if (repeated && repeated[item] > 0) {
        together[item] = repeated[item];
        met.push(item);
      }
      const candidates = Int32Array.from(met).sort();
      const norm = (neighbour: number) =>
        Math.sqrt((start[item + 1] - start[item]) * (start[neighbour + 1] - start[neighbour]));
      const similarities = Float64Array.from(candidates, (j) => together[j] / (norm(j) + shrinkage));
      for (const neighbour of met) together[neighbour] = 0;
      const kept = candidates.length === 0 ? candidates : topK(Float32Array.from(similarities), neighbours);
      return { columns: kept.map((at) => candidates[at]), values: Array.from(kept, (at) => similarities[at]) };
    }),
  );
}

function distinct(items: Int32Array): Int32Array {
  return Int32Array.from(new Set(items));
}

/** How many users played each item more than once. @shape int32 [V+1] */
function usersWhoRepeat(train: readonly { readonly items: Int32Array }[], width: number): Int32Array {
  const users = new Int32Array(width);
  for (const { items } of train) {
    const once = new Set<number>();
    const twice = new Set<number>();
    for (const item of items) (once.has(item) ? twice : once).add(item);
    for (const item of twice) users[item]++;
  }
  return users;
}
