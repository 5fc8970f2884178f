import { Random } from "../../core/random.js";
import type { EventLog } from "../../core/types.js";
import { type Finding, finding, graded } from "./finding.js";

/** How much the item before tells about the next one, in the order of the log and in shuffled order. */
export interface SequenceSignal {
  /** Share of plays that are among the ten most usual followers of the play before, as other users made them. */
  readonly ordered: number;
  /** The same after each history was shuffled, once for each shuffle. */
  readonly shuffled: readonly number[];
  /** 1 - mean(shuffled) / ordered, at least 0: the part that hangs on the order; 0 where nothing is predicted at all. */
  readonly lost: number;
  /** The same share when only plays of one user at one time change places; equal to `ordered` where there are no ties. */
  readonly untied: number;
  /** Pairs of plays that were judged. */
  readonly pairs: number;
}

const FOLLOWERS = 10;
const SHUFFLES = 5;
/** Larger logs are judged by users drawn until there are so many plays, so that the audit stays fast. */
const MOST_PLAYS = 200_000;
/** With fewer pairs the statistic is mostly chance, and gives no warning. */
const FEWEST_PAIRS = 2000;

/**
 * Measures the order in the histories: followers of each item are counted on half of the users and tried on the other half,
 * both ways, with the histories as they are and shuffled. A play of the item just played is no pair.
 *
 * @source Klenitskiy et al. 2024, Does It Look Sequential? An Analysis of Datasets for Evaluation of Sequential
 *   Recommendations: what does not change when histories are shuffled is no sequence. They train models and count rules;
 *   this is a first-order rule, since it takes a second and not hours.
 */
export function sequenceSignal(log: EventLog, seed = 1): SequenceSignal {
  const histories = drawHistories(log, seed);
  const all = concatenated(histories.map(({ items }) => items));
  const { hits, pairs } = followerHits(all, histories, log.itemIds.length);
  const shuffled: number[] = [];
  for (let round = 0; round < SHUFFLES; round++) {
    const random = Random.stream(seed, "audit", "shuffle", round);
    const mixed = all.slice();
    let at = 0;
    for (const { items } of histories) {
      random.shuffle(mixed.subarray(at, at + items.length));
      at += items.length;
    }
    shuffled.push(shareOfHits(mixed, histories, log.itemIds.length));
  }
  const ordered = pairs > 0 ? hits / pairs : 0;
  const mean = shuffled.reduce((sum, share) => sum + share, 0) / SHUFFLES;
  const untied = log.hasTimes ? shareOfHits(tiesMixed(all, histories, seed), histories, log.itemIds.length) : ordered;
  return { ordered, shuffled, lost: ordered > 0 ? Math.max(0, 1 - mean / ordered) : 0, untied, pairs };
}

interface History {
  readonly items: Int32Array;
  readonly times: Float64Array;
}

/** The histories of users in a drawn order, until they hold `MOST_PLAYS` plays. */
function drawHistories(log: EventLog, seed: number): History[] {
  const histories: History[] = [];
  for (let from = 0, to = 1; to <= log.users.length; to++) {
    if (to < log.users.length && log.users[to] === log.users[from]) continue;
    histories.push({ items: log.items.subarray(from, to), times: log.times.subarray(from, to) });
    from = to;
  }
  // Drawn always: users that lie side by side may be alike, and then the halves would not be.
  Random.stream(seed, "audit", "users").shuffle(histories);
  let plays = 0;
  const enough = histories.findIndex(({ items }) => {
    plays += items.length;
    return plays >= MOST_PLAYS;
  });
  return enough < 0 ? histories : histories.slice(0, Math.max(2, enough + 1));
}

/** The histories with plays of one time in a drawn order. */
function tiesMixed(all: Int32Array, histories: readonly History[], seed: number): Int32Array {
  const random = Random.stream(seed, "audit", "ties");
  const mixed = all.slice();
  let start = 0;
  for (const { times } of histories) {
    for (let from = 0, to = 1; to <= times.length; to++) {
      if (to < times.length && times[to] === times[from]) continue;
      if (to - from > 1) random.shuffle(mixed.subarray(start + from, start + to));
      from = to;
    }
    start += times.length;
  }
  return mixed;
}

function concatenated(histories: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(histories.reduce((sum, history) => sum + history.length, 0));
  let at = 0;
  for (const history of histories) {
    all.set(history, at);
    at += history.length;
  }
  return all;
}

function shareOfHits(items: Int32Array, histories: readonly History[], V: number): number {
  const { hits, pairs } = followerHits(items, histories, V);
  return pairs > 0 ? hits / pairs : 0;
}

/** Hits of the first-order rule over both halves. @param items the histories behind each other */
function followerHits(items: Int32Array, histories: readonly History[], V: number): { hits: number; pairs: number } {
  const keys: [number[], number[]] = [[], []];
  let at = 0;
  histories.forEach(({ items: { length } }, h) => {
    const half = keys[h % 2];
    for (let i = at + 1; i < at + length; i++) if (items[i] !== items[i - 1]) half.push(items[i - 1] * V + items[i]);
    at += length;
  });
  const [even, odd] = keys.map((half) => Float64Array.from(half).sort());
  return {
    hits: hitsOf(even, usualFollowers(odd, V)) + hitsOf(odd, usualFollowers(even, V)),
    pairs: even.length + odd.length,
  };
}

/** The pairs (item, follower) of the most usual followers of each item, rising; of equals the lower code. */
function usualFollowers(sorted: Float64Array, V: number): Float64Array {
  const usual: number[] = [];
  let best: { key: number; count: number }[] = [];
  const flush = () => {
    for (const { key } of best) usual.push(key);
    best = [];
  };
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (best.length > 0 && Math.floor(best[0].key / V) !== Math.floor(sorted[from] / V)) flush();
    const count = to - from;
    if (best.length < FOLLOWERS || count > best[best.length - 1].count) {
      let place = best.length;
      while (place > 0 && best[place - 1].count < count) place--;
      best.splice(place, 0, { key: sorted[from], count });
      if (best.length > FOLLOWERS) best.pop();
    }
    from = to;
  }
  flush();
  return Float64Array.from(usual).sort();
}

/** How many of the pairs are among the usual ones. Both rise, so one pass is enough. */
function hitsOf(pairs: Float64Array, usual: Float64Array): number {
  let hits = 0;
  for (let i = 0, j = 0; i < pairs.length; i++) {
    while (j < usual.length && usual[j] < pairs[i]) j++;
    if (usual[j] === pairs[i]) hits++;
  }
  return hits;
}

/**
 * Findings about the order: a warning where less than a tenth of what is predicted hangs on it, and one where a third or
 * more hangs on the order of tied plays, which only the file has made.
 */
export function auditSignal({ ordered, shuffled, lost, untied, pairs }: SequenceSignal): Finding[] {
  if (pairs === 0) return [];
  const weak = pairs >= FEWEST_PAIRS && lost < 0.1;
  const percent = (share: number) => Number((100 * share).toFixed(1));
  const found = [
    finding("sequence-signal", weak ? "warning" : "note", Math.round(ordered * pairs), pairs, "pairs", {
      values: {
        ordered: percent(ordered),
        shuffled: percent(shuffled.reduce((sum, share) => sum + share, 0) / Math.max(1, shuffled.length)),
        spread: percent(Math.max(...shuffled) - Math.min(...shuffled)),
        lost: percent(lost),
      },
    }),
  ];
  const [hits, tied] = [Math.round(ordered * pairs), Math.round((ordered - untied) * pairs)];
  if (hits > 0 && tied / hits >= 0.01)
    found.push(
      finding("tied-signal", pairs >= FEWEST_PAIRS ? graded(tied / hits, 0.33, 2) : "note", tied, hits, "hits"),
    );
  return found;
}
