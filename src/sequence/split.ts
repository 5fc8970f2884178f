import { checkInteger } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";

/**
 * The last event of each user is the test target, the one before it the validation target, the rest is training. Users with
 * fewer than 3 events train only.
 *
 * Not safe in time across users: one user's training events may lie after another's test event. Use `splitByTime` where
 * that matters.
 *
 * @source the protocol of SASRec (Kang & McAuley 2018) and most published tables
 * @throws {RefrainError} EMPTY_CASES when no user has 3 events
 */
export function leaveOneOut(log: EventLog): SplitLog {
  const userStart = userRows(log);
  const users = userStart.length - 1;
  const validationStart = new Int32Array(users);
  const testStart = new Int32Array(users);
  let cases = 0;
  for (let u = 0; u < users; u++) {
    const end = userStart[u + 1];
    const holds = end - userStart[u] >= 3;
    if (holds) cases++;
    validationStart[u] = holds ? end - 2 : end;
    testStart[u] = holds ? end - 1 : end;
  }
  if (cases === 0) throw new RefrainError("EMPTY_CASES", "No user has 3 plays, so leave-one-out has no test case.");
  return { log, description: "leave-one-out", userStart, validationStart, testStart };
}

/**
 * Two moments cut the log of every user: training strictly before `validationFrom`, test from `testFrom` on.
 *
 * @param validationFrom seconds since 1970, like `log.times`
 * @param testFrom       later than `validationFrom`
 * @throws {RefrainError} ARGUMENT_INVALID when the moments are not in order; EMPTY_CASES when a part is empty
 */
export function splitByTime(log: EventLog, validationFrom: number, testFrom: number): SplitLog {
  if (!(validationFrom < testFrom))
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `validationFrom (${validationFrom}) must be before testFrom (${testFrom}).`,
    );
  const userStart = userRows(log);
  const users = userStart.length - 1;
  const validationStart = new Int32Array(users);
  const testStart = new Int32Array(users);
  let train = 0;
  let validation = 0;
  for (let u = 0; u < users; u++) {
    validationStart[u] = firstRowFrom(log.times, userStart[u], userStart[u + 1], validationFrom);
    testStart[u] = firstRowFrom(log.times, validationStart[u], userStart[u + 1], testFrom);
    train += validationStart[u] - userStart[u];
    validation += testStart[u] - validationStart[u];
  }
  const parts = { training: train, validation, test: log.users.length - train - validation };
  for (const [name, size] of Object.entries(parts))
    if (size === 0) throw new RefrainError("EMPTY_CASES", `The temporal split leaves no events for ${name}.`, parts);
  const from = log.hasTimes ? new Date(testFrom * 1000).toISOString().slice(0, 10) : String(testFrom);
  return { log, description: `temporal, test from ${from}`, userStart, validationStart, testStart };
}

/**
 * Cuts by time so that about the given shares of events are validation and test.
 *
 * @param validationShare share of all events, in (0, 1)
 * @param testShare       share of all events, in (0, 1)
 */
export function splitByShare(log: EventLog, validationShare: number, testShare: number): SplitLog {
  const times = log.times.slice().sort();
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return splitByTime(log, at(1 - validationShare - testShare), at(1 - testShare));
}

/** First row of each user and, last, the number of events. @shape int32 [U+1] */
function userRows(log: EventLog): Int32Array {
  const rows = new Int32Array(log.userIds.length + 1);
  for (const user of log.users) rows[user + 1]++;
  for (let u = 0; u < log.userIds.length; u++) rows[u + 1] += rows[u];
  checkInteger("events", log.users.length, 1);
  return rows;
}

/** First row in [start, end) whose time is >= moment; times are sorted there. */
function firstRowFrom(times: Float64Array, start: number, end: number, moment: number): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
