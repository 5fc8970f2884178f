// The public names, in the order in which a log goes through them.

export * from "./baseline/index.js";
export { ERROR_TABLE, type ErrorCode, RefrainError } from "./core/errors.js";
export type { StopReason, TrainingEvent } from "./core/events.js";
export { Random } from "./core/random.js";
export type { Scorer } from "./core/scorer.js";
export { topK } from "./core/topk.js";
export type { EvaluationCase, EventLog, Figure, Query, SplitLog, SplitPart } from "./core/types.js";
export * from "./data/index.js";
export {
  generateJkpop,
  KINDS,
  oracleOn,
  readCatalogue,
  readOracle,
  readTruth,
  simulate,
} from "./data/simulator/index.js";
export * from "./deploy/index.js";
export {
  Adam,
  type AdamOptions,
  clipByGlobalNorm,
  type Engine,
  type EngineName,
  Graph,
  gradientOf,
  gru,
  type InitialState,
  type Layout,
  linearCrossEntropy,
  lstm,
  Parameter,
  type RecurrentWeights,
  recurrent,
  sampledLoss,
  startEngine,
  type TopItems,
  tf,
  topItems,
  type Value,
} from "./engine/index.js";
export * from "./evaluate/index.js";
export {
  loadModel,
  type ModelConfig,
  type ModelContext,
  modelConfig,
  modelSchema,
  modelScorer,
  type NamedTensors,
  type PlayedHistory,
  RecurrentModel,
  readWeights,
  type SavedModel,
  StreamingModel,
  saveModel,
  type TopPlays,
  type UserState,
} from "./model/index.js";
export * from "./notebook/index.js";
export * from "./plot/index.js";
export * from "./recipes/index.js";
export * from "./recommend/index.js";
export { type Batch, paddingShare, toBatch, toBatches, toWindows, type Window } from "./sequence/batches.js";
export { evaluationCases, type Histories, toHistories, trainHistories } from "./sequence/histories.js";
export { auditSplit, type LeakageOptions } from "./sequence/leakage.js";
export { type NegativeSampler, negativeSampler } from "./sequence/negatives.js";
export { toSessions } from "./sequence/sessions.js";
export { leaveOneOut, splitByShare, splitByTime } from "./sequence/split.js";
export { Vocabulary } from "./sequence/vocabulary.js";
export {
  CheckpointStore,
  checkModel,
  learningRateAt,
  type TrainConfig,
  train,
  trainConfig,
  trainSchema,
} from "./train/index.js";
export {
  type AnySpace,
  bestOf,
  type Dimension,
  drawPoint,
  goodCount,
  type Halving,
  type Importance,
  importanceOf,
  MemoryStudy,
  type Objective,
  type OptimiseOptions,
  openStudy,
  optimise,
  type Point,
  parseSpace,
  promotable,
  RECURRENT_OPTIONS,
  type RungResult,
  ranked,
  rungsOf,
  type Space,
  type StudyDefinition,
  type StudyEvent,
  type StudyStore,
  type StudyTrial,
  studyDefinition,
  type Task,
  type TaskProgress,
  tpePoint,
  trialValue,
} from "./tune/index.js";
