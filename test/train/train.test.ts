import { describe, expect, test } from "vitest";
import type { TrainingEvent } from "../../src/core/events.js";
import { Random } from "../../src/core/random.js";
import { Adam, type SampledLossName, sampledLosses, tf } from "../../src/engine/index.js";
import { validationMetrics } from "../../src/evaluate/index.js";
import { type ModelConfig, modelScorer } from "../../src/model/index.js";
import { toBatch } from "../../src/sequence/batches.js";
import { CheckpointStore, checkModel, gradientStep, learningRateAt, trainConfig } from "../../src/train/index.js";
import { isLongRun, withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { apart, GOLDEN } from "../support/golden.js";
import {
  eventsOf,
  newModel,
  shortTraining,
  smallModel,
  trainFresh,
  trainModel,
  weightsOf,
  worldOf,
} from "../support/training.js";
import { cycleWorld, markovWorld, toLog } from "../support/worlds.js";

useEngine();

const little = worldOf(markovWorld({ users: 12, items: 8, plays: 14 }).log);

/** HR@1 on the test part after training. */
async function hitRate(
  world: typeof little,
  options: Parameters<typeof shortTraining>[0],
  shape: Partial<ModelConfig> = {},
): Promise<number> {
  const model = newModel(world, smallModel({ embeddingSize: 16, hiddenSize: 16, ...shape }), 5);
  await trainModel(model, { world, config: shortTraining(options) });
  const metrics = await validationMetrics(modelScorer(model, "LSTM"), world.test);
  model.dispose();
  return metrics["HR@1"];
}

describe("what can be learned is learned", () => {
  test("a circle: HR@1 above 0.95", async () => {
    expect(await hitRate(worldOf(cycleWorld(24)), { epochs: 25 })).toBeGreaterThan(0.95);
  });

  test.skipIf(!isLongRun).each(Object.keys(sampledLosses) as SampledLossName[])(
    "the same by %s over 12 drawn items, rows by rows (needs REFRAIN_FULL=1)",
    async (loss) => {
      const options = { epochs: 40, loss, negatives: 12, lazy: true, weightDecay: 0 };
      expect(await hitRate(worldOf(cycleWorld(24)), options, { repeatWindow: 0, personalWindow: 0 })).toBeGreaterThan(
        0.9,
      );
    },
  );

  test("a sampled loss with the copy mechanism is refused", async () => {
    const run = trainFresh({ world: little, config: shortTraining({ loss: "bpr" }) });
    await expect(run).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("repeatWindow"),
    });
  });

  test("a Markov chain: at least 85 % of the best HR@1 there is, and not more than chance allows", async () => {
    const { log, bestHitRate } = markovWorld({ users: 250, items: 15, plays: 20 });
    const reached = await hitRate(worldOf(log, 40), { epochs: 5, batchPositions: 200 });
    expect(reached).toBeGreaterThan(0.85 * bestHitRate);
    // 250 cases: two standard errors are 0.062.
    expect(reached).toBeLessThan(bestHitRate + 0.07);
  });

  test("a shuffled log: near chance", async () => {
    const random = Random.stream(3, "shuffled");
    const rows = Array.from({ length: 200 }, (_, u) =>
      Array.from({ length: 12 }, (_, time) => ({ user: `u${u}`, item: `i${random.integer(20)}`, time })),
    ).flat();
    const reached = await hitRate(worldOf(toLog(rows)), { epochs: 3, batchPositions: 200 });
    // Chance is 0.05 and its standard error over 200 cases 0.015.
    expect(reached).toBeLessThan(0.05 + 4 * 0.016);
  });
});

describe("what is said", () => {
  test("start, checks, then steps and one validation and checkpoint per epoch, then the end", async () => {
    await withFolder(async (folder) => {
      const { events } = await trainFresh({ world: little, checkpoints: new CheckpointStore(folder, "") });
      const [start] = eventsOf(events, "start");
      const order = events
        .map(
          ({ type }) =>
            ({ start: "S", check: "c", step: ".", validation: "v", checkpoint: "k", warning: "w", end: "E" })[type],
        )
        .join("");
      expect(order).toBe(`Scc${`${".".repeat(start.stepsPerEpoch)}vk`.repeat(4)}E`);
      expect(start).toMatchObject({ engine: "test", epochs: 4, resumedFromStep: 0, positionsPerEpoch: 12 * 11 });
      const steps = eventsOf(events, "step");
      expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
      for (const step of steps) {
        expect(Math.abs(step.totalSteps - steps.length)).toBeLessThanOrEqual(1);
        expect([step.loss, step.gradientNorm, step.learningRate, step.positionsPerSecond].every(Number.isFinite)).toBe(
          true,
        );
      }
      expect(steps.at(-1)?.secondsLeft).toBe(0);
      const validations = eventsOf(events, "validation");
      expect(validations.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
      expect(validations[0].best).toBe(true);
      expect(eventsOf(events, "end")[0]).toMatchObject({ reason: "finished", steps: steps.length });
      const [first, last] = [validations[0].trainingLoss, validations[3].trainingLoss];
      expect(last).toBeLessThan(first);
    });
  });

  test("both checks pass on a sound model and leave its weights alone", () => {
    const model = newModel(little, smallModel());
    const before = weightsOf(model);
    const checks = checkModel(model, little.windows);
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["first loss", true],
      ["overfit one batch", true],
    ]);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  test("a broken model fails its first check", () => {
    const model = newModel(little, smallModel({ repeatWindow: 0 }));
    const bias = model.parameters.get("output/bias");
    bias?.assign(Float32Array.from({ length: bias.size }, (_, i) => (i === 1 ? 40 : 0)));
    expect(checkModel(model, little.windows)[0].passed).toBe(false);
    model.dispose();
  });
});

describe("stopping", () => {
  /** Validation values by epoch, and the weights that each epoch had. */
  async function withValues(values: readonly number[], options: Parameters<typeof shortTraining>[0]) {
    const model = newModel(little, smallModel());
    const seen: Record<string, Float32Array>[] = [];
    const events = await trainModel(model, {
      world: little,
      config: shortTraining(options),
      validate: async () => {
        seen.push(weightsOf(model));
        return { "NDCG@10": values[seen.length - 1] };
      },
    });
    const weights = weightsOf(model);
    model.dispose();
    return { events, seen, weights, end: eventsOf(events, "end")[0] };
  }

  test("early, after `patience` epochs without a better one; the best weights are kept", async () => {
    const { end, seen, weights } = await withValues([0.1, 0.3, 0.2, 0.3, 0.25, 0.9], { epochs: 6, patience: 3 });
    expect(end).toMatchObject({ reason: "early-stopping", bestEpoch: 2, bestValue: 0.3 });
    expect(seen.length).toBe(5);
    expect(weights).toEqual(seen[1]);
    expect(weights).not.toEqual(seen[4]);
  });

  test("at the last epoch is finished, not early", async () => {
    const { end, seen, weights } = await withValues([0.5, 0.4, 0.3], { epochs: 3, patience: 2 });
    expect(end).toMatchObject({ reason: "finished", bestEpoch: 1 });
    expect(weights).toEqual(seen[0]);
  });

  test("an aborted run saves, says so, and keeps the weights of its last step", async () => {
    await withFolder(async (folder) => {
      const checkpoints = new CheckpointStore(folder, "");
      const onEvent = (event: TrainingEvent) => (event.type === "step" && event.step === 2 ? "stop" : undefined);
      const { events } = await trainFresh({ world: little, checkpoints, onEvent });
      expect(events.slice(-2).map(({ type }) => type)).toEqual(["checkpoint", "end"]);
      expect(events.at(-1)).toMatchObject({ reason: "interrupted", steps: 2 });
    });
    const { events } = await trainFresh({ world: little, aborted: true });
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "interrupted", steps: 0 });
  });

  test("a metric that is not measured is named", async () => {
    const wrong = trainFresh({ world: little, config: shortTraining({ metric: "NDCG@7" }) });
    await expect(wrong).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("NDCG@7") });
  });

  test("too few windows", async () => {
    const wrong = trainFresh({ world: { ...little, windows: little.windows.slice(0, 1) } });
    await expect(wrong).rejects.toMatchObject({ code: "TOO_LITTLE_DATA" });
  });
});

describe("a loss that is not finite", () => {
  test("a poisoned weight stops the run at once, with step and batch, and nothing is changed", async () => {
    const model = newModel(little, smallModel());
    let after: Record<string, Float32Array> | undefined;
    const poisoned = trainModel(model, {
      world: little,
      onEvent: (event) => {
        if (event.type !== "step" || event.step !== 5) return;
        const scale = model.parameters.get("output/scale");
        scale?.assign(new Float32Array(scale.size).fill(Number.NaN));
        after = weightsOf(model);
      },
    });
    await expect(poisoned).rejects.toMatchObject({
      code: "LOSS_NOT_FINITE",
      message: expect.stringMatching(/step 6, batch \d+ of epoch \d+/),
      details: { step: 6 },
    });
    expect(weightsOf(model)).toEqual(after);
    model.dispose();
  });

  test("weights that the last step of an epoch ruined stop the run before validation believes them", async () => {
    const model = newModel(little, smallModel());
    let last = 0;
    const ruined = trainModel(model, {
      world: little,
      onEvent: (event) => {
        if (event.type === "start") last = event.stepsPerEpoch;
        if (event.type !== "step" || event.step !== last) return;
        const bias = model.parameters.get("output/bias");
        bias?.assign(new Float32Array(bias.size).fill(Number.NaN));
      },
    });
    await expect(ruined).rejects.toMatchObject({ code: "LOSS_NOT_FINITE", details: { step: 4, batch: 4, epoch: 1 } });
    model.dispose();
  });

  test("a learning rate that lets the weights run away", async () => {
    const options = {
      epochs: 60,
      learningRate: 10,
      warmupSteps: 0,
      clipNorm: 1e9,
      weightDecay: 1,
      schedule: "constant",
    } as const;
    const config = smallModel({ layerNorm: false, repeatWindow: 0, cell: "rnn" });
    const wild = trainFresh({ world: little, config: shortTraining(options) }, config);
    await expect(wild).rejects.toMatchObject({ code: "LOSS_NOT_FINITE" });
  });
});

test("the first ten losses are the recorded ones, on whichever engine runs here", async () => {
  const { events } = await trainFresh({ world: GOLDEN.world, config: GOLDEN.training }, GOLDEN.model);
  const losses = eventsOf(events, "step").map(({ loss }) => loss);
  expect(losses.length).toBeGreaterThanOrEqual(10);
  expect(apart(losses, GOLDEN.losses)).toBeLessThan(1e-4);
});

test("50 steps leave no tensor", () => {
  const model = newModel(little, smallModel());
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 });
  const batch = toBatch(little.windows.slice(0, 3).map(({ user, items }) => ({ user, items: items.subarray(0, 3) })));
  const before = tf.memory().numTensors;
  for (let step = 0; step < 50; step++)
    gradientStep(model, optimizer, batch, { random: Random.stream(1, step), learningRate: 1e-3, clipNorm: 5 });
  expect(tf.memory().numTensors).toBe(before);
  optimizer.dispose();
  model.dispose();
});

describe("learning rate", () => {
  const rate = (options: Parameters<typeof trainConfig>[0], step: number, progress: number) =>
    learningRateAt(trainConfig({ learningRate: 0.1, ...options }), step, progress);

  test("rises in a line over the warm-up and then stays, when constant", () => {
    const constant = { schedule: "constant", warmupSteps: 4 } as const;
    expect([0, 1, 2, 3, 4, 900].map((step) => rate(constant, step, 0.5))).toEqual(
      [0.025, 0.05, 0.075, 0.1, 0.1, 0.1].map((r) => expect.closeTo(r, 12)),
    );
    expect(rate({ schedule: "constant", warmupSteps: 0 }, 0, 0)).toBe(0.1);
  });

  test("falls as a cosine to zero at the end of all epochs", () => {
    const cosine = { schedule: "cosine", warmupSteps: 0 } as const;
    expect(rate(cosine, 9, 0)).toBeCloseTo(0.1, 12);
    expect(rate(cosine, 9, 1 / 3)).toBeCloseTo(0.075, 12);
    expect(rate(cosine, 9, 0.5)).toBeCloseTo(0.05, 12);
    expect(rate(cosine, 9, 1)).toBeCloseTo(0, 12);
  });

  test("wrong options are named", () => {
    for (const options of [{ learningRate: 0 }, { epochs: 0 }, { clipNorm: 0 }, { optimizer: "sgd" }, { lr: 1 }])
      expect(() => trainConfig(options as never)).toThrow(Object.keys(options)[0]);
  });
});
