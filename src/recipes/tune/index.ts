export { referenceOf, type TuneConfig, trialConfig, tuneConfig, tuneSchema } from "./config.js";
export { tuneReport } from "./report.js";
export { objectiveOn, type TrialData } from "./trial.js";
export { type TuneEvent, type TuneOptions, type TuneResult, tune } from "./tune.js";
export { type TuneWorkerOptions, tuneWorker } from "./worker.js";
