export { pauseOf } from "../model/index.js";
export type { CardFacts, CardLanguage } from "./card.js";
export { type ExportOptions, type ExportReport, exportModel } from "./export.js";
export {
  type Feeds,
  hourOf,
  nextState,
  type PortValues,
  type StepInput,
  sequenceFeeds,
  startState,
  stepFeeds,
} from "./feeds.js";
export type { Port } from "./network/network.js";
export {
  dequantise,
  type PackedTensor,
  type PackedTensors,
  PRECISIONS,
  type Precision,
  packedBytes,
  type QuantisedModel,
  quantise,
  quantiseModel,
  quantiseWeights,
} from "./quantise.js";
export {
  type ApproximateOptions,
  type ApproximateSearch,
  approximateProblem,
  approximateSearch,
} from "./search/approximate.js";
export { itemSearch, LARGEST_EXACT, recallOf } from "./search/choose.js";
export { type Catalogue, exactSearch, type Found, type ItemSearch } from "./search/exact.js";
export { approximateFinder } from "./search/finder.js";
export { EXPORT_TARGETS, type ExportedFile, type ExportedNetwork, type ExportTarget } from "./targets.js";
