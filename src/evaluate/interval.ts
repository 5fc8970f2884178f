import { checkInteger, checkLength, checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import { Random } from "../core/random.js";

/** A mean over cases and its confidence interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How often users are drawn anew, integer >= 1. Default 1000. */
  readonly resamples?: number;
  /** Share of the resampled means that the interval holds, in [0.5, 0.999]. Default 0.95. */
  readonly level?: number;
  /** Seed of the draws, integer >= 0. Default 1. */
  readonly seed?: number;
}

/**
 * Percentile bootstrap of several means over the same cases. Users are drawn with all their cases, because the cases of one
 * user are alike and a bootstrap over cases would give intervals that are too narrow.
 *
 * All means see the same draws, and the order of cases does not matter. One user alone gives an interval without width.
 *
 * @param values    M arrays of float64 [N]: what each case contributes, as from `caseGains`
 * @param userCodes int32 [N]: the user of each case
 * @source Efron & Tibshirani 1993, chapter 13 (percentile interval) and section 8.3 (resampling whole clusters)
 * @throws {RefrainError} EMPTY_CASES for N = 0; SHAPE_MISMATCH when lengths differ; ARGUMENT_INVALID for wrong options
 * @example bootstrapMeans([Float64Array.of(1, 1, 1)], Int32Array.of(0, 1, 2))[0].low // 1
 */
export function bootstrapMeans(
  values: readonly Float64Array[],
  userCodes: Int32Array,
  options: BootstrapOptions = {},
): Interval[] {
  const { resamples = 1000, level = 0.95, seed = 1 } = options;
  checkInteger("resamples", resamples, 1, 1_000_000);
  checkNumber("level", level, 0.5, 0.999);
  checkInteger("seed", seed, 0);
  if (userCodes.length === 0) throw new RefrainError("EMPTY_CASES", "An interval needs at least one case, got none.");
  for (const each of values) checkLength("values", each.length, userCodes.length);

  const columns = values.length + 1;
  const totals = userTotals(values, userCodes);
  const users = totals.length / columns;
  const random = Random.stream(seed, "bootstrap");
  const means = values.map(() => new Float64Array(resamples));
  const sums = new Float64Array(columns);
  for (let r = 0; r < resamples; r++) {
    sums.fill(0);
    for (let u = 0; u < users; u++) {
      const at = random.integer(users) * columns;
      for (let m = 0; m < columns; m++) sums[m] += totals[at + m];
    }
    for (let m = 0; m < values.length; m++) means[m][r] = sums[m] / sums[columns - 1];
  }
  return values.map((each, m) => {
    const sorted = means[m].sort();
    return {
      value: each.reduce((sum, value) => sum + value, 0) / each.length,
      low: quantile(sorted, (1 - level) / 2),
      high: quantile(sorted, (1 + level) / 2),
    };
  });
}

/**
 * Mean of first - second over the same cases, with its interval. An interval without 0 means that the two models differ by
 * more than the choice of users explains; it is narrower than comparing their own intervals, because a case that is hard
 * for one is hard for both.
 *
 * @shape first, second float64 [N]: per-case values of two models; userCodes int32 [N]
 * @throws {RefrainError} as `bootstrapMeans`
 * @example pairedDifference(Float64Array.of(1, 1), Float64Array.of(0, 1), Int32Array.of(0, 1)).value // 0.5
 */
export function pairedDifference(
  first: Float64Array,
  second: Float64Array,
  userCodes: Int32Array,
  options: BootstrapOptions = {},
): Interval {
  checkLength("second", second.length, first.length);
  return bootstrapMeans([first.map((value, n) => value - second[n])], userCodes, options)[0];
}

/** Sums of each value and, last, the number of cases of each user, users by ascending code. @shape [users * (M + 1)] */
function userTotals(values: readonly Float64Array[], userCodes: Int32Array): Float64Array {
  const codes = Int32Array.from(new Set(userCodes)).sort();
  const position = new Map<number, number>();
  codes.forEach((code, u) => {
    position.set(code, u);
  });
  const columns = values.length + 1;
  const totals = new Float64Array(codes.length * columns);
  for (let n = 0; n < userCodes.length; n++) {
    const at = position.get(userCodes[n])! * columns;
    for (let m = 0; m < values.length; m++) totals[at + m] += values[m][n];
    totals[at + values.length]++;
  }
  return totals;
}

/** Linear interpolation between the two nearest order statistics (type 7 of Hyndman & Fan 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
