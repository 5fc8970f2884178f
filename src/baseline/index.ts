export type { BaselineChoice, BaselineInput } from "./choice.js";
export {
  type ContentOptions,
  contentSchema,
  fitContent,
  fitVectors,
  type VectorOptions,
  vectorSchema,
} from "./content/content.js";
export { type ItemFields, type ItemVectors, readItemFields, readItemVectors } from "./content/item-file.js";
export { type ContextTreeOptions, contextTreeSchema, fitContextTree } from "./context-tree.js";
export { type BprOptions, bprSchema, fitBpr } from "./factors/bpr.js";
export { type EaseOptions, easeSchema, fitEase } from "./factors/ease.js";
export { fitIals, type IalsOptions, ialsSchema } from "./factors/ials.js";
export { fitItem2vec, type Item2vecOptions, item2vecSchema } from "./factors/item2vec.js";
export { fitLightgcn, type LightgcnOptions, lightgcnSchema } from "./graph/lightgcn.js";
export { fitRp3beta, type Rp3betaOptions, rp3betaSchema } from "./graph/rp3beta.js";
export { type Blend, type BlendOptions, blendSchema, fitBlend } from "./hybrid/blend.js";
export { type FallbackOptions, fallbackSchema, fitFallback } from "./hybrid/fallback.js";
export { fitItemKnn, type ItemKnnOptions, itemKnnSchema } from "./itemknn.js";
export { fitMarkov, type MarkovOptions, markovSchema } from "./markov.js";
export { type DistanceOptions, distanceSchema, fitDistance } from "./neighbours/distance.js";
export { fitSessionKnn, type SessionKnnOptions, sessionKnnSchema } from "./neighbours/sessions.js";
export { fitUserKnn, type UserKnnOptions, userKnnSchema } from "./neighbours/userknn.js";
export {
  fitPersonalPopularity,
  fitRecentPopularity,
  type PersonalPopularityOptions,
  personalPopularitySchema,
  type RecentPopularityOptions,
  recentPopularitySchema,
} from "./personal.js";
export { fitPopularity } from "./popularity.js";
export {
  baselinesSchema,
  fitBaseline,
  TECHNIQUE_NAMES,
  TECHNIQUES,
  type Technique,
} from "./registry.js";
export { fitSequentialRules, type SequentialRulesOptions, sequentialRulesSchema } from "./rules.js";
export type { FitRun } from "./support.js";
