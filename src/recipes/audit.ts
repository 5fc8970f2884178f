import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";
import { auditEvents, auditRaw, byWeight, type EventAudit, type Finding, finding } from "../data/audit/index.js";
import type { CleaningReport, RawLog } from "../data/index.js";
import { auditSplit } from "../sequence/leakage.js";
import { splitByShare } from "../sequence/split.js";
import { SPLIT_KINDS, type SplitKind } from "../sequence/split-kinds.js";
import { breathe } from "./breathe.js";
import type { RunConfig } from "./config.js";
import { cleanSource, type Fetching, readSource, splitSource } from "./source.js";

/** Everything that the audit found out about a log. */
export interface DataAudit {
  /** As it was given. */
  readonly path: string;
  /** Rows of the file, with those that could not be read. */
  readonly rows: number;
  readonly detected: RawLog["detected"];
  /** null where cleaning left nothing or refused. */
  readonly cleaning: CleaningReport | null;
  readonly events: EventAudit | null;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** Where no pause is natural, half an hour is what most papers take. */
const USUAL_GAP = 30;

/**
 * Audits the log of a configuration: as it was delivered, as it is after cleaning, and as it is split.
 *
 * What makes training impossible is a finding here and no error; only a file that cannot be read at all is one.
 *
 * @param onProgress told how many rows are read
 * @param how told how far the fetch of an address is, and of a log that DuckDB reads the share that is cleaned. The signal stops
 *        the audit between steps too
 * @throws {RefrainError} FILE_*, COLUMN_UNKNOWN, COLUMN_AMBIGUOUS as `readLog`
 * @throws the signal's reason once it is aborted
 */
export async function auditData(
  config: RunConfig,
  onProgress?: (rows: number) => void,
  how: Fetching & { readonly onShare?: (share: number) => void } = {},
): Promise<DataAudit> {
  const { data, cleaning } = config;
  const { signal } = how;
  const source = await readSource(
    config,
    (rows) => {
      signal?.throwIfAborted();
      onProgress?.(rows);
    },
    how,
  );
  await breathe(signal);
  // Single rows of a large log are judged by its first ones; rules, events and the split by all.
  const { raw } = source;
  const findings: Finding[] = auditRaw(raw, cleaning);
  const first = raw.lines.length + raw.badRows.count;
  const cleaned = await attempt(() => cleanSource(source, config, how), "nothing-left", first, findings);
  const rows = cleaned?.report.read ?? first;
  if (first < rows) findings.push(finding("first-rows", "note", first, rows, "rows"));
  const base = { path: data.path, rows, detected: raw.detected };
  if (!cleaned) return { ...base, cleaning: null, events: null, findings: byWeight(findings) };
  await breathe(signal);
  const { log, report } = cleaned;
  const events = auditEvents(log, raw, config.train.seed);
  findings.push(...events.findings);
  await breathe(signal);
  const gapMinutes = data.sessionGapMinutes ?? events.gaps.suggestedMinutes ?? USUAL_GAP;
  const found = await attempt(
    () => splitSource(log, source, config),
    "split-impossible",
    report.kept,
    findings,
    leaveOneOutFix(log),
  );
  if (found) {
    const onTrain = config.split.support === "train";
    findings.push(
      ...auditSplit(found.split, {
        gapMinutes,
        minimumItemPlays: onTrain ? 1 : cleaning.minimumItemPlays,
        trainItemPlays: onTrain ? cleaning.minimumItemPlays : 1,
        timeCut: globalCut(found.split, found.kind, config),
      }),
    );
  }
  return { ...base, cleaning: report, events, findings: byWeight(findings) };
}

/** The option for leave-one-out, where the log allows that split. */
function leaveOneOutFix({ users }: EventLog): string | null {
  return users.some((user, row) => row >= 2 && user === users[row - 2]) ? "--set split.kind=leave-one-out" : null;
}

/** One cut for all users, where the split is none and the log allows it. */
function globalCut({ log }: SplitLog, kind: SplitKind, { split }: RunConfig): SplitLog | undefined {
  if (!log.hasTimes || !SPLIT_KINDS[kind].mixesTimes) return undefined;
  try {
    return splitByShare(log, split.validationShare, split.testShare);
  } catch {
    return undefined; // The log is too small or too short for it: then there is nothing to compare.
  }
}

/** The result of a step, or undefined and a finding that says why it cannot be done. */
async function attempt<T>(
  step: () => T | Promise<T>,
  code: "nothing-left" | "split-impossible",
  rows: number,
  findings: Finding[],
  otherwise: string | null = null,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof RefrainError) || error.code === "CONFIG_INVALID") throw error;
    findings.push(
      finding(code, "problem", rows, rows, code === "nothing-left" ? "rows" : "plays", {
        fix: otherwise,
        values: { error: error.code, reason: error.message },
      }),
    );
    return undefined;
  }
}
