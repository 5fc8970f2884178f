// What tells people from machines, on the sorted times of one user.
import { DAY, RHYTHM } from "./rules.js";

/** Most plays of a user in any 24 hours. @param times sorted in [start, end) */
export function busiestDay(times: Float64Array, start: number, end: number): number {
  let most = 0;
  for (let from = start, to = start; to < end; to++) {
    while (times[to] - times[from] >= DAY) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** True where the gaps before a user's plays have a rhythm (`Rhythm`). @param times sorted in [start, end) */
export function equalGaps(times: Float64Array, start: number, end: number): boolean {
  if (end - start <= RHYTHM.plays) return false;
  const gapBefore = (row: number) => Math.round(times[row] - times[row - 1]);
  // A gap that is more than half of all is the one left when unlike ones go in pairs (Boyer & Moore 1981).
  let candidate = Number.NaN;
  let votes = 0;
  for (let row = start + 1; row < end; row++) {
    if (votes === 0) candidate = gapBefore(row);
    votes += gapBefore(row) === candidate ? 1 : -1;
  }
  if (candidate % DAY === 0) return false;
  let count = 0;
  for (let row = start + 1; row < end; row++) if (gapBefore(row) === candidate) count++;
  return count > RHYTHM.share * (end - start - 1);
}
