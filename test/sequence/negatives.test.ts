import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { negativeSampler } from "../../src/sequence/negatives.js";

describe("negative sampler", () => {
  test.each([0, 0.5, 1])("draws as often as it says, alpha %s", (alpha) => {
    const counts = [0, 1, 5, 20, 0, 100];
    const { draw, logChances } = negativeSampler(counts, alpha);
    const drawn = new Int32Array(counts.length);
    const n = 200_000;
    for (const item of draw(n, Random.stream(1, "draw"))) drawn[item]++;
    expect(drawn[0]).toBe(0);
    for (let item = 1; item < counts.length; item++) {
      const chance = Math.exp(logChances[item]);
      const error = Math.sqrt((chance * (1 - chance)) / n);
      expect(Math.abs(drawn[item] / n - chance)).toBeLessThan(5 * error);
    }
  });

  test("chances are powers of popularity, and sum to 1; an item without plays can be drawn", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (plays, alpha) => {
          const { logChances } = negativeSampler([0, ...plays], alpha);
          const chances = Array.from(logChances.subarray(1), Math.exp);
          expect(chances.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
          const weights = plays.map((count) => Math.max(1, count) ** alpha);
          chances.forEach((chance, i) => {
            expect(chance / chances[0]).toBeCloseTo(weights[i] / weights[0], 2);
          });
          expect(logChances[0]).toBe(Number.NEGATIVE_INFINITY);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("one stream gives one draw", () => {
    const { draw } = negativeSampler([0, 3, 2, 9], 0.5);
    expect(draw(20, Random.stream(4, "a"))).toEqual(draw(20, Random.stream(4, "a")));
  });

  test("wrong arguments are refused", () => {
    expect(() => negativeSampler([0], 0.5)).toThrow(/Number of items/);
    expect(() => negativeSampler([0, 1], 2)).toThrow(/alpha/);
  });
});
