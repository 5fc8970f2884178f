export { auditEvents, auditRaw, type EventAudit, type Finding } from "./audit/index.js";
export { cleanLog } from "./clean.js";
export { readHead } from "./head.js";
export { cleanLargeLog, type LargeLog, type LargeOptions } from "./large/clean.js";
export { hashEvents } from "./large/event-log.js";
export { chooseEngine, type DataEngine, type LoadedLog, loadLog } from "./load.js";
export { type CleaningOptions, cleaningSchema } from "./options.js";
export { type Profile, profileLog } from "./profile.js";
export { pseudonymise } from "./pseudonymise.js";
export {
  type BadRow,
  type Detected,
  type Format,
  type Member,
  type RawLog,
  type ReadOptions,
  readLog,
} from "./read.js";
export type { CleaningReport, CleaningStep } from "./report.js";
export type { ColumnMapping, Role } from "./schema.js";
export { readTitles } from "./titles.js";
export { quoted, writeLog } from "./write.js";
