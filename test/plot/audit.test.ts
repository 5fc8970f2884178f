import { expect, test } from "vitest";
import { gapFigure, shareBars } from "../../src/plot/index.js";

test("pauses stand on logarithmic axes, with a line at the natural one", () => {
  const { data, layout } = gapFigure("Pauses", [1, 60, 3600, 86_400], [3, 5, 1, 0], 30);
  expect(data[0]).toMatchObject({ x: [0, Math.log10(60), Math.log10(3600)], y: [3, 5, 1] });
  expect(layout).toMatchObject({
    title: { text: "Pauses" },
    yaxis: { type: "log" },
    shapes: [{ x0: expect.closeTo(Math.log10(1800), 12) }],
    annotations: [{ x: expect.closeTo(Math.log10(1800), 12), text: "30 min" }],
  });
  expect(gapFigure("Pauses", [1], [3], null).layout).toMatchObject({ shapes: [], annotations: [] });
  expect(gapFigure("Pauses", [1], [0], null).data[0]).toMatchObject({ x: [], y: [] });
});

test("shares are bars, one of them marked", () => {
  const [bars] = shareBars(
    "Shares",
    [
      ["a", 0.5],
      ["b", 0.25],
    ],
    1,
  ).data as { marker: { color: string[] } }[];
  expect(bars).toMatchObject({ x: ["a", "b"], y: [0.5, 0.25] });
  expect(new Set(bars.marker.color).size).toBe(2);
  const [plain] = shareBars("Shares", [
    ["a", 0.5],
    ["b", 0.25],
  ]).data as { marker: { color: string[] } }[];
  expect(new Set(plain.marker.color).size).toBe(1);
});
