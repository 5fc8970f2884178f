import { type Histories, trainHistories } from "../../sequence/histories.js";

/**
 * Cosine of two items by the train histories that they occur in: n(a and b) / sqrt(n(a) n(b)), in [0, 1]. Pairs that were
 * asked for are remembered.
 *
 * @source Ziegler et al. 2005 on intra-list similarity; the measure is that of item neighbours (Sarwar et al. 2001)
 */
export function itemSimilarity(histories: Histories): (a: number, b: number) => number {
  const width = histories.items.size + 1;
  const occurs: number[][] = Array.from({ length: width }, () => []);
  trainHistories(histories).forEach(({ items }, at) => {
    for (const item of items) if (occurs[item].at(-1) !== at) occurs[item].push(at);
  });
  const known = new Map<number, number>();
  return (a, b) => {
    const key = Math.min(a, b) * width + Math.max(a, b);
    const value = known.get(key) ?? cosine(occurs[a], occurs[b]);
    known.set(key, value);
    return value;
  };
}

/** Cosine of two sets of rising numbers; 0 where one is empty. */
function cosine(first: readonly number[], second: readonly number[]): number {
  let [i, j, both] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const [a, b] = [first[i], second[j]];
    if (a === b) both++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return both === 0 ? 0 : both / Math.sqrt(first.length * second.length);
}
