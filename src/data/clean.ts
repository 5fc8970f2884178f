import { table as makeTable } from "arquero";
import { parseConfig } from "../core/config.js";
import type { EventLog } from "../core/types.js";
import { normaliseText, numbers, readTimes } from "./columns.js";
import { type CleaningOptions, cleaningSchema } from "./options.js";
import type { RawLog } from "./read.js";
import { type CleaningReport, cleaningReport, refuseBadRows, SAMPLES, settingsFor, type Touched } from "./report.js";
import { RULES } from "./rules.js";
import { applyRule, type Table } from "./rules-table.js";

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
