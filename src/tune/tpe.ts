// Tree-structured Parzen estimator: the next point is drawn where good trials are dense and the others are not.
import type { Random } from "../core/random.js";
import { type AnySpace, drawPoint, fill, fromUnit, type Point, type Range, toUnit } from "./space.js";

/** Settings of the estimator; the defaults are those of Hyperopt and Optuna. */
export interface TpeOptions {
  /** Trials that are drawn at random before the estimator is asked. */
  readonly startup: number;
  /** Draws for each option, of which the most promising one is taken. */
  readonly candidates: number;
}

const DEFAULTS: TpeOptions = { startup: 10, candidates: 24 };

/** Trials that count as good: a tenth, at most 25. */
export function goodCount(trials: number): number {
  return Math.min(25, Math.ceil(0.1 * trials));
}

/**
 * The next point to try.
 *
 * The best tenth of the trials gives a density l for each option, the rest a density g; of 24 draws from l the one with the
 * largest l / g is taken, option by option. Points whose trials still run belong to the rest, so that trials beside each
 * other go to different places.
 *
 * @param ranked   points whose trials have a value, the best first
 * @param pending  points whose trials have none yet
 * @source Bergstra, Bardenet, Bengio & Kégl 2011 (TPE); Watanabe 2023 (kernels and their widths)
 */
export function tpePoint(
  space: AnySpace,
  ranked: readonly Point[],
  pending: readonly Point[],
  random: Random,
  options: Partial<TpeOptions> = {},
): Point {
  const { startup, candidates } = { ...DEFAULTS, ...options };
  if (ranked.length < startup) return drawPoint(space, random);
  const cut = goodCount(ranked.length);
  const good = ranked.slice(0, cut);
  const rest = [...ranked.slice(cut), ...pending];
  return fill(space, (dimension, name) => {
    const [l, g] = [good, rest].map((points) => densityOf(dimension, valuesOf(points, name)));
    let best: { readonly at: number; readonly gain: number } | undefined;
    for (let n = 0; n < candidates; n++) {
      const at = l.draw(random);
      const gain = Math.log(l.at(at)) - Math.log(g.at(at));
      if (best === undefined || gain > best.gain) best = { at, gain };
    }
    const { at } = best as { at: number };
    return "values" in dimension ? dimension.values[at] : fromUnit(dimension, at);
  });
}

function valuesOf(points: readonly Point[], name: string): unknown[] {
  return points.flatMap((point) => (Object.hasOwn(point, name) ? [point[name]] : []));
}

/** A density over one option: over places of its list of values, or over [0, 1] for a range. */
export interface Density {
  draw(random: Random): number;
  at(place: number): number;
}

/** A density with one kernel for each value and one, the prior, for the whole option. */
export function densityOf(dimension: AnySpace[string], values: readonly unknown[]): Density {
  if (!("values" in dimension)) return parzen(dimension, values);
  const { length } = dimension.values;
  const weights = new Float64Array(length).fill(1 / length);
  for (const value of values) {
    const at = dimension.values.indexOf(value as never);
    if (at >= 0) weights[at]++;
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    at: (place) => weights[place] / sum,
    draw(random) {
      let left = random.uniform() * sum;
      const at = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return at < 0 ? length - 1 : at;
    },
  };
}

/** Normal kernels cut off at 0 and 1. A kernel is as wide as the way to its farther neighbour, within bounds. */
function parzen(range: Range, values: readonly unknown[]): Density {
  const means = values
    .filter((value): value is number => typeof value === "number" && Number.isFinite(value))
    .map((value) => toUnit(range, value));
  const all = [...means, 0.5].sort((a, b) => a - b);
  // Between two integers there is nothing to tell apart.
  const step = range.whole ? 0.5 / (range.high - range.low + 1) : 0;
  const least = Math.max(step, 1 / Math.min(100, 1 + all.length));
  const kernels = all.map((mean, i) => {
    const gaps = [mean - (all[i - 1] ?? mean), (all[i + 1] ?? mean) - mean];
    const width = Math.min(1, Math.max(least, ...gaps));
    return { mean, width, mass: normalBelow((1 - mean) / width) - normalBelow(-mean / width) };
  });
  const prior = all.indexOf(0.5);
  kernels[prior] = { mean: 0.5, width: 1, mass: normalBelow(0.5) - normalBelow(-0.5) };
  return {
    at(place) {
      let sum = 0;
      for (const { mean, width, mass } of kernels) {
        const distance = (place - mean) / width;
        sum += Math.exp(-0.5 * distance * distance) / (width * Math.sqrt(2 * Math.PI) * mass);
      }
      return sum / kernels.length;
    },
    draw(random) {
      const { mean, width } = kernels[random.integer(kernels.length)];
      for (;;) {
        const place = mean + width * random.normal(); // means lie in [0, 1]: at least a third of the draws do, too
        if (place >= 0 && place <= 1) return place;
      }
    },
  };
}

/** Share of a standard normal below x, to 1.5e-7. @source Abramowitz & Stegun 1964, 7.1.26 */
function normalBelow(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = 0.5 * series * Math.exp(-z * z);
  return x < 0 ? tail : 1 - tail;
}
