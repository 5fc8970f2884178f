export { type ModelConfig, modelConfig, modelSchema, type SequenceLayerName } from "./config.js";
export { type GradientOptions, type LossGradients, RecurrentModel } from "./recurrent-model.js";
export { loadModel, type ModelContext, type SavedModel, saveModel } from "./saved-model.js";
export { modelScorer } from "./scorer.js";
export { sequenceLayers } from "./sequence-layers.js";
export { StreamingModel, type UserState } from "./streaming.js";
export type { TopPlays } from "./streaming-terms.js";
export { type NamedTensors, readTensorFile, writeTensorFile } from "./tensor-file.js";
export { readWeights, writeWeights } from "./weights.js";
