import { expect, test } from "vitest";
import { figureSvg } from "../../src/notebook/index.js";
import { heatmap, lineChart, pointMap, principalPlane } from "../../src/plot/index.js";

test("lines in the order given; a legend only for several", () => {
  const one = { name: "a", x: [1, 2], y: [3, 4] };
  const figure = lineChart("T", [one, { ...one, name: "b" }], { x: "step", log: "y" });
  expect(figure.data.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(figure.layout).toMatchObject({ showlegend: true, yaxis: { type: "log" }, xaxis: { title: { text: "step" } } });
  expect(lineChart("T", [one]).layout.showlegend).toBe(false);
});

test("a heat map is even around zero and finite for zeros alone", () => {
  expect(heatmap("T", [[-2, 1]], ["r"], ["a", "b"]).data[0]).toMatchObject({ zmin: -2, zmax: 2 });
  expect(heatmap("T", [[0]], ["r"], ["a"]).data[0].zmax).toBeGreaterThan(0);
});

test("points of a group share a trace, with their texts", () => {
  const at = { x: 1, y: 2 };
  const points = [
    { ...at, text: "a", group: "g" },
    { ...at, text: "b", group: "h" },
    { ...at, text: "c", group: "g" },
  ];
  expect(pointMap("T", points).data.map(({ name, text }) => [name, text])).toEqual([
    ["g", ["a", "c"]],
    ["h", ["b"]],
  ]);
});

test("the principal plane is the plane in which the points lie", () => {
  // A long and a short axis, turned by 30 degrees and put into three dimensions.
  const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const flat = [
    [4, 0],
    [-4, 0],
    [0, 1],
    [0, -1],
    [2, 0.5],
    [-2, -0.5],
  ];
  const values = flat.flatMap(([a, b]) => [10 + a * cos - b * sin, a * sin + b * cos, 7]);
  const plane = principalPlane(values, 3);
  const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  for (let i = 0; i < flat.length; i++)
    for (let j = 0; j < i; j++) expect(apart(plane[i], plane[j])).toBeCloseTo(apart(flat[i], flat[j]), 6);
  expect(Math.abs(plane[0][0])).toBeGreaterThan(3.9); // the long axis comes first
});

test("the main direction is found wherever it points", () => {
  const plane = principalPlane([4, -8, -4, 8, 0.2, 0.1, -0.2, -0.1], 2);
  expect(Math.abs(plane[0][0])).toBeCloseTo(Math.hypot(4, 8), 6);
  expect(Math.abs(plane[0][1])).toBeLessThan(1e-6);
});

test("a large heat map, and one with a hole", () => {
  const z = Array.from({ length: 400 }, (_, r) => Array.from({ length: 400 }, (_, c) => r - c));
  const names = z.map((_, n) => String(n));
  expect(heatmap("large", z, names, names).data[0]).toMatchObject({ zmax: 399 });
  expect(figureSvg(heatmap("hole", [[1, Number.NaN]], ["a"], ["b", "c"]))).not.toContain("undefined");
});

test("points without a difference, and a wrong width", () => {
  expect(principalPlane([1, 1, 1, 1], 2)).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(() => principalPlane([1], 1)).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
});
