import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compare,
  evaluateRanks,
  holm,
  overSeeds,
  randomisationTest,
  userDifferences,
  wilcoxonTest,
} from "../../src/evaluate/index.js";
import { hasCode } from "./helpers.js";

/** All 2^n changes of signs, counted out. */
function countedOut(differences: number[], statistic: (signed: number[]) => number): number {
  const bound = statistic(differences) - 1e-12;
  let far = 0;
  for (let mask = 0; mask < 2 ** differences.length; mask++)
    if (statistic(differences.map((value, i) => (mask & (1 << i) ? -value : value))) >= bound) far++;
  return far / 2 ** differences.length;
}
const small = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 9 });

describe("wilcoxonTest", () => {
  test("known values", () => {
    // The plant heights of Darwin as in the manual of SciPy: statistic 24, p 0.041259765625.
    const darwin = Float64Array.of(6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75);
    expect(wilcoxonTest(darwin)).toBeCloseTo(0.041259765625, 12);
    expect(wilcoxonTest(Float64Array.of(1, 2, 3, 4, 5))).toBe(1 / 16);
    expect(wilcoxonTest(Float64Array.of(0, 0))).toBe(1);
  });

  test("is what counting all signs gives, ties and zeros too", () => {
    fc.assert(
      fc.property(small, (values) => {
        const moved = values.filter((value) => value !== 0);
        const sizes = moved.map(Math.abs).sort((a, b) => a - b);
        const rank = (value: number) => (sizes.indexOf(Math.abs(value)) + sizes.lastIndexOf(Math.abs(value))) / 2 + 1;
        const distance = (signed: number[]) =>
          Math.abs(signed.reduce((sum, value) => sum + Math.sign(value) * rank(value), 0));
        const expected = moved.length === 0 ? 1 : countedOut(moved, distance);
        expect(wilcoxonTest(Float64Array.from(values))).toBeCloseTo(expected, 12);
      }),
      { numRuns: 60 },
    );
  });

  test("the normal form goes on where counting ends", () => {
    const at = (n: number) =>
      wilcoxonTest(Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * (1 + ((i * 7) % n))));
    expect(Math.abs(Math.log(at(51) / at(50)))).toBeLessThan(0.5);
    const tiny = wilcoxonTest(Float64Array.from({ length: 200 }, (_, i) => i + 1));
    expect(tiny).toBeGreaterThan(0);
    expect(tiny).toBeLessThan(1e-30);
  });
});

describe("randomisationTest", () => {
  test("is near the share of all sign changes", () => {
    fc.assert(
      fc.property(small, (values) => {
        const expected = countedOut(values, (signed) => Math.abs(signed.reduce((sum, value) => sum + value, 0)));
        expect(Math.abs(randomisationTest(Float64Array.from(values), { rounds: 4000 }) - expected)).toBeLessThan(0.05);
      }),
      { numRuns: 25 },
    );
  });

  test("falls with the difference, is never 0 and the same for the same seed", () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => ((i * 37) % 101) / 100 - 0.5);
    const p = (shift: number) =>
      randomisationTest(
        values.map((value) => value + shift),
        { rounds: 999 },
      );
    expect(p(0)).toBeGreaterThan(0.3);
    expect(p(0.05)).toBeLessThan(0.02);
    expect(p(5)).toBe(1 / 1000);
    expect(p(0.03)).toBe(p(0.03));
  });
});

test("holm by hand, in the order given", () => {
  expect(holm([])).toEqual([]);
  expect(holm([0.5, 0.001, 0.02, 0.021])).toEqual([0.5, 0.004, 0.06, 0.06]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});

test("users are paired by the mean of their cases", () => {
  const first = Float64Array.of(1, 1, 0, 1);
  expect(userDifferences(first, Float64Array.of(0, 1, 0, 0), Int32Array.of(9, 9, 2, 9))).toEqual(
    Float64Array.of(0, 2 / 3),
  );
});

test("sums add up to the difference of the metric", () => {
  const [first, second] = [Float64Array.of(1, 1, 0, 1), Float64Array.of(0, 1, 0.5, 0)];
  expect(userDifferences(first, second, Int32Array.of(9, 9, 2, 9), "sum")).toEqual(Float64Array.of(-0.5, 2));
});

test("wrong arguments have codes", () => {
  const none = new Float64Array(0);
  for (const wrong of [
    () => wilcoxonTest(none),
    () => randomisationTest(none),
    () => userDifferences(none, none, new Int32Array(0)),
  ])
    expect(wrong).toThrow(hasCode("EMPTY_CASES"));
  expect(() => randomisationTest(Float64Array.of(1), { rounds: 5 })).toThrow(hasCode("ARGUMENT_INVALID", "rounds"));
  expect(() => holm([2])).toThrow(hasCode("ARGUMENT_INVALID"));
  expect(() => userDifferences(Float64Array.of(1), none, Int32Array.of(1))).toThrow(hasCode("SHAPE_MISMATCH"));
});

describe("in a comparison", () => {
  const card = {
    split: "leave-one-out",
    part: "test",
    candidates: "full",
    seen: "keep",
    ties: "mean",
    cutoffs: [10],
    cases: 80,
    users: 40,
    items: 50,
    withoutHistory: 0,
    unknownTargets: 0,
  } as const;
  const users = Int32Array.from({ length: 80 }, (_, n) => n >> 1);
  const make = (name: string, rankOf: (n: number) => number) =>
    evaluateRanks(
      name,
      Float64Array.from({ length: 80 }, (_, n) => rankOf(n)),
      users,
      card,
    );
  const good = make("good", (n) => 1 + (n % 4));
  const equal = make("equal", (n) => 1 + ((n + 2) % 4));
  const bad = make("bad", (n) => 5 + (n % 20));

  test("each row is tested against the best but the oracle, with Holm's correction", () => {
    const { rows } = compare([bad, good, equal, make("oracle", () => 1)], { tests: true, metric: "NDCG@10" });
    expect(rows.map(({ scorer, tests }) => [scorer, tests !== undefined])).toEqual([
      ["oracle", false],
      ["equal", false],
      ["good", true],
      ["bad", true],
    ]);
    const [, , second, last] = rows;
    expect(last.tests!.difference.high).toBeLessThan(0);
    for (const test of [last.tests!.randomisation, last.tests!.wilcoxon]) {
      expect(test.corrected).toBeLessThan(0.01);
      expect(test.corrected).toBeCloseTo(2 * test.p, 12);
    }
    expect(second.tests!.wilcoxon.corrected).toBeGreaterThan(0.2);
    expect(compare([bad, good]).rows.some(({ tests }) => tests)).toBe(false);
  });

  test("seeds become one row: means, their deviation, and gains that are means", () => {
    const both = overSeeds([good, bad]);
    const value = ({ metrics }: typeof good) => metrics.find(({ name }) => name === "HR@10")!;
    expect(value(both).value).toBeCloseTo((value(good).value + value(bad).value) / 2, 12);
    expect(value(both).deviation).toBeCloseTo(Math.abs(value(good).value - value(bad).value) / Math.SQRT2, 12);
    const table = compare([{ ...both, scorer: "both" }, good], { tests: true, metric: "HR@10" });
    expect(table.rows.map(({ scorer }) => scorer)).toEqual(["good", "both"]);
    expect(table.rows[1].tests!.difference.value).toBeCloseTo(value(both).value - value(good).value, 12);
    expect(overSeeds([good])).toBe(good);
    expect(() => overSeeds([])).toThrow(hasCode("EMPTY_CASES"));
  });
});
