import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auditRaw, DIRT, dirtOf, toRows } from "../../src/data/audit/index.js";
import { cleanLog } from "../../src/data/index.js";
import { runConfig } from "../../src/recipes/index.js";
import { byCode, cleaning, MAY, rawLog } from "./audit-helpers.js";

const HEADER = ["user", "item", "time", "ms_played"];

/** A year of plays of ten users, two minutes and more apart; nothing is wrong with them. */
function plays(count = 1200): (string | number)[][] {
  return Array.from({ length: count }, (_, n) => [
    `u${n % 10}`,
    `i${(n * 7) % 31}`,
    MAY + n * 977 + ((n * n) % 89),
    200_000,
  ]);
}

describe("dirt in a raw log", () => {
  test("nothing where nothing is wrong", () => {
    expect(auditRaw(rawLog(HEADER, plays()), cleaning())).toEqual([]);
  });

  test("each kind on a hand", () => {
    const rows = [
      ...plays(),
      ["", "i1", MAY, 1e6],
      ["u1", " ", MAY, 1e6],
      ["u1", "i1", "", 1e6],
      ["u1", "i1", "soon", 1e6],
      ["u1", "i1", 0, 1e6],
      ["u1", "i1", Date.UTC(2099, 0, 1) / 1000, 1e6],
      ["u0", "i0", MAY, 200_000],
      ["u1", "i1", MAY + 5, 29_999],
    ];
    const raw = rawLog(HEADER, rows);
    const dirt = Array.from(dirtOf(toRows(raw), cleaning()).subarray(1200), (kind) => DIRT[kind]);
    expect(dirt).toEqual(["missing", "missing", "missing", "unreadable time", "clock", "clock", "duplicate", "skip"]);
    const found = byCode(auditRaw(raw, cleaning()));
    expect(found["missing-fields"]).toMatchObject({ count: 3, values: { user: 1, item: 1, time: 1 } });
    expect(found["missing-fields"].examples.map(({ line }) => line)).toEqual([1202, 1203, 1204]);
    expect(found.clock.fix).toBe("--set cleaning.earliest=1714521600 --set cleaning.latest=1715817600");
    expect(found.duplicates.examples).toEqual([{ line: 1208, text: "u0, i0, 1714564800, 200000 (line 2)" }]);
    expect(found.skips).toMatchObject({ count: 1, severity: "warning", cleanedBy: "too short" });
    expect(byCode(auditRaw(raw, cleaning({ minimumDurationMs: 0 }))).skips).toMatchObject({
      cleanedBy: null,
      fix: "--set cleaning.minimumDurationMs=30000",
    });
  });

  test("a few plays a year before all others are early; a slow beginning is not", () => {
    const early = [["u1", "i1", MAY - 3 * 365 * 86_400, 1e6]];
    expect(byCode(auditRaw(rawLog(HEADER, [...early, ...plays()]), cleaning()))["early-clock"]).toMatchObject({
      count: 1,
      fix: expect.stringContaining("cleaning.earliest=1714521600"),
    });
    const slow = Array.from({ length: 30 }, (_, n) => ["u1", "i1", MAY - n * 86_400 * 30, 1e6]);
    expect(auditRaw(rawLog(HEADER, [...slow, ...plays()]), cleaning())).toEqual([]);
  });

  test("bots by number and by rhythm, busy users by the others, and no bots among ratings", () => {
    const many = Array.from({ length: 600 }, (_, n) => ["many", `i${n % 9}`, MAY + n * 100 + (n % 7), 1e6]);
    const regular = Array.from({ length: 150 }, (_, n) => ["regular", `i${n % 9}`, MAY + n * 7200, 1e6]);
    const busy = Array.from({ length: 300 }, (_, n) => ["busy", `i${n % 9}`, MAY + n * 100 + (n % 7), 1e6]);
    const raw = rawLog(HEADER, [...plays(), ...many, ...regular, ...busy]);
    const found = byCode(auditRaw(raw, cleaning()));
    expect(found.bots).toMatchObject({ count: 750, severity: "problem", values: { users: 2 } });
    expect(found.bots.examples[0]).toEqual({ line: 1202, text: "many (600 / 24 h)" });
    expect(found["busy-users"]).toMatchObject({ count: 1, severity: "warning", of: "users" });
    // The fix does what it says: no busy user is left, and nobody else is gone.
    const limit = Number(found["busy-users"].fix?.split("=")[1]);
    const mended = cleanLog(raw, cleaning({ maximumPlaysPerDay: limit })).log.userIds;
    expect(mended.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `u${n}`));
    const rated = rawLog(
      ["user", "item", "time", "rating"],
      many.map((row) => [...row.slice(0, 3), 4]),
    );
    expect(auditRaw(rated, cleaning())).toEqual([]);
  });

  test("broken rows are a problem where there are many, with the option where cleaning would refuse", () => {
    const raw = (count: number) => ({
      ...rawLog(HEADER, plays(100)),
      badRows: { count, samples: [{ line: 7, reason: "2 fields, 4 expected", text: "u1,i1" }] },
    });
    expect(auditRaw(raw(2), cleaning())[0]).toMatchObject({ severity: "warning", cleanedBy: "unreadable row" });
    expect(auditRaw(raw(300), cleaning())[0]).toMatchObject({
      severity: "problem",
      cleanedBy: null,
      fix: "--set cleaning.maxBadShare=0.75",
      examples: [{ line: 7, text: "2 fields, 4 expected: u1,i1" }],
    });
  });
});

describe("the audit and cleaning agree", () => {
  const field = fc.constantFrom("a", "b", "ｂ", "__proto__", "constructor", "", " ", "夜に駆ける");
  const time = fc.constantFrom("1714564800", "1714564801", "1714564900", "1714564900.5", "", "x", "0", "5e9", "NaN");
  const duration = fc.constantFrom("", "0", "29999", "30000", "x");
  const row = fc.tuple(field, field, time, duration);

  test("on what is dirt, row by row, whatever the fields hold", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.boolean(), (rows, skips) => {
        const raw = rawLog(HEADER, rows);
        const options = cleaning({
          minimumUserPlays: 1,
          minimumItemPlays: 1,
          ...(skips ? {} : { minimumDurationMs: 1 }),
        });
        const dirt = dirtOf(toRows(raw), options);
        const expected = raw.lines.filter((_, at) => dirt[at] === 0);
        let kept: number[];
        try {
          kept = Array.from(cleanLog(raw, options).log.lines).sort((a, b) => a - b);
        } catch (error) {
          expect(error).toMatchObject({ code: "NO_EVENTS_LEFT" });
          kept = [];
        }
        expect(kept).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test("fixes are options of a run", () => {
    const raw = rawLog(HEADER, [...plays(), ["u1", "i1", 0, 1e6], ["u1", "i1", MAY + 5, 100]]);
    for (const { fix } of auditRaw(raw, cleaning()))
      for (const [, option, value] of (fix ?? "").matchAll(/--set cleaning\.(\w+)=(\S+)/g))
        expect(runConfig({ cleaning: { [option]: Number(value) } }).cleaning).toHaveProperty(option, Number(value));
  });
});
