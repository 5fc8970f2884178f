export { auditEvents, auditRaw, binStart, type EventAudit, type Finding, sortedItems } from "./audit/index.js";
export { chooseEngine, type DataEngine } from "./choose-engine.js";
export { cleanLog } from "./clean.js";
export { readHead } from "./head.js";
export { readItemRows } from "./item-rows.js";
export { joinLogs } from "./join.js";
export { cleanLargeLog, LARGE_LIMITS, type LargeLog, type LargeOptions } from "./large/clean.js";
export { hashEvents } from "./large/event-log.js";
export { cleanKept, type KeptLog, keptLogsOf } from "./large/kept-log.js";
export { oneForm } from "./one-form.js";
export { type CleaningOptions, cleaningSchema } from "./options.js";
export { type Preview, previewOf } from "./preview.js";
export { type Profile, profileLog } from "./profile.js";
export { pseudonymise, withoutTexts } from "./pseudonymise.js";
export { type PlayEvent, readEvents } from "./read/events.js";
export { SEPARATORS, type Separator, splitLine } from "./read/fields.js";
export {
  type BadRow,
  type Detected,
  type Format,
  MEMORY_LIMITS,
  type Member,
  type RawLog,
  type ReadOptions,
  readLog,
} from "./read.js";
export {
  type Dataset,
  dataFolder,
  datasetNames,
  datasetSchema,
  findDataset,
  type GetOptions,
  type GetProgress,
  getDataset,
  locateDataset,
} from "./registry/index.js";
export type { CleaningReport, CleaningStep } from "./report.js";
export { type ColumnMapping, namesSessions, type Role } from "./schema.js";
export { TIME_UNITS, type TimeUnit } from "./times.js";
export { readTitles } from "./titles.js";
export { quoted, writeLog } from "./write.js";
