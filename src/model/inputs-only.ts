import { type Batch, toBatch } from "../sequence/batches.js";

/** Plays of a listener in order, as one pass reads them. */
export interface PlayedHistory {
  /** User index; 0 is a listener that the model never saw. */
  readonly user: number;
  /** Items, each from 1 to V. */
  readonly items: Int32Array;
  /** When each was heard, in seconds since 1970; NaN where unknown. @shape float64 [n] */
  readonly times?: Float64Array | undefined;
  /** Plays before `items`, oldest first, which only counts of plays see. */
  readonly earlier?: Int32Array | undefined;
}

/** Steps times rows that one pass holds at most, unless one history has more: bounds memory for many histories. */
const POSITIONS_AT_ONCE = 1 << 15;

/** Histories in the order of their length, in groups of which each fits a pass. */
export function passGroups<H extends { readonly items: Int32Array }>(histories: readonly H[]): H[][] {
  const sorted = [...histories].sort((a, b) => a.items.length - b.items.length);
  const groups: H[][] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && (end + 1 - start) * sorted[end].items.length <= POSITIONS_AT_ONCE) end++;
    groups.push(sorted.slice(start, end));
    start = end;
  }
  return groups;
}

/**
 * A batch without targets. A history without plays becomes one step of padding, which leaves the state at zero.
 *
 * @param isTimed false leaves all times out
 */
export function inputsOnly(histories: readonly PlayedHistory[], isTimed: boolean): Batch {
  const windows = histories.map(({ user, items, times, earlier }) => {
    const withTarget = new Int32Array(Math.max(1, items.length) + 1);
    withTarget.set(items);
    const window = { user, items: withTarget, ...(earlier ? { earlier } : {}) };
    if (!isTimed) return window;
    const withMoment = new Float64Array(withTarget.length).fill(Number.NaN);
    if (times) withMoment.set(times);
    return { ...window, times: withMoment };
  });
  const batch = toBatch(windows);
  histories.forEach(({ items }, b) => {
    if (items.length === 0) batch.padding[b] = batch.length;
  });
  return batch;
}
