// Rows by user, time and place, without comparing anything twice: users are counted, and times are sorted digit by digit.

import { int32 } from "./large-pages.js";

/** Groups of so few rows are sorted by insertion. */
const FEW = 24;
const DIGITS = 1 << 8;

/**
 * The order of rows by (user, time), rows of one user and time as they stand; undefined where they are in that order already.
 *
 * @param users numbers from 0 on
 * @param times no NaN where a row is left
 * @param marks 0 for rows that are left out; without it all are in
 */
export function orderByUserAndTime(users: Int32Array, times: Float64Array, marks?: Uint8Array): Int32Array | undefined {
  const n = users.length;
  let isSorted = true;
  let most = 0;
  let count = 0;
  for (let at = 0, before = -1; at < n; at++) {
    if (marks?.[at] === 0) continue;
    if (users[at] > most) most = users[at];
    if (before >= 0 && (users[at] < users[before] || (users[at] === users[before] && times[at] < times[before])))
      isSorted = false;
    before = at;
    count++;
  }
  if (isSorted) return undefined;
  const starts = new Int32Array(most + 2);
  for (let at = 0; at < n; at++) if (marks?.[at] !== 0) starts[users[at] + 1]++;
  for (let user = 0; user <= most; user++) starts[user + 1] += starts[user];
  const order = int32(count);
  const next = starts.slice();
  for (let at = 0; at < n; at++) if (marks?.[at] !== 0) order[next[users[at]]++] = at;
  const sorter = new TimeSorter(times);
  for (let user = 0; user <= most; user++) sorter.sort(order.subarray(starts[user], starts[user + 1]));
  return order;
}

/** Sorts places by the times that stand there; equal times stay in their order. */
class TimeSorter {
  readonly #times: Float64Array;
  #keys = new Uint32Array(0);
  #other: Int32Array = new Int32Array(0);

  constructor(times: Float64Array) {
    this.#times = times;
  }

  sort(order: Int32Array): void {
    const times = this.#times;
    let rises = true;
    let falls = true;
    for (let at = 1; at < order.length && (rises || falls); at++) {
      const before = times[order[at - 1]];
      const time = times[order[at]];
      if (time < before) rises = false;
      if (time > before) falls = false;
    }
    if (rises) return;
    if (falls) turnRound(order, times);
    else if (order.length <= FEW) insert(order, times);
    else this.#byDigits(order);
  }

  /** Least significant digit first; digits that all times share are passed over. */
  #byDigits(order: Int32Array): void {
    const n = order.length;
    if (this.#other.length < n) {
      this.#other = int32(2 * n);
      this.#keys = new Uint32Array(int32(4 * n).buffer);
    }
    // The place in `order` is sorted, with the two halves of its key at hand.
    const keys = this.#keys;
    keysOf(order, this.#times, keys);
    const rows = order.slice();
    let from: Int32Array = order;
    let to: Int32Array = this.#other.subarray(0, n);
    for (let at = 0; at < n; at++) from[at] = at;
    const starts = new Int32Array(DIGITS + 1);
    for (let digit = 0; digit < 8; digit++) {
      const [half, shift] = [digit < 4 ? 0 : 1, (digit % 4) * 8];
      starts.fill(0);
      for (let at = 0; at < n; at++) starts[((keys[2 * at + half] >>> shift) & 255) + 1]++;
      if (starts.includes(n)) continue;
      for (let value = 0; value < DIGITS; value++) starts[value + 1] += starts[value];
      for (let at = 0; at < n; at++) {
        const place = from[at];
        to[starts[(keys[2 * place + half] >>> shift) & 255]++] = place;
      }
      [from, to] = [to, from];
    }
    const places = from === order ? order.slice() : from;
    for (let at = 0; at < n; at++) order[at] = rows[places[at]];
  }
}

/** Times as 64-bit integers in the same order, low half and high half. */
function keysOf(order: Int32Array, times: Float64Array, keys: Uint32Array): void {
  const one = new Float64Array(1);
  const half = new Uint32Array(one.buffer);
  const [low, high] = isLittleEndian() ? [0, 1] : [1, 0];
  for (let at = 0; at < order.length; at++) {
    one[0] = times[order[at]] + 0; // -0 is 0
    const isNegative = half[high] >>> 31 === 1;
    keys[2 * at] = isNegative ? ~half[low] : half[low];
    keys[2 * at + 1] = isNegative ? ~half[high] : half[high] ^ 0x80000000;
  }
}

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/** Reverses falling times; equal ones stay as they stand. */
function turnRound(order: Int32Array, times: Float64Array): void {
  order.reverse();
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && times[order[end]] === times[order[start]]) end++;
    if (end - start > 1) order.subarray(start, end).reverse();
  }
}

function insert(order: Int32Array, times: Float64Array): void {
  for (let at = 1; at < order.length; at++) {
    const place = order[at];
    let to = at;
    for (; to > 0 && times[order[to - 1]] > times[place]; to--) order[to] = order[to - 1];
    order[to] = place;
  }
}

/**
 * The value that would stand at place `k` of the sorted values.
 *
 * @param values no NaN where one is in
 * @param marks  0 for values that are left out; without it all are in
 */
export function nthSmallest(values: Float64Array, k: number, marks?: Uint8Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < values.length; at++) {
    if (marks?.[at] === 0) continue;
    if (values[at] < least) least = values[at];
    if (values[at] > most) most = values[at];
  }
  const width = (most - least) / DIGITS;
  if (!(width > 0 && Number.isFinite(width)) || values.length < 10_000)
    return values.filter((_, at) => marks?.[at] !== 0).sort()[k];
  const bucketOf = (value: number) => Math.min(DIGITS - 1, Math.floor((value - least) / width));
  const counts = new Int32Array(DIGITS);
  for (let at = 0; at < values.length; at++) if (marks?.[at] !== 0) counts[bucketOf(values[at])]++;
  let bucket = 0;
  let before = 0;
  while (before + counts[bucket] <= k) before += counts[bucket++];
  const inside = new Float64Array(counts[bucket]);
  let to = 0;
  for (let at = 0; at < values.length; at++)
    if (marks?.[at] !== 0 && bucketOf(values[at]) === bucket) inside[to++] = values[at];
  return nthSmallest(inside, k - before);
}
