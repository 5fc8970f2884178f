import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitItemKnn, type ItemKnnOptions } from "../../src/baseline/index.js";
import type { Histories } from "../../src/sequence/histories.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { cycleWorld } from "../support/worlds.js";
import { allItems, randomHistories, scoresOf, trainLists } from "./helpers.js";

const options = fc.record({
  window: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant("history" as const)),
  neighbours: fc.integer({ min: 1, max: 10 }),
  shrinkage: fc.constantFrom(0, 1, 10),
  lastItems: fc.integer({ min: 1, max: 6 }),
  decay: fc.constantFrom(0.5, 0.7, 1),
  popularity: fc.constantFrom(1e-6, 0.01, 1),
});

/** Similarity of two items by looking at every pair of places of every history. */
function similarity(lists: number[][], i: number, j: number, { window, shrinkage }: ItemKnnOptions): number {
  let together = 0;
  let norm: number;
  if (window === "history") {
    const plays = (list: number[], item: number) => list.filter((play) => play === item).length;
    together = lists.filter((list) => (i === j ? plays(list, i) > 1 : plays(list, i) > 0 && plays(list, j) > 0)).length;
    norm = [i, j].reduce((product, item) => product * lists.filter((list) => list.includes(item)).length, 1);
  } else {
    for (const list of lists)
      for (let s = 0; s < list.length; s++)
        for (let t = 0; t < list.length; t++)
          if (s !== t && Math.abs(s - t) <= window && list[s] === i && list[t] === j) together++;
    norm = [i, j].reduce((product, item) => product * lists.flat().filter((play) => play === item).length, 1);
  }
  return together / (Math.sqrt(norm) + shrinkage);
}

function expectedScores(histories: Histories, history: number[], config: ItemKnnOptions): number[] {
  const lists = trainLists(histories);
  const items = allItems(histories);
  const plays = lists.flat();
  const scores = items.map((item) => (config.popularity * plays.filter((play) => play === item).length) / plays.length);
  history
    .toReversed()
    .slice(0, config.lastItems)
    .forEach((heard, age) => {
      const near = items
        .map((item) => ({ item, value: similarity(lists, heard, item, config) }))
        .filter(({ value }) => value > 0)
        .sort((a, b) => Math.fround(b.value) - Math.fround(a.value) || a.item - b.item)
        .slice(0, config.neighbours);
      for (const { item, value } of near) scores[item - 1] += config.decay ** age * value;
    });
  return scores;
}

describe("item k-NN", () => {
  test("agrees with looking at every pair of places", async () => {
    await fc.assert(
      fc.asyncProperty(
        randomHistories,
        options,
        fc.array(fc.nat(), { maxLength: 8 }),
        async (histories, config, picks) => {
          const history = picks.map((pick) => 1 + (pick % histories.items.size));
          const [padding, ...scores] = await scoresOf(fitItemKnn(histories, config), history);
          const expected = expectedScores(histories, history, config);
          expect(padding).toBe(Number.NEGATIVE_INFINITY);
          expect(scores.length).toBe(expected.length);
          scores.forEach((score, i) => {
            expect(score).toBeCloseTo(expected[i], 5);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  test("by hand in the cycle world: the neighbours of an item are the ones beside it", async () => {
    const histories = toHistories(leaveOneOut(cycleWorld()));
    const scores = await scoresOf(fitItemKnn(histories, { window: 1, popularity: 1e-6 }), [
      histories.items.indexOf("i2"),
    ]);
    const near = allItems(histories).filter((item) => scores[item] > 1e-3);
    expect(new Set(near.map((item) => histories.items.ids[item]))).toEqual(new Set(["i1", "i3"]));
  });

  test("gives the same scores each time it is fitted", async () => {
    const histories = toHistories(leaveOneOut(cycleWorld()));
    expect(await scoresOf(fitItemKnn(histories), [1, 2, 3])).toEqual(await scoresOf(fitItemKnn(histories), [1, 2, 3]));
  });

  test.each([
    { window: 0 },
    { window: "session" },
    { neighbours: 0 },
    { shrinkage: -1 },
    { lastItems: 1.5 },
    { decay: 0 },
    { decay: 1.1 },
    { popularity: 0 },
    { k: 5 },
  ])("refuses %j", (wrong) => {
    const histories = toHistories(leaveOneOut(cycleWorld()));
    const named = expect.stringContaining(Object.keys(wrong)[0]);
    expect(() => fitItemKnn(histories, wrong as never)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: named }),
    );
  });
});
