import type { EventLog } from "../../core/types.js";
import { type Finding, finding } from "./finding.js";

/**
 * How long users paused between two plays. Bin b holds the pauses in [2^(b / 4), 2^((b + 1) / 4)) seconds; pauses under a
 * second are in bin 0, and ties are no pauses.
 *
 * @shape counts int32 [B]
 */
export interface GapHistogram {
  readonly counts: readonly number[];
  /** The natural pause between sessions; null where the pauses show none. */
  readonly suggestedMinutes: number | null;
  /** Pauses longer than that. */
  readonly longer: number;
  /** Pauses in all. */
  readonly gaps: number;
}

const PER_OCTAVE = 4;
const BINS = 28 * PER_OCTAVE;
/** Pauses that a person would choose, in minutes. */
const ROUND = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440];
/** A log with fewer pauses has no shape. */
const FEWEST_GAPS = 200;
/** Share that the lower of two hills must have over the valley between them, and of all pauses on either side. */
const DEPTH = 0.5;
const LEAST_SIDE = 0.02;

/** Seconds at which a bin starts. */
export function binStart(bin: number): number {
  return 2 ** (bin / PER_OCTAVE);
}

/**
 * Counts the pauses and finds the valley between those within a session and those between sessions.
 *
 * @source Halfaker et al. 2015, User Session Identification Based on Strong Regularities in Inter-activity Time: the
 *   logarithms of pauses form two hills. Here the lowest place between them is read off a smoothed histogram.
 */
export function gapHistogram(log: EventLog): GapHistogram {
  const counts = new Array<number>(BINS).fill(0);
  let gaps = 0;
  for (let row = 1; row < log.users.length; row++) {
    if (!log.hasTimes || log.users[row] !== log.users[row - 1]) continue;
    const gap = log.times[row] - log.times[row - 1];
    if (gap === 0) continue; // A tie is no pause: it says that the log has no finer time.
    counts[Math.min(BINS - 1, Math.floor(PER_OCTAVE * Math.log2(Math.max(1, gap))))]++;
    gaps++;
  }
  const valley = gaps >= FEWEST_GAPS ? deepestValley(smooth(counts), gaps) : null;
  if (valley === null) return { counts, suggestedMinutes: null, longer: 0, gaps };
  const natural = binStart(valley + 0.5) / 60;
  const suggestedMinutes = ROUND.reduce((best, each) =>
    Math.abs(Math.log(each / natural)) < Math.abs(Math.log(best / natural)) ? each : best,
  );
  let longer = 0;
  for (let row = 1; row < log.users.length; row++)
    if (log.users[row] === log.users[row - 1] && log.times[row] - log.times[row - 1] > suggestedMinutes * 60) longer++;
  return { counts, suggestedMinutes, longer, gaps };
}

/** Mean over half an octave to either side. */
function smooth(counts: readonly number[]): number[] {
  return counts.map((_, bin) => {
    const near = counts.slice(Math.max(0, bin - 2), bin + 3);
    return near.reduce((sum, count) => sum + count, 0) / near.length;
  });
}

/**
 * The bin between one minute and one day that lies deepest under the lower of the highest bins to its left and right, in the
 * middle of its stretch where several lie as deep; null where none is deep enough.
 */
function deepestValley(heights: readonly number[], gaps: number): number | null {
  let best = { depth: 0, from: 0, to: 0 };
  const scale = heights.reduce((sum, height) => sum + height, 0) / gaps;
  for (let bin = Math.floor(PER_OCTAVE * Math.log2(60)); binStart(bin) <= 86_400; bin++) {
    const left = heights.slice(0, bin);
    const right = heights.slice(bin + 1);
    const side = (part: readonly number[]) => part.reduce((sum, height) => sum + height, 0) / scale;
    if (Math.min(side(left), side(right)) < LEAST_SIDE * gaps) continue;
    const hill = Math.min(Math.max(...left), Math.max(...right));
    const depth = hill > 0 ? 1 - heights[bin] / hill : 0;
    if (depth < DEPTH || depth < best.depth) continue;
    best = depth > best.depth ? { depth, from: bin, to: bin } : { ...best, to: bin };
  }
  return best.depth > 0 ? (best.from + best.to) / 2 : null;
}

/** The finding about sessions: the pause that separates them, or that none does. */
export function auditSessions(histogram: GapHistogram): Finding[] {
  const { suggestedMinutes, longer, gaps } = histogram;
  if (gaps === 0) return [];
  if (suggestedMinutes === null) return [finding("no-session-gap", "note", gaps, gaps, "gaps")];
  return [
    finding("session-gap", "note", longer, gaps, "gaps", {
      fix: `--set data.sessionGapMinutes=${suggestedMinutes}`,
      values: { minutes: suggestedMinutes },
    }),
  ];
}
