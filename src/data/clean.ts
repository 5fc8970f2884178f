import { table as makeTable } from "arquero";
import { parseConfig } from "../core/config.js";
import { RefrainError } from "../core/errors.js";
import type { EventLog } from "../core/types.js";
import { oneForm } from "./one-form.js";
import { type CleaningOptions, cleaningSchema } from "./options.js";
import type { RawLog } from "./read.js";
import { RULES, type Table } from "./rules.js";
import { detectTimeUnit, parseTime, type TimeUnit } from "./times.js";

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

const SAMPLES = 5;

/**
 * Turns a raw log into clean events and says what each rule removed.
 *
 * @param titles names of items whose log has only ids, see `readTitles`
 * @throws {RefrainError} TOO_MANY_BAD_ROWS; NO_EVENTS_LEFT; CONFIG_INVALID for a wrong option
 */
export function cleanLog(
  raw: RawLog,
  options: Partial<CleaningOptions> = {},
  titles?: ReadonlyMap<string, string>,
): { readonly log: EventLog; readonly report: CleaningReport } {
  const checked = parseConfig("cleaning", cleaningSchema, options);
  const rows = raw.lines.length;
  const read = rows + raw.badRows.count;
  if (raw.badRows.count > checked.maxBadShare * read) {
    const { line, reason, text } = raw.badRows.samples[0];
    const where = `${raw.path}:${line}`;
    throw new RefrainError(
      "TOO_MANY_BAD_ROWS",
      `${raw.badRows.count} of ${read} rows cannot be read, first ${where}: ${reason}: ${text}`,
      {
        samples: raw.badRows.samples,
      },
    );
  }
  const { times, unit } = readTimes(raw);
  const hasTimes = unit !== "none" && unit !== "order";
  const settings = {
    ...checked,
    hasTimes,
    ...(hasTimes ? {} : { earliest: Number.NEGATIVE_INFINITY, latest: Number.MAX_VALUE }),
    ...(raw.detected.singleUser ? { maximumPlaysPerDay: 0 } : {}), // one person's own log has no bots to find
  };
  const steps: CleaningStep[] = [
    step(
      "unreadable row",
      "wrong number of fields, quotes that do not match, or no JSON",
      raw.badRows.count,
      0,
      rows,
      raw.badRows.samples.map((s) => s.line),
    ),
  ];
  const text = normaliseText(raw, steps);
  let table = makeTable({
    ...text,
    time: times,
    duration: numbers(raw, "duration"),
    rating: numbers(raw, "rating"),
    line: Float64Array.from(raw.lines),
  }) as unknown as Table;
  for (const rule of RULES) {
    const before = table;
    table = rule.apply(before, settings);
    const removed = before.numRows() - table.numRows();
    steps.push(
      step(rule.name, rule.meaning, removed, 0, table.numRows(), removed > 0 ? missingLines(before, table) : []),
    );
  }
  const kept = table.numRows();
  const report = { read, kept, removed: read - kept, repaired: sum(steps, "repaired"), steps, timeUnit: unit };
  if (sum(steps, "removed") + kept !== read)
    throw new RefrainError("SHAPE_MISMATCH", `Cleaning lost count: ${JSON.stringify(report)}`);
  if (kept === 0) {
    const worst = steps.reduce((a, b) => (b.removed > a.removed ? b : a));
    throw new RefrainError(
      "NO_EVENTS_LEFT",
      `Cleaning removed all ${read} rows of ${raw.path}; "${worst.rule}" removed ${worst.removed}.`,
      { report },
    );
  }
  return { log: toEventLog(table, hasTimes, titles), report };
}

function step(
  rule: string,
  meaning: string,
  removed: number,
  repaired: number,
  kept: number,
  lines: readonly number[],
): CleaningStep {
  return { rule, meaning, removed, repaired, kept, lines };
}

function sum(steps: readonly CleaningStep[], field: "removed" | "repaired"): number {
  return steps.reduce((total, one) => total + one[field], 0);
}

function missingLines(before: Table, after: Table): number[] {
  const left = new Set(Array.from(after.array("line") as ArrayLike<number>));
  const missing: number[] = [];
  for (const line of Array.from(before.array("line") as ArrayLike<number>)) {
    if (missing.length === SAMPLES) break;
    if (!left.has(line)) missing.push(line);
  }
  return missing;
}

/** Seconds of each row, from whichever columns the log has; the row number where it has none. */
export function readTimes(raw: RawLog): { times: Float64Array; unit: CleaningReport["timeUnit"] } {
  const { columns, lines } = raw;
  const [day, month, year, order] = (["day", "month", "year", "order"] as const).map((role) => columns.get(role));
  const column = columns.get("time");
  if (column) {
    const unit = raw.detected.timeUnit ?? detectTimeUnit(column);
    // A date with the position on that day: the position, as seconds, keeps the order.
    const add = (row: number) => (order ? Number(order[row]) || 0 : 0);
    return { times: Float64Array.from(column, (value, row) => parseTime(value, unit) + add(row)), unit };
  }
  if (day && month && year) {
    const two = (value: string) => value.padStart(2, "0");
    const text = (row: number) => `${year[row]}-${two(month[row])}-${two(day[row])}`;
    return { times: Float64Array.from(lines, (_, row) => parseTime(text(row), "text")), unit: "date parts" };
  }
  if (order) return { times: numbers(raw, "order"), unit: "order" };
  return { times: Float64Array.from(lines, (_, row) => row), unit: "none" };
}

/** Ids and titles in one form: full width and half width, composed and decomposed, and stray spaces become the same text. */
export function normaliseText(raw: RawLog, steps: CleaningStep[]): { user: string[]; item: string[]; title: string[] } {
  const cache = new Map<string, string>();
  const lines = new Set<number>();
  const normal = (value: string, row: number) => {
    let text = cache.get(value);
    if (text === undefined) {
      text = oneForm(value);
      cache.set(value, text);
    }
    if (text !== value && text !== "") lines.add(raw.lines[row]);
    return text;
  };
  const read = (role: "user" | "item" | "title" | "artist") => raw.columns.get(role)?.map(normal);
  const [user, item, title, artist] = [read("user") as string[], read("item"), read("title"), read("artist")];
  const named = title?.map((name, row) => (artist?.[row] && name ? `${artist[row]} - ${name}` : name));
  const ids = item ?? (named as string[]);
  steps.push(
    step(
      "one form of text",
      "full width, accents, spaces and control characters made the same (repaired, not removed)",
      0,
      lines.size,
      raw.lines.length,
      [...lines].slice(0, SAMPLES),
    ),
  );
  return { user, item: ids, title: named ?? ids };
}

function numbers(raw: RawLog, role: "duration" | "rating" | "order"): Float64Array {
  const column = raw.columns.get(role);
  return column
    ? Float64Array.from(column, (value) => (value.trim() === "" ? Number.NaN : Number(value)))
    : new Float64Array(raw.lines.length).fill(Number.NaN);
}

/**
 * Sorted by (user, time, line). Users are numbered in the order in which the file first names them, items in the order in
 * which the sorted log does, so that a log that was written and read again has the same numbers.
 */
function toEventLog(table: Table, hasTimes: boolean, names?: ReadonlyMap<string, string>): EventLog {
  const sorted = table.orderby("line");
  const [user, item, title] = ["user", "item", "title"].map((name) =>
    Array.from(sorted.array(name) as ArrayLike<string>),
  );
  const [time, line] = ["time", "line"].map((name) => Float64Array.from(sorted.array(name) as ArrayLike<number>));
  const userCode = new Map<string, number>();
  const itemCode = new Map<string, number>();
  const titles: string[] = [];
  const users = Int32Array.from(user, (id) => numberOf(userCode, id));
  const order = Int32Array.from(users.keys()).sort(
    (a, b) => users[a] - users[b] || time[a] - time[b] || line[a] - line[b],
  );
  const items = order.map((row) => numberOf(itemCode, item[row]));
  for (let row = 0; row < item.length; row++) {
    const code = numberOf(itemCode, item[row]);
    titles[code] ||= names?.get(item[row]) ?? title[row];
  }
  return {
    users: order.map((row) => users[row]),
    items,
    times: Float64Array.from(order, (row) => time[row]),
    userIds: [...userCode.keys()],
    itemIds: [...itemCode.keys()],
    itemTitles: Array.from(itemCode.keys(), (id, code) => titles[code] || id),
    lines: order.map((row) => line[row]),
    hasTimes,
  };
}

function numberOf(codes: Map<string, number>, id: string): number {
  const code = codes.get(id) ?? codes.size;
  codes.set(id, code);
  return code;
}
