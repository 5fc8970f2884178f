// The public names, in the order in which a log goes through them.

export * from "./baseline/index.js";
export { ERROR_TABLE, type ErrorCode, RefrainError } from "./core/errors.js";
export type { StopReason, TrainingEvent } from "./core/events.js";
export { Random } from "./core/random.js";
export type { Scorer } from "./core/scorer.js";
export { topK } from "./core/topk.js";
export type { EvaluationCase, EventLog, Figure, Query, SplitLog, SplitPart } from "./core/types.js";
// Types of what the names above take and give.
export type { Drift } from "./data/audit/drift.js";
export type { Example as FindingExample, Severity, Whole as FindingWhole } from "./data/audit/finding.js";
export type { GapHistogram } from "./data/audit/sessions.js";
export type { Counts as AuditCounts } from "./data/audit/shape.js";
export type { SequenceSignal } from "./data/audit/signal.js";
export * from "./data/index.js";
export type { TextOptions as TextReadOptions } from "./data/read/text.js";
export type { Limits as ReadLimits } from "./data/read/types.js";
export type { FreeBytes } from "./data/registry/bounded-file.js";
export type { Checksum as DatasetChecksum, PublishedResult, RecommendedProtocol } from "./data/registry/descriptor.js";
export type { LocatedDataset, Receipt as DatasetReceipt } from "./data/registry/store.js";
export type { Habit as SimulatedHabit, Place as SimulatedPlace } from "./data/simulator/calendar.js";
export type { Song as CatalogueSong } from "./data/simulator/catalogue.js";
export type { Generated as GeneratedLog, GenerateOptions } from "./data/simulator/generate.js";
export {
  generateJkpop,
  KINDS,
  oracleOn,
  readCatalogue,
  readOracle,
  readTruth,
  simulate,
} from "./data/simulator/index.js";
export type { Listener as SimulatedListener } from "./data/simulator/listeners.js";
export type { Oracle, OracleResult } from "./data/simulator/oracle.js";
export type { SimulateOptions, Simulation } from "./data/simulator/simulate.js";
export type { Truth } from "./data/simulator/truth.js";
export type { World as SimulatedWorld } from "./data/simulator/world.js";
export type { NumberUnit } from "./data/times.js";
export * from "./deploy/index.js";
export type { Axis as PortAxis, NumberType as PortNumberType } from "./deploy/network/network.js";
export type { CellName } from "./engine/cells.js";
export type { LinearCrossEntropy } from "./engine/cross-entropy.js";
export type { Backward as BackwardFunction, Gradient, Rows as GradientRows } from "./engine/graph.js";
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
export type { LogitAdditions } from "./engine/logit-additions.js";
export type { Layer as RecurrentLayer } from "./engine/recurrent.js";
export type { Negatives, SampledLossName } from "./engine/sampled-losses.js";
export type { GatedCellName } from "./engine/scanned-cells.js";
export * from "./evaluate/index.js";
export type { SequenceLayerName } from "./model/config.js";
export {
  type FindItems,
  loadModel,
  type ModelConfig,
  type ModelContext,
  modelConfig,
  modelSchema,
  modelScorer,
  type NamedTensor,
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
export type { Kept as KeptRows, SampledChoice } from "./model/pass.js";
export type { GradientOptions, LossGradients } from "./model/recurrent-model.js";
export type { LayerState } from "./model/sequence-layers.js";
export * from "./notebook/index.js";
export * from "./plot/index.js";
export type { AxisTitles } from "./plot/theme.js";
export type { DataConfig, Options as GivenOptions } from "./recipes/config.js";
export type { FitProgress } from "./recipes/fit.js";
export * from "./recipes/index.js";
export type { RunOptions } from "./recipes/run.js";
export type { Cleaned as CleanedSource } from "./recipes/source.js";
export * from "./recommend/index.js";
export type { ItemAttribute } from "./sequence/attributes.js";
export { type Batch, paddingShare, toBatch, toBatches, toWindows, type Window } from "./sequence/batches.js";
export type { Support as SupportRule } from "./sequence/histories.js";
export { evaluationCases, type Histories, toHistories, trainHistories } from "./sequence/histories.js";
export { auditSplit, type LeakageOptions } from "./sequence/leakage.js";
export { type NegativeSampler, negativeSampler } from "./sequence/negatives.js";
export { toSessions } from "./sequence/sessions.js";
export type { Targets as SplitTargets } from "./sequence/split.js";
export { leaveOneOut, splitByShare, splitByTime } from "./sequence/split.js";
export type { SplitConfig, SplitKind } from "./sequence/split-kinds.js";
export { Vocabulary } from "./sequence/vocabulary.js";
export type { SearchHistories } from "./sequence/without-test.js";
export type { TrainingState } from "./train/checkpoint.js";
export {
  CheckpointStore,
  checkModel,
  learningRateAt,
  type TrainConfig,
  train,
  trainConfig,
  trainSchema,
} from "./train/index.js";
export type { TrainInput } from "./train/loop.js";
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
export type { Worth as TrialWorth } from "./tune/optimise.js";
export type { Trial as ComparedTrial } from "./tune/search.js";
export type { Condition as DimensionCondition, Range as DimensionRange } from "./tune/space.js";
export type { TpeOptions } from "./tune/tpe.js";
export type { Change as TrialChange, TaskResult } from "./tune/trials.js";
export type { JobData } from "./tune/workers/queue.js";
export type { WorkerEvent } from "./tune/workers/queue-worker.js";
