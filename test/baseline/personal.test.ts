import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitPersonalPopularity, fitRecentPopularity } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveOneOut, splitByTime } from "../../src/sequence/split.js";
import { splitSessions } from "../../src/sequence/split-apart.js";
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

  test("plays of users and items that the core leaves out do not count, nor do their times", async () => {
    const play = (user: string, item: string, day: number) => ({ user, item, time: day * DAY });
    const asked = ["u", "v"].flatMap((user) => [play(user, "new", 50), play(user, "new", 60)]);
    const u = [play("u", "old", 0), play("u", "new", 10), play("u", "new", 20), play("u", "rare", 30)];
    const log = toLog([...u, play("v", "old", 10), play("v", "old", 20), ...asked, play("late", "old", 1e6)]);
    const enough = { minimumUserPlays: 2, minimumItemPlays: 2 };
    for (const [hasTimes, halfLife] of [
      [true, 10],
      [false, 1],
    ] as const) {
      const histories = toHistories(leaveOneOut({ ...log, hasTimes }), enough);
      const scores = await scoresOf(fitRecentPopularity(histories, { halfLife }), []);
      expect(scores.length).toBe(3);
      expect(scores[histories.items.indexOf("old")]).toBeCloseTo(0.25 + 0.5 + 1, 4);
      expect(scores[histories.items.indexOf("new")]).toBeCloseTo(0.5 + 1, 4);
    }
  });

  test("where the users are sessions, the time is that of the last train session", async () => {
    const rows = [0, 10, 20].map((day) => ({ user: "u", item: "x", time: day * DAY }));
    const histories = toHistories(splitSessions(toSessions(toLog(rows), 30), 10 * DAY, 20 * DAY));
    expect((await scoresOf(fitRecentPopularity(histories, { halfLife: 1 }), []))[1]).toBeCloseTo(1, 4);
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
