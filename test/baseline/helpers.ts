import fc from "fast-check";
import { expect } from "vitest";
import type { EventLog } from "../../src/core/types.js";
import { type Histories, toHistories, trainHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { eventLogs } from "../support/worlds.js";

/** Histories of random logs of which about half is the train part. */
export const randomHistories: fc.Arbitrary<Histories> = eventLogs({ events: 80 })
  .filter(
    ({ times }) => times.some((t) => t < 20) && times.some((t) => t >= 20 && t < 30) && times.some((t) => t >= 30),
  )
  .map((log: EventLog) => toHistories(splitByTime(log, 20, 30)));

/** The train part as plain lists. */
export function trainLists(histories: Histories): number[][] {
  return trainHistories(histories).map(({ items }) => Array.from(items));
}

/** Item indices 1…V. */
export function allItems(histories: Histories): number[] {
  return Array.from({ length: histories.items.size }, (_, i) => i + 1);
}

/** Scores of one history. */
export async function scoresOf(
  scorer: { score(queries: { user: number; history: Int32Array }[]): Float32Array | Promise<Float32Array> },
  history: number[],
): Promise<number[]> {
  return Array.from(await scorer.score([{ user: 0, history: Int32Array.from(history) }]));
}

/** A history of up to 8 plays of any items: a function, because it needs to know the catalogue. */
export const histories: fc.Arbitrary<(histories: Histories) => number[]> = fc.array(fc.nat(), { maxLength: 8 }).map(
  (picks) =>
    ({ items }: Histories) =>
      picks.map((pick) => 1 + (pick % items.size)),
);

/** Plain scores of items 1…V, or -Infinity and those, are the expected ones to some digits. */
export function expectScores(scores: readonly number[], expected: readonly number[], digits: number): void {
  expect(scores[0]).toBe(Number.NEGATIVE_INFINITY);
  expect(scores.length).toBe(expected.length + 1);
  expected.forEach((value, i) => {
    expect(scores[i + 1]).toBeCloseTo(value, digits);
  });
}

/** Share of the train plays of each item 1…V, times what orders ties. */
export function tieBreak(histories: Histories): number[] {
  const plays = trainLists(histories).flat();
  return allItems(histories).map((item) => (1e-6 * plays.filter((play) => play === item).length) / plays.length);
}
