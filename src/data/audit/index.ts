import type { EventLog } from "../../core/types.js";
import type { CleaningOptions } from "../options.js";
import { type Profile, profileLog } from "../profile.js";
import type { RawLog } from "../read.js";
import { auditDirt, dirtOf } from "./dirt.js";
import { auditDrift, type Drift, driftOf } from "./drift.js";
import type { Finding } from "./finding.js";
import { toRows } from "./rows.js";
import { auditSessions, type GapHistogram, gapHistogram } from "./sessions.js";
import { auditShape, type Counts, countPlays } from "./shape.js";
import { auditSignal, type SequenceSignal, sequenceSignal } from "./signal.js";
import { auditTimes } from "./times.js";
import { auditSpellings, auditTitles, variantRows } from "./titles.js";

export { DIRT, type Dirt, dirtOf } from "./dirt.js";
export type { Drift } from "./drift.js";
export {
  AUDIT_CODES,
  type AuditCode,
  byWeight,
  countSeverities,
  type Example,
  type Finding,
  finding,
  graded,
  MOST_EXAMPLES,
  type Severity,
  type Whole,
} from "./finding.js";
export { type Rows, toRows } from "./rows.js";
export { binStart, type GapHistogram } from "./sessions.js";
export type { Counts } from "./shape.js";
export type { SequenceSignal } from "./signal.js";
export { playExample, sortedItems } from "./times.js";
export { alikeTitles, variantRows } from "./titles.js";

/**
 * Finds what is wrong in a log as it was delivered, with the rows to blame: broken rows, empty fields, clocks, duplicates,
 * skips, bots and spellings.
 *
 * @param options the options that cleaning would get, with all defaults filled in
 */
export function auditRaw(raw: RawLog, options: CleaningOptions): Finding[] {
  const rows = toRows(raw);
  const dirt = dirtOf(rows, options);
  return [...auditDirt(rows, options, dirt), ...auditSpellings(rows, variantRows(rows))];
}

/** What the findings about a clean log were read from, for figures. */
export interface EventAudit {
  readonly findings: readonly Finding[];
  readonly profile: Profile;
  readonly counts: Counts;
  readonly gaps: GapHistogram;
  readonly signal: SequenceSignal;
  /** null for a log without times or with few plays. */
  readonly drift: Drift | null;
}

/**
 * Looks at a clean log: times, sessions, popularity, repeats, order and change, and titles that look alike.
 *
 * @param raw  the log that it came from, which tells what the columns mean
 * @param seed of the shuffles
 * @throws {RefrainError} SHAPE_MISMATCH for a log without events
 */
export function auditEvents(log: EventLog, raw?: RawLog, seed = 1): EventAudit {
  const profile = profileLog(log);
  const counts = countPlays(log);
  const gaps = gapHistogram(log);
  const signal = sequenceSignal(log, seed);
  const drift = driftOf(log, seed);
  const findings = [
    ...auditTitles(log, raw),
    ...auditTimes(log),
    ...auditSessions(gaps),
    ...auditShape(log, counts, profile),
    ...auditSignal(signal),
    ...auditDrift(log, drift),
  ];
  return { findings, profile, counts, gaps, signal, drift };
}
