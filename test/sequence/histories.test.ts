import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluationCases, toHistories, trainHistories, trainRows } from "../../src/sequence/histories.js";
import { leaveOneOut, splitByTime } from "../../src/sequence/split.js";
import { cycleWorld, eventLogs, toLog } from "../support/worlds.js";

/** Histories of random logs under a split that leaves many unknown items and users. */
const randomHistories = eventLogs({ items: 11 })
  .filter(
    ({ times }) => times.some((t) => t < 15) && times.some((t) => t >= 15 && t < 28) && times.some((t) => t >= 28),
  )
  .map((log) => toHistories(splitByTime(log, 15, 28)));

describe("vocabulary of a split", () => {
  test("comes from the train part only, most played first", () => {
    fc.assert(
      fc.property(randomHistories, (histories) => {
        const { log } = histories.split;
        const train = Array.from(log.items.keys()).filter((row) => log.times[row] < 15);
        const plays = new Map<string, number>();
        for (const row of train)
          plays.set(log.itemIds[log.items[row]], (plays.get(log.itemIds[log.items[row]]) ?? 0) + 1);
        const ids = histories.items.ids.slice(1);
        expect(new Set(ids)).toEqual(new Set(plays.keys()));
        expect(Array.from(histories.itemCounts)).toEqual([0, ...ids.map((id) => plays.get(id))]);
        expect(ids.map((id) => -plays.get(id)!)).toEqual(ids.map((id) => -plays.get(id)!).sort((a, b) => a - b));
        expect(new Set(histories.users.ids.slice(1))).toEqual(new Set(train.map((row) => log.userIds[log.users[row]])));
        expect(histories.titles.slice(1)).toEqual(ids.map((id) => `title of ${id}`));
        log.items.forEach((code, row) => {
          expect(histories.itemIndex[row]).toBe(histories.items.indexOf(log.itemIds[code]));
        });
        log.userIds.forEach((id, code) => {
          expect(histories.userIndex[code]).toBe(histories.users.indexOf(id));
        });
      }),
    );
  });
});

describe("cases", () => {
  test("hold the known plays before the target and nothing after it", () => {
    fc.assert(
      fc.property(randomHistories, fc.constantFrom("validation" as const, "test" as const), (histories, part) => {
        const { log } = histories.split;
        const inPart = (row: number) =>
          part === "test" ? log.times[row] >= 28 : log.times[row] >= 15 && log.times[row] < 28;
        const expected = Array.from(log.users.keys())
          .filter(inPart)
          .map((row) => {
            const plays = Array.from(log.users.keys()).filter(
              (before) => before < row && log.users[before] === log.users[row] && histories.itemIndex[before] > 0,
            );
            return {
              user: histories.userIndex[log.users[row]],
              target: histories.itemIndex[row],
              userCode: log.users[row],
              row,
              history: plays.map((before) => histories.itemIndex[before]),
              times: plays.map((before) => log.times[before]),
              now: log.times[row],
            };
          })
          .filter(({ history }) => history.length > 0);
        const cases = evaluationCases(histories, part);
        const plain = cases.map((each) => ({
          ...each,
          history: Array.from(each.history),
          times: Array.from(each.times ?? []),
        }));
        expect(plain).toEqual(expected);
        const untimed = evaluationCases(
          { ...histories, split: { ...histories.split, log: { ...log, hasTimes: false } } },
          part,
        );
        expect(untimed).toEqual(cases.map(({ times, now, ...each }) => each));
        for (let n = 1; n < cases.length; n++)
          if (cases[n].userCode === cases[n - 1].userCode) {
            expect(cases[n].history.buffer).toBe(cases[n - 1].history.buffer);
            expect(cases[n].history.byteOffset).toBe(cases[n - 1].history.byteOffset);
          }
      }),
    );
  });

  test("the cycle world by hand", () => {
    const histories = toHistories(leaveOneOut(cycleWorld(7)));
    const name = (index: number) => histories.items.ids[index];
    expect(trainHistories(histories).map(({ items }) => Array.from(items, name).join(" "))[1]).toBe("i1 i2 i3 i4 i0");
    const [, second] = evaluationCases(histories, "test");
    expect(Array.from(second.history, name).join(" ")).toBe("i1 i2 i3 i4 i0 i1");
    expect(name(second.target)).toBe("i2");
  });

  test("an item that only the test part holds is target 0 and never history", () => {
    const items = ["a", "b", "a", "new", "a", "b"];
    const histories = toHistories(splitByTime(toLog(items.map((item, time) => ({ user: "u", item, time }))), 2, 3));
    const cases = evaluationCases(histories, "test");
    expect(cases.map(({ target }) => target > 0)).toEqual([false, true, true]);
    expect(cases.map(({ history }) => history.length)).toEqual([3, 3, 4]);
  });
});

test("the rows of the train histories are those of their plays", () => {
  const enough = fc.record({
    minimumUserPlays: fc.integer({ min: 1, max: 4 }),
    minimumItemPlays: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(randomHistories, enough, ({ split }, support) => {
      const histories = toHistories(split, support);
      const all = Array.from(trainRows(histories));
      expect(all.map(({ items }) => items)).toEqual(trainHistories(histories).map(({ items }) => items.slice()));
      for (const { items, rows } of all)
        rows.forEach((row, at) => {
          expect(histories.itemIndex[row]).toBe(items[at]);
          expect(row).toBeGreaterThan(rows[at - 1] ?? -1);
        });
    }),
  );
});
