import { checkInteger, checkNumber } from "../core/check.js";
import type { Random } from "../core/random.js";

/** Draws items in proportion to a power of their popularity, in constant time per draw. */
export interface NegativeSampler {
  /** Draws with replacement. @shape -> int32 [count], each in 1…V */
  draw(count: number, random: Random): Int32Array;
  /** log of the chance of each item at one draw; -Infinity for index 0. @shape float32 [V+1] */
  readonly logChances: Float32Array;
}

/**
 * A sampler over a catalogue.
 *
 * @param itemCounts plays of each item, index 0 is padding; int [V+1]
 * @param alpha      0 draws all items alike, 1 as often as they were played; in [0, 1]
 * @source Walker 1977 in the form of Vose 1991 (alias table); the power of popularity as in word2vec (Mikolov et al. 2013)
 * @example negativeSampler([0, 4, 4], 1).logChances[1] // Math.fround(Math.log(0.5))
 */
export function negativeSampler(itemCounts: ArrayLike<number>, alpha: number): NegativeSampler {
  const V = itemCounts.length - 1;
  checkInteger("Number of items", V, 1);
  checkNumber("alpha", alpha, 0, 1);
  // An item without plays counts as played once, so that each can be drawn.
  const weights = Float64Array.from({ length: V }, (_, i) => Math.max(1, itemCounts[i + 1]) ** alpha);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = weights.map((weight) => (weight / total) * V);
  const alias = new Int32Array(V);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < V; i++) (share[i] < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const [low, high] = [small.pop() as number, large.pop() as number];
    alias[low] = high;
    share[high] -= 1 - share[low];
    (share[high] < 1 ? small : large).push(high);
  }
  for (const i of [...small, ...large]) share[i] = 1; // rounding left them a hair off
  const logChances = Float32Array.from({ length: V + 1 }, (_, item) =>
    item === 0 ? Number.NEGATIVE_INFINITY : Math.log(weights[item - 1] / total),
  );
  const draw = (count: number, random: Random) => {
    const items = new Int32Array(count);
    for (let n = 0; n < count; n++) {
      const i = random.integer(V);
      items[n] = 1 + (random.uniform() < share[i] ? i : alias[i]);
    }
    return items;
  };
  return { draw, logChances };
}
