// The columns of a raw log as numbers and as texts in their one form.
import { oneForm } from "./one-form.js";
import type { RawLog } from "./read.js";
import type { CleaningReport } from "./report.js";
import { detectTimeUnit, parseTime, type TimeUnit } from "./times.js";

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
