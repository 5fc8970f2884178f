export { auditEvents, auditRaw, binStart, type EventAudit, type Finding } from "./audit/index.js";
export { type CleaningReport, type CleaningStep, cleanLog } from "./clean.js";
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
export type { ColumnMapping, Role } from "./schema.js";
export { readTitles } from "./titles.js";
export { quoted, writeLog } from "./write.js";
