// What comes beside the logits of a state: plays that may be copied, and habits. In plain numbers, for one listener.
import type { TopItems } from "../engine/index.js";
import type { ModelConfig } from "./config.js";
import { ageRow } from "./context.js";
import { PlayCounts } from "./personal.js";
import type { RecentPlays } from "./recent-plays.js";
import { mixed, rowProduct, softmax } from "./row-numbers.js";

/** A weight by its name. */
type Copy = (name: string) => Float32Array;

/** The likeliest next plays, best first. */
export interface TopPlays {
  /** @shape int32 [at most k] */
  readonly items: Int32Array;
  /** As `scores` has them. @shape float32 [at most k] */
  readonly scores: Float32Array;
}

/** Finds the items with the highest logits for some vectors, as `topItems` does. @shape zs [D] each */
export type FindItems = (zs: readonly Float32Array[], k: number) => TopItems;

/**
 * How likely each of the last plays is to come again, and the share of the mixture that copying has: all copy mechanisms
 * together.
 *
 * @shape h [H]
 */
export function copies(
  h: Float32Array,
  { recent, counts, ages, keys }: RecentPlays,
  { timeGap }: ModelConfig,
  copy: Copy,
): { readonly gate: number; readonly copied: ReadonlyMap<number, number> } {
  const query = rowProduct(h, copy("repeat/query"));
  const [lag, count, bias] = [copy("repeat/lag"), copy("repeat/count"), copy("repeat/gateBias")];
  const gap = timeGap ? copy("repeat/gap") : undefined;
  const K = bias.length;
  const A = query.length / K;
  const open = [...counts.keys()].filter((j) => counts[j] > 0);
  const odds = rowProduct(h, copy("repeat/gate")).map((value, k) => Math.exp(value + bias[k]));
  const all = odds.reduce((total, each) => total + each, 0);
  const chances = new Float32Array(open.length);
  for (let k = 0; k < K; k++) {
    const attention = softmax(
      Float32Array.from(open, (j) => {
        let dot = 0;
        for (let a = k * A; a < (k + 1) * A; a++) dot += query[a] * keys[j * query.length + a];
        const aged = gap ? gap[ageRow(j, ages[j]) * K + k] : 0;
        return dot / Math.sqrt(A) + lag[j * K + k] + count[k] * Math.log(counts[j]) + aged;
      }),
    );
    attention.forEach((chance, at) => {
      chances[at] += (odds[k] / all) * chance;
    });
  }
  return { gate: all / (1 + all), copied: new Map(open.map((j, at) => [recent[j], chances[at]])) };
}

/** What personal popularity adds to the logits of the items played lately. @shape h [H]; recent int32 [n], newest first */
export function habits(
  h: Float32Array,
  recent: Int32Array,
  { personalWindow }: ModelConfig,
  copy: Copy,
): ReadonlyMap<number, number> {
  if (personalWindow === 0) return new Map();
  const strength = rowProduct(h, copy("personal/weight"))[0] / Math.sqrt(h.length) + copy("personal/bias")[0];
  const heard = new PlayCounts(personalWindow);
  for (const item of recent.slice(0, personalWindow).reverse()) heard.hear(item);
  return new Map(Array.from(heard.counts, ([item, plays]) => [item, strength * Math.log1p(plays)]));
}

/** What the best items of the linear layer alone are joined with. */
interface Candidates {
  /** Logits of the best items, of those that may be copied and of those with a habit, without habits. */
  readonly logits: ReadonlyMap<number, number>;
  /** Log of the sum of e^logit over all items. */
  readonly logSum: number;
  readonly own: ReadonlyMap<number, number>;
  readonly copies?: ReturnType<typeof copies>;
}

/** The k best of some candidates, which hold the k best of all: scores as `StreamingModel.scores` has them. */
export function mergedTop({ logits, logSum, own, copies: spoken }: Candidates, k: number): TopPlays {
  let change = 0;
  for (const [item, more] of own) change += Math.exp((logits.get(item) as number) - logSum) * Math.expm1(more);
  const all = logSum + Math.log1p(change);
  const scoreOf = (item: number, logit: number) =>
    spoken ? mixed(Math.exp(logit - all), spoken.gate, spoken.copied.get(item)) : logit;
  const found = Array.from(logits, ([item, logit]) => ({ item, score: scoreOf(item, logit + (own.get(item) ?? 0)) }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, k);
  return {
    items: Int32Array.from(found, ({ item }) => item),
    scores: Float32Array.from(found, ({ score }) => score),
  };
}
