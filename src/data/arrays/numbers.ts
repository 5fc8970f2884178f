// Numbers and times out of bytes, for what is plainly written; NaN says that it is not, and that the usual functions must be asked.
import { isNumberUnit, type TimeUnit, unitsPerSecond } from "../times.js";

const ZERO = 48;
const DAY_SECONDS = 86_400;
/** Integers of so many digits are exact, and so is such an integer divided by a power of ten. */
const SURE_DIGITS = 15;
const POWERS = Array.from({ length: SURE_DIGITS + 1 }, (_, digits) => 10 ** digits);
const MONTH_DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Digits, with a point among them or not, as `Number` reads them. */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let point = -1;
  for (let at = from; at < to; at++) {
    const digit = bytes[at] - ZERO;
    if (digit >= 0 && digit <= 9) value = 10 * value + digit;
    else if (digit === -2 && point < 0 && at > from && at < to - 1) point = at;
    else return Number.NaN;
  }
  if (to === from || to - from > SURE_DIGITS) return Number.NaN;
  return point < 0 ? value : value / POWERS[to - 1 - point];
}

/** A time as `parseTime` reads it: a plain number, or 2023-11-14T22:13:20, with or without T and Z, in the years 1000 to 9999. */
export function plainTime(bytes: Uint8Array, from: number, to: number, unit: TimeUnit): number {
  return isNumberUnit(unit) ? plainNumber(bytes, from, to) / unitsPerSecond(unit) : isoTime(bytes, from, to);
}

function isoTime(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length !== 19 && !(length === 20 && bytes[from + 19] === 90)) return Number.NaN;
  const between = bytes[from + 10];
  if (bytes[from + 4] !== 45 || bytes[from + 7] !== 45 || (between !== 84 && between !== 32)) return Number.NaN;
  if (bytes[from + 13] !== 58 || bytes[from + 16] !== 58) return Number.NaN;
  const year = 100 * two(bytes, from) + two(bytes, from + 2);
  const month = two(bytes, from + 5);
  const day = two(bytes, from + 8);
  const hour = two(bytes, from + 11);
  const minute = two(bytes, from + 14);
  const second = two(bytes, from + 17);
  // NaN is none of these.
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= MONTH_DAYS[month])) return Number.NaN;
  if (!(hour <= 24 && minute <= 59 && second <= 60)) return Number.NaN;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2 && day === 29 && !isLeap) return Number.NaN;
  return daysFromCivil(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
}

function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

/** Days since 1970-01-01. @source H. Hinnant, chrono-Compatible Low-Level Date Algorithms, days_from_civil */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}
