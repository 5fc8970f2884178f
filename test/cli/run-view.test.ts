// A long training says how long it will take once its pace is known; a log whose order is no order of listening says so before.
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { useLanguage } from "../../src/cli/messages.js";
import { showPrepared, showRun } from "../../src/cli/run-view.js";
import type { TrainingEvent } from "../../src/core/events.js";
import { runConfig } from "../../src/recipes/config.js";
import { prepare } from "../../src/recipes/prepare.js";
import { temporaryFolder } from "../data/helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

afterEach(() => {
  vi.restoreAllMocks();
  useLanguage("en");
});

async function linesOf(secondsLeft: number, steps: number): Promise<string[]> {
  async function* events(): AsyncGenerator<TrainingEvent> {
    yield {
      type: "start",
      engine: "test",
      parameterCount: 1,
      epochs: 5,
      stepsPerEpoch: 100,
      positionsPerEpoch: 1,
      paddingShare: 0,
      resumedFromStep: 0,
    };
    for (let step = 1; step <= steps; step++)
      yield {
        type: "step",
        step,
        totalSteps: 500,
        epoch: 1,
        loss: 1,
        learningRate: 1,
        gradientNorm: 1,
        positionsPerSecond: 1,
        secondsLeft: step < 20 ? 1e6 : secondsLeft,
      };
  }
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  await showRun(events(), { json: false, quiet: false });
  return written.filter((line) => /ahead|训练约/.test(line));
}

test("a long training says so once, in both languages", async () => {
  expect(await linesOf(605, 90)).toEqual([
    expect.stringMatching(/^about 10 min 5 s of training ahead for all 5 epochs/),
  ]);
  useLanguage("zh");
  expect(await linesOf(605, 90)).toEqual([expect.stringContaining("10 min 5 s")]);
});

test("a short one, or one whose pace is not known yet, does not", async () => {
  expect(await linesOf(20, 90)).toEqual([]);
  expect(await linesOf(605, 12)).toEqual([]);
});

test("a log that was sorted by item says so, in both languages, and one in another order does not", async () => {
  const said = async (name: string, itemOf: (nth: number) => number) => {
    const rows = Array.from({ length: 1200 }, (_, row) => `u${Math.floor(row / 30)}\t${itemOf(row % 30)}`);
    const path = folder.write(`${name}.tsv`, ["user\titem", ...rows, ""].join("\n"));
    const written: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    showPrepared(await prepare(runConfig({ data: { path } })), { json: false, quiet: false });
    return written.filter((line) => line.startsWith("! ")).join("");
  };
  expect(await said("sorted", (nth) => nth)).toContain("rises in 100 % of the steps");
  expect(await said("mixed", (nth) => (nth * 7) % 30)).toBe("");
  useLanguage("zh");
  expect(await said("sorted-zh", (nth) => nth)).toContain("100 % 的物品编号是上升的");
});
