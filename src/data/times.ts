// Times of a log as seconds since 1970, whatever the log wrote.

/** How the time column was written. */
export type TimeUnit = "seconds" | "milliseconds" | "microseconds" | "nanoseconds" | "order" | "text";

/** 20231114. */
const COMPACT = /^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
/** 14 Nov 2023, 22:13, as Last.fm exports it. */
const NAMED = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})(?:,? (\d{1,2}:\d{2}(?::\d{2})?))?$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const ISO =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
export const TIME_UNITS: readonly TimeUnit[] = [
  "seconds",
  "milliseconds",
  "microseconds",
  "nanoseconds",
  "order",
  "text",
];
const PER_SECOND: Readonly<Record<Exclude<TimeUnit, "text">, number>> = {
  seconds: 1,
  milliseconds: 1e3,
  microseconds: 1e6,
  nanoseconds: 1e9,
  order: 1,
};

/** How many of a unit a second has; an order counts as seconds. */
export function unitsPerSecond(unit: Exclude<TimeUnit, "text">): number {
  return PER_SECOND[unit];
}

/** The unit of a column by the size of its middle value: 1e9 seconds are the year 2001. */
export function detectTimeUnit(values: readonly string[]): TimeUnit {
  const sample = values.filter((value) => value.trim() !== "").slice(0, 2000);
  if (sample.length > 0 && sample.every((value) => COMPACT.test(value.trim()))) return "text";
  const numbers = sample.map(Number).filter(Number.isFinite);
  if (numbers.length < sample.length / 2) return "text";
  const middle = Math.abs(numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0);
  if (middle < 1e8) return "order";
  if (middle < 1e11) return "seconds";
  if (middle < 1e14) return "milliseconds";
  return middle < 1e17 ? "microseconds" : "nanoseconds";
}

/**
 * One time in seconds since 1970 UTC; NaN where it is no time. Text without an offset is read as UTC.
 *
 * @example parseTime("2025-01-01T09:00:00+09:00", "text") // 1735689600
 */
export function parseTime(value: string, unit: TimeUnit): number {
  const text = value.trim();
  if (text === "") return Number.NaN;
  if (unit !== "text") return Number(text) / PER_SECOND[unit] + 0; // -0 is 0
  const parts = ISO.exec(iso(text));
  if (!parts) return Number.NaN;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return Number.NaN;
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(parts[8] ?? "");
  const offsetSeconds = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3]) * 60) : 0;
  const time = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return Number.NaN; // 31 April
  return time - offsetSeconds + (parts[7] ? Number(`0.${parts[7]}`) : 0);
}

/** Other ways to write a date, as ISO-8601; a text that is none of them as it is. */
function iso(text: string): string {
  if (text.length === 8) return text.replace(COMPACT, "$1-$2-$3");
  const named = NAMED.exec(text);
  if (!named) return text;
  return `${named[3]}-${MONTHS.indexOf(named[2]) + 1}-${named[1]}${named[4] ? ` ${named[4]}` : ""}`;
}
