// What a listener's state keeps of the last plays.
import type { ModelConfig } from "./config.js";
import { olderBy, pauseOf } from "./context.js";
import type { PlayedHistory } from "./inputs-only.js";
import { playCounts } from "./repeat-pairs.js";
import type { UserState } from "./user-state.js";

/** Last plays that a state keeps, and of them those that may be copied. */
export type RecentPlays = Pick<UserState, "recent" | "counts" | "ages" | "keys">;

/** Before the first play. */
export function noPlays(): RecentPlays {
  return { recent: new Int32Array(0), counts: new Int32Array(0), ages: new Int32Array(0), keys: new Float32Array(0) };
}

/** The last plays after one more. @param key of the play, where the model copies */
export function withPlay(
  state: UserState,
  item: number,
  time: number,
  config: ModelConfig,
  key?: Float32Array,
): RecentPlays {
  const { recent, counts, ages, keys } = state;
  const { repeatWindow: window, timeGap } = config;
  const plays = pushed(new Int32Array(Math.min(mostRecent(config), recent.length + 1)), [item], recent);
  if (!key) return { ...noPlays(), recent: plays };
  const length = Math.min(window, counts.length + 1);
  let count = 0;
  for (const each of plays.subarray(0, window)) if (each === item) count++;
  const open = counts.map((n, j) => (recent[j] === item ? 0 : n));
  const pause = pauseOf(state.time, time);
  const older = ages.map((age) => olderBy(pause, age));
  return {
    recent: plays,
    counts: pushed(new Int32Array(length), [count], open),
    ages: timeGap ? pushed(new Int32Array(length), [0], older) : ages,
    keys: pushed(new Float32Array(length * key.length), key, keys),
  };
}

/** The last plays of a whole history, without their keys. */
export function recentPlays({ items, times, earlier }: PlayedHistory, config: ModelConfig): Omit<RecentPlays, "keys"> {
  const { repeatWindow: window } = config;
  const before = earlier ?? new Int32Array(0);
  const kept = mostRecent(config);
  const older = before.subarray(Math.max(0, before.length + items.length - kept));
  const recent = Int32Array.from([...older, ...items.subarray(-kept)]).reverse();
  if (window === 0) return { ...noPlays(), recent };
  const counts = playCounts(before, items, window).slice(-window).reverse();
  const heard = new Set<number>();
  for (let j = 0; j < counts.length; j++) {
    if (heard.has(recent[j])) counts[j] = 0;
    heard.add(recent[j]);
  }
  const ages = new Int32Array(config.timeGap ? counts.length : 0);
  for (let j = 1, at = items.length - 1; j < ages.length; j++, at--)
    ages[j] = olderBy(times ? pauseOf(times[at - 1], times[at]) : -1, ages[j - 1]);
  return { recent, counts, ages };
}

function mostRecent({ repeatWindow, personalWindow }: ModelConfig): number {
  return Math.max(1, repeatWindow, personalWindow);
}

/** Newest numbers before older ones, of which as many stay as there is room for. */
function pushed<A extends Int32Array | Float32Array>(room: A, newest: ArrayLike<number>, old: A): A {
  room.set(newest);
  room.set(old.subarray(0, room.length - newest.length), newest.length);
  return room;
}
