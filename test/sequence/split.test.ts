import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventLog, SplitLog } from "../../src/core/types.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveOneOut, splitByShare, splitByTime } from "../../src/sequence/split.js";
import { eventLogs, toLog } from "../support/worlds.js";

/** Rows of each part, user by user, from the row ranges. */
function parts({ log, userStart, validationStart, testStart }: SplitLog) {
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return log.userIds.map((_, u) => ({
    train: rows(userStart[u], validationStart[u]),
    validation: rows(validationStart[u], testStart[u]),
    test: rows(testStart[u], userStart[u + 1]),
  }));
}

function expectSound(split: SplitLog) {
  const { log } = split;
  const all = parts(split).flatMap((of, u) => {
    const rows = [...of.train, ...of.validation, ...of.test];
    for (const row of rows) expect(log.users[row]).toBe(u);
    for (let i = 1; i < rows.length; i++) expect(log.times[rows[i]]).toBeGreaterThanOrEqual(log.times[rows[i - 1]]);
    return rows;
  });
  expect(all).toEqual(Array.from(log.users.keys())); // disjoint, nothing lost, in order
}

/** Runs only on logs that the split accepts. */
function accepted(make: (log: EventLog) => SplitLog, check: (split: SplitLog) => void, minimum: number) {
  let count = 0;
  fc.assert(
    fc.property(eventLogs(), (log) => {
      let split: SplitLog;
      try {
        split = make(log);
      } catch (error) {
        expect(error).toMatchObject({ code: "EMPTY_CASES" });
        return;
      }
      count++;
      check(split);
    }),
    { numRuns: 200, seed: 1 },
  );
  expect(count).toBeGreaterThan(minimum);
}

describe("leave-one-out", () => {
  test("is disjoint, ordered and whole; last play is test, the one before validation", () => {
    accepted(
      leaveOneOut,
      (split) => {
        expectSound(split);
        for (const { train, validation, test } of parts(split)) {
          const size = train.length + validation.length + test.length;
          expect([validation.length, test.length]).toEqual(size >= 3 ? [1, 1] : [0, 0]);
        }
      },
      100,
    );
  });

  test("needs a user with 3 plays", () => {
    const log = toLog([1, 2].map((time) => ({ user: "u", item: "i", time })));
    expect(() => leaveOneOut(log)).toThrow(expect.objectContaining({ code: "EMPTY_CASES" }));
  });
});

describe("split by time", () => {
  test("is disjoint, ordered, whole and safe across users", () => {
    accepted(
      (log) => splitByTime(log, 15, 28),
      (split) => {
        expectSound(split);
        for (const { train, validation, test } of parts(split)) {
          const times = (rows: number[]) => rows.map((row) => split.log.times[row]);
          expect(times(train).every((time) => time < 15)).toBe(true);
          expect(times(validation).every((time) => time >= 15 && time < 28)).toBe(true);
          expect(times(test).every((time) => time >= 28)).toBe(true);
        }
      },
      80,
    );
  });

  test("moments must be in order and no part empty", () => {
    const log = toLog([1, 2, 3].map((time) => ({ user: "u", item: "i", time })));
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(() => splitByTime(log, 3, 3)).toThrow(code("ARGUMENT_INVALID"));
    expect(() => splitByTime(log, Number.NaN, 3)).toThrow(code("ARGUMENT_INVALID"));
    expect(() => splitByTime(log, 0, 2)).toThrow(code("EMPTY_CASES"));
    expect(() => splitByTime(log, 2, 9)).toThrow(code("EMPTY_CASES"));
    expect(parts(splitByTime(log, 2, 3))[0]).toEqual({ train: [0], validation: [1], test: [2] });
  });

  test("by shares holds about those shares", () => {
    const log = toLog(Array.from({ length: 100 }, (_, time) => ({ user: `u${time % 3}`, item: "i", time })));
    const split = splitByShare(log, 0.2, 0.1);
    const sizes = (part: "train" | "validation" | "test") => parts(split).reduce((sum, of) => sum + of[part].length, 0);
    expect([sizes("train"), sizes("validation"), sizes("test")]).toEqual([70, 20, 10]);
    expectSound(split);
  });
});

describe("sessions", () => {
  test("cut exactly where the pause is longer than the gap, and change nothing else", () => {
    fc.assert(
      fc.property(eventLogs(), fc.integer({ min: 1, max: 20 }), (log, seconds) => {
        const sessions = toSessions(log, seconds / 60);
        expect(sessions.items).toBe(log.items);
        for (let row = 1; row < log.users.length; row++) {
          const same =
            log.users[row] === log.users[row - 1] && log.times[row] - log.times[row - 1] <= (seconds / 60) * 60;
          expect(sessions.users[row] - sessions.users[row - 1]).toBe(same ? 0 : 1);
        }
        expect(sessions.userIds.length).toBe(sessions.users[sessions.users.length - 1] + 1);
        expect(new Set(sessions.userIds).size).toBe(sessions.userIds.length);
        sessions.users.forEach((session, row) => {
          expect(sessions.userIds[session].startsWith(`${log.userIds[log.users[row]]}/`)).toBe(true);
        });
      }),
    );
  });

  test.each([0, -1, Number.NaN, 10_081])("a gap of %s minutes is refused", (gap) => {
    const log = toLog([{ user: "u", item: "i", time: 1 }]);
    expect(() => toSessions(log, gap)).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
  });
});
