export { auditData, type DataAudit } from "./audit.js";
export * from "./compare/index.js";
export { PRESETS, type RunConfig, runConfig, runSchema, withDatasetDefaults, withPreset } from "./config.js";
export { estimateRun, type RunEstimate } from "./estimate.js";
export {
  type Judged,
  type JudgeEvent,
  type Judgement,
  type JudgeOptions,
  judge,
  judgeEvaluation,
  LIST_LENGTH,
  labelsOf,
} from "./judge.js";
export { runOnce } from "./once.js";
export { displayTitle, type Outcome, outcomeOf, type RecommendedSong, songsFor } from "./outcome.js";
export { knownPlays, type Prepared, prepare } from "./prepare.js";
export { type ReportPart, reportHtml, writeReport } from "./report.js";
export type { ReportLanguage } from "./report-texts.js";
export { reportWords } from "./report-texts.js";
export { type RunEvent, type RunOptions, resumeRun, startRun } from "./run.js";
export {
  type EpochRecord,
  findRun,
  listRuns,
  type RunRecord,
  readEpochs,
  readRecord,
  runHolder,
} from "./run-folder.js";
export { changeMarks, type RunMarks, readMarks, runMarksSchema } from "./run-marks.js";
export { type RunReportInput, reasonText, resultRows, runReport } from "./run-report.js";
export { discardRun, eraseRun, restoreRun, trashOf } from "./run-trash.js";
export { cleanSource, type Fetching, JKPOP, readOptions, readSource, type Source, splitSource } from "./source.js";
export type { FetchProgress } from "./telling.js";
export { noteReading, readings, type TestReading } from "./test-readings.js";
export * from "./tune/index.js";
export { type UpdateEvent, type UpdateOptions, type UpdateResult, updateRun } from "./update/update.js";
