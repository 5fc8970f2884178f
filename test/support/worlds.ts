// Small worlds whose right answers are known, and a generator of hostile little logs.
import fc from "fast-check";
import { Random } from "../../src/core/random.js";
import type { EventLog } from "../../src/core/types.js";

/** Names that break plain objects, separators and sloppy equality. */
const HOSTILE_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "",
  " ",
  "0",
  "a\tb",
  "夜に駆ける",
  "봄날",
  "ABC",
  "abc",
];

/** An event log from rows in any order; users and items get codes in order of first appearance after sorting. */
export function toLog(rows: readonly { user: string; item: string; time: number }[]): EventLog {
  const userIds = [...new Set(rows.map(({ user }) => user))];
  const sorted = rows
    .map((row, at) => ({ ...row, line: at + 1, code: userIds.indexOf(row.user) }))
    .sort((a, b) => a.code - b.code || a.time - b.time || a.line - b.line);
  const itemIds = [...new Set(sorted.map(({ item }) => item))];
  return {
    users: Int32Array.from(sorted, ({ code }) => code),
    items: Int32Array.from(sorted, ({ item }) => itemIds.indexOf(item)),
    times: Float64Array.from(sorted, ({ time }) => time),
    userIds,
    itemIds,
    itemTitles: itemIds.map((id) => `title of ${id}`),
    lines: Int32Array.from(sorted, ({ line }) => line),
    hasTimes: true,
  };
}

/** 6 users play 5 items in a circle: the next item is always the previous one + 1 mod 5. A perfect model has HR@1 = 1. */
export function cycleWorld(plays = 14): EventLog {
  return toLog(
    Array.from({ length: 6 }, (_, u) =>
      Array.from({ length: plays }, (_, t) => ({ user: `u${u}`, item: `i${(u + t) % 5}`, time: t })),
    ).flat(),
  );
}

export interface MarkovWorld {
  readonly log: EventLog;
  /** Probability that item code j follows item code i, of the log's codes. */
  readonly next: (i: number, j: number) => number;
  /** HR@1 that no model can beat in the mean. */
  readonly bestHitRate: number;
}

/**
 * Listeners of a first-order Markov chain: after each item one of three followers, with .6, .3 and .1.
 *
 * The best HR@1 is .6 wherever the chain stands, so it needs no stationary distribution.
 */
export function markovWorld({ users = 60, items = 20, plays = 60, seed = 1 } = {}): MarkovWorld {
  const random = Random.stream(seed, "markov-world");
  const shares = [0.6, 0.3, 0.1];
  const followers = Array.from({ length: items }, () =>
    random.shuffle(Array.from({ length: items }, (_, j) => j)).slice(0, shares.length),
  );
  const rows: { user: string; item: string; time: number }[] = [];
  for (let u = 0; u < users; u++) {
    let item = random.integer(items);
    for (let time = 0; time < plays; time++) {
      rows.push({ user: `u${u}`, item: `i${item}`, time });
      const draw = random.uniform();
      item = followers[item][draw < shares[0] ? 0 : draw < shares[0] + shares[1] ? 1 : 2];
    }
  }
  const log = toLog(rows);
  const name = (code: number) => Number(log.itemIds[code].slice(1));
  const next = (i: number, j: number) => shares[followers[name(i)].indexOf(name(j))] ?? 0;
  return { log, next, bestHitRate: shares[0] };
}

export interface LogShape {
  readonly users?: number;
  readonly items?: number;
  readonly events?: number;
}

/** Logs with hostile names and many equal times; at least one event. */
export function eventLogs({ users = 6, items = 8, events = 60 }: LogShape = {}): fc.Arbitrary<EventLog> {
  const name = (count: number) =>
    fc.constantFrom(...Array.from({ length: count }, (_, i) => HOSTILE_NAMES[i] ?? `n${i}`));
  const row = fc.record({ user: name(users), item: name(items), time: fc.integer({ min: 0, max: 40 }) });
  return fc.array(row, { minLength: 1, maxLength: events, size: "max" }).map(toLog);
}
