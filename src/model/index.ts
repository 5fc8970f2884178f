export { type ModelConfig, modelConfig, modelSchema, type SequenceLayerName } from "./config.js";
export { forgetUsers } from "./forget-users.js";
export { type GradientOptions, type LossGradients, RecurrentModel } from "./recurrent-model.js";
export { loadModel, type ModelContext, type SavedModel, saveModel } from "./saved-model.js";
export { modelScorer } from "./scorer.js";
export { sequenceLayers } from "./sequence-layers.js";
export { StreamingModel, type TopPlays, type UserState } from "./streaming.js";
export { type NamedTensors, readTensorFile, writeTensorFile } from "./tensor-file.js";
export { readWeights, writeWeights } from "./weights.js";
