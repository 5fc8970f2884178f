import { checkInteger } from "../core/check.js";
import type { Random } from "../core/random.js";

/**
 * Some histories side by side, left-padded to one length, time first as the recurrent kernels read them.
 *
 * @shape inputs int32 [T * B], row t * B + b, 0 = padding; users int32 [B]; padding int32 [B]: leading padded steps;
 *        positions int32 [M]: the rows of `inputs` that have a target; targets int32 [M], each in 1…V;
 *        times, moments float64 [T * B]: when each input was heard, and when what follows it was or is asked for; NaN where
 *        unknown, absent where nothing is known; earlier: plays of each history before its inputs, oldest first, absent where
 *        there are none
 */
export interface Batch {
  readonly length: number;
  readonly size: number;
  readonly users: Int32Array;
  readonly inputs: Int32Array;
  readonly padding: Int32Array;
  readonly positions: Int32Array;
  readonly targets: Int32Array;
  readonly times?: Float64Array;
  readonly moments?: Float64Array;
  readonly earlier?: readonly Int32Array[];
}

/** A stretch of one history: items[0…n-2] are inputs, items[1…n-1] their targets. */
export interface Window {
  readonly user: number;
  readonly items: Int32Array;
  /** When each item was heard, in seconds since 1970. @shape float64 [n] */
  readonly times?: Float64Array;
  /** Plays of the same history before these, oldest first. */
  readonly earlier?: Int32Array;
}

/**
 * Cuts histories into windows of at most `maxLength` inputs, from the end, so that the newest plays keep the longest
 * context. Every event but a history's first is a target exactly once, with or without `random`.
 *
 * Every step of a window has a target, so a window trains on all of its prefixes; copies of them would add nothing.
 *
 * @param maxLength T at most, integer >= 1
 * @param random    random crop: the newest window of a history that is too long for one gets a random length, which moves
 *                  all cuts before it; a stream of its own for each epoch gives each play other contexts in each
 */
export function toWindows(histories: readonly Window[], maxLength: number, random?: Random): Window[] {
  checkInteger("maxLength", maxLength, 1);
  const windows: Window[] = [];
  for (const { user, items, times } of histories)
    for (let end = items.length, length = maxLength; end > 1; length = maxLength) {
      if (random && end === items.length && end > maxLength + 1) length = 1 + random.integer(maxLength);
      const start = Math.max(0, end - length - 1);
      windows.push({
        user,
        items: items.subarray(start, end),
        ...(times ? { times: times.subarray(start, end) } : {}),
        ...(start > 0 ? { earlier: items.subarray(0, start) } : {}),
      });
      end = start === 0 ? 0 : start + 1;
    }
  return windows;
}

/**
 * Groups windows of like length into batches of about `positions` targets each, in random order.
 *
 * Sorting by length and cutting where the budget is full keeps padding low; a little noise on the length keeps the
 * groups different in every epoch.
 *
 * @param positions targets a batch holds at most, unless one window alone holds more; integer >= 1
 * @param random    a stream of its own for each epoch makes the order a function of (seed, epoch)
 */
export function toBatches(windows: readonly Window[], positions: number, random: Random): Batch[] {
  checkInteger("positions", positions, 1);
  const keys = Float64Array.from(
    windows,
    (window) => window.items.length * (1 + 0.1 * random.uniform()) + random.uniform(),
  );
  const order = Array.from(windows.keys()).sort((a, b) => keys[a] - keys[b] || a - b);
  const groups: Window[][] = [];
  let group: Window[] = [];
  let longest = 0;
  for (const at of order) {
    const window = windows[at];
    longest = Math.max(longest, window.items.length - 1);
    if (group.length > 0 && longest * (group.length + 1) > positions) {
      groups.push(group);
      group = [];
      longest = window.items.length - 1;
    }
    group.push(window);
  }
  if (group.length > 0) groups.push(group);
  return random.shuffle(groups).map(toBatch);
}

/** Lays windows side by side, left-padded. */
export function toBatch(windows: readonly Window[]): Batch {
  const size = windows.length;
  const length = windows.reduce((most, window) => Math.max(most, window.items.length - 1), 0);
  const count = windows.reduce((sum, window) => sum + window.items.length - 1, 0);
  const inputs = new Int32Array(length * size);
  const padding = new Int32Array(size);
  const positions = new Int32Array(count);
  const targets = new Int32Array(count);
  windows.forEach(({ items }, b) => {
    padding[b] = length - (items.length - 1);
    for (let i = 0; i < items.length - 1; i++) inputs[(padding[b] + i) * size + b] = items[i];
  });
  let m = 0;
  for (let t = 0; t < length; t++)
    for (let b = 0; b < size; b++)
      if (t >= padding[b]) {
        positions[m] = t * size + b;
        targets[m++] = windows[b].items[t - padding[b] + 1];
      }
  return {
    length,
    size,
    users: Int32Array.from(windows, (window) => window.user),
    inputs,
    padding,
    positions,
    targets,
    ...(windows.some(({ times }) => times) ? timesOf(windows, length, padding) : {}),
    ...(windows.some(({ earlier }) => earlier)
      ? { earlier: windows.map(({ earlier }) => earlier ?? new Int32Array(0)) }
      : {}),
  };
}

/** When each input was heard, and when what follows it was. @shape float64 [T * B] each */
function timesOf(windows: readonly Window[], length: number, padding: Int32Array): Pick<Batch, "times" | "moments"> {
  const size = windows.length;
  const times = new Float64Array(length * size).fill(Number.NaN);
  const moments = times.slice();
  windows.forEach((window, b) => {
    for (let i = 0; window.times && i < window.items.length - 1; i++) {
      const row = (padding[b] + i) * size + b;
      times[row] = window.times[i];
      moments[row] = window.times[i + 1];
    }
  });
  return { times, moments };
}

/** Share of positions in the batches that are padding, in [0, 1]. */
export function paddingShare(batches: readonly Batch[]): number {
  let all = 0;
  let real = 0;
  for (const batch of batches) {
    all += batch.length * batch.size;
    real += batch.positions.length;
  }
  return all === 0 ? 0 : 1 - real / all;
}
