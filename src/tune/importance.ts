import { type AnySpace, type Point, toUnit } from "./space.js";

/** Share of one option in what made good trials good. */
export interface Importance {
  readonly option: string;
  /** In [0, 1]; the shares of all options sum to 1, or are all 0 where no option stands out. */
  readonly share: number;
}

/** Fewest trials that say something, and fewest that count as good. */
const FEWEST = 6;
const FEWEST_GOOD = 3;
/** Parts of a range. */
const BINS = 8;

/**
 * How much each option had to do with a trial being among the best tenth: how far the values of the good trials are from those
 * of all, beyond what as many trials drawn from all would be. An option whose good values lie as all values do gets nothing.
 *
 * @param ranked the best first; empty comes back for fewer than 6
 * @source Watanabe, Bansal & Hutter 2023 (PED-ANOVA), with histograms for densities
 */
export function importanceOf(space: AnySpace, ranked: readonly Point[]): Importance[] {
  if (ranked.length < FEWEST) return [];
  const good = ranked.slice(0, Math.max(FEWEST_GOOD, Math.ceil(0.1 * ranked.length)));
  const distances = Object.entries(space).map(([option, dimension]) => {
    const bins = "values" in dimension ? dimension.values.length : BINS;
    const [best, all] = [good, ranked].map((points) => histogram(dimension, bins, option, points));
    const distance = all.reduce((sum, share, at) => sum + (best[at] - share) ** 2 / share, 0);
    const byChance = ((bins - 1) * good.length) / (good.length + 1) ** 2;
    return { option, distance: Math.max(0, distance - byChance) };
  });
  const sum = distances.reduce((total, { distance }) => total + distance, 0);
  return distances
    .map(({ option, distance }) => ({ option, share: sum > 0 ? distance / sum : 0 }))
    .sort((a, b) => b.share - a.share);
}

/** Shares of the values in each part of an option, with one value spread over all. */
function histogram(dimension: AnySpace[string], bins: number, option: string, points: readonly Point[]): number[] {
  const counts = new Array<number>(bins).fill(1 / bins);
  for (const point of points) {
    const value = point[option];
    const at =
      "values" in dimension
        ? dimension.values.indexOf(value as never)
        : typeof value === "number"
          ? Math.min(bins - 1, Math.floor(bins * toUnit(dimension, value)))
          : -1;
    if (at >= 0) counts[at]++;
  }
  const sum = counts.reduce((total, each) => total + each, 0);
  return counts.map((each) => each / sum);
}
