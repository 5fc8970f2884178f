export { CheckpointStore, type TrainingState } from "./checkpoint.js";
export { checkModel } from "./checks.js";
export { learningRateAt, type TrainConfig, trainConfig, trainSchema } from "./config.js";
export { type TrainInput, train } from "./loop.js";
export { gradientStep } from "./step.js";
