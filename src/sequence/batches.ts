import { checkInteger } from "../core/check.js";
import type { Random } from "../core/random.js";
import { float64, int32 } from "../data/arrays/large-pages.js";

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
        times: times?.subarray(start, end),
        earlier: start > 0 ? items.subarray(0, start) : undefined,
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
  const keys = new Float64Array(windows.length);
  for (let at = 0; at < keys.length; at++)
    keys[at] = windows[at].items.length * (1 + 0.1 * random.uniform()) + random.uniform();
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
  return layOut(random.shuffle(groups));
}

/** Lays windows side by side, left-padded. */
export function toBatch(windows: readonly Window[]): Batch {
  return layOut([windows])[0];
}

/**
 * Lays the windows of each group side by side.
 *
 * Arrays of a kind are parts of one: V8 goes through its whole heap each time that 64 MB of new arrays have come. All batches
 * without padding have the same positions.
 */
function layOut(groups: readonly (readonly Window[])[]): Batch[] {
  const sizes = groups.map((windows) => {
    let [length, count] = [0, 0];
    for (const { items } of windows) {
      length = Math.max(length, items.length - 1);
      count += items.length - 1;
    }
    return { length, count, rows: length * windows.length };
  });
  const rows = sizes.reduce((sum, group) => sum + group.rows, 0);
  const count = sizes.reduce((sum, group) => sum + group.count, 0);
  const [inputs, targets] = [int32(rows), int32(count)];
  const isTimed = groups.some((windows) => windows.some(({ times }) => times));
  const times = float64(isTimed ? rows : 0).fill(Number.NaN);
  const moments = float64(times.length).fill(Number.NaN);
  const largest = sizes.reduce((most, group) => Math.max(most, group.rows), 0);
  const followers = new Int32Array(largest);
  const all = new Int32Array(largest).map((_, row) => row);
  let [row, target] = [0, 0];
  return groups.map((windows, at) => {
    const { length, ...own } = sizes[at];
    const [rowEnd, targetEnd] = [row + own.rows, target + own.count];
    const batch = layGroup(windows, length, followers, {
      inputs: inputs.subarray(row, rowEnd),
      positions: own.count === own.rows ? all.subarray(0, own.rows) : new Int32Array(own.count),
      targets: targets.subarray(target, targetEnd),
      times: times.subarray(row, rowEnd),
      moments: moments.subarray(row, rowEnd),
    });
    [row, target] = [rowEnd, targetEnd];
    return batch;
  });
}

type Columns = Required<Pick<Batch, "inputs" | "positions" | "targets" | "times" | "moments">>;

/** @param followers room for what follows each input. @shape int32 [T * B] or more */
function layGroup(windows: readonly Window[], length: number, followers: Int32Array, columns: Columns): Batch {
  const { inputs, positions, targets, times, moments } = columns;
  const size = windows.length;
  const padding = new Int32Array(size);
  const users = new Int32Array(size);
  for (let b = 0; b < size; b++) {
    const { user, items, times: heard } = windows[b];
    const n = items.length - 1;
    users[b] = user;
    padding[b] = length - n;
    for (let i = 0, row = padding[b] * size + b; i < n; i++, row += size) {
      inputs[row] = items[i];
      followers[row] = items[i + 1];
    }
    if (heard)
      for (let i = 0, row = padding[b] * size + b; i < n; i++, row += size) {
        times[row] = heard[i];
        moments[row] = heard[i + 1];
      }
  }
  for (let t = 0, row = 0, m = 0; t < length; t++)
    for (let b = 0; b < size; b++, row++)
      if (t >= padding[b]) {
        positions[m] = row;
        targets[m++] = followers[row];
      }
  return {
    length,
    size,
    users,
    inputs,
    padding,
    positions,
    targets,
    ...(windows.some(({ times }) => times) ? { times, moments } : {}),
    ...(windows.some(({ earlier }) => earlier)
      ? { earlier: windows.map(({ earlier }) => earlier ?? new Int32Array(0)) }
      : {}),
  };
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
