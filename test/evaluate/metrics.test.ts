import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accuracy,
  caseGains,
  hrAt,
  metricNames,
  metricValues,
  mrrAt,
  ndcgAt,
  precisionAt,
  recallAt,
} from "../../src/evaluate/metrics.js";
import { hasCode } from "./helpers.js";

const METRICS = { HR: hrAt, NDCG: ndcgAt, MRR: mrrAt, Precision: precisionAt, Recall: recallAt };
const rank = fc.oneof(
  fc.integer({ min: 1, max: 30 }),
  fc.integer({ min: 2, max: 60 }).map((twice) => twice / 2),
  fc.constant(Number.POSITIVE_INFINITY),
);
const ranks = fc.array(rank, { minLength: 1, maxLength: 40 }).map((values) => Float64Array.from(values));
const cutoff = fc.integer({ min: 1, max: 40 });

describe("by hand", () => {
  // Four cases: first, third, eleventh, not in the catalogue.
  const four = Float64Array.of(1, 3, 11, Number.POSITIVE_INFINITY);
  test.each([
    ["HR", 1, 1 / 4],
    ["HR", 3, 2 / 4],
    ["HR", 10, 2 / 4],
    ["HR", 11, 3 / 4],
    ["NDCG", 1, 1 / 4],
    ["NDCG", 3, (1 + 1 / 2) / 4], // 1 / log2(4) = 1 / 2
    ["NDCG", 11, (1 + 1 / 2 + 0.2789429456511298) / 4], // 1 / log2(12)
    ["MRR", 2, 1 / 4],
    ["MRR", 3, (1 + 1 / 3) / 4],
    ["MRR", 11, (1 + 1 / 3 + 1 / 11) / 4],
    ["Precision", 3, (1 / 3 + 1 / 3) / 4],
    ["Precision", 10, (1 / 10 + 1 / 10) / 4],
    ["Recall", 3, 2 / 4],
  ] as const)("%s@%i is %d", (name, k, expected) => {
    expect(METRICS[name](four, k)).toBeCloseTo(expected, 14);
    expect(metricValues(four, [k])[`${name}@${k}`]).toBeCloseTo(expected, 14);
  });

  test("a mean rank of ties may fall between the cut-offs", () => {
    const tied = Float64Array.of(2.5);
    expect(hrAt(tied, 2)).toBe(0);
    expect(hrAt(tied, 3)).toBe(1);
    expect(ndcgAt(tied, 3)).toBeCloseTo(1 / Math.log2(3.5), 14);
    expect(mrrAt(tied, 3)).toBeCloseTo(0.4, 14);
  });

  test("accuracy is HR@1", () => {
    expect(accuracy(four)).toBe(0.25);
    expect(accuracy(Float64Array.of(1.5))).toBe(0);
  });
});

describe("for any ranks", () => {
  test("metrics lie in [0, 1] and rise with k, but precision, which is HR / k", () => {
    fc.assert(
      fc.property(ranks, cutoff, (values, k) => {
        for (const [name, metric] of Object.entries(METRICS)) {
          expect(metric(values, k)).toBeGreaterThanOrEqual(0);
          expect(metric(values, k)).toBeLessThanOrEqual(1);
          if (name !== "Precision") expect(metric(values, k + 1)).toBeGreaterThanOrEqual(metric(values, k));
        }
        expect(precisionAt(values, k)).toBeCloseTo(hrAt(values, k) / k, 12);
        expect(mrrAt(values, k)).toBeLessThanOrEqual(ndcgAt(values, k) + 1e-12);
        expect(ndcgAt(values, k)).toBeLessThanOrEqual(hrAt(values, k) + 1e-12);
        expect(recallAt(values, k)).toBe(hrAt(values, k));
      }),
    );
  });

  test("agree with relevance vectors laid out in full", () => {
    const whole = fc.array(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(whole, cutoff, (values, k) => {
        // One list of 30 places per case, 1 where the target stands; 31 stands for no place.
        const lists = values.map((at) => Array.from({ length: 30 }, (_, place) => (place + 1 === at ? 1 : 0)));
        const over = (score: (top: number[]) => number) =>
          lists.reduce((sum, list) => sum + score(list.slice(0, k)), 0) / lists.length;
        const gained = (top: number[], discount: (place: number) => number) =>
          top.reduce((sum, relevance, place) => sum + (2 ** relevance - 1) * discount(place), 0);
        const array = Float64Array.from(values, (at) => (at === 31 ? Number.POSITIVE_INFINITY : at));
        const expected = {
          HR: over((top) => (top.includes(1) ? 1 : 0)),
          NDCG: over((top) => gained(top, (place) => Math.LN2 / Math.log(place + 2)) / (Math.LN2 / Math.log(2))),
          MRR: over((top) => gained(top, (place) => 1 / (place + 1))),
          Precision: over((top) => gained(top, () => 1) / k),
          Recall: over((top) => gained(top, () => 1)),
        };
        for (const [name, metric] of Object.entries(METRICS))
          expect(metric(array, k)).toBeCloseTo(expected[name as keyof typeof expected], 10);
      }),
    );
  });

  test("the order of cases does not matter", () => {
    fc.assert(
      fc.property(ranks, cutoff, (values, k) => {
        for (const metric of Object.values(METRICS))
          expect(metric(values.toReversed(), k)).toBeCloseTo(metric(values, k), 12);
      }),
    );
  });

  test("the mean of a metric's gains is the metric", () => {
    fc.assert(
      fc.property(ranks, (values) => {
        const all = metricValues(values, [1, 10]);
        expect(Object.keys(all)).toEqual(metricNames([1, 10]));
        for (const [name, value] of Object.entries(all))
          expect(caseGains(values, name).reduce((sum, gain) => sum + gain, 0) / values.length).toBe(value);
      }),
    );
  });
});

test("no case, no metric; no such cut-off, no such name", () => {
  expect(() => hrAt(new Float64Array(0), 1)).toThrow(hasCode("EMPTY_CASES"));
  expect(() => metricValues(new Float64Array(0), [1])).toThrow(hasCode("EMPTY_CASES"));
  expect(() => ndcgAt(Float64Array.of(1), 0)).toThrow(hasCode("ARGUMENT_INVALID", "k"));
  for (const name of ["HR", "HR@", "HR@0", "HR@1.5", "hr@1", "AUC@1", "__proto__@1", ""])
    expect(() => caseGains(Float64Array.of(1), name)).toThrow(hasCode("ARGUMENT_INVALID", name));
});
