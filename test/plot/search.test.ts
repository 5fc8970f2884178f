import { expect, test } from "vitest";
import { figureSvg } from "../../src/notebook/index.js";
import { figureIn, importanceBars, parallelCoordinates, rungCurves, searchHistory } from "../../src/plot/index.js";
import { type AnySpace, MemoryStudy, type Objective, optimise, studyDefinition } from "../../src/tune/index.js";

const space: AnySpace = {
  cell: { values: ["lstm", "gru"] },
  gates: { values: [1, 2], when: { option: "cell", is: ["gru"] } },
  rate: { low: 0.001, high: 0.1, scale: "log" },
};
const store = new MemoryStudy(studyDefinition({ space, sampler: "random", halving: { first: 1, last: 4, eta: 2 } }));
const objective: Objective = async ({ options, to }) => ({ value: (options.rate as number) + to / 100 });
for await (const _ of optimise(store, objective, { trials: 8 }));
const trials = store.trials();

test("the history has every trial once, and a best that never falls", () => {
  const [best, full, stopped] = searchHistory(trials, "HR@10").data as { x: number[]; y: number[] }[];
  expect([...full.x, ...stopped.x].sort()).toEqual(trials.map(({ number }) => number));
  expect(best.y).toEqual([...best.y].sort((a, b) => a - b));
  expect(best.y.at(-1)).toBe(Math.max(...full.y, ...stopped.y));
});

test("parallel coordinates have an axis for each option, a gap where it is not set, and the best on top", () => {
  const { data } = parallelCoordinates(space, trials, "HR@10");
  const dropouts = { dropout: { values: [0, 0.1, 0.2, 0.4] }, tied: { values: [true, false] } };
  expect(parallelCoordinates(dropouts, trials, "HR@10").data[0].x).toEqual([
    "dropout<br>0 … 0.4",
    "tied<br>true, false",
    expect.stringMatching(/^HR@10<br>/),
  ]);
  const lines = data as { x: string[]; y: number[]; name: string; line: { width: number } }[];
  expect(lines[0].x.map((name) => name.split("<br>")[0])).toEqual(["cell", "gates", "rate", "HR@10"]);
  expect(lines.at(-1)?.y.at(-1)).toBe(1);
  expect(lines.filter(({ line }) => line.width === 4)).toHaveLength(1);
  for (const { name, y } of lines) {
    const { options } = trials[Number(name)];
    expect(Number.isNaN(y[1])).toBe(options.cell !== "gru");
    expect(y[2]).toBeCloseTo(Math.log10((options.rate as number) / 0.001) / 2, 9);
  }
});

test("curves have a point for each rung of a trial; figures are drawn as still images and speak Chinese", () => {
  const curves = rungCurves(trials, "HR@10").data as { name: string; x: number[] }[];
  for (const { name, x } of curves) expect(x).toEqual(trials[Number(name)].results.map(({ units }) => units));
  const bars = importanceBars([
    { option: "rate", share: 0.9 },
    { option: "cell", share: 0.1 },
  ]);
  for (const figure of [searchHistory(trials, "HR@10"), parallelCoordinates(space, trials, "HR@10"), bars]) {
    expect(figureSvg(figure)).not.toMatch(/NaN|undefined/);
    expect(figureIn("zh", figure).layout.title).not.toEqual(figure.layout.title);
  }
});
