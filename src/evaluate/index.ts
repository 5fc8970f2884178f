export { type AnchorMatch, matchAnchors } from "./anchors/match.js";
export {
  ANCHORS,
  type Anchor,
  PUBLISHED_SETS,
  type PublishedSet,
  type PublishedSetId,
  type PublishedSplit,
} from "./anchors/table.js";
export { type ItemLabels, itemLabels } from "./beyond/labels.js";
export { type ListMetric, listMetrics } from "./beyond/lists.js";
export { type Candidates, drawCandidates } from "./candidates.js";
export { type CompareOptions, type ComparisonRow, type ComparisonTable, compare, type PairedTests } from "./compare.js";
export {
  type Evaluation,
  evaluate,
  evaluateRanks,
  type MetricValue,
  meanGains,
  metricIntervals,
  overSeeds,
  validationMetrics,
} from "./evaluate.js";
export { exportUsers } from "./export.js";
export { type BootstrapOptions, bootstrapMeans, type Interval, pairedDifference } from "./interval.js";
export {
  accuracy,
  caseGains,
  type Gain,
  hrAt,
  hrGain,
  mapAt,
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
export { type Ranking, type RankOptions, rankCases, rankTargets, tieRanks } from "./ranks.js";
export { evaluateSets, type Places, placesOf, setGain } from "./sets.js";
export { holm, randomisationTest, userDifferences, wilcoxonTest } from "./significance.js";
export { type Slice, type SliceOptions, slices } from "./slices.js";
