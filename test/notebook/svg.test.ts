import { describe, expect, test } from "vitest";
import type { Figure } from "../../src/core/types.js";
import { figureSvg } from "../../src/notebook/index.js";
import {
  gapFigure,
  heatmap,
  lengthDistribution,
  lineChart,
  metricBars,
  pointMap,
  popularityCurve,
  shareBars,
  trainingCurves,
} from "../../src/plot/index.js";

/** Numbers of an attribute, in order. */
const numbers = (svg: string, pattern: RegExp) => Array.from(svg.matchAll(pattern), (match) => Number(match[1]));

const epoch = (n: number) => ({ epoch: n, trainingLoss: 7 - n, metrics: { "HR@10": n / 10, "NDCG@10": n / 20 } });
const FIGURES: [string, Figure][] = [
  ["plays per user", lengthDistribution([1, 2, 3, 900])],
  ["popularity", popularityCurve([900, 100, 10, 1])],
  ["pauses", gapFigure("Pauses", [1, 2, 4, 8], [0, 5, 100, 3], 30)],
  [
    "shares",
    shareBars(
      "Shares",
      [
        ["a rule with a long name", 0.1],
        ["another rule with one", 0.02],
      ],
      1,
    ),
  ],
  ["metrics", metricBars("HR@10", [{ name: "LSTM", value: 0.4, low: 0.35, high: 0.45 }], "protocol; full ranking")],
  ["curves", trainingCurves([1, 2, 3].map(epoch))],
  ["lines", lineChart("Lines", [{ name: "a", x: [1, 2], y: [3, 4] }], { log: "both" })],
  ["map", pointMap("Map", [{ x: 0, y: 1, text: "a", group: "g" }])],
  [
    "heat",
    heatmap(
      "Heat",
      [
        [-1, 0.5],
        [0, 1],
      ],
      ["r1", "r2"],
      ["c1", "c2"],
    ),
  ],
];

describe("every figure of the project", () => {
  test.each(FIGURES)("%s: sound markup, no lost number, the same bytes twice", (_, figure) => {
    const svg = figureSvg(figure);
    expect(svg).toBe(figureSvg(structuredClone(figure)));
    expect(svg).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const open = svg.match(/<(?!\/|[^>]*\/>)[a-z]+/g) ?? [];
    expect(open.length).toBe((svg.match(/<\//g) ?? []).length);
    expect(svg).toContain(`>${(figure.layout.title as { text: string }).text.split("<br>")[0]}<`);
  });
});

test("bars grow from zero in proportion, and an interval covers its bounds", () => {
  const svg = figureSvg(
    metricBars(
      "m",
      [
        { name: "a", value: 0.2, low: 0.1, high: 0.3 },
        { name: "b", value: 0.4, low: 0.4, high: 0.4 },
      ],
      "",
    ),
  );
  const heights = numbers(svg, /<rect [^>]*height="([\d.]+)"/g);
  expect(heights[1] / heights[0]).toBeCloseTo(2, 1);
  const whiskers = Array.from(
    svg.matchAll(/<path d="M[\d.]+ ([\d.]+)V([\d.]+)M/g),
    ([, a, b]) => Number(b) - Number(a),
  );
  expect(whiskers[0]).toBeCloseTo(heights[0], 0); // 0.1 to 0.3 is as much as the bar of 0.2
  expect(whiskers[1]).toBe(0);
});

test("the second axis has its own scale", () => {
  const svg = figureSvg(trainingCurves([1, 2].map(epoch), ["HR@10"]));
  const [loss, metric] = Array.from(svg.matchAll(/<path d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/g), ([, a, b]) => [a, b]);
  expect(Number(loss[0])).toBeLessThan(Number(loss[1])); // the loss falls: later is lower on the page
  expect(Number(metric[0])).toBeGreaterThan(Number(metric[1]));
});

test("a logarithmic axis spaces powers of ten alike and draws no zero", () => {
  const svg = figureSvg(lineChart("", [{ name: "", x: [1, 2, 3, 4], y: [1, 10, 100, 0] }], { log: "y" }));
  const heights = numbers(svg, /<circle [^>]*cy="([\d.]+)"/g);
  expect(heights).toHaveLength(3);
  expect(heights[0] - heights[1]).toBeCloseTo(heights[1] - heights[2], 0);
});

test("heat is orange above zero and blue below", () => {
  const svg = figureSvg(heatmap("", [[-1, 1]], ["r"], ["a", "b"]));
  const colours = Array.from(svg.matchAll(/<rect [^>]*fill="([^"]+)"/g), (match) => match[1]);
  expect(colours.slice(0, 2)).toEqual(["rgb(0, 114, 178)", "rgb(213, 94, 0)"]);
});

test("a bar beside a heat map says which colour is which value", () => {
  const labels = (z: number[][]) => {
    const svg = figureSvg(heatmap("", z, ["r"], ["a", "b"]));
    return Array.from(svg.matchAll(/<text x="678" [^>]*>([^<]+)</g), (match) => Number(match[1]));
  };
  expect(labels([[-1, 0.5]])).toEqual([1, 0, -1]);
  expect(labels([[0, 0.5]])).toEqual([0.5, 0.25, 0]); // nothing below zero: the scale begins there
});

test("a short logarithmic axis is written at more than its power of ten", () => {
  const ticks = (y: number[]) => {
    const svg = figureSvg(lineChart("", [{ name: "", x: [1, 2], y }], { log: "y" }));
    return Array.from(svg.matchAll(/text-anchor="end" font-size="11">([^<]+)</g), (match) => match[1]);
  };
  expect(ticks([0.3, 4])).toEqual(["0.5", "1", "2"]);
  expect(ticks([1, 5000])).toEqual(["1", "10", "100", "1,000"]);
});

test("shares are written in per cent, whole numbers without decimals", () => {
  expect(figureSvg(shareBars("", [["a", 0.016]]))).toContain(">1.6%<");
  const two = figureSvg(trainingCurves([1, 2].map(epoch)));
  expect(two).toContain(">2<");
  expect(two).not.toContain(">2.0<");
});

test("axes have their titles in every figure that takes them", () => {
  const axes = { x: "across", y: "up" };
  for (const figure of [
    shareBars("", [["a", 1]], undefined, axes),
    gapFigure("", [1, 2], [3, 4], null, axes),
    heatmap("", [[1]], ["r"], ["c"], axes),
    pointMap("", [{ x: 0, y: 1, text: "a", group: "g" }], axes),
  ])
    for (const title of Object.values(axes)) expect(figureSvg(figure)).toContain(`>${title}<`);
});

test("titles that are markup, empty figures and figures without numbers", () => {
  expect(figureSvg(lineChart('<script>"&', [{ name: "<b>", x: [1], y: [1] }]))).not.toMatch(/<script|<b>/);
  for (const figure of [lineChart("", []), lineChart("", [{ name: "", x: [], y: [] }]), shareBars("", [])])
    expect(figureSvg(figure)).not.toMatch(/NaN|Infinity/);
  const holes = lineChart("", [{ name: "", x: [1, 2, 3], y: [1, Number.NaN, 2] }]);
  expect(figureSvg(holes)).not.toContain("NaN");
});

test("the title of an axis does not stand on long numbers", () => {
  const titled = (most: number) => figureSvg(lineChart("", [{ name: "", x: [1, 2], y: [0, most] }], { y: "plays" }));
  expect(titled(500)).toMatch(/rotate\(-90 [\d. ]+\)"[^>]*>plays/);
  expect(titled(900_000)).toMatch(/text-anchor="start"[^>]*>plays/);
});
