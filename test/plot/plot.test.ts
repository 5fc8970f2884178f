import { describe, expect, test } from "vitest";
import type { Figure } from "../../src/core/types.js";
import { COLOURS, lengthDistribution, metricBars, popularityCurve, trainingCurves } from "../../src/plot/index.js";

/** Fails unless a figure survives JSON unchanged, with finite numbers and axes of one length. */
function expectSound(figure: Figure): void {
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
  const visit = (value: unknown): void => {
    if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
    else expect(["string", "boolean"]).toContain(typeof value);
  };
  visit(figure);
  for (const trace of figure.data) {
    expect(Array.isArray(trace.x)).toBe(true);
    expect((trace.y as unknown[]).length).toBe((trace.x as unknown[]).length);
  }
  expect(figure.layout).toMatchObject({ title: { text: expect.any(String) }, xaxis: {}, yaxis: {} });
}

describe("plays per user", () => {
  test("bins that double", () => {
    const figure = lengthDistribution([1, 1, 2, 3, 4, 8, 15, 16]);
    expectSound(figure);
    expect(figure.data[0].x).toEqual(["1", "2–3", "4–7", "8–15", "16–31"]);
    expect(figure.data[0].y).toEqual([2, 2, 1, 2, 1]);
  });

  test("gaps are zeros; typed arrays, one user and none", () => {
    expect(lengthDistribution(Int32Array.of(1, 9)).data[0].y).toEqual([1, 0, 0, 1]);
    expectSound(lengthDistribution([5]));
    expectSound(lengthDistribution([]));
    const many = lengthDistribution(Int32Array.from({ length: 1000 }, (_, i) => i + 1)).data[0].y as number[];
    expect(many.reduce((a, b) => a + b)).toBe(1000);
  });
});

describe("plays per item by rank", () => {
  test("falls, starts with the most, and stays small", () => {
    const figure = popularityCurve(Int32Array.from({ length: 50_000 }, (_, i) => 1 + ((i * 7919) % 1000)));
    expectSound(figure);
    const { x, y } = figure.data[0] as { x: number[]; y: number[] };
    expect([x[0], y[0]]).toEqual([1, 1000]);
    expect(x.length).toBeLessThan(200);
    expect(y).toEqual(y.toSorted((a, b) => b - a));
    expect(x).toEqual([...new Set(x)].sort((a, b) => a - b));
  });

  test("the argument stays; one item and none", () => {
    const plays = [3, 1, 2];
    expect(popularityCurve(plays).data[0].y).toEqual([3, 2, 1]);
    expect(plays).toEqual([3, 1, 2]);
    expectSound(popularityCurve([4]));
    expectSound(popularityCurve([]));
  });
});

describe("training curves", () => {
  const points = [1, 2, 3].map((epoch) => ({
    epoch,
    trainingLoss: 5 / epoch,
    metrics: { "HR@10": epoch / 10, "NDCG@10": epoch / 20, "HR@1": 0 },
  }));

  test("one line for the loss and one for each metric", () => {
    const figure = trainingCurves(points);
    expectSound(figure);
    expect(figure.data.map(({ name }) => name)).toEqual(["training loss", "validation HR@10", "validation NDCG@10"]);
    expect(figure.data.map(({ yaxis }) => yaxis)).toEqual([undefined, "y2", "y2"]);
    expect(figure.data[1]).toMatchObject({ x: [1, 2, 3], y: [0.1, 0.2, 0.3] });
    expect(new Set(figure.data.map(({ line }) => (line as { color: string }).color)).size).toBe(3);
  });

  test("other metrics; a run without epochs", () => {
    expect(trainingCurves(points, ["HR@1"]).data.length).toBe(2);
    expectSound(trainingCurves([]));
  });
});

test("bars with intervals, in the given order, whatever their number", () => {
  const bars = Array.from({ length: 9 }, (_, i) => ({ name: `s${i}`, value: 0.5, low: 0.4, high: 0.7 }));
  const figure = metricBars("HR@10", bars, "leave-one-out");
  expectSound(figure);
  const { x, error_y, marker } = figure.data[0] as {
    x: string[];
    error_y: { array: number[]; arrayminus: number[] };
    marker: { color: string[] };
  };
  expect(x).toEqual(bars.map(({ name }) => `${name}<br>0.500`));
  expect(error_y.array.length).toBe(9);
  expect(error_y.array[0]).toBeCloseTo(0.2, 12);
  expect(error_y.arrayminus[0]).toBeCloseTo(0.1, 12);
  expect(marker.color.every((colour) => (COLOURS as readonly string[]).includes(colour))).toBe(true);
  expect((figure.layout.title as { text: string }).text).toContain("leave-one-out");
  expectSound(metricBars("HR@10", [], ""));
});
