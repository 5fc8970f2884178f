import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auditSplit } from "../../src/sequence/leakage.js";
import { leaveOneOut, splitByShare, splitByTime } from "../../src/sequence/split.js";
import { byCode, loud } from "../data/audit-helpers.js";
import { dated } from "../support/training.js";
import { eventLogs, markovWorld, toLog } from "../support/worlds.js";

const play = (user: string, item: string, time: number) => ({ user, item, time });

describe("what a split leaks", () => {
  test("leave-one-out: plays from the future, shared sessions, and what a global cut would change", () => {
    // a leaves early, b plays on: of b's training, two plays come after a's test play.
    const log = toLog([
      ...[0, 100, 200].map((time, n) => play("a", `i${n}`, time)),
      ...[50, 3000, 6000, 6100, 6200].map((time, n) => play("b", `i${n % 3}`, time)),
    ]);
    const found = byCode(auditSplit(leaveOneOut(log), { timeCut: splitByTime(log, 6000, 6200) }));
    expect(found["future-plays"]).toMatchObject({
      severity: "problem",
      count: 2,
      share: 0.5,
      of: "trainingPlays",
      examples: [{ line: 5 }, { line: 6 }],
      fix: "--set split.kind=time",
      values: { mean: 25 },
    });
    expect(found["shared-sessions"]).toMatchObject({ count: 2, share: 1, severity: "warning" });
    expect(found["time-cut"]).toMatchObject({ count: 1, examples: [{ line: 3 }], values: { test: 1, lost: 1 } });
    expect(found.overlap).toMatchObject({ count: 1, values: { users: 2, all: 2 } });
  });

  test("a cut in time has no future, and tells of newcomers and unknown items", () => {
    const log = toLog([
      ...[0, 100, 200, 9000].map((time) => play("a", "old", time)),
      ...[9100, 9200, 9300].map((time) => play("b", "new", time)),
      play("c", "old", 150),
    ]);
    const found = byCode(auditSplit(splitByTime(log, 160, 9000)));
    expect(found["future-plays"]).toBeUndefined();
    expect(found["cold-test-users"]).toMatchObject({ count: 3, share: 0.75, values: { users: 1, all: 2 } });
    expect(found["unknown-items"]).toMatchObject({
      count: 3,
      severity: "problem",
      examples: [{ line: 5 }, { line: 6 }, { line: 7 }],
    });
    expect(found["shared-sessions"]).toBeUndefined();
  });

  test("items that only later plays keep", () => {
    const log = toLog([...["x", "y", "y", "x", "y"].map((item, n) => play("a", item, n * 1e5))]);
    const found = byCode(auditSplit(leaveOneOut(log), { minimumItemPlays: 2 }));
    expect(found["vocabulary-from-test"]).toMatchObject({
      count: 1,
      share: 0.5,
      fix: "--set cleaning.minimumItemPlays=1",
      examples: [{ line: 1 }],
    });
    expect(byCode(auditSplit(leaveOneOut(log)))["vocabulary-from-test"]).toBeUndefined();
  });

  test("ties that leave the place of a test play open; the same item twice does not", () => {
    const tied = toLog([play("a", "x", 0), play("a", "y", 1), play("a", "x", 5), play("a", "y", 5)]);
    expect(byCode(auditSplit(leaveOneOut(tied)))["test-ties"]).toMatchObject({
      count: 1,
      share: 1,
      severity: "problem",
    });
    const same = toLog([play("a", "x", 0), play("a", "y", 1), play("a", "x", 5), play("a", "x", 5)]);
    expect(byCode(auditSplit(leaveOneOut(same)))["test-ties"]).toBeUndefined();
  });

  test("a session across the cut", () => {
    const log = toLog([0, 1e6, 1e6 + 60, 1e6 + 120].map((time, n) => play("a", `i${n % 2}`, time)));
    const found = (gapMinutes: number) => byCode(auditSplit(splitByTime(log, 1e6, 1e6 + 60), { gapMinutes }));
    expect(found(2)["shared-sessions"]).toMatchObject({ count: 1, share: 1, examples: [{ line: 3 }] });
    expect(found(0.5)["shared-sessions"]).toBeUndefined();
  });

  test("an ordinary log cut in time is silent", () => {
    const log = dated(markovWorld({ users: 100, plays: 60 }).log);
    expect(loud(auditSplit(splitByShare(log, 0.1, 0.1), { minimumItemPlays: 2 }))).toEqual([]);
  });

  test("any log and any split give findings with shares between 0 and 1", () => {
    fc.assert(
      fc.property(eventLogs(), fc.boolean(), fc.boolean(), (log, byTime, hasTimes) => {
        let split: ReturnType<typeof leaveOneOut>;
        try {
          split = byTime ? splitByShare({ ...log, hasTimes }, 0.2, 0.2) : leaveOneOut({ ...log, hasTimes });
        } catch (error) {
          expect(["EMPTY_CASES", "ARGUMENT_INVALID"]).toContain((error as { code: string }).code);
          return;
        }
        for (const { share, code } of auditSplit(split, { minimumItemPlays: 2, timeCut: split })) {
          expect(share, code).toBeGreaterThanOrEqual(0);
          expect(share, code).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 150 },
    );
  });
});
