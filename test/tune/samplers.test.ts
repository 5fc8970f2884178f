import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { importanceBars } from "../../src/plot/index.js";
import {
  type AnySpace,
  drawPoint,
  goodCount,
  importanceOf,
  type Point,
  parseSpace,
  tpePoint,
} from "../../src/tune/index.js";
import { fromUnit, keyOf, newPoint, toUnit } from "../../src/tune/space.js";
import { densityOf } from "../../src/tune/tpe.js";
import { hasCode } from "../evaluate/helpers.js";

const space = {
  cell: { values: ["lstm", "gru", "attention"] },
  heads: { values: [1, 2, 4], when: { option: "cell", is: ["attention"] } },
  rate: { low: 1e-4, high: 1e-1, scale: "log" },
  layers: { low: 1, high: 4, scale: "linear", whole: true },
} as const satisfies AnySpace;

describe("a space", () => {
  const points = Array.from({ length: 3000 }, (_, n) => drawPoint(space, Random.stream(n, "draw")));

  test("draws in its bounds, evenly in its scale, integers as often at the ends", () => {
    const rates = points.map(({ rate }) => rate as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
    expect(rates.filter((rate) => rate < 1e-3).length / 3000).toBeCloseTo(1 / 3, 1);
    for (const layers of [1, 2, 3, 4])
      expect(points.filter((point) => point.layers === layers).length / 3000).toBeCloseTo(1 / 4, 1);
  });

  test("leaves a conditional option out where its condition does not hold", () => {
    for (const point of points) expect(Object.hasOwn(point, "heads")).toBe(point.cell === "attention");
  });

  test("a place in a range and its number belong together", () => {
    for (const range of [space.rate, space.layers, { low: -3, high: 5, scale: "linear" } as const])
      for (const at of [0.03, 0.4, 0.98]) {
        const value = fromUnit(range, at);
        expect(fromUnit(range, toUnit(range, value))).toBe(value);
      }
    expect([toUnit(space.rate, 1), toUnit(space.rate, 1e-9), fromUnit(space.layers, 1)]).toEqual([1, 0, 4]);
  });

  test("gives no point twice, and none when there are no more", () => {
    const small: AnySpace = { a: { values: [1, 2] }, b: { values: [1, 2] } };
    const random = Random.stream(1, "small");
    const known: Point[] = [];
    for (let n = 0; n < 5; n++) {
      const point = newPoint(known, () => drawPoint(small, random));
      if (point) known.push(point);
    }
    expect(new Set(known.map(keyOf)).size).toBe(4);
    expect(keyOf({ a: 1, b: 2 })).toBe(keyOf({ b: 2, a: 1 }));
  });

  test.each<[unknown, string]>([
    [null, "space"],
    [{}, "1 to 100"],
    [{ a: { values: [] } }, "space.a"],
    [{ a: { values: [1, 1] } }, "differ"],
    [{ a: { low: 2, high: 1, scale: "linear" } }, "below"],
    [{ a: { low: 0, high: 1, scale: "log" } }, "log scale"],
    [{ a: { low: 0.5, high: 2, scale: "linear", whole: true } }, "integers"],
    [{ a: { low: 1, high: Number.POSITIVE_INFINITY, scale: "linear" } }, "space.a"],
    [{ a: { values: [1], when: { option: "b", is: [1] } }, b: { values: [1] } }, "stand before"],
    [{ a: { values: [1], other: 2 } }, "space.a"],
  ])("%j from a file is refused", (given, words) => {
    expect(() => parseSpace(given)).toThrow(hasCode("CONFIG_INVALID", words));
  });
});

describe("the Parzen estimator", () => {
  test("takes a tenth as good, 25 at most", () => {
    expect([1, 10, 11, 100, 250, 5000].map(goodCount)).toEqual([1, 1, 2, 10, 25, 25]);
  });

  test("its densities sum to one, draw what they say, and are highest where the values are", () => {
    for (const values of [[], [0.001], [1e-4, 1e-4, 0.02, 0.1], [0.05, "wrong", Number.NaN]]) {
      const density = densityOf(space.rate, values);
      const places = Array.from({ length: 2000 }, (_, n) => (n + 0.5) / 2000);
      expect(places.reduce((sum, at) => sum + density.at(at) / 2000, 0)).toBeCloseTo(1, 4);
      const random = Random.stream(1, "density");
      const drawn = Array.from({ length: 4000 }, () => density.draw(random));
      const below = places.reduce((sum, at) => sum + (at < 0.4 ? density.at(at) / 2000 : 0), 0);
      expect(drawn.filter((at) => at < 0.4).length / 4000).toBeCloseTo(below, 1);
    }
    const density = densityOf(space.cell, ["gru", "gru", "none"]);
    for (const [at, share] of [1 / 9, 7 / 9, 1 / 9].entries()) expect(density.at(at)).toBeCloseTo(share, 12);
  });

  /** Best at cell attention, 4 heads, rate 0.01, 3 layers: 0. */
  const value = ({ cell, heads, rate, layers }: Point) =>
    -(cell === "attention" ? 0.5 - (heads as number) / 8 : 1) -
    Math.abs(Math.log10(rate as number) + 2) -
    0.3 * Math.abs((layers as number) - 3);
  const bestOfSearch = (seed: number, sampler: "tpe" | "random", trials: number) => {
    const done: { point: Point; value: number }[] = [];
    const random = Random.stream(seed, "search");
    for (let n = 0; n < trials; n++) {
      done.sort((a, b) => b.value - a.value);
      const ranked = done.map(({ point }) => point);
      const point = sampler === "tpe" ? tpePoint(space, ranked, [], random) : drawPoint(space, random);
      done.push({ point, value: value(point) });
    }
    return Math.max(...done.map((each) => each.value));
  };

  test("comes nearer to the best of a known function than random search does, over seeds", () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const gains = seeds.map((seed) => bestOfSearch(seed, "tpe", 60) - bestOfSearch(seed, "random", 60));
    expect(gains.filter((gain) => gain > 0).length).toBeGreaterThanOrEqual(16);
    const mean = (sampler: "tpe" | "random") =>
      seeds.reduce((sum, seed) => sum + bestOfSearch(seed, sampler, 60), 0) / seeds.length;
    expect(mean("tpe")).toBeGreaterThan(0.7 * mean("random"));
  });

  test("a trial that still runs keeps the next one away from its place", () => {
    const line: AnySpace = { x: { low: 0, high: 1, scale: "linear" } };
    const ranked = [0.5, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.05, 0.95, 0.15].map((x) => ({ x }));
    const distance = (pending: readonly Point[]) =>
      Array.from({ length: 200 }, (_, n) => {
        const { x } = tpePoint(line, ranked, pending, Random.stream(n, "pending"));
        return Math.abs((x as number) - 0.5);
      }).reduce((sum, each) => sum + each / 200, 0);
    expect(distance(Array.from({ length: 10 }, () => ({ x: 0.5 })))).toBeGreaterThan(1.2 * distance([]));
  });

  test("what decides is important, what does not is not", () => {
    const points = Array.from({ length: 80 }, (_, n) => drawPoint(space, Random.stream(n, "importance")));
    const of = (worth: (point: Point) => number) =>
      importanceOf(
        space,
        [...points].sort((a, b) => worth(b) - worth(a)),
      );
    const [first, ...others] = of(({ rate }) => -Math.abs(Math.log10(rate as number) + 2));
    expect(first.option).toBe("rate");
    expect(first.share).toBeGreaterThan(0.6);
    expect(others.reduce((sum, { share }) => sum + share, first.share)).toBeCloseTo(1, 9);
    expect(of(({ cell }) => (cell === "gru" ? 1 : 0))[0].option).toBe("cell");
    expect(importanceOf(space, points.slice(0, 5))).toEqual([]);
    // The best four have what all have: nothing sets them apart.
    const alike = importanceOf(
      { tied: { values: [true, false] } },
      Array.from({ length: 40 }, (_, n) => ({ tied: n % 2 === 0 })),
    );
    expect(alike).toEqual([{ option: "tied", share: 0 }]);
    expect(importanceBars(alike).layout.title).toMatchObject({ text: "Importance of the options: none stands out" });
  });
});
