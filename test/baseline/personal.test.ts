import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitPersonalPopularity, fitRecentPopularity } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut, splitByTime } from "../../src/sequence/split.js";
import { cycleWorld, toLog } from "../support/worlds.js";
import { allItems, histories as anyHistory, expectScores, randomHistories, scoresOf, trainLists } from "./helpers.js";

const DAY = 86_400;

describe("recent popularity", () => {
  test("by hand: a play half a life old counts half", async () => {
    const rows = [
      { user: "u", item: "old", time: 0 },
      { user: "u", item: "new", time: 10 * DAY },
      { user: "u", item: "old", time: 20 * DAY },
      { user: "u", item: "old", time: 30 * DAY },
    ];
    const log = toLog(rows);
    const histories = toHistories(splitByTime(log, 15 * DAY, 25 * DAY));
    const scores = await scoresOf(fitRecentPopularity(histories, { halfLife: 10 }), []);
    expect(scores[histories.items.indexOf("old")]).toBeCloseTo(0.5, 5);
    expect(scores[histories.items.indexOf("new")]).toBeCloseTo(1, 5);
    const order = toHistories(splitByTime({ ...log, hasTimes: false }, 15 * DAY, 25 * DAY));
    const ordered = await scoresOf(fitRecentPopularity(order, { halfLife: 0.5 }), []);
    expect(ordered[order.items.indexOf("old")]).toBeCloseTo(0.25, 5);
  });

  test("with an endless half-life counts plays", async () => {
    await fc.assert(
      fc.asyncProperty(randomHistories, async (histories) => {
        const plays = trainLists(histories).flat();
        const expected = allItems(histories).map((item) => plays.filter((play) => play === item).length);
        expectScores(await scoresOf(fitRecentPopularity(histories, { halfLife: 1e6 }), [1]), expected, 4);
      }),
    );
  });
});

describe("personal popularity", () => {
  test("agrees with counting the end of the history for each item", async () => {
    const options = fc.record({
      lastItems: fc.integer({ min: 1, max: 9 }),
      decay: fc.constantFrom(0.3, 0.9, 1),
      backOff: fc.constantFrom(0.01, 1, 50),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const plays = trainLists(histories).flat();
        const end = history.toReversed().slice(0, config.lastItems);
        const all = end.reduce((sum, _, age) => sum + config.decay ** age, 0);
        const expected = allItems(histories).map((item) => {
          const own = end.reduce((sum, heard, age) => sum + (heard === item ? config.decay ** age : 0), 0);
          const share = plays.filter((play) => play === item).length / plays.length;
          return (own + config.backOff * share) / (all + config.backOff);
        });
        const scores = await scoresOf(fitPersonalPopularity(histories, config), history);
        expectScores(scores, expected, 5);
        expect(scores.slice(1).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4);
      }),
    );
  });
});

test.each([{ halfLife: 0 }, { halfLife: Number.NaN }, { days: 3 }])("recent popularity refuses %j", (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => fitRecentPopularity(histories, wrong as never)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});
test.each([{ decay: 0 }, { backOff: 0 }, { lastItems: 0 }])("personal popularity refuses %j", (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => fitPersonalPopularity(histories, wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
