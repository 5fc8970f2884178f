// What is wrong with single rows and users of a raw log. The limits are those of cleaning, in the same order.
import type { CleaningOptions } from "../options.js";
import { busiestDay, equalGaps } from "../rhythm.js";
import {
  type AuditCode,
  type Example,
  type Finding,
  finding,
  graded,
  MOST_EXAMPLES,
  type Severity,
} from "./finding.js";
import { firstRows, type Rows, rowExample } from "./rows.js";

/** What is wrong with a row; the first that applies. */
export const DIRT = ["none", "missing", "unreadable time", "clock", "early clock", "duplicate", "skip", "bot"] as const;
export type Dirt = (typeof DIRT)[number];

const DAY = 86_400;
/** With fewer users nobody says what is usual. */
const FEW_USERS = 10;
const YEAR = 365 * DAY;
const kind = (name: Dirt) => DIRT.indexOf(name);
/** Limits of the default, used where the options switch a rule off: the audit tells what would have been found. */
const USUAL = { minimumDurationMs: 30_000, maximumPlaysPerDay: 500 };

/**
 * What is wrong with each row of a raw log.
 *
 * @param options those of cleaning; its limits for times, skips and bots
 * @returns an index into `DIRT` for each row. @shape uint8 [R]
 */
export function dirtOf(rows: Rows, options: CleaningOptions): Uint8Array {
  const dirt = new Uint8Array(rows.user.length);
  markTimes(rows, options, dirt);
  markDuplicates(rows, dirt);
  const least = options.minimumDurationMs || USUAL.minimumDurationMs;
  const duration = rows.raw.columns.get("duration");
  if (duration)
    for (let row = 0; row < dirt.length; row++)
      if (dirt[row] === 0 && duration[row].trim() !== "" && Number(duration[row]) < least) dirt[row] = kind("skip");
  for (const user of botsOf(rows, options, dirt).users.keys())
    for (let at = rows.start[user]; at < rows.start[user + 1]; at++)
      if (dirt[rows.order[at]] === 0) dirt[rows.order[at]] = kind("bot");
  return dirt;
}

function markTimes(rows: Rows, { earliest, latest }: CleaningOptions, dirt: Uint8Array): void {
  const { user, item, time, raw, hasTimes } = rows;
  const dated = raw.columns.has("day") && raw.columns.has("month");
  const written = raw.columns.get("time") ?? (dated ? raw.columns.get("year") : undefined) ?? raw.columns.get("order");
  const good: number[] = [];
  for (let row = 0; row < dirt.length; row++) {
    if (user[row] < 0 || item[row] < 0 || written?.[row].trim() === "") dirt[row] = kind("missing");
    else if (!Number.isFinite(time[row])) dirt[row] = kind("unreadable time");
    else if (hasTimes && !(time[row] >= earliest && time[row] <= latest)) dirt[row] = kind("clock");
    else good.push(time[row]);
  }
  if (!hasTimes || good.length < 1000) return;
  const sorted = Float64Array.from(good).sort();
  // As cleaning does it: a clock that ran ahead is more than a year after 99.9 % of the plays.
  const last = sorted[Math.floor(0.999 * (sorted.length - 1))] + YEAR;
  const first = startAfterHole(sorted);
  for (let row = 0; row < dirt.length; row++)
    if (dirt[row] === 0 && time[row] > last) dirt[row] = kind("clock");
    else if (dirt[row] === 0 && time[row] < first) dirt[row] = kind("early clock");
}

/**
 * The first time after the last hole of a year that has at most 0.1 % of the plays before it: a log does not begin, stop for
 * a year and begin again. -Infinity where there is none.
 */
function startAfterHole(sorted: Float64Array): number {
  let first = Number.NEGATIVE_INFINITY;
  for (let at = 1; at <= 0.001 * sorted.length; at++) if (sorted[at] - sorted[at - 1] > YEAR) first = sorted[at];
  return first;
}

function markDuplicates({ user, item, time, order }: Rows, dirt: Uint8Array): void {
  const seen = new Set<number>();
  let before = -1;
  for (const row of order) {
    if (dirt[row] !== 0) continue;
    // Rows of one user and one time lie behind each other; only they can be copies.
    if (before < 0 || user[row] !== user[before] || time[row] !== time[before]) seen.clear();
    if (seen.has(item[row])) dirt[row] = kind("duplicate");
    seen.add(item[row]);
    before = row;
  }
}

interface Bots {
  /** Users with plays. */
  readonly all: number;
  /** Most plays in 24 hours, by user code. */
  readonly users: ReadonlyMap<number, number>;
  /** Users that are no bots but far busier than the others. */
  readonly busy: ReadonlyMap<number, number>;
  /** Most plays in 24 hours that a user makes who is neither. */
  readonly usual: number;
}

/** Who plays more than a person can, or at equal gaps; from the rows that are not marked, or marked as bot. */
function botsOf(rows: Rows, { maximumPlaysPerDay }: CleaningOptions, dirt: Uint8Array): Bots {
  const { order, start, time, raw, hasTimes } = rows;
  const users = new Map<number, number>();
  const rated = raw.columns.get("rating")?.some((value) => value.trim() !== "" && Number.isFinite(Number(value)));
  if (!hasTimes || rated) return { all: 0, users, busy: new Map(), usual: 0 };
  const limit = maximumPlaysPerDay || USUAL.maximumPlaysPerDay;
  const days = new Map<number, number>();
  const own = new Float64Array(order.length);
  for (let user = 0; user + 1 < start.length; user++) {
    let plays = 0;
    for (let at = start[user]; at < start[user + 1]; at++) {
      const row = order[at];
      if (dirt[row] === 0 || dirt[row] === kind("bot")) own[plays++] = time[row];
    }
    const most = busiestDay(own, 0, plays);
    if (most > limit || equalGaps(own, 0, plays)) users.set(user, most);
    else if (plays > 0) days.set(user, most);
  }
  const sorted = Float64Array.from(days.values()).sort();
  // A tenth of the limit is an ordinary day of much music, whatever the others do.
  const far = Math.max(limit / 5, 4 * sorted[Math.min(Math.floor(0.99 * sorted.length), sorted.length - 2)]);
  const busy = new Map(sorted.length < FEW_USERS ? [] : [...days].filter(([, most]) => most > far));
  return { all: users.size + days.size, users, busy, usual: sorted.findLast((most) => most <= far) ?? 0 };
}

/**
 * Findings about rows that cannot be used and users that are no people.
 *
 * Every one is a warning, since cleaning takes it away, or a problem where there is so much of it that the file itself or
 * the way it is read must be wrong.
 *
 * @param dirt what `dirtOf` gave for the same rows and options
 */
export function auditDirt(rows: Rows, options: CleaningOptions, dirt: Uint8Array): Finding[] {
  const { raw } = rows;
  const all = raw.lines.length + raw.badRows.count;
  const counts = new Int32Array(DIRT.length);
  for (const what of dirt) counts[what]++;
  const found: Finding[] = [];
  const add = (code: AuditCode, what: Dirt, problem: number, more: Partial<Finding> = {}) => {
    const count = counts[kind(what)];
    if (count === 0) return;
    const examples = more.examples ?? firstRows(rows, (row) => dirt[row] === kind(what));
    found.push(finding(code, graded(count / all, 0, problem), count, all, "rows", { ...more, examples }));
  };
  if (raw.badRows.count > 0) found.push(unreadable(rows, options, all));
  add("missing-fields", "missing", 0.05, { cleanedBy: "missing field", values: missingValues(rows, dirt) });
  add("unreadable-times", "unreadable time", 0.05, { cleanedBy: "invalid time" });
  const span = usualSpan(rows, dirt);
  add("clock", "clock", 0.05, { cleanedBy: "invalid time", fix: span.fix, values: span.values });
  add("early-clock", "early clock", 0.05, { fix: span.fix, values: span.values });
  add("duplicates", "duplicate", 0.1, { cleanedBy: "duplicate", examples: duplicateExamples(rows, dirt) });
  const least = options.minimumDurationMs || USUAL.minimumDurationMs;
  add("skips", "skip", 0.5, {
    cleanedBy: options.minimumDurationMs > 0 ? "too short" : null,
    fix: `--set cleaning.minimumDurationMs=${least}`,
    values: { seconds: least / 1000 },
  });
  found.push(...botFindings(rows, options, dirt, counts[kind("bot")], all));
  return found;
}

function unreadable({ raw }: Rows, options: CleaningOptions, all: number): Finding {
  const { count, samples } = raw.badRows;
  const severity: Severity = graded(count / all, 0, 0.05);
  const examples = samples.map(({ line, reason, text }) => ({ line, text: `${reason}: ${text.slice(0, 60)}` }));
  const refused = count > options.maxBadShare * all;
  return finding("unreadable-rows", severity, count, all, "rows", {
    examples,
    cleanedBy: refused ? null : "unreadable row",
    fix: refused ? `--set cleaning.maxBadShare=${Math.ceil((count / all) * 100) / 100}` : null,
  });
}

function missingValues({ user, item }: Rows, dirt: Uint8Array): Record<string, number> {
  const values = { user: 0, item: 0, time: 0 };
  for (let row = 0; row < dirt.length; row++)
    if (dirt[row] === kind("missing")) values[user[row] < 0 ? "user" : item[row] < 0 ? "item" : "time"]++;
  return values;
}

/** First and last day of the rows with nothing wrong, and the options that keep cleaning within them. */
function usualSpan({ time }: Rows, dirt: Uint8Array): { fix: string | null; values: Record<string, string> } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < dirt.length; row++) {
    if (dirt[row] !== 0) continue;
    first = Math.min(first, time[row]);
    last = Math.max(last, time[row]);
  }
  if (!(first <= last)) return { fix: null, values: { first: "?", last: "?" } };
  const [from, to] = [Math.floor(first / DAY) * DAY, Math.ceil((last + 1) / DAY) * DAY];
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  return {
    fix: `--set cleaning.earliest=${from} --set cleaning.latest=${to}`,
    values: { first: day(first), last: day(last) },
  };
}

function duplicateExamples(rows: Rows, dirt: Uint8Array): Example[] {
  const { order, item, time, user, raw } = rows;
  const copies = order
    .filter((row) => dirt[row] === kind("duplicate"))
    .sort()
    .subarray(0, MOST_EXAMPLES);
  return Array.from(copies, (copy) => {
    const first = order.find(
      (row) =>
        user[row] === user[copy] && item[row] === item[copy] && time[row] === time[copy] && dirt[row] !== dirt[copy],
    );
    return rowExample(rows, copy, first === undefined ? "" : `line ${raw.lines[first]}`);
  });
}

function botFindings(rows: Rows, options: CleaningOptions, dirt: Uint8Array, count: number, all: number): Finding[] {
  const { all: people, users, busy, usual } = botsOf(rows, options, dirt);
  const found: Finding[] = [];
  const examples = (of: ReadonlyMap<number, number>) =>
    [...of]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, MOST_EXAMPLES)
      .map(([user, most]) => {
        const row = rows.order
          .subarray(rows.start[user], rows.start[user + 1])
          .find((each) => dirt[each] === 0 || dirt[each] === kind("bot"));
        return { line: rows.raw.lines[row ?? 0], text: `${rows.userIds[user]} (${most} / 24 h)` };
      });
  if (count > 0)
    found.push(
      finding("bots", graded(count / all, 0, 0.01), count, all, "rows", {
        examples: examples(users),
        cleanedBy: options.maximumPlaysPerDay > 0 ? "bot" : null,
        fix: `--set cleaning.maximumPlaysPerDay=${options.maximumPlaysPerDay || USUAL.maximumPlaysPerDay}`,
        values: { users: users.size },
      }),
    );
  if (busy.size > 0)
    found.push(
      finding("busy-users", "warning", busy.size, people, "users", {
        examples: examples(busy),
        fix: `--set cleaning.maximumPlaysPerDay=${Math.max(usual, 1)}`,
        values: { usual },
      }),
    );
  return found;
}
