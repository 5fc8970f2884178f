// Small training runs, so that a test says only what is special about its own.
import type { TrainingEvent } from "../../src/core/events.js";
import type { Scorer } from "../../src/core/scorer.js";
import type { EvaluationCase, EventLog } from "../../src/core/types.js";
import { validationMetrics } from "../../src/evaluate/index.js";
import { type ModelConfig, modelConfig, RecurrentModel, readWeights } from "../../src/model/index.js";
import { toWindows, type Window } from "../../src/sequence/batches.js";
import { evaluationCases, type Histories, toHistories, trainHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { type CheckpointStore, type TrainConfig, train, trainConfig } from "../../src/train/index.js";

/** A model of a few hundred weights with every mechanism switched on; all options are named, so no default matters. */
export function smallModel(options: Partial<ModelConfig> = {}): ModelConfig {
  return modelConfig({
    cell: "lstm",
    block: "plain",
    heads: 2,
    attentionWindow: 64,
    embeddingSize: 8,
    userEmbeddingSize: 3,
    hiddenSize: 8,
    layers: 1,
    inputDropout: 0.1,
    dropout: 0.1,
    userDropout: 0.2,
    layerNorm: true,
    residual: false,
    output: "tied",
    lastItem: true,
    repeatWindow: 4,
    personalWindow: 6,
    timeGap: true,
    hour: true,
    moment: true,
    contextDropout: 0.2,
    attributes: "",
    ...options,
  });
}

/** A short run; checkpoints only at ends of epochs. */
export function shortTraining(options: Partial<TrainConfig> = {}): TrainConfig {
  return trainConfig({
    epochs: 4,
    minimumStepsPerEpoch: 1,
    batchPositions: 40,
    maxLength: 20,
    optimizer: "adamw",
    learningRate: 0.02,
    warmupSteps: 3,
    schedule: "cosine",
    weightDecay: 0.01,
    clipNorm: 5,
    metric: "NDCG@10",
    patience: 1000,
    checkpointSeconds: 1e6,
    seed: 5,
    ...options,
  });
}

export interface World {
  readonly histories: Histories;
  readonly windows: readonly Window[];
  readonly validation: readonly EvaluationCase[];
  readonly test: readonly EvaluationCase[];
}

/** A log, leave-one-out, ready to train on. */
export function worldOf(log: EventLog, maxLength = 20): World {
  const histories = toHistories(leaveOneOut(log));
  return {
    histories,
    windows: toWindows(trainHistories(histories), maxLength),
    validation: evaluationCases(histories, "validation"),
    test: evaluationCases(histories, "test"),
  };
}

export function newModel({ histories }: World, config: ModelConfig, seed = 5): RecurrentModel {
  return new RecurrentModel(config, histories.items.size, histories.users.size, seed);
}

export interface Training {
  readonly world: World;
  readonly config?: TrainConfig;
  readonly checkpoints?: CheckpointStore;
  /** Called with every event; returning "stop" aborts the run, "save" asks for a checkpoint after the next step. */
  readonly onEvent?: (event: TrainingEvent) => unknown;
  readonly validate?: (scorer: Scorer) => Promise<Readonly<Record<string, number>>>;
  /** Aborted before the first step. */
  readonly aborted?: boolean;
}

/** Trains a given model and collects what was said. The caller disposes the model. */
export async function trainModel(model: RecurrentModel, training: Training): Promise<TrainingEvent[]> {
  const { world, config = shortTraining(), checkpoints, onEvent, aborted } = training;
  const controller = new AbortController();
  if (aborted) controller.abort();
  const validate = training.validate ?? ((scorer: Scorer) => validationMetrics(scorer, world.validation));
  const events: TrainingEvent[] = [];
  let wanted = false;
  const wantsCheckpoint = () => {
    const now = wanted;
    wanted = false;
    return now;
  };
  const stream = train({
    model,
    windows: world.windows,
    config,
    engine: "test",
    validate,
    checkpoints,
    signal: controller.signal,
    wantsCheckpoint,
  });
  for await (const event of stream) {
    events.push(event);
    const answer = onEvent?.(event);
    if (answer === "stop") controller.abort();
    if (answer === "save") wanted = true;
  }
  return events;
}

/** Trains a fresh model and gives its weights as they are at the end. */
export async function trainFresh(
  training: Training,
  config: ModelConfig = smallModel(),
): Promise<{ readonly events: TrainingEvent[]; readonly weights: Record<string, Float32Array> }> {
  const model = newModel(training.world, config, training.config?.seed);
  try {
    const events = await trainModel(model, training);
    return { events, weights: weightsOf(model) };
  } finally {
    model.dispose();
  }
}

/** Copies of all weights by name. */
export function weightsOf(model: RecurrentModel): Record<string, Float32Array> {
  return Object.fromEntries([...readWeights(model.parameters)].map(([name, { values }]) => [name, values]));
}

/** Events of one type. */
export function eventsOf<T extends TrainingEvent["type"]>(
  events: readonly TrainingEvent[],
  type: T,
): Extract<TrainingEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);
}

/** The same log at one play per hour from 2025 on, as cleaning believes it. */
export function dated(log: EventLog): EventLog {
  return { ...log, times: log.times.map((time) => 1_735_700_000 + 3600 * time) };
}
