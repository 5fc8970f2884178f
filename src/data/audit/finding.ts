/** note: good to know; warning: look at it before you train; problem: results will mislead unless it is mended. */
export type Severity = "note" | "warning" | "problem";

/** What a share is a share of. */
export type Whole =
  | "rows"
  | "plays"
  | "users"
  | "items"
  | "gaps"
  | "pairs"
  | "hits"
  | "steps"
  | "trainingPlays"
  | "testPlays"
  | "sessions";

/** Every code of a finding, in the order in which findings are shown within one severity. */
export const AUDIT_CODES = [
  "first-rows",
  "unreadable-rows",
  "missing-fields",
  "unreadable-times",
  "clock",
  "early-clock",
  "duplicates",
  "skips",
  "bots",
  "busy-users",
  "spelling-variants",
  "near-duplicate-titles",
  "nothing-left",
  "no-times",
  "tied-times",
  "coarse-times",
  "out-of-order",
  "sorted-items",
  "session-gap",
  "no-session-gap",
  "popularity",
  "density",
  "cold-users",
  "cold-items",
  "repeats",
  "consecutive-repeats",
  "sequence-signal",
  "tied-signal",
  "drift",
  "new-items",
  "split-impossible",
  "test-size",
  "future-plays",
  "shared-sessions",
  "vocabulary-from-test",
  "unknown-items",
  "cold-test-users",
  "overlap",
  "test-ties",
  "time-cut",
] as const;
export type AuditCode = (typeof AUDIT_CODES)[number];

/** A row to blame. */
export interface Example {
  /** Line of the source file, 1-based; 0 where unknown. */
  readonly line: number;
  readonly text: string;
}

/** One thing that the audit found out about a log. */
export interface Finding {
  readonly code: AuditCode;
  readonly severity: Severity;
  readonly count: number;
  /** count / all of `of`, in [0, 1]; 0 where there are none. */
  readonly share: number;
  readonly of: Whole;
  /** At most five. */
  readonly examples: readonly Example[];
  /** Options of `refrain train` that mend it; null where no option does. */
  readonly fix: string | null;
  /** Name of the cleaning rule that takes it away as things are set now; null where none does. */
  readonly cleanedBy: string | null;
  /** Numbers that belong to the finding and its sentence. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** Most examples of one finding. */
export const MOST_EXAMPLES = 5;

/** A finding from what differs from the usual: no example, no fix, no further values. */
export function finding(
  code: AuditCode,
  severity: Severity,
  count: number,
  all: number,
  of: Whole,
  more: Partial<Pick<Finding, "examples" | "fix" | "cleanedBy" | "values">> = {},
): Finding {
  const { examples = [], fix = null, cleanedBy = null, values = {} } = more;
  const share = all > 0 ? count / all : 0;
  return { code, severity, count, share, of, examples: examples.slice(0, MOST_EXAMPLES), fix, cleanedBy, values };
}

/**
 * The severity of a share that gets worse as it grows.
 *
 * @example graded(0.03, 0.01, 0.2) // "warning"
 */
export function graded(share: number, warning: number, problem: number): Severity {
  if (share >= problem) return "problem";
  return share >= warning ? "warning" : "note";
}

const ORDER: readonly Severity[] = ["problem", "warning", "note"];

/** The worst first; among equals in the order of `AUDIT_CODES`. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      AUDIT_CODES.indexOf(a.code) - AUDIT_CODES.indexOf(b.code),
  );
}

/** How many findings are of each severity. */
export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { problem: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
