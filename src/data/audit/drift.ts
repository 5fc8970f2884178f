import { Random } from "../../core/random.js";
import type { EventLog } from "../../core/types.js";
import { type Finding, finding, graded, MOST_EXAMPLES } from "./finding.js";
import { playExample } from "./times.js";

/** How a log changes from its first to its last tenth of plays. */
export interface Drift {
  /** Time at which each tenth starts, seconds since 1970. @shape [10] */
  readonly from: readonly number[];
  readonly plays: readonly number[];
  /** Share of the tenth's plays whose item no earlier tenth has; 1 in the first. */
  readonly newShare: readonly number[];
  /** Distance of the last tenth's popularity from that of the others, in [0, 1]: half the sum of |p - q| over items. */
  readonly distance: number;
  /** The same distance for as many plays drawn by lot: what chance alone makes. */
  readonly byChance: number;
  /** Rows of the last tenth whose item is new in it. */
  readonly newRows: readonly number[];
}

const PARTS = 10;
const FEWEST_PLAYS = 500;

/**
 * Measures the drift of a log in calendar time; null for a log without times or with less than 500 plays.
 *
 * @param seed draws the plays of the chance distance
 */
export function driftOf(log: EventLog, seed = 1): Drift | null {
  const E = log.users.length;
  if (!log.hasTimes || E < FEWEST_PLAYS) return null;
  const sorted = Float64Array.from(log.times).sort();
  const from = Array.from({ length: PARTS }, (_, part) => sorted[Math.floor((part * E) / PARTS)]);
  const V = log.itemIds.length;
  const firstPart = new Uint8Array(V).fill(PARTS);
  const part = new Uint8Array(E);
  for (let row = 0; row < E; row++) {
    let own = PARTS - 1;
    while (own > 0 && log.times[row] < from[own]) own--;
    part[row] = own;
    firstPart[log.items[row]] = Math.min(firstPart[log.items[row]], own);
  }
  const plays = new Array<number>(PARTS).fill(0);
  const fresh = new Array<number>(PARTS).fill(0);
  const newRows: number[] = [];
  for (let row = 0; row < E; row++) {
    plays[part[row]]++;
    if (firstPart[log.items[row]] !== part[row]) continue;
    fresh[part[row]]++;
    if (part[row] === PARTS - 1) newRows.push(row);
  }
  const last = (row: number) => part[row] === PARTS - 1;
  const lot = Random.stream(seed, "audit", "drift").shuffle(part.slice());
  return {
    from,
    plays,
    newShare: fresh.map((count, own) => (plays[own] > 0 ? count / plays[own] : 0)),
    distance: distance(log, last),
    byChance: distance(log, (row) => lot[row] === PARTS - 1),
    newRows,
  };
}

/** Half the summed difference between the shares of items in the chosen rows and in the others. */
function distance({ items, itemIds }: EventLog, chosen: (row: number) => boolean): number {
  const [inside, outside] = [new Int32Array(itemIds.length), new Int32Array(itemIds.length)];
  let count = 0;
  for (let row = 0; row < items.length; row++)
    if (chosen(row)) {
      inside[items[row]]++;
      count++;
    } else outside[items[row]]++;
  const others = items.length - count;
  if (count === 0 || others === 0) return 0;
  let sum = 0;
  for (let item = 0; item < inside.length; item++) sum += Math.abs(inside[item] / count - outside[item] / others);
  return sum / 2;
}

/** Findings about change: other items are popular at the end, and items that are new at the end. */
export function auditDrift(log: EventLog, drift: Drift | null): Finding[] {
  if (!drift || new Set(drift.from).size < PARTS) return [];
  const lastPlays = drift.plays[PARTS - 1];
  const moved = Math.max(0, drift.distance - drift.byChance);
  const percent = (share: number) => Number((100 * share).toFixed(1));
  const found = [
    finding("drift", graded(moved, 0.3, 2), Math.round(moved * lastPlays), lastPlays, "plays", {
      values: { distance: percent(drift.distance), byChance: percent(drift.byChance) },
      fix: moved >= 0.3 ? "--set split.kind=time" : null,
    }),
  ];
  if (drift.newRows.length > 0)
    found.push(
      finding("new-items", graded(drift.newShare[PARTS - 1], 0.1, 2), drift.newRows.length, lastPlays, "plays", {
        examples: drift.newRows.slice(0, MOST_EXAMPLES).map((row) => playExample(log, row)),
      }),
    );
  return found;
}
