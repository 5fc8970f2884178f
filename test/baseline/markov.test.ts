import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitMarkov, fitPopularity } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { markovWorld } from "../support/worlds.js";
import { allItems, randomHistories, scoresOf, trainLists } from "./helpers.js";

describe("Markov", () => {
  test("agrees with counting over the whole train part for each pair", async () => {
    await fc.assert(
      fc.asyncProperty(randomHistories, fc.double({ min: 0.01, max: 100, noNaN: true }), async (histories, backOff) => {
        const lists = trainLists(histories);
        const plays = lists.flat();
        const scorer = fitMarkov(histories, { backOff });
        for (const last of allItems(histories)) {
          const after = lists.flatMap((list) => list.filter((_, t) => t > 0 && list[t - 1] === last));
          const expected = allItems(histories).map((item) => {
            const popularity = plays.filter((play) => play === item).length / plays.length;
            const count = after.filter((follower) => follower === item).length;
            return (count + backOff * popularity) / (after.length + backOff);
          });
          const [padding, ...scores] = await scoresOf(scorer, [1, last]);
          expect(padding).toBe(Number.NEGATIVE_INFINITY);
          scores.forEach((score, i) => {
            expect(score).toBeCloseTo(expected[i], 6);
          });
          expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  test("finds the chain that made a world", async () => {
    const world = markovWorld({ users: 200, plays: 100 });
    const { log } = world;
    const histories = toHistories(splitByTime(log, 80, 90));
    const scorer = fitMarkov(histories, { backOff: 1 });
    const code = (item: number) => log.itemIds.indexOf(histories.items.ids[item]);
    for (const last of allItems(histories)) {
      const scores = await scoresOf(scorer, [last]);
      // 4 standard deviations of a share of n draws, and what the back-off may pull.
      const n = histories.itemCounts[last];
      const tolerance = 4 * Math.sqrt(0.25 / n) + 1 / n;
      for (const item of allItems(histories))
        expect(Math.abs(scores[item] - world.next(code(last), code(item)))).toBeLessThan(tolerance);
    }
    expect(histories.itemCounts.filter((n) => n > 400).length).toBeGreaterThan(10); // where that is less than .11
  });

  test("without history has the order of popularity", async () => {
    await fc.assert(
      fc.asyncProperty(randomHistories, async (histories) => {
        const counts = await scoresOf(fitPopularity(histories), []);
        const shares = await scoresOf(fitMarkov(histories), []);
        const plays = counts.slice(1).reduce((sum, count) => sum + count, 0);
        allItems(histories).forEach((item) => {
          expect(shares[item]).toBeCloseTo(counts[item] / plays, 6);
        });
      }),
    );
  });

  test.each([{ backOff: 0 }, { backOff: -1 }, { backOff: Number.NaN }, { order: 2 }])("refuses %j", (options) => {
    const histories = toHistories(splitByTime(markovWorld().log, 40, 50));
    const named = expect.stringContaining(Object.keys(options)[0]);
    expect(() => fitMarkov(histories, options as never)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: named }),
    );
  });
});
