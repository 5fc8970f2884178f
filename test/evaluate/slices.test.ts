import fc from "fast-check";
import { expect, test } from "vitest";
import type { EvaluationCase } from "../../src/core/types.js";
import { hrAt, slices } from "../../src/evaluate/index.js";
import { evaluationCases, type Histories, toHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { eventLogs } from "../support/worlds.js";
import { hasCode, makeCases } from "./helpers.js";

/** Train plays of items 1…5: 9 of 18 plays are item 1's. */
const histories = { itemCounts: Int32Array.of(0, 9, 4, 3, 1, 1) } as Histories;

function make(target: number, history: number[], userCode = 0): EvaluationCase {
  return { user: 1, target, history: Int32Array.from(history), userCode, row: 0 };
}

test("by hand", () => {
  const cases = [make(1, [1]), make(2, [1, 1, 1]), make(3, [3, 2], 1), make(4, [2, 2, 2, 2]), make(0, [1], 2)];
  const ranks = Float64Array.of(1, 2, 3, 20, Number.POSITIVE_INFINITY);
  const found = slices(cases, ranks, histories, { metrics: ["HR@2"], lengths: [2, 4] });
  const rows = found.map(({ by, name, cases, users, metrics }) => [by, name, cases, users, metrics[0].value]);
  expect(rows).toEqual([
    ["history length", "1", 2, 2, 1 / 2],
    ["history length", "2-3", 2, 2, 1 / 2],
    ["history length", "4+", 1, 1, 0],
    ["target popularity", "head", 1, 1, 1], // item 1 starts at play 0 of 18
    ["target popularity", "middle", 1, 1, 1], // item 2 at 9
    ["target popularity", "tail", 2, 2, 0], // items 3 and 4 at 13 and 16
    ["target popularity", "unknown", 1, 1, 0],
    ["repeat", "repeat", 2, 2, 1 / 2],
    ["repeat", "new", 3, 2, 1 / 3],
    // The first histories are 1, 2 and 1 long: two users reach the lower third's bound, one the upper's.
    ["activity", "middle third", 4, 2, 1 / 2],
    ["activity", "most active third", 1, 1, 0],
    ["cold user", "known", 5, 3, 2 / 5],
    ["cold item", "cold", 4, 3, 1 / 4], // fewer than 5 train plays
    ["cold item", "known", 1, 1, 1],
  ]);
  expect(found[0].metrics[0].name).toBe("HR@2");
  expect(found[0].share).toBe(2 / 5);
});

test("with artists, new songs are parted by whether the artist is new", () => {
  const artists = Int32Array.of(0, 7, 7, 8, 0, 0);
  const cases = [make(1, [1]), make(2, [1]), make(3, [1]), make(4, [5]), make(0, [1])];
  const found = slices(cases, Float64Array.of(1, 2, 3, 4, 5), histories, { artists, resamples: 5 });
  const kinds = found.filter(({ by }) => by === "repeat").map(({ name, cases }) => [name, cases]);
  expect(kinds).toEqual([
    ["repeat", 1],
    ["explore", 1],
    ["new artist", 3], // an unknown artist is nobody's
  ]);
});

test("the slices of a kind cover all cases once, and their metrics add up to the whole", () => {
  const logs = eventLogs({ items: 11 }).filter(
    ({ times }) => times.some((t) => t < 15) && times.some((t) => t >= 15 && t < 28) && times.some((t) => t >= 28),
  );
  fc.assert(
    fc.property(logs, (log) => {
      const real = toHistories(splitByTime(log, 15, 28));
      const cases = evaluationCases(real, "test");
      if (cases.length === 0) return;
      const ranks = Float64Array.from(cases, ({ target, row }) => (target === 0 ? Infinity : 1 + (row % 17)));
      const found = slices(cases, ranks, real, { resamples: 5 });
      for (const kind of ["history length", "target popularity", "repeat", "activity", "cold user", "cold item"]) {
        const of = found.filter(({ by }) => by === kind);
        expect(of.reduce((sum, { cases }) => sum + cases, 0)).toBe(cases.length);
        const whole = of.reduce((sum, { share, metrics }) => sum + share * metrics[0].value, 0);
        expect(whole).toBeCloseTo(hrAt(ranks, 10), 12);
      }
    }),
  );
});

test("refuses other ranks and lengths that do not rise", () => {
  const cases = makeCases(3, 5);
  expect(() => slices(cases, Float64Array.of(1), histories)).toThrow(hasCode("SHAPE_MISMATCH"));
  for (const lengths of [[1], [5, 5], [2.5]])
    expect(() => slices(cases, Float64Array.of(1, 1, 1), histories, { lengths })).toThrow(
      hasCode("ARGUMENT_INVALID", "lengths"),
    );
  const known = cases.every(({ target }) => target > 0);
  expect(known && slices(cases, Float64Array.of(1, 1, 1), histories, { lengths: [] })[0].name).toBe("1+");
});
