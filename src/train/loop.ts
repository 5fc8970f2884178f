import { RefrainError } from "../core/errors.js";
import type { StopReason, TrainingEvent } from "../core/events.js";
import { Random } from "../core/random.js";
import type { Scorer } from "../core/scorer.js";
import type { Query } from "../core/types.js";
import { Adam, type SampledLossName } from "../engine/index.js";
import {
  type GradientOptions,
  modelScorer,
  type NamedTensors,
  type RecurrentModel,
  readWeights,
  writeWeights,
} from "../model/index.js";
import { type Batch, paddingShare, toBatches, type Window } from "../sequence/batches.js";
import { type NegativeSampler, negativeSampler } from "../sequence/negatives.js";
import type { CheckpointStore, TrainingState } from "./checkpoint.js";
import { checkModel } from "./checks.js";
import { learningRateAt, type TrainConfig } from "./config.js";
import { gradientStep } from "./step.js";

export interface TrainInput {
  readonly model: RecurrentModel;
  readonly windows: readonly Window[];
  /** Other windows of the same plays for one epoch, a function of the stream; without it every epoch has `windows`. */
  readonly windowsOf?: (random: Random) => readonly Window[];
  readonly config: TrainConfig;
  /** Such as "native"; goes into the start event. */
  readonly engine: string;
  /** Metrics on the validation part; the loop never sees the data behind it. */
  readonly validate: (scorer: Scorer) => Promise<Readonly<Record<string, number>>>;
  /** Where to save; without it the run cannot be resumed. */
  readonly checkpoints?: CheckpointStore;
  /** Abort to stop after the step in flight, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Asked after each step; true saves a checkpoint there and goes on. */
  readonly wantsCheckpoint?: () => boolean;
}

/**
 * Trains the model and leaves the weights with the best validation metric in it. Everything that happens is yielded.
 *
 * The order of batches is a function of (seed, epoch) and the dropout masks of (seed, step), so a run that was killed and
 * resumed from a checkpoint takes the same steps as one that was not.
 *
 * @throws {RefrainError} TOO_LITTLE_DATA without windows; LOSS_NOT_FINITE with step and batch; CHECKPOINT_MISMATCH;
 *         CONFIG_INVALID when `validate` does not give the metric that chooses
 */
export async function* train(input: TrainInput): AsyncGenerator<TrainingEvent, void> {
  const { model, windows, config, checkpoints, signal } = input;
  if (windows.length < 2) throw new RefrainError("TOO_LITTLE_DATA", `There are ${windows.length} training windows.`);
  const optimizer = new Adam(model.parameters, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: config.optimizer === "adamw" ? config.weightDecay : 0,
  });
  try {
    yield* run(input, optimizer, windows, model, config, checkpoints, signal);
  } finally {
    optimizer.dispose();
  }
}

async function* run(
  input: TrainInput,
  optimizer: Adam,
  windows: readonly Window[],
  model: RecurrentModel,
  config: TrainConfig,
  checkpoints?: CheckpointStore,
  signal?: AbortSignal,
): AsyncGenerator<TrainingEvent, void> {
  const damages: string[] = [];
  const restored = checkpoints?.restore(model, optimizer, (error) => damages.push(error.message));
  const then = restored ? "The checkpoint before it is used." : "No whole checkpoint is left: training begins anew.";
  for (const message of damages) yield { type: "warning", message: `${message} ${then}` };
  const state: TrainingState = restored?.state ?? newState();
  let best: NamedTensors | undefined = restored?.best;
  const batchesOf = (epoch: number): Batch[] => {
    const random = Random.stream(config.seed, "batches", epoch);
    const own = input.windowsOf?.(Random.stream(config.seed, "windows", epoch)) ?? windows;
    const batches = toBatches(own, config.batchPositions, random);
    while (batches.length < config.minimumStepsPerEpoch) batches.push(...toBatches(own, config.batchPositions, random));
    return batches;
  };
  let batches = batchesOf(state.epoch);
  yield startEvent(input, batches, state.step);
  if (!restored) for (const check of checkModel(model, windows)) yield check;

  const clock = startClock(state.seconds);
  let lastSave = clock.seconds();
  const save = (): TrainingEvent[] => {
    if (!checkpoints) return [];
    lastSave = clock.seconds();
    state.seconds = lastSave;
    return [{ type: "checkpoint", step: state.step, path: checkpoints.save(state, model, optimizer, best) }];
  };
  const sampler = config.loss === "softmax" ? undefined : samplerOf(model, windows, config);
  const outOfPatience = () => state.epoch - state.bestEpoch >= config.patience;
  let interrupted = false;
  training: for (; state.epoch < config.epochs && !outOfPatience(); batches = batchesOf(state.epoch)) {
    while (state.batch < batches.length) {
      if (signal?.aborted) {
        interrupted = true;
        break training;
      }
      const batch = batches[state.batch];
      const progress = (state.epoch + state.batch / batches.length) / config.epochs;
      const learningRate = learningRateAt(config, state.step, progress);
      const began = performance.now();
      const { loss, gradientNorm } = gradientStep(model, optimizer, batch, {
        learningRate,
        clipNorm: config.clipNorm,
        random: Random.stream(config.seed, "dropout", state.step),
        sampled: sampler && sampledOf(config, sampler, state.step),
        rowsOnly: config.lazy,
      });
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
        throw notFinite(`loss is ${loss} and the gradient norm ${gradientNorm}`, state, learningRate);
      state.step++;
      state.batch++;
      state.epochLoss += loss * batch.targets.length;
      state.epochPositions += batch.targets.length;
      const seconds = (performance.now() - began) / 1000;
      const done = (state.epoch + state.batch / batches.length) / config.epochs;
      yield {
        type: "step",
        step: state.step,
        totalSteps: Math.round(state.step / done),
        epoch: state.epoch + 1,
        loss,
        learningRate,
        gradientNorm,
        positionsPerSecond: batch.targets.length / seconds,
        secondsLeft: clock.secondsLeft(done),
      };
      const wanted = input.wantsCheckpoint?.(); // asked whatever the clock says: one checkpoint serves both
      if (wanted || clock.seconds() - lastSave > config.checkpointSeconds) yield* save();
      await breathe();
    }
    const metrics = await input.validate(finiteScorer(model, config.maxLength, state));
    const value = metrics[config.metric];
    if (value === undefined)
      throw new RefrainError(
        "CONFIG_INVALID",
        `train.metric: ${config.metric} is not among ${Object.keys(metrics).join(", ")}.`,
      );
    const isBest = value > state.bestValue;
    state.epoch++;
    if (isBest) {
      state.bestValue = value;
      state.bestEpoch = state.epoch;
      best = readWeights(model.parameters);
    }
    const trainingLoss = state.epochLoss / state.epochPositions;
    state.batch = 0;
    state.epochLoss = 0;
    state.epochPositions = 0;
    yield {
      type: "validation",
      epoch: state.epoch,
      step: state.step,
      trainingLoss,
      metrics,
      best: isBest,
      seconds: clock.seconds(),
    };
    yield* save();
  }
  if (interrupted) yield* save();
  else if (best) writeWeights(model.parameters, best);
  const reason: StopReason = interrupted ? "interrupted" : state.epoch < config.epochs ? "early-stopping" : "finished";
  yield {
    type: "end",
    reason,
    steps: state.step,
    bestEpoch: state.bestEpoch,
    bestValue: state.bestValue,
    seconds: clock.seconds(),
  };
}

/** A sampler by popularity in the training windows. @throws {RefrainError} CONFIG_INVALID with what needs all logits */
function samplerOf(model: RecurrentModel, windows: readonly Window[], config: TrainConfig): NegativeSampler {
  for (const option of ["repeatWindow", "personalWindow"] as const)
    if (model.config[option] > 0)
      throw new RefrainError(
        "CONFIG_INVALID",
        `train.loss: ${config.loss} needs model.${option}=0, got ${model.config[option]}.`,
      );
  const counts = new Int32Array(model.itemCount + 1);
  for (const { items } of windows) for (const item of items) counts[item]++;
  return negativeSampler(counts, config.negativeAlpha);
}

/** The loss of a step with its own draw of negatives. */
function sampledOf(config: TrainConfig, sampler: NegativeSampler, step: number): GradientOptions["sampled"] {
  const items = sampler.draw(config.negatives, Random.stream(config.seed, "negatives", step));
  const { logChances } = sampler;
  return { loss: config.loss as SampledLossName, negatives: { items, logChances } };
}

/** The model as a scorer that stops the run where the last step made its scores NaN or infinite. */
function finiteScorer(model: RecurrentModel, windowLength: number, state: TrainingState): Scorer {
  const scorer = modelScorer(model, "model", windowLength);
  const score = (queries: readonly Query[]) => {
    const scores = scorer.score(queries) as Float32Array;
    if (scores.some((value) => !(value < Number.POSITIVE_INFINITY)))
      throw notFinite("validation scores are not finite", { ...state, step: state.step - 1, batch: state.batch - 1 });
    return scores;
  };
  return { ...scorer, score };
}

/** The error of a run whose numbers left float32, at the step after `state`. */
function notFinite(what: string, state: TrainingState, learningRate?: number): RefrainError {
  const [step, batch, epoch] = [state.step + 1, state.batch + 1, state.epoch + 1];
  const rate = learningRate === undefined ? "" : `, learning rate ${learningRate}`;
  return new RefrainError("LOSS_NOT_FINITE", `The ${what} at step ${step}, batch ${batch} of epoch ${epoch}${rate}.`, {
    step,
    batch,
    epoch,
    learningRate,
  });
}

function newState(): TrainingState {
  return { step: 0, epoch: 0, batch: 0, epochLoss: 0, epochPositions: 0, bestValue: -1, bestEpoch: 0, seconds: 0 };
}

function startEvent(
  { engine, model, config }: TrainInput,
  batches: readonly Batch[],
  resumedFromStep: number,
): TrainingEvent {
  return {
    type: "start",
    engine,
    parameterCount: model.parameterCount,
    epochs: config.epochs,
    stepsPerEpoch: batches.length,
    positionsPerEpoch: batches.reduce((sum, batch) => sum + batch.targets.length, 0),
    paddingShare: paddingShare(batches),
    resumedFromStep,
  };
}

/** Time of this run over all its processes. */
function startClock(secondsBefore: number) {
  const began = performance.now();
  let doneAtStart: number | undefined;
  const seconds = () => secondsBefore + (performance.now() - began) / 1000;
  return {
    seconds,
    /** Seconds until all epochs are done at the pace of this process. */
    secondsLeft(done: number): number {
      doneAtStart ??= done;
      const here = (performance.now() - began) / 1000;
      return done > doneAtStart ? (here / (done - doneAtStart)) * (1 - done) : Number.NaN;
    },
  };
}

/** Lets timers, signals and other work run between two steps. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
