import { type Histories, trainRows } from "../../sequence/histories.js";

/**
 * Past sessions, oldest first, and for each item the latest ones that hold it.
 *
 * @shape start int32 [S+1], items int32 [plays]: items of session s; lists [V+1]: session numbers, ascending
 */
export interface SessionIndex {
  readonly start: Int32Array;
  readonly items: Int32Array;
  readonly lists: readonly Int32Array[];
  /** When each session ended, in days; 0 where the log has no times. @shape float64 [S] */
  readonly ended: Float64Array;
}

export interface SessionCut {
  /** A pause longer than this many minutes begins a session, where the log has times. */
  readonly gapMinutes: number;
  /** Longest session; a longer one is cut from its end. */
  readonly longest: number;
  /** Latest sessions kept for each item. */
  readonly sample: number;
}

/**
 * Cuts the train part in sessions and indexes them. Memory grows with the plays, time per query with `sample` only.
 *
 * Plays of unknown users and items are no part of it: a pause is one between plays of known items.
 */
export function indexSessions(histories: Histories, { gapMinutes, longest, sample }: SessionCut): SessionIndex {
  const { times, hasTimes } = histories.split.log;
  const sessions: { items: Int32Array; ended: number }[] = [];
  for (const { items, rows } of trainRows(histories)) {
    const own: typeof sessions = [];
    let end = items.length;
    for (let at = end - 1; at >= 0; at--) {
      const pause = at > 0 && hasTimes && times[rows[at]] - times[rows[at - 1]] > gapMinutes * 60;
      if (at > 0 && !pause && end - at < longest) continue;
      // Without times a moment of one user says nothing about another: then the order is that of the log.
      own.push({ items: items.subarray(at, end), ended: hasTimes ? times[rows[end - 1]] : 0 });
      end = at;
    }
    sessions.push(...own.reverse());
  }
  const order = Array.from(sessions.keys()).sort((a, b) => sessions[a].ended - sessions[b].ended || a - b);
  return toIndex(
    order.map((s) => sessions[s].items),
    Float64Array.from(order, (s) => sessions[s].ended / 86_400),
    histories.items.size + 1,
    sample,
  );
}

function toIndex(sessions: Int32Array[], ended: Float64Array, width: number, sample: number): SessionIndex {
  const start = new Int32Array(sessions.length + 1);
  sessions.forEach(({ length }, s) => {
    start[s + 1] = start[s] + length;
  });
  const items = new Int32Array(start[sessions.length]);
  const lists = Array.from({ length: width }, () => [] as number[]);
  for (let s = sessions.length - 1; s >= 0; s--) {
    items.set(sessions[s], start[s]);
    for (const item of sessions[s]) {
      const list = lists[item];
      if (list.length < sample && list[list.length - 1] !== s) list.push(s);
    }
  }
  return { start, items, ended, lists: lists.map((list) => Int32Array.from(list).reverse()) };
}
