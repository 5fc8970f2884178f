// A long training says how long it will take once its pace is known.
import { afterEach, expect, test, vi } from "vitest";
import { useLanguage } from "../../src/cli/messages.js";
import { showRun } from "../../src/cli/run-view.js";
import type { TrainingEvent } from "../../src/core/events.js";

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
