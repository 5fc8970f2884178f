import fc from "fast-check";
import { expect, test } from "vitest";
import { fitPopularity } from "../../src/baseline/index.js";
import { allItems, randomHistories, scoresOf, trainLists } from "./helpers.js";

test("scores are the plays of the train part, whatever was heard", async () => {
  await fc.assert(
    fc.asyncProperty(randomHistories, async (histories) => {
      const plays = trainLists(histories).flat();
      const expected = allItems(histories).map((item) => plays.filter((play) => play === item).length);
      for (const history of [[], [1], [1, 1]])
        expect(await scoresOf(fitPopularity(histories), history)).toEqual([Number.NEGATIVE_INFINITY, ...expected]);
    }),
  );
});
