// A run that was stopped anywhere and resumed must end with the same bits as one that was not.
import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { CheckpointStore } from "../../src/train/index.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { eventsOf, shortTraining, smallModel, trainFresh, worldOf } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

const world = worldOf(markovWorld({ users: 14, items: 8, plays: 9 }).log);
const config = shortTraining();
let whole: Awaited<ReturnType<typeof trainFresh>>;
let stepsPerEpoch: number;
let steps: number;

beforeAll(async () => {
  whole = await trainFresh({ world, config });
  stepsPerEpoch = eventsOf(whole.events, "start")[0].stepsPerEpoch;
  steps = eventsOf(whole.events, "step").length;
  expect(stepsPerEpoch).toBeGreaterThanOrEqual(3);
  expect(steps).toBeGreaterThanOrEqual(3 * stepsPerEpoch);
});

const storeIn = (folder: string, fingerprint = "the same") => new CheckpointStore(folder, fingerprint);
const checkpointsIn = (folder: string) => readdirSync(folder).sort();
const lossesOf = (events: Parameters<typeof eventsOf>[0]) => eventsOf(events, "step").map(({ loss }) => loss);

/** Trains until a step is done, then aborts. */
const runUntil = (folder: string, step: number, options = config) =>
  trainFresh({
    world,
    config: options,
    checkpoints: storeIn(folder),
    onEvent: (event) => (event.type === "step" && event.step === step ? "stop" : undefined),
  });

test("two runs of one seed have the same weights, bit by bit", async () => {
  const again = await trainFresh({ world, config });
  expect(again.weights).toEqual(whole.weights);
  expect(lossesOf(again.events)).toEqual(lossesOf(whole.events));
});

test("checkpoints on the way change nothing", async () => {
  await withFolder(async (folder) => {
    const often = shortTraining({ checkpointSeconds: 0 });
    const saved = await trainFresh({ world, config: often, checkpoints: storeIn(folder) });
    expect(saved.weights).toEqual(whole.weights);
    expect(eventsOf(saved.events, "checkpoint").length).toBeGreaterThanOrEqual(steps);
    expect(checkpointsIn(folder).length).toBe(2);
  });
});

test("a checkpoint that somebody asks for is saved there, once, and changes nothing", async () => {
  await withFolder(async (folder) => {
    const ask = (event: { type: string; step?: number }) =>
      event.type === "step" && event.step === 2 ? "save" : undefined;
    const saved = await trainFresh({ world, config, checkpoints: storeIn(folder), onEvent: ask });
    const places = eventsOf(saved.events, "checkpoint").map(({ step }) => step);
    expect(places.filter((step) => step % stepsPerEpoch !== 0)).toEqual([2]);
    expect(saved.weights).toEqual(whole.weights);
  });
  // Where it is time for one anyway, it is that one.
  vi.useFakeTimers({ toFake: ["performance"] });
  await withFolder(async (folder) => {
    const onEvent = (event: { type: string; step?: number }) => {
      if (event.type !== "step" || event.step !== 1) return undefined;
      vi.advanceTimersByTime(1000 * (config.checkpointSeconds + 1));
      return "save";
    };
    const saved = await trainFresh({ world, config, checkpoints: storeIn(folder), onEvent });
    const places = eventsOf(saved.events, "checkpoint").map(({ step }) => step);
    expect(places.filter((step) => step % stepsPerEpoch !== 0)).toEqual([1]);
  });
  vi.useRealTimers();
  const without = await trainFresh({ world, config, onEvent: () => "save" });
  expect(eventsOf(without.events, "checkpoint")).toEqual([]);
});

describe("interrupted and resumed", () => {
  test.each([
    ["before the first step", () => 0],
    ["after the first step", () => 1],
    ["in the middle of an epoch", () => 2],
    ["with the last batch of an epoch", () => stepsPerEpoch],
    ["with the last step", () => steps],
  ])("%s", async (_, stop) => {
    await withFolder(async (folder) => {
      const at = stop();
      const first =
        at === 0
          ? await trainFresh({ world, config, checkpoints: storeIn(folder), aborted: true })
          : await runUntil(folder, at);
      const end = eventsOf(first.events, "end")[0];
      expect(end.steps).toBe(at);
      // After the last batch of the last epoch there is nothing left to interrupt.
      expect(end.reason).toBe(at === steps ? "finished" : "interrupted");
      expect(first.events.at(-2)?.type).toBe("checkpoint");
      const second = await trainFresh({ world, config, checkpoints: storeIn(folder) });
      expect(eventsOf(second.events, "start")[0].resumedFromStep).toBe(at);
      expect(second.weights).toEqual(whole.weights);
      expect([...lossesOf(first.events), ...lossesOf(second.events)]).toEqual(lossesOf(whole.events));
      const metricsOf = (events: typeof first.events) => eventsOf(events, "validation").map(({ metrics }) => metrics);
      expect([...metricsOf(first.events), ...metricsOf(second.events)]).toEqual(metricsOf(whole.events));
      expect(eventsOf(second.events, "end")[0]).toMatchObject({ reason: "finished", steps });
    });
  });

  test("at the end of an epoch, from the validation event", async () => {
    await withFolder(async (folder) => {
      const checkpoints = storeIn(folder);
      const stop = (event: { type: string }) => (event.type === "validation" ? "stop" : undefined);
      const first = await trainFresh({ world, config, checkpoints, onEvent: stop });
      expect(eventsOf(first.events, "end")[0]).toMatchObject({ reason: "interrupted", steps: stepsPerEpoch });
      expect((await trainFresh({ world, config, checkpoints })).weights).toEqual(whole.weights);
    });
  });

  test("after every single step", async () => {
    await withFolder(async (folder) => {
      let last = whole;
      for (let step = 1; step <= steps; step++) last = await runUntil(folder, step);
      expect(eventsOf(last.events, "end")[0]).toMatchObject({ reason: "finished", steps });
      expect(last.weights).toEqual(whole.weights);
    });
  });

  test("after training was done but not yet taken away", async () => {
    await withFolder(async (folder) => {
      const checkpoints = storeIn(folder);
      await trainFresh({ world, config, checkpoints });
      const again = await trainFresh({ world, config, checkpoints });
      expect(eventsOf(again.events, "step")).toEqual([]);
      expect(again.weights).toEqual(whole.weights);
    });
  });
});

describe("checkpoints that are damaged", () => {
  const often = shortTraining({ checkpointSeconds: 0 });

  test.each([
    ["cut short", (path: string) => truncateSync(path, 1000)],
    ["empty", (path: string) => truncateSync(path, 0)],
    ["of another kind", (path: string) => writeFileSync(path, "x".repeat(5000))],
  ])("newest one %s: a warning, the one before it, the same end", async (_, damage) => {
    await withFolder(async (folder) => {
      await runUntil(folder, 7, often);
      const [before, newest] = checkpointsIn(folder);
      expect([before, newest]).toEqual(["checkpoint-000000006.bin", "checkpoint-000000007.bin"]);
      damage(join(folder, newest));
      const { events, weights } = await trainFresh({ world, config: often, checkpoints: storeIn(folder) });
      expect(events.slice(0, 2).map(({ type }) => type)).toEqual(["warning", "start"]);
      expect(eventsOf(events, "warning")[0].message).toContain(newest);
      expect(eventsOf(events, "start")[0].resumedFromStep).toBe(6);
      expect(weights).toEqual(whole.weights);
    });
  });

  test("none left whole: begins anew, says so, and ends the same", async () => {
    await withFolder(async (folder) => {
      await runUntil(folder, 7, often);
      for (const name of checkpointsIn(folder)) truncateSync(join(folder, name), 100);
      const { events, weights } = await trainFresh({ world, config: often, checkpoints: storeIn(folder) });
      const warnings = eventsOf(events, "warning");
      expect(warnings.length).toBeGreaterThanOrEqual(2);
      expect(warnings.at(-1)?.message).not.toContain("before it is used");
      expect(eventsOf(events, "start")[0].resumedFromStep).toBe(0);
      expect(weights).toEqual(whole.weights);
    });
  });

  test("a file that a killed process left half written is not taken for a checkpoint", async () => {
    await withFolder(async (folder) => {
      await runUntil(folder, 3);
      writeFileSync(join(folder, "checkpoint-000000099.bin.12345678.tmp"), "half");
      const { events, weights } = await trainFresh({ world, config, checkpoints: storeIn(folder) });
      expect(eventsOf(events, "warning")).toEqual([]);
      expect(weights).toEqual(whole.weights);
    });
  });
});

test("another fingerprint is refused, and the weights stay", async () => {
  await withFolder(async (folder) => {
    await runUntil(folder, 3);
    const other = trainFresh({ world, config, checkpoints: storeIn(folder, "another") }, smallModel());
    await expect(other).rejects.toMatchObject({ code: "CHECKPOINT_MISMATCH" });
    expect(checkpointsIn(folder).length).toBeGreaterThan(0);
  });
});
