import { checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { EventLog } from "../core/types.js";

/** A log in numbers, ready for JSON. Shares are in [0, 1]. */
export interface Profile {
  readonly users: number;
  readonly items: number;
  readonly events: number;
  /** Share of user-item pairs that occur. */
  readonly density: number;
  /** ISO dates; undefined where the log has only an order. */
  readonly firstDay?: string;
  readonly lastDay?: string;
  /** Least, quarter, median, three quarters, 90 %, 99 %, most. */
  readonly playsPerUser: readonly number[];
  readonly playsPerItem: readonly number[];
  /** Share of all plays that the most played 1, 5, 10, 20, 50 % of items have. */
  readonly popularityShare: Readonly<Record<string, number>>;
  /** Inequality of plays over items: 0 all alike, 1 one item has all. */
  readonly gini: number;
  /** Share of plays whose item the user had played before. */
  readonly repeatShare: number;
  /** Share of plays with the same time as the user's play before. */
  readonly tiedTimeShare: number;
  /** Plays between pauses longer than `gapMinutes`; undefined where the log has only an order. */
  readonly sessions?: {
    readonly gapMinutes: number;
    readonly count: number;
    /** Plays per session: least, quarter, median, three quarters, 90 %, 99 %, most. */
    readonly lengths: readonly number[];
  };
}

const QUANTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.99, 1];

/**
 * Counts what a person wants to know of a log before training on it.
 *
 * @param gapMinutes a pause longer than this ends a session; (0, 10080]
 * @throws {RefrainError} ARGUMENT_INVALID for a gap out of range; SHAPE_MISMATCH for a log without events
 */
export function profileLog(log: EventLog, gapMinutes = 30): Profile {
  checkNumber("gapMinutes", gapMinutes, Number.MIN_VALUE, 7 * 24 * 60);
  const E = log.users.length;
  if (E === 0) throw new RefrainError("SHAPE_MISMATCH", "A log without events has no profile.");
  const perUser = new Float64Array(log.userIds.length);
  const perItem = new Float64Array(log.itemIds.length);
  let repeats = 0;
  let ties = 0;
  let pairs = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let seen = new Set<number>();
  for (let row = 0; row < E; row++) {
    const sameUser = row > 0 && log.users[row] === log.users[row - 1];
    if (!sameUser) seen = new Set();
    else if (log.times[row] === log.times[row - 1]) ties++;
    if (seen.has(log.items[row])) repeats++;
    else pairs++;
    seen.add(log.items[row]);
    perUser[log.users[row]]++;
    perItem[log.items[row]]++;
    first = Math.min(first, log.times[row]);
    last = Math.max(last, log.times[row]);
  }
  const day = (seconds: number) => (log.hasTimes ? new Date(seconds * 1000).toISOString().slice(0, 10) : undefined);
  const falling = perItem.slice().sort().reverse();
  const topShare = (share: number) =>
    falling.subarray(0, Math.ceil(share * falling.length)).reduce((a, b) => a + b, 0) / E;
  return {
    users: perUser.length,
    items: perItem.length,
    events: E,
    density: pairs / (perUser.length * perItem.length),
    firstDay: day(first),
    lastDay: day(last),
    playsPerUser: quantiles(perUser),
    playsPerItem: quantiles(perItem),
    popularityShare: Object.fromEntries(
      [0.01, 0.05, 0.1, 0.2, 0.5].map((share) => [`${share * 100} %`, topShare(share)]),
    ),
    gini: gini(falling.reverse()),
    repeatShare: repeats / E,
    tiedTimeShare: log.hasTimes ? ties / E : 0,
    sessions: log.hasTimes ? sessionLengths(log, gapMinutes) : undefined,
  };
}

function sessionLengths(log: EventLog, gapMinutes: number): NonNullable<Profile["sessions"]> {
  const lengths: number[] = [];
  for (let row = 0; row < log.users.length; row++) {
    const goesOn =
      row > 0 && log.users[row] === log.users[row - 1] && log.times[row] - log.times[row - 1] <= gapMinutes * 60;
    if (goesOn) lengths[lengths.length - 1]++;
    else lengths.push(1);
  }
  return { gapMinutes, count: lengths.length, lengths: quantiles(Float64Array.from(lengths)) };
}

function quantiles(values: Float64Array): number[] {
  const sorted = values.slice().sort();
  return QUANTILES.map((q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);
}

/** @source Gini 1912, from the rising counts: sum((2 i - n - 1) x) / (n sum(x)) */
function gini(rising: Float64Array): number {
  const total = rising.reduce((a, b) => a + b, 0);
  return rising.reduce((sum, x, i) => sum + (2 * (i + 1) - rising.length - 1) * x, 0) / (rising.length * total);
}
