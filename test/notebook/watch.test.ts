import { describe, expect, test } from "vitest";
import type { TrainingEvent } from "../../src/core/events.js";
import { validationMetrics } from "../../src/evaluate/index.js";
import { watch } from "../../src/notebook/index.js";
import { train } from "../../src/train/index.js";
import { useEngine } from "../support/engine.js";
import { newModel, shortTraining, smallModel, worldOf } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";
import { useRecorder } from "./recorder.js";

const recorder = useRecorder();
useEngine();
const world = worldOf(markovWorld({ users: 12, items: 8, plays: 14 }).log);

async function training(signal?: AbortSignal, every = 0) {
  const model = newModel(world, smallModel());
  const validate = (scorer: Parameters<typeof validationMetrics>[0]) => validationMetrics(scorer, world.validation);
  const config = shortTraining({ epochs: 3 });
  try {
    return await watch(train({ model, windows: world.windows, config, engine: "x", validate, signal }), { every });
  } finally {
    model.dispose();
  }
}

describe("a training run", () => {
  test("shows progress in one place, then the curves and one line", async () => {
    const watched = await training();
    const [first, ...rest] = recorder.shown;
    const live = rest.slice(0, -2);
    expect(live.length).toBeGreaterThan(watched.steps.length);
    expect(live.every(({ id, update }) => id === first.id && update)).toBe(true);
    expect(live.at(-1)?.bundle["text/html"]).toMatch(/<svg .*step \d+ \/ \d+ · epoch 3 \/ 3 · loss [\d.]+ · HR@10 /);
    const [figure, line] = rest.slice(-2);
    expect(figure).toMatchObject({ id: first.id, update: true });
    expect(figure.bundle).toHaveProperty("application/vnd.plotly.v1+json");
    expect(line.bundle["text/plain"]).toMatch(/^finished · step \d+ · epoch 3 · best epoch \d \(NDCG@5 0\.\d{3}\)$/);
    expect(watched).toMatchObject({ reason: "finished", folder: undefined });
    expect(watched.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(watched.steps.map(({ step }) => step)).toEqual(watched.steps.map((_, n) => n + 1));
  });

  test("leaves the same behind each time, whatever time it took", async () => {
    await training();
    const before = recorder.shown.slice(-2).map(({ bundle }) => bundle);
    recorder.shown = [];
    await training();
    expect(recorder.shown.slice(-2).map(({ bundle }) => bundle)).toEqual(before);
  });

  test("draws no more often than it is told to", async () => {
    await training(undefined, 1e9);
    expect(recorder.shown).toHaveLength(1 + 1 + 2);
  });

  test("an interrupt ends it, and what there is stays", async () => {
    recorder.controller.abort();
    const watched = await training(recorder.controller.signal);
    expect(watched).toMatchObject({ reason: "interrupted", steps: [], bestEpoch: 0 });
    expect(recorder.shown.at(-1)?.bundle["text/plain"]).toBe("interrupted · step 0 · epoch 0");
  });
});

describe("other streams", () => {
  async function* stream(events: readonly (TrainingEvent | { type: string; folder?: string })[], error?: Error) {
    yield* events;
    if (error) throw error;
  }
  const validation = (epoch: number): TrainingEvent => ({
    type: "validation",
    epoch,
    step: 10 * epoch,
    trainingLoss: 3,
    metrics: { "HR@10": 0.5 },
    best: true,
    seconds: 1,
  });
  const end: TrainingEvent = { type: "end", reason: "finished", steps: 10, bestEpoch: 1, bestValue: 0.5, seconds: 9 };

  test("a whole run tells its folder; unknown events pass by", async () => {
    const watched = await watch(stream([validation(1), end, { type: "news" }, { type: "saved", folder: "runs/x" }]));
    expect(watched).toMatchObject({ folder: "runs/x", bestEpoch: 1 });
    expect(recorder.shown.at(-1)?.bundle["text/plain"]).toBe(
      "finished · step 10 · epoch 1 · best epoch 1 (HR@10 0.500)",
    );
    expect(JSON.stringify(recorder.shown.at(-2)?.bundle)).toContain("training loss"); // one epoch is a curve of one point
  });

  test("an error goes on, with the curves so far left in the cell", async () => {
    const events = stream([validation(1), validation(2)], new Error("lost"));
    await expect(watch(events)).rejects.toThrow("lost");
    expect(recorder.shown.at(-1)?.bundle).toHaveProperty("image/svg+xml");
  });

  test("warnings stand in the last line", async () => {
    await watch(stream([{ type: "warning", message: "half a checkpoint" } as TrainingEvent, end]));
    expect(recorder.shown.at(-1)?.bundle["text/plain"]).toContain("half a checkpoint");
  });
});
