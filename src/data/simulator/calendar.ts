// Days and hours of 2025 by integer arithmetic: the same on every machine, without a time zone database.

import type { Random } from "../../core/random.js";
import { VALUES as P } from "./parameters.js";
import { between, draw } from "./world.js";

/** Where a listener lives: where this music is at home, and a few elsewhere. No summer time, so the offset holds all year. */
export interface Place {
  readonly zone: string;
  /** @unit minutes east of UTC */
  readonly offset: number;
  readonly share: number;
}

export const PLACES: readonly Place[] = [
  { zone: "Asia/Tokyo", offset: 540, share: 0.45 },
  { zone: "Asia/Seoul", offset: 540, share: 0.25 },
  { zone: "Asia/Shanghai", offset: 480, share: 0.2 },
  { zone: "Asia/Bangkok", offset: 420, share: 0.05 },
  { zone: "America/Sao_Paulo", offset: -180, share: 0.03 },
  { zone: "America/Phoenix", offset: -420, share: 0.02 },
];

/** When a listener listens. */
export interface Habit {
  readonly name: string;
  /** Weight of Monday to Friday, and of Saturday and Sunday, as the day of a session. */
  readonly weekday: number;
  readonly weekend: number;
  /** Weight of each hour of a weekday. @shape [24] */
  readonly weekdayHours: readonly number[];
  /** @shape [24] */
  readonly weekendHours: readonly number[];
}

const AT_LEISURE: readonly number[] = [3, 2, 1, 0, 0, 0, 0, 1, 2, 4, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 7, 6, 4];

export const HABITS: readonly Habit[] = [
  {
    name: "commuter",
    weekday: 1,
    weekend: 0.6,
    weekdayHours: [1, 0, 0, 0, 0, 1, 4, 10, 9, 3, 1, 1, 3, 1, 1, 1, 2, 5, 9, 8, 5, 4, 4, 2],
    weekendHours: AT_LEISURE,
  },
  {
    name: "student",
    weekday: 1,
    weekend: 1.1,
    weekdayHours: [4, 2, 1, 0, 0, 0, 2, 5, 3, 1, 1, 1, 4, 2, 1, 2, 5, 6, 6, 6, 7, 9, 9, 7],
    weekendHours: AT_LEISURE,
  },
  {
    name: "at work",
    weekday: 1,
    weekend: 0.5,
    weekdayHours: [0, 0, 0, 0, 0, 0, 1, 2, 4, 9, 9, 8, 4, 8, 9, 9, 8, 5, 3, 3, 3, 2, 2, 1],
    weekendHours: AT_LEISURE,
  },
  {
    name: "night",
    weekday: 1,
    weekend: 1,
    weekdayHours: [10, 8, 6, 3, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 10],
    weekendHours: [11, 9, 7, 4, 2, 0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 7, 9, 10],
  },
  {
    name: "weekend",
    weekday: 0.4,
    weekend: 1.6,
    weekdayHours: [1, 0, 0, 0, 0, 0, 1, 2, 2, 1, 1, 1, 2, 1, 1, 1, 2, 3, 5, 7, 8, 8, 6, 3],
    weekendHours: AT_LEISURE,
  },
];

/** 2025-01-01T00:00:00 UTC. */
const YEAR_START = 1735689600;
/** Sessions start up to 30 December, so that none runs over the year's end. */
const LAST_START_DAY = 363;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** A moment in a listener's own time: seconds since 1 January 2025, 0:00, on the clock there. */
export type LocalSeconds = number;

/** Day of 2025, 0-based. */
export function dayOf(local: LocalSeconds): number {
  return Math.floor(local / 86400);
}

export function hourOf(local: LocalSeconds): number {
  return Math.floor(local / 3600) % 24;
}

/** Saturday or Sunday; 1 January 2025 is a Wednesday. */
export function isWeekend(day: number): boolean {
  return (day + 2) % 7 >= 5;
}

/** @unit seconds since 1970 UTC */
export function toUtc(local: LocalSeconds, place: Place): number {
  return YEAR_START + local - place.offset * 60;
}

/**
 * Starts of a listener's sessions in order, in local seconds. Sessions come in bursts, keep to the habit's days and hours,
 * and are not yet moved apart.
 */
export function drawStarts(habit: Habit, joinDay: number, count: number, random: Random): LocalSeconds[] {
  const heaviest = Math.max(habit.weekday, habit.weekend);
  const starts: LocalSeconds[] = [];
  for (let last = -1; starts.length < count; ) {
    const near = last >= 0 && random.uniform() < P.burst;
    const day = near
      ? Math.min(LAST_START_DAY, last + random.integer(3))
      : joinDay + random.integer(LAST_START_DAY + 1 - joinDay);
    const weight = isWeekend(day) ? habit.weekend : habit.weekday;
    if (random.uniform() * heaviest >= weight) continue;
    const hour = draw(isWeekend(day) ? habit.weekendHours : habit.weekdayHours, random.uniform());
    starts.push(day * 86400 + hour * 3600 + random.integer(3600));
    last = day;
  }
  return starts.sort((a, b) => a - b);
}

/** The start moved on where it would be within an hour of the end before. */
export function movedApart(start: LocalSeconds, endBefore: LocalSeconds, random: Random): LocalSeconds {
  return Math.max(start, endBefore + between(random, P.pause));
}

/**
 * ISO-8601 local time with offset.
 *
 * @param year written instead of 2025: a clock that is wrong
 * @example isoTime(0, PLACES[0]) // "2025-01-01T00:00:00+09:00"
 */
export function isoTime(local: LocalSeconds, place: Place, year = 2025): string {
  let day = dayOf(local);
  let month = 0;
  while (day >= MONTHS[month]) day -= MONTHS[month++];
  const second = local % 86400;
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${year}-${two(month + 1)}-${two(day + 1)}T${clock}${isoOffset(place)}`;
}

function isoOffset({ offset }: Place): string {
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
