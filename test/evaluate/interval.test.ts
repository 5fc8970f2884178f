import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { bootstrapMeans, pairedDifference } from "../../src/evaluate/interval.js";
import { hasCode } from "./helpers.js";

const samples = fc
  .array(fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }), user: fc.integer({ min: 0, max: 30 }) }), {
    minLength: 1,
    maxLength: 80,
  })
  .map((rows) => ({
    values: Float64Array.from(rows, ({ value }) => value),
    users: Int32Array.from(rows, ({ user }) => user * 1000 - 7),
  }));
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("bootstrap over users", () => {
  test("the interval holds the mean and lies within the values", () => {
    fc.assert(
      fc.property(samples, ({ values, users }) => {
        const [{ value, low, high }] = bootstrapMeans([values], users, { resamples: 300 });
        expect(value).toBeCloseTo(mean(values), 12);
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test("agrees with a twin that draws lists of users", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 99 }), ({ values, users }, seed) => {
        const codes = [...new Set(users)].sort((a, b) => a - b);
        const random = Random.stream(seed, "bootstrap");
        const means = Array.from({ length: 41 }, () => {
          const drawn = codes.map(() => codes[random.integer(codes.length)]);
          const all = drawn.flatMap((code) => Array.from(values).filter((_, n) => users[n] === code));
          return mean(Float64Array.from(all));
        }).sort((a, b) => a - b);
        const [{ low, high }] = bootstrapMeans([values], users, { resamples: 41, seed });
        // 2.5 % and 97.5 % of 41 sorted means lie at places 1 and 39.
        expect(low).toBeCloseTo(means[1], 10);
        expect(high).toBeCloseTo(means[39], 10);
      }),
      { numRuns: 30 },
    );
  });

  test("covers the truth about as often as it says", () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const random = Random.stream(trial, "coverage");
      const rows = Array.from({ length: 80 }, (_, user) => {
        const taste = random.uniform(); // cases of a user are alike
        return Array.from({ length: 4 }, () => ({ user, value: random.uniform() < taste ? 1 : 0 }));
      }).flat();
      const [{ low, high }] = bootstrapMeans(
        [Float64Array.from(rows, ({ value }) => value)],
        Int32Array.from(rows, ({ user }) => user),
        { resamples: 400, seed: trial },
      );
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(178);
    expect(covered).toBeLessThan(200);
  });

  test("is wider when the same cases belong to fewer users", () => {
    const values = Float64Array.from({ length: 400 }, (_, n) => (n % 40 < 20 ? 1 : 0));
    const width = (users: Int32Array) => {
      const [{ low, high }] = bootstrapMeans([values], users);
      return high - low;
    };
    const single = width(Int32Array.from(values.keys()));
    const clustered = width(Int32Array.from(values.keys(), (n) => Math.floor(n / 20)));
    expect(clustered).toBeGreaterThan(2 * single);
  });

  test("is a function of its seed and not of the order of cases", () => {
    fc.assert(
      fc.property(samples, ({ values, users }) => {
        const [first] = bootstrapMeans([values], users, { resamples: 50 });
        expect(bootstrapMeans([values], users, { resamples: 50 })[0]).toEqual(first);
        const [reversed] = bootstrapMeans([values.toReversed()], users.toReversed(), { resamples: 50 });
        expect(reversed.low).toBeCloseTo(first.low, 12);
        expect(reversed.high).toBeCloseTo(first.high, 12);
      }),
    );
    const values = Float64Array.from({ length: 50 }, (_, n) => n);
    const users = Int32Array.from(values.keys());
    expect(bootstrapMeans([values], users, { seed: 2 })).not.toEqual(bootstrapMeans([values], users, { seed: 3 }));
  });

  test("one user has no width; no case is refused, and so are wrong options", () => {
    const values = Float64Array.of(0, 1);
    const one = Int32Array.of(4, 4);
    expect(bootstrapMeans([values], one)).toEqual([{ value: 0.5, low: 0.5, high: 0.5 }]);
    expect(() => bootstrapMeans([], new Int32Array(0))).toThrow(hasCode("EMPTY_CASES"));
    expect(() => bootstrapMeans([values], Int32Array.of(4))).toThrow(hasCode("SHAPE_MISMATCH"));
    for (const options of [{ resamples: 0 }, { level: 1 }, { seed: -1 }])
      expect(() => bootstrapMeans([values], one, options)).toThrow(hasCode("ARGUMENT_INVALID"));
  });
});

describe("paired difference", () => {
  const random = Random.stream(1, "paired");
  const hard = Float64Array.from({ length: 600 }, () => random.uniform());
  const users = Int32Array.from(hard.keys(), (n) => n % 200);

  test("sees a small difference that the models' own intervals hide", () => {
    const better = hard.map((value) => value + 0.01);
    const { value, low, high } = pairedDifference(better, hard, users);
    expect([low, value, high].every((number) => Math.abs(number - 0.01) < 1e-9)).toBe(true);
    const [own, other] = bootstrapMeans([better, hard], users);
    expect(own.low).toBeLessThan(other.high);
  });

  test("turns its sign with its arguments, and is 0 of a model and itself", () => {
    const other = Float64Array.from(hard, () => random.uniform());
    const there = pairedDifference(hard, other, users);
    const back = pairedDifference(other, hard, users);
    expect(back.value).toBeCloseTo(-there.value, 12);
    expect(back.low).toBeCloseTo(-there.high, 12);
    expect(pairedDifference(hard, hard, users)).toEqual({ value: 0, low: 0, high: 0 });
    expect(() => pairedDifference(hard, hard.subarray(1), users)).toThrow(hasCode("SHAPE_MISMATCH"));
  });
});
