export { auditData, type DataAudit } from "./audit.js";
export { PRESETS, type RunConfig, runConfig, runSchema, withDatasetDefaults } from "./config.js";
export { JKPOP, knownPlays, type LogSource, type Prepared, prepare, sourceOf } from "./prepare.js";
export { type ReportPart, writeReport } from "./report.js";
export { type RunEvent, type RunOptions, resumeRun, startRun } from "./run.js";
export { type EpochRecord, findRun, listRuns, type RunRecord, readRecord } from "./run-folder.js";
