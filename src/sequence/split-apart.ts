// Splits that keep every user, or every session, in one part as a whole.
import { checkInteger, checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import { Random } from "../core/random.js";
import type { EventLog, SplitLog } from "../core/types.js";
import { microseconds, momentText, userRows, whole } from "./split.js";

/**
 * Sessions by the time at which they start: test from `testFrom` on, validation from `validationFrom` on, else training.
 *
 * A session is in one part as a whole, so plays of a training session may lie after the cut, by less than its length.
 *
 * @param log            its users are sessions, see `toSessions`
 * @param validationFrom seconds since 1970, like `log.times`
 * @param testFrom       later than `validationFrom`
 * @source Hidasi et al. 2016 (GRU4Rec): the sessions of the last day
 * @throws {RefrainError} ARGUMENT_INVALID when the moments are not in order; EMPTY_CASES when a part is empty
 */
export function splitSessions(log: EventLog, validationFrom: number, testFrom: number): SplitLog {
  if (!(validationFrom < testFrom))
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `validationFrom (${validationFrom}) must be before testFrom (${testFrom}).`,
    );
  const start = (session: number) => microseconds(log.times[userStart[session]]);
  const userStart = userRows(log);
  const cuts = [validationFrom, testFrom].map(microseconds);
  const description = `sessions that start from ${momentText(log, testFrom)}`;
  return whole(byPart(log, userStart, description, (u) => (start(u) >= cuts[1] ? 2 : start(u) >= cuts[0] ? 1 : 0)));
}

/** Time at which the session of each event starts, for `momentsByShare`. @shape float64 [E] */
export function sessionStarts(log: EventLog): Float64Array {
  const userStart = userRows(log);
  return Float64Array.from(log.users, (session) => log.times[userStart[session]]);
}

/**
 * Whole users apart, drawn by the seed: the last n plays of each validation and test user are targets, the plays before
 * them history that nothing trains on. Users with fewer than n + 1 plays train only.
 *
 * Not safe in time across users. A seed draws the same users as long as the log names them in the same order.
 *
 * @param validationShare share of the users that can be drawn, in (0, 1); at least one user
 * @param testShare       the same for the test; both together are less than 1
 * @param n               integer >= 1
 * @source Liang et al. 2018 (strong generalisation)
 * @throws {RefrainError} ARGUMENT_INVALID for a value out of range; EMPTY_CASES when a part is empty
 */
export function holdOutUsers(
  log: EventLog,
  validationShare: number,
  testShare: number,
  n: number,
  seed: number,
): SplitLog {
  checkInteger("n", n, 1);
  checkNumber("validationShare + testShare", validationShare + testShare, Number.MIN_VALUE, 1 - Number.EPSILON);
  const userStart = userRows(log);
  const drawn = Random.stream(seed, "split", "users").shuffle(
    Array.from(log.userIds.keys()).filter((u) => userStart[u + 1] - userStart[u] > n),
  );
  const [tests, validations] = [testShare, validationShare].map((share) =>
    Math.max(1, Math.round(share * drawn.length)),
  );
  if (drawn.length < tests + validations)
    throw new RefrainError("EMPTY_CASES", `${drawn.length} users have ${n + 1} plays, too few to hold some out.`);
  const part = new Uint8Array(log.userIds.length);
  drawn.slice(0, tests).forEach((u) => {
    part[u] = 2;
  });
  drawn.slice(tests, tests + validations).forEach((u) => {
    part[u] = 1;
  });
  const description = `${tests} users held out (seed ${seed}), last ${n === 1 ? "play" : `${n} plays`} of each`;
  return whole({ ...byPart(log, userStart, description, (u) => part[u]), lastTargets: n });
}

/** A split that puts every user into the part that `partOf` names: 0 train, 1 validation, 2 test. */
function byPart(log: EventLog, userStart: Int32Array, description: string, partOf: (user: number) => number): SplitLog {
  const parts = Uint8Array.from(log.userIds, (_, u) => partOf(u));
  const before = (limit: number) => Int32Array.from(parts, (part, u) => userStart[part < limit ? u + 1 : u]);
  return { log, description, userStart, validationStart: before(1), testStart: before(2), apart: true };
}
