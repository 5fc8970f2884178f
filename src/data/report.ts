// What cleaning says about itself, the same whichever way the rows went.
import { RefrainError } from "../core/errors.js";
import type { CleaningOptions } from "./options.js";
import type { BadRow } from "./read/types.js";
import { RULES } from "./rules.js";
import type { TimeUnit } from "./times.js";

/** What one rule did. kept(before) = kept + removed. */
export interface CleaningStep {
  readonly rule: string;
  readonly meaning: string;
  readonly removed: number;
  /** Rows that were changed and not removed. */
  readonly repaired: number;
  readonly kept: number;
  /** Source lines of the first rows that were removed or repaired. */
  readonly lines: readonly number[];
}

/** What cleaning did: read = kept + removed, always. */
export interface CleaningReport {
  readonly read: number;
  readonly kept: number;
  readonly removed: number;
  readonly repaired: number;
  readonly steps: readonly CleaningStep[];
  readonly timeUnit: TimeUnit | "date parts" | "none";
}

/** Rows that something happened to, and the source lines of the first of them. */
export interface Touched {
  readonly count: number;
  readonly lines: readonly number[];
}

/** A log as it was read, in counts. */
export interface ReadCounts {
  readonly path: string;
  /** Rows that could be read. */
  readonly rows: number;
  readonly badRows: { readonly count: number; readonly samples: readonly BadRow[] };
  readonly timeUnit: CleaningReport["timeUnit"];
}

/** Source lines that a step of the report names. */
export const SAMPLES = 5;

/** The options as the rules need them for a log with this kind of times. */
export function settingsFor(
  options: CleaningOptions,
  unit: CleaningReport["timeUnit"],
  singleUser: boolean | undefined,
): CleaningOptions {
  const hasTimes = unit !== "none" && unit !== "order";
  return {
    ...options,
    hasTimes,
    ...(hasTimes ? {} : { earliest: Number.NEGATIVE_INFINITY, latest: Number.MAX_VALUE }),
    ...(singleUser ? { maximumPlaysPerDay: 0 } : {}), // one person's own log has no bots to find
  };
}

/** @throws {RefrainError} TOO_MANY_BAD_ROWS */
export function refuseBadRows({ path, rows, badRows }: Omit<ReadCounts, "timeUnit">, maxBadShare: number): void {
  const read = rows + badRows.count;
  if (badRows.count <= maxBadShare * read) return;
  const { line, reason, text } = badRows.samples[0];
  throw new RefrainError(
    "TOO_MANY_BAD_ROWS",
    `${badRows.count} of ${read} rows cannot be read, first ${path}:${line}: ${reason}: ${text}`,
    { samples: badRows.samples },
  );
}

/**
 * The report of a cleaning.
 *
 * @param repaired what the one form of text changed
 * @param removed  what each of RULES took away
 * @param kept     rows that are left, counted by themselves
 * @throws {RefrainError} NO_EVENTS_LEFT; SHAPE_MISMATCH where read = kept + removed does not hold
 */
export function cleaningReport(
  counts: ReadCounts,
  repaired: Touched,
  removed: readonly Touched[],
  kept: number,
): CleaningReport {
  const { path, rows, badRows, timeUnit } = counts;
  const read = rows + badRows.count;
  let left = rows;
  const steps: CleaningStep[] = [
    {
      rule: "unreadable row",
      meaning: "wrong number of fields, quotes that do not match, or no JSON",
      removed: badRows.count,
      repaired: 0,
      kept: rows,
      lines: badRows.samples.map(({ line }) => line),
    },
    {
      rule: "one form of text",
      meaning: "full width, accents, spaces and control characters made the same (repaired, not removed)",
      removed: 0,
      repaired: repaired.count,
      kept: rows,
      lines: repaired.lines,
    },
    ...RULES.map(({ name, meaning }, at) => {
      left -= removed[at].count;
      return { rule: name, meaning, removed: removed[at].count, repaired: 0, kept: left, lines: removed[at].lines };
    }),
  ];
  const report = { read, kept, removed: read - kept, repaired: repaired.count, steps, timeUnit };
  if (left !== kept) throw new RefrainError("SHAPE_MISMATCH", `Cleaning lost count: ${JSON.stringify(report)}`);
  if (kept === 0) {
    const worst = steps.reduce((a, b) => (b.removed > a.removed ? b : a));
    throw new RefrainError(
      "NO_EVENTS_LEFT",
      `Cleaning removed all ${read} rows of ${path}; "${worst.rule}" removed ${worst.removed}.`,
      { report },
    );
  }
  return report;
}
