import { table as makeTable } from "arquero";
import { parseConfig } from "../core/config.js";
import type { EventLog } from "../core/types.js";
import { oneForm } from "./one-form.js";
import { type CleaningOptions, cleaningSchema } from "./options.js";
import type { RawLog } from "./read.js";
import { type CleaningReport, cleaningReport, refuseBadRows, SAMPLES, settingsFor, type Touched } from "./report.js";
import { RULES } from "./rules.js";
import { applyRule, type Table } from "./rules-table.js";
import { detectTimeUnit, parseTime, type TimeUnit } from "./times.js";

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
  const counts = { path: raw.path, rows: raw.lines.length, badRows: raw.badRows };
  refuseBadRows(counts, checked.maxBadShare);
  const { times, unit } = readTimes(raw);
  const settings = settingsFor(checked, unit, raw.detected.singleUser);
  const { changed, ...text } = normaliseText(raw);
  let table = makeTable({
    ...text,
    time: times,
    duration: numbers(raw, "duration"),
    rating: numbers(raw, "rating"),
    row: Float64Array.from(raw.lines, (_, row) => row),
  }) as unknown as Table;
  const removed = RULES.map((rule) => {
    const before = table;
    table = applyRule(rule, before, settings);
    return missing(before, table, raw.lines);
  });
  const report = cleaningReport(
    { ...counts, timeUnit: unit },
    { count: changed.size, lines: firstLines(changed, raw.lines) },
    removed,
    table.numRows(),
  );
  return { log: toEventLog(table, settings.hasTimes, raw.lines, titles), report };
}

/** Rows that are gone, and the source lines of the first. */
function missing(before: Table, after: Table, lines: readonly number[]): Touched {
  const count = before.numRows() - after.numRows();
  if (count === 0) return { count, lines: [] };
  const left = new Set(Array.from(after.array("row") as ArrayLike<number>));
  const gone = Array.from(before.array("row") as ArrayLike<number>).filter((row) => !left.has(row));
  return { count, lines: firstLines(gone, lines) };
}

function firstLines(rows: Iterable<number>, lines: readonly number[]): number[] {
  return [...rows]
    .sort((a, b) => a - b)
    .slice(0, SAMPLES)
    .map((row) => lines[row]);
}

/**
 * Seconds of each row, from whichever columns the log has; the row number where it has none.
 *
 * @param known unit of the time column, where these rows are a part of a log
 */
export function readTimes(
  raw: Pick<RawLog, "columns" | "lines"> & Partial<Pick<RawLog, "detected">>,
  known?: TimeUnit,
): { times: Float64Array; unit: CleaningReport["timeUnit"] } {
  const { columns, lines } = raw;
  const [day, month, year, order] = (["day", "month", "year", "order"] as const).map((role) => columns.get(role));
  const column = columns.get("time");
  if (column) {
    const unit = known ?? raw.detected?.timeUnit ?? detectTimeUnit(column);
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
export function normaliseText(raw: Pick<RawLog, "columns" | "lines">): {
  user: string[];
  item: string[];
  title: string[];
  /** Rows in which a text was changed, and not only emptied. */
  changed: ReadonlySet<number>;
} {
  const cache = new Map<string, string>();
  const changed = new Set<number>();
  const normal = (value: string, row: number) => {
    let text = cache.get(value);
    if (text === undefined) {
      text = oneForm(value);
      cache.set(value, text);
    }
    if (text !== value && text !== "") changed.add(row);
    return text;
  };
  const read = (role: "user" | "item" | "title" | "artist") => raw.columns.get(role)?.map(normal);
  const [user, item, title, artist] = [read("user") as string[], read("item"), read("title"), read("artist")];
  const named = title?.map((name, row) => (artist?.[row] && name ? `${artist[row]} - ${name}` : name));
  const ids = item ?? (named as string[]);
  return { user, item: ids, title: named ?? ids, changed };
}

/** A column of numbers; NaN where it is blank or no number. */
export function numbers(raw: Pick<RawLog, "columns" | "lines">, role: "duration" | "rating" | "order"): Float64Array {
  const column = raw.columns.get(role);
  return column
    ? Float64Array.from(column, (value) => (value.trim() === "" ? Number.NaN : Number(value)))
    : new Float64Array(raw.lines.length).fill(Number.NaN);
}

/**
 * Sorted by (user, time, line). Users are numbered in the order in which the file first names them, items in the order in
 * which the sorted log does, so that a log that was written and read again has the same numbers.
 */
function toEventLog(
  table: Table,
  hasTimes: boolean,
  lines: readonly number[],
  names?: ReadonlyMap<string, string>,
): EventLog {
  const sorted = table.orderby("row");
  const [user, item, title] = ["user", "item", "title"].map((name) =>
    Array.from(sorted.array(name) as ArrayLike<string>),
  );
  const [time, place] = ["time", "row"].map((name) => Float64Array.from(sorted.array(name) as ArrayLike<number>));
  const userCode = new Map<string, number>();
  const itemCode = new Map<string, number>();
  const titles: string[] = [];
  const users = Int32Array.from(user, (id) => numberOf(userCode, id));
  const order = Int32Array.from(users.keys()).sort(
    (a, b) => users[a] - users[b] || time[a] - time[b] || place[a] - place[b],
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
    lines: order.map((row) => lines[place[row]]),
    hasTimes,
  };
}

function numberOf(codes: Map<string, number>, id: string): number {
  const code = codes.get(id) ?? codes.size;
  codes.set(id, code);
  return code;
}
