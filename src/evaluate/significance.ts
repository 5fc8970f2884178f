// Is the difference of two models more than the choice of users? Tests of paired values, and what many of them at once need.
import { checkInteger, checkLength, checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import { Random } from "../core/random.js";

/** Users up to which the signed-rank distribution is counted out; above, the normal one is close enough. */
const EXACT_USERS = 50;

/**
 * Difference of each user, users by ascending code: the mean over the user's cases, or their sum. Cases of one user are alike,
 * so the user is what is paired. Sums add up to the difference of the metric, which is a mean over cases.
 *
 * @shape first, second float64 [N]; userCodes int32 [N] -> float64 [users]
 * @throws {RefrainError} SHAPE_MISMATCH when lengths differ; EMPTY_CASES for N = 0
 * @example userDifferences(Float64Array.of(1, 0, 1), Float64Array.of(0, 0, 1), Int32Array.of(4, 4, 7)) // Float64Array [0.5, 0]
 */
export function userDifferences(
  first: Float64Array,
  second: Float64Array,
  userCodes: Int32Array,
  how: "mean" | "sum" = "mean",
): Float64Array {
  checkLength("second", second.length, first.length);
  checkLength("userCodes", userCodes.length, first.length);
  if (first.length === 0) throw new RefrainError("EMPTY_CASES", "A test needs at least one case, got none.");
  const sums = new Map<number, [sum: number, cases: number]>();
  for (let n = 0; n < first.length; n++) {
    const own = sums.get(userCodes[n]) ?? [0, 0];
    sums.set(userCodes[n], own);
    own[0] += first[n] - second[n];
    own[1]++;
  }
  return Float64Array.from(
    Array.from(sums).sort(([a], [b]) => a - b),
    ([, [sum, cases]]) => (how === "sum" ? sum : sum / cases),
  );
}

/**
 * Two-sided p-value of the paired randomisation test: how often the mean difference is at least as far from 0 when the two
 * models change places for a random half of the users. The observed one counts as one of the rounds, so p is never 0.
 *
 * @param differences one per user
 * @param rounds      integer from 99 to 1,000,000. Default 10,000
 * @source Smucker, Allan & Carterette 2007; Fisher 1935
 * @throws {RefrainError} EMPTY_CASES without differences; ARGUMENT_INVALID for wrong options
 * @example randomisationTest(Float64Array.of(0, 0)) // 1
 */
export function randomisationTest(
  differences: Float64Array,
  { rounds = 10_000, seed = 1 }: { readonly rounds?: number; readonly seed?: number } = {},
): number {
  checkInteger("rounds", rounds, 99, 1_000_000);
  checkInteger("seed", seed, 0);
  if (differences.length === 0) throw new RefrainError("EMPTY_CASES", "A test needs at least one user, got none.");
  const moved = differences.filter((value) => value !== 0);
  const all = moved.reduce((sum, value) => sum + value, 0);
  // Sums in another order differ by rounding; such a round is as far from 0 as the observed one.
  const bound = Math.abs(all) - 1e-12 * moved.reduce((sum, value) => sum + Math.abs(value), 0);
  const random = Random.stream(seed, "randomisation");
  let far = 1;
  for (let round = 0; round < rounds; round++) {
    let flipped = 0;
    let bits = 0;
    for (let u = 0; u < moved.length; u++) {
      if ((u & 31) === 0) bits = random.bits();
      if (bits & 1) flipped += moved[u];
      bits >>>= 1;
    }
    if (Math.abs(all - 2 * flipped) >= bound) far++;
  }
  return far / (rounds + 1);
}

/**
 * Two-sided p-value of Wilcoxon's signed-rank test. Differences of 0 are left out; equal sizes share the mean of their ranks.
 *
 * Up to 50 differences the distribution is counted out, ties too; above, the normal one stands in, with the variance
 * corrected for ties and no correction for continuity.
 *
 * @param differences one per user
 * @source Wilcoxon 1945; Pratt & Gibbons 1981 on ties
 * @throws {RefrainError} EMPTY_CASES without differences
 * @example wilcoxonTest(Float64Array.of(1, 2, 3, 4, 5)) // 1 / 16
 */
export function wilcoxonTest(differences: Float64Array): number {
  if (differences.length === 0) throw new RefrainError("EMPTY_CASES", "A test needs at least one user, got none.");
  const sorted = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = sorted.length;
  if (n === 0) return 1;
  const twiceRanks = new Int32Array(n); // twice, since a mean of ranks may end in .5
  let ties = 0;
  for (let from = 0, end = 0; from < n; from = end) {
    while (end < n && Math.abs(sorted[end]) === Math.abs(sorted[from])) end++;
    twiceRanks.fill(from + end + 1, from, end);
    ties += (end - from) ** 3 - (end - from);
  }
  let positive = 0;
  for (let i = 0; i < n; i++) if (sorted[i] > 0) positive += twiceRanks[i];
  const total = n * (n + 1); // twice the sum of all ranks
  const smaller = Math.min(positive, total - positive);
  if (n <= EXACT_USERS) return exactP(twiceRanks, smaller, total);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  return 2 * normalTail((total / 2 - smaller) / 2 / Math.sqrt(variance));
}

/** Twice the share of the 2^n signs whose positive sum is at most `smaller`. */
function exactP(twiceRanks: Int32Array, smaller: number, total: number): number {
  const chance = new Float64Array(total + 1);
  chance[0] = 1;
  let top = 0;
  for (const rank of twiceRanks) {
    top += rank;
    for (let sum = top; sum >= 0; sum--) chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
  }
  let below = 0;
  for (let sum = 0; sum <= smaller; sum++) below += chance[sum];
  return Math.min(1, 2 * below);
}

/** P(Z >= z) for z >= 0, by the continued fraction of Laplace, or the series where that is slow. */
function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    let fraction = z;
    for (let i = 60; i > 0; i--) fraction = z + i / fraction;
    return density / fraction;
  }
  let [term, sum] = [z, z];
  for (let i = 1; i < 100; i++) {
    term *= (z * z) / (2 * i + 1);
    sum += term;
  }
  return 0.5 - density * sum;
}

/**
 * p-values after Holm's correction for having made all of these tests, in the order given: the chance of one false alarm
 * among all stays below the level.
 *
 * @source Holm 1979
 * @throws {RefrainError} ARGUMENT_INVALID for a value outside [0, 1]
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) checkNumber("p", p, 0, 1);
  const order = Array.from(pValues.keys()).sort((a, b) => pValues[a] - pValues[b]);
  const corrected = pValues.slice();
  let highest = 0;
  order.forEach((at, place) => {
    highest = Math.max(highest, Math.min(1, (pValues.length - place) * pValues[at]));
    corrected[at] = highest;
  });
  return corrected;
}
