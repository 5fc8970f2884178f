// New plays beside what a model knows: which are new, and what of them is trained on and what the guard asks for.
import { RefrainError } from "../../core/errors.js";
import type { EvaluationCase, EventLog } from "../../core/types.js";
import type { SavedModel } from "../../model/index.js";
import { Vocabulary } from "../../sequence/vocabulary.js";

/** Plays that came after those that a model knows, in its own indices grown by what is new. */
export interface NewPlays {
  readonly items: Vocabulary;
  readonly users: Vocabulary;
  /** Title of each item index, [V' + 1]. */
  readonly titles: readonly string[];
  /** By user index of the grown vocabulary, in time order. */
  readonly byUser: ReadonlyMap<number, UserPlays>;
  /** Plays of the log that the model knew already. */
  readonly known: number;
  /** Plays of items that stay unknown, for they are too few. */
  readonly rare: number;
  readonly training: number;
  readonly validation: number;
}

/** New plays of one listener. The first `training` of them are trained on; the guard asks for the others. */
export interface UserPlays {
  readonly items: readonly number[];
  readonly times: readonly number[];
  readonly training: number;
}

/** Sorts the plays of a clean log. @param share of the new plays, the latest ones, that the guard asks for, in (0, 1) @throws {RefrainError} TOO_LITTLE_DATA when there are no new plays for training or for the guard */
export function newPlays(saved: SavedModel, log: EventLog, share: number, minimumItemPlays: number): NewPlays {
  const fresh = freshRows(saved, log);
  const from = cut(log, fresh, share);
  const counts = new Map<number, number>();
  const isTrained = (row: number, at: number, all: number) =>
    log.hasTimes ? log.times[row] < from : at < (1 - share) * all;
  const rowsOf = new Map<number, number[]>();
  for (const row of fresh) rowsOf.set(log.users[row], [...(rowsOf.get(log.users[row]) ?? []), row]);
  for (const rows of rowsOf.values())
    rows.forEach((row, at) => {
      if (isTrained(row, at, rows.length)) counts.set(log.items[row], (counts.get(log.items[row]) ?? 0) + 1);
    });
  const newItems = [...counts].filter(
    ([code, count]) => count >= minimumItemPlays && saved.items.indexOf(log.itemIds[code]) === 0,
  );
  newItems.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const items = new Vocabulary([...saved.items.ids.slice(1), ...newItems.map(([code]) => log.itemIds[code])]);
  const newUsers = [...rowsOf].filter(
    ([code, rows]) => isTrained(rows[0], 0, rows.length) && saved.users.indexOf(log.userIds[code]) === 0,
  );
  const users = new Vocabulary([...saved.users.ids.slice(1), ...newUsers.map(([code]) => log.userIds[code])]);
  const byUser = new Map<number, UserPlays>();
  const total = { training: 0, validation: 0, rare: 0 };
  for (const [code, rows] of rowsOf) {
    const user = users.indexOf(log.userIds[code]);
    if (user === 0) continue; // a listener who begins after the cut: the guard has no history of hers
    const plays = { items: [] as number[], times: [] as number[], training: 0 };
    rows.forEach((row, at) => {
      const item = items.indexOf(log.itemIds[log.items[row]]);
      if (item === 0) total.rare++;
      else {
        plays.items.push(item);
        plays.times.push(log.hasTimes ? log.times[row] : Number.NaN);
        if (isTrained(row, at, rows.length)) plays.training++;
      }
    });
    total.training += plays.training;
    total.validation += plays.items.length - plays.training;
    byUser.set(user, plays);
  }
  if (total.training === 0 || total.validation === 0)
    throw new RefrainError(
      "TOO_LITTLE_DATA",
      `There are ${total.training} new plays to train on and ${total.validation} for the guard; ${log.users.length - fresh.length} of ${log.users.length} plays were known already.`,
      { known: log.users.length - fresh.length },
    );
  const titles = [...saved.titles, ...newItems.map(([code]) => log.itemTitles[code])];
  return { items, users, titles, byUser, known: log.users.length - fresh.length, ...total };
}

/** Rows of plays after the last one that the model knows of their listener; all rows where there are no times to tell by. */
function freshRows({ users, times }: SavedModel, log: EventLog): number[] {
  const rows = Array.from(log.users.keys());
  if (!log.hasTimes || !times) return rows;
  const lastOf = log.userIds.map((id) => {
    const user = users.indexOf(id);
    return user === 0 ? Number.NEGATIVE_INFINITY : (times[user].at(-1) ?? Number.NEGATIVE_INFINITY);
  });
  return rows.filter((row) => log.times[row] > lastOf[log.users[row]]);
}

/** The moment from which on plays are the guard's. */
function cut(log: EventLog, rows: readonly number[], share: number): number {
  const times = Float64Array.from(rows, (row) => log.times[row]).sort();
  return times[Math.floor((1 - share) * times.length)] ?? Number.POSITIVE_INFINITY;
}

/**
 * Questions of the guard: each validation play, after all plays before it.
 *
 * @param itemCount V of the model that is asked: later items are unknown to it, as targets (0) and in histories
 * @param userCount U of that model: later users are new listeners
 */
export function guardCases(
  saved: Pick<SavedModel, "histories" | "times">,
  { byUser }: NewPlays,
  itemCount: number,
  userCount: number,
): EvaluationCase[] {
  const cases: EvaluationCase[] = [];
  for (const [user, plays] of byUser) {
    const before = saved.histories[user] ?? [];
    const beforeTimes = saved.times?.[user] ?? before.map(() => Number.NaN);
    const all = [...before, ...plays.items];
    const times = [...beforeTimes, ...plays.times];
    const isKnown = (item: number) => item <= itemCount;
    const [items, moments] = [new Int32Array(all.length), new Float64Array(all.length)];
    let length = 0;
    all.forEach((item, at) => {
      if (at >= before.length + plays.training && length > 0)
        cases.push({
          user: user <= userCount ? user : 0,
          history: items.subarray(0, length),
          times: moments.subarray(0, length),
          now: times[at],
          target: isKnown(item) ? item : 0,
          userCode: user,
          row: cases.length,
        });
      if (!isKnown(item)) return;
      items[length] = item;
      moments[length++] = times[at];
    });
  }
  return cases;
}
