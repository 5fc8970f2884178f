export { type CompareOptions, type ComparisonRow, type ComparisonTable, compare } from "./compare.js";
export {
  type Evaluation,
  evaluate,
  evaluateRanks,
  type MetricValue,
  metricIntervals,
  validationMetrics,
} from "./evaluate.js";
export { type BootstrapOptions, bootstrapMeans, type Interval, pairedDifference } from "./interval.js";
export {
  accuracy,
  caseGains,
  type Gain,
  hrAt,
  hrGain,
  metricNames,
  metricValues,
  mrrAt,
  mrrGain,
  ndcgAt,
  ndcgGain,
  precisionAt,
  precisionGain,
  recallAt,
} from "./metrics.js";
export {
  type CaseCounts,
  countCases,
  describeProtocol,
  type Protocol,
  type ProtocolCard,
  protocolConfig,
  protocolSchema,
  protocolSentence,
} from "./protocol.js";
export { type RankOptions, rankTargets } from "./ranks.js";
export { type Slice, type SliceOptions, slices } from "./slices.js";
