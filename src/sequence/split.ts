import { checkInteger, checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";

// Plays of one user at the same time stay in the order of the log's lines, which is arbitrary but the same in every run. A
// cut in time never comes between them: all of them are at or after the moment, or none. A cut by position may.

/** Which plays of a validation or test part are asked for. */
export type Targets = "successive" | "last";

/**
 * The last n events of each user are test targets, the n before them validation targets, the rest is training. Users with
 * fewer than 2n + 1 events train only.
 *
 * Not safe in time across users: one user's training events may lie after another's test event. Use `splitByTime` where
 * that matters. Where the cut comes between plays at one time, the order of the log's lines decides.
 *
 * @param n integer >= 1
 * @source the protocol of SASRec (Kang & McAuley 2018) and most published tables, for n = 1
 * @throws {RefrainError} ARGUMENT_INVALID for another n; EMPTY_CASES when no user has 2n + 1 events
 */
export function leaveLastOut(log: EventLog, n: number): SplitLog {
  checkInteger("n", n, 1);
  const userStart = userRows(log);
  const cut = (back: number) =>
    Int32Array.from(log.userIds, (_, u) => {
      const [start, end] = [userStart[u], userStart[u + 1]];
      return end - start > 2 * n ? end - back : end;
    });
  const [validationStart, testStart] = [cut(2 * n), cut(n)];
  const description = n === 1 ? "leave-one-out" : `leave-last-n-out, n = ${n}`;
  if (testStart.every((start, u) => start === userStart[u + 1]))
    throw new RefrainError("EMPTY_CASES", `No user has ${2 * n + 1} plays, so ${description} has no test case.`);
  return { log, description, userStart, validationStart, testStart };
}

/** `leaveLastOut` with n = 1: users need 3 plays. @throws {RefrainError} EMPTY_CASES when no user has 3 events */
export function leaveOneOut(log: EventLog): SplitLog {
  return leaveLastOut(log, 1);
}

/**
 * Two moments cut the log of every user: training strictly before `validationFrom`, test from `testFrom` on.
 *
 * @param validationFrom seconds since 1970, like `log.times`
 * @param testFrom       later than `validationFrom`
 * @param targets        successive: every play of a part is asked for; last: only a user's last one, the others are history
 * @source Hidasi & Czapp 2023, Widespread flaws in offline evaluation (on cuts in time)
 * @throws {RefrainError} ARGUMENT_INVALID when the moments are not in order; EMPTY_CASES when a part is empty
 */
export function splitByTime(
  log: EventLog,
  validationFrom: number,
  testFrom: number,
  targets: Targets = "successive",
): SplitLog {
  if (!(validationFrom < testFrom))
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `validationFrom (${validationFrom}) must be before testFrom (${testFrom}).`,
    );
  const userStart = userRows(log);
  const users = userStart.length - 1;
  const validationStart = new Int32Array(users);
  const testStart = new Int32Array(users);
  for (let u = 0; u < users; u++) {
    validationStart[u] = firstRowFrom(log.times, userStart[u], userStart[u + 1], validationFrom);
    testStart[u] = firstRowFrom(log.times, validationStart[u], userStart[u + 1], testFrom);
  }
  const last = targets === "last" ? { lastTargets: 1 } : {};
  const description = `temporal, test from ${momentText(log, testFrom)}${targets === "last" ? ", last play of each user" : ""}`;
  return whole({ log, description, userStart, validationStart, testStart, ...last });
}

/**
 * Cuts by time so that about the given shares of events are validation and test.
 *
 * @param validationShare share of all events, in (0, 1)
 * @param testShare       share of all events, in (0, 1)
 * @throws {RefrainError} as `splitByTime`
 */
export function splitByShare(
  log: EventLog,
  validationShare: number,
  testShare: number,
  targets: Targets = "successive",
): SplitLog {
  return splitByTime(log, ...momentsByShare(log.times, validationShare, testShare), targets);
}

/**
 * The moments that leave about these shares of the given times behind them: [validationFrom, testFrom].
 *
 * @param times seconds, in any order
 * @throws {RefrainError} EMPTY_CASES when so many times are equal that both moments are one
 */
export function momentsByShare(times: Float64Array, validationShare: number, testShare: number): [number, number] {
  const moments: [number, number] = [timeAt(times, 1 - validationShare - testShare), timeAt(times, 1 - testShare)];
  if (moments[0] < moments[1]) return moments;
  throw new RefrainError(
    "EMPTY_CASES",
    `Too many plays have the time ${moments[0]}: a cut by shares leaves no validation before the test.`,
  );
}

/** The time that a share of all times, in [0, 1], is before. @example timeAt(Float64Array.of(3, 1, 2, 4), 0.5) // 3 */
export function timeAt(times: Float64Array, share: number): number {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * The moments that leave the last `days` days to the test and as many before them to validation.
 *
 * @param days (0, 36500]; 0.5 are twelve hours
 * @throws {RefrainError} ARGUMENT_INVALID when days is out of range
 */
export function momentsByDays(times: Float64Array, days: number): [number, number] {
  checkNumber("days", days, Number.MIN_VALUE, 36_500);
  const last = times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  const back = (count: number) => (microseconds(last) - Math.round(count * days * 86_400e6)) / 1e6;
  return [back(2), back(1)];
}

/**
 * A time in whole microseconds, in which differences are exact. Seconds are not: 0.3 - 0.1 is not 0.2.
 *
 * @param seconds in [-9e9, 9e9], the years 1684 to 2255
 * @example microseconds(0.3) - microseconds(0.1) === microseconds(0.2) // true
 */
export function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6);
}

/** First row of each user and, last, the number of events. @shape int32 [U+1] */
export function userRows(log: EventLog): Int32Array {
  const rows = new Int32Array(log.userIds.length + 1);
  for (const user of log.users) rows[user + 1]++;
  for (let u = 0; u < log.userIds.length; u++) rows[u + 1] += rows[u];
  checkInteger("events", log.users.length, 1);
  return rows;
}

/** Events of each part; of validation and test only the targets, the rest is `context`. */
export function partSizes(split: SplitLog): { train: number; validation: number; test: number; context: number } {
  const { log, userStart, validationStart, testStart, lastTargets = log.users.length } = split;
  const sizes = { train: 0, validation: 0, test: 0, context: 0 };
  for (let u = 0; u < testStart.length; u++) {
    sizes.train += validationStart[u] - userStart[u];
    sizes.validation += Math.min(lastTargets, testStart[u] - validationStart[u]);
    sizes.test += Math.min(lastTargets, userStart[u + 1] - testStart[u]);
  }
  sizes.context = log.users.length - sizes.train - sizes.validation - sizes.test;
  return sizes;
}

/** The same split, if no part is empty. @throws {RefrainError} EMPTY_CASES naming the part */
export function whole(split: SplitLog): SplitLog {
  const { train: training, validation, test } = partSizes(split);
  const parts = { training, validation, test };
  for (const [name, size] of Object.entries(parts))
    if (size === 0)
      throw new RefrainError("EMPTY_CASES", `The split (${split.description}) leaves no events for ${name}.`, parts);
  return split;
}

/** A moment for a description: its day, or the ordinal. */
export function momentText({ hasTimes }: EventLog, seconds: number): string {
  return hasTimes ? new Date(seconds * 1000).toISOString().slice(0, 10) : String(seconds);
}

/** How many of the rising values are at most `limit`. @example countUpTo(Float64Array.of(1, 2, 2, 3), 2) // 3 */
export function countUpTo(rising: Float64Array, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First row in [start, end) whose time is >= moment, compared in microseconds; times are sorted there. */
function firstRowFrom(times: Float64Array, start: number, end: number, moment: number): number {
  const from = microseconds(moment);
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (microseconds(times[middle]) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
