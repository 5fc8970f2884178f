// Times of a log as seconds since 1970, whatever the log wrote.

/** How the time column was written. Dates with the year at the end are read day first or month first, by the whole column. */
export type TimeUnit = NumberUnit | "text" | "day-first" | "month-first";
/** What a number counts. */
export type NumberUnit = "seconds" | "milliseconds" | "microseconds" | "nanoseconds" | "order";

/** 20231114. */
const COMPACT = /^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
/** 14 Nov 2023, 22:13, as Last.fm exports it. */
const NAMED = /^(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})(?:,? (\d{1,2}:\d{2}(?::\d{2})?))?$/;
/** 14/11/2023, 14.11.2023 or 14-11-2023, with a time of day behind it or not, which may be on twelve hours. */
const YEAR_LAST = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? +(\d{1,2})(:\d{2}(?::\d{2})?)\s*([ap]m)?)?$/i;
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
  "day-first",
  "month-first",
];
const PER_SECOND: Readonly<Record<NumberUnit, number>> = {
  seconds: 1,
  milliseconds: 1e3,
  microseconds: 1e6,
  nanoseconds: 1e9,
  order: 1,
};

/** How many of a unit a second has; an order counts as seconds. */
export function unitsPerSecond(unit: NumberUnit): number {
  return PER_SECOND[unit];
}

/** True where times are numbers and no dates. */
export function isNumberUnit(unit: TimeUnit): unit is NumberUnit {
  return unit in PER_SECOND;
}

/** The unit of a column by the size of its middle value: 1e9 seconds are the year 2001. */
export function detectTimeUnit(values: readonly string[]): TimeUnit {
  const sample = values.filter((value) => value.trim() !== "").slice(0, 2000);
  if (sample.length > 0 && sample.every((value) => COMPACT.test(value.trim()))) return "text";
  const numbers = sample.map(Number).filter(Number.isFinite);
  if (numbers.length < sample.length / 2) return detectDates(sample);
  const middle = Math.abs(numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0);
  if (middle < 1e8) return "order";
  if (middle < 1e11) return "seconds";
  if (middle < 1e14) return "milliseconds";
  return middle < 1e17 ? "microseconds" : "nanoseconds";
}

/** How dates are written: one of their two numbers is above 12 in any log of some weeks; before that the day is taken to come first. */
function detectDates(values: readonly string[]): TimeUnit {
  const dates = values.map((value) => YEAR_LAST.exec(value.trim())).filter((date) => date !== null);
  if (dates.length < values.length / 2) return "text";
  const above12 = (part: number) => dates.filter((date) => Number(date[part]) > 12).length;
  return above12(3) > above12(1) ? "month-first" : "day-first";
}

/**
 * One time in seconds since 1970 UTC; NaN where it is no time. Text without an offset is read as UTC.
 *
 * @example parseTime("2025-01-01T09:00:00+09:00", "text") // 1735689600
 */
export function parseTime(value: string, unit: TimeUnit): number {
  const text = value.trim();
  if (text === "") return Number.NaN;
  if (isNumberUnit(unit)) return Number(text) / PER_SECOND[unit] + 0; // -0 is 0
  const parts = ISO.exec(iso(text, unit));
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
function iso(text: string, unit: TimeUnit): string {
  if (text.length === 8 && COMPACT.test(text)) return text.replace(COMPACT, "$1-$2-$3");
  const named = NAMED.exec(text);
  if (named) return `${named[3]}-${MONTHS.indexOf(named[2]) + 1}-${named[1]}${named[4] ? ` ${named[4]}` : ""}`;
  const date = unit === "text" ? null : YEAR_LAST.exec(text);
  if (!date) return text;
  const [, first, , second, year, hour, minutes = "", half] = date;
  const day = unit === "day-first" ? `${year}-${second}-${first}` : `${year}-${first}-${second}`;
  return hour === undefined ? day : `${day} ${half ? onTwentyFour(hour, half) : hour}${minutes}`;
}

/** 12 AM is 0, 12 PM is 12; an hour that no clock of twelve shows is none. */
function onTwentyFour(hour: string, half: string): string {
  const shown = Number(hour);
  return shown >= 1 && shown <= 12 ? `${(shown % 12) + (half.toLowerCase() === "pm" ? 12 : 0)}` : "99";
}
