import { checkNumber } from "../core/check.js";
import type { EventLog } from "../core/types.js";
import { int32 } from "../data/arrays/large-pages.js";
import { microseconds } from "./split.js";

/**
 * Cuts every user's events where the listener was idle, and returns a log whose users are the sessions.
 *
 * Session ids are `<user id>/<number>`, numbered from 1 in time order; `owners` says whose each one is. Pauses are compared
 * in whole microseconds, and a pause of exactly the gap does not end a session.
 *
 * @param gapMinutes a pause longer than this starts a new session; (0, 10080]
 * @throws {RefrainError} ARGUMENT_INVALID when gapMinutes is out of range
 */
export function toSessions(log: EventLog, gapMinutes: number): EventLog {
  checkNumber("gapMinutes", gapMinutes, Number.MIN_VALUE, 7 * 24 * 60);
  const users = int32(log.users.length);
  const userIds: string[] = [];
  const owners: number[] = [];
  const gap = Math.round(gapMinutes * 60e6);
  let number = 0;
  let before = 0;
  let prefix = "";
  for (let row = 0; row < users.length; row++) {
    const sameUser = row > 0 && log.users[row] === log.users[row - 1];
    const now = microseconds(log.times[row]);
    if (!sameUser) [number, prefix] = [0, `${log.userIds[log.users[row]]}/`];
    if (!sameUser || now - before > gap) {
      userIds.push(prefix + ++number);
      owners.push(log.users[row]);
    }
    users[row] = userIds.length - 1;
    before = now;
  }
  return { ...log, users, userIds, owners: { codes: Int32Array.from(owners), ids: log.userIds } };
}
