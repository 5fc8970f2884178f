import { mkdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { afterAll, describe, expect, test } from "vitest";
import {
  cleaningSchema,
  cleanLog,
  hashEvents,
  type RawLog,
  type ReadOptions,
  readLog,
  writeLog,
} from "../../src/data/index.js";
import { isLongRun } from "../support/cli.js";
import { KEEP_ALL, rowsOf, temporaryFolder, withoutLines } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const T = 1_700_000_000;
let files = 0;
const read = (content: string, options?: ReadOptions): Promise<RawLog> =>
  readLog(folder.write(`log-${files++}`, content), options);
const codeOf = async (work: () => unknown) => {
  try {
    await work();
    return "none";
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe("cleanLog", () => {
  const DIRTY = [
    "user_id,track_id,timestamp,ms_played,title,artist",
    `v,2,${T + 90},200000,Song B,Someone`,
    `u,1,${T + 10},200000,Song A,Someone`,
    `u,1,${T + 10},200000,Song A,Someone`, // duplicate
    `u,2,${T},200000,Song B,Someone`,
    `u,2,${T + 20},1000,Song B,Someone`, // too short
    `,2,${T},200000,Song B,Someone`, // no user
    `u,2,19700101,200000,Song B,Someone`, // too early
    `u,"2,${T}`, // broken
    `ｕ,1,${T + 30},,Song A,Someone`, // repaired
    `v,1,${T + 40},31000,Song A,Someone`,
    `v,1,${T + 50},,Song A,Someone`,
    `w,1,${T},,Song A,Someone`, // a user with one play
    "",
  ].join("\n");

  test("gives sorted events and a report whose rows add up", async () => {
    const { log, report } = cleanLog(await read(DIRTY));
    expect(rowsOf(log)).toEqual([
      ["v", "1", T + 40, "Someone - Song A"],
      ["v", "1", T + 50, "Someone - Song A"],
      ["v", "2", T + 90, "Someone - Song B"],
      ["u", "2", T, "Someone - Song B"],
      ["u", "1", T + 10, "Someone - Song A"],
      ["u", "1", T + 30, "Someone - Song A"],
    ]);
    expect([...log.lines]).toEqual([11, 12, 2, 5, 3, 10]);
    expect(log.hasTimes).toBe(true);
    expect(report).toMatchObject({ read: 12, kept: 6, removed: 6, repaired: 1, timeUnit: "seconds" });
    expect(
      report.steps.map(({ rule, removed, repaired, kept, lines }) => [rule, removed, repaired, kept, lines]),
    ).toEqual([
      ["unreadable row", 1, 0, 11, [9]],
      ["one form of text", 0, 1, 11, [10]],
      ["missing field", 1, 0, 10, [7]],
      ["invalid time", 1, 0, 9, [8]],
      ["duplicate", 1, 0, 8, [4]],
      ["too short", 1, 0, 7, [6]],
      ["low rating", 0, 0, 7, []],
      ["bot", 0, 0, 7, []],
      ["consecutive repeat", 0, 0, 7, []],
      ["minimum support", 1, 0, 6, [13]],
    ]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("takes titles from another file before those of the log", async () => {
    const raw = await read(`user,item,time\nu,1,${T}\nu,2,${T}\n`);
    const { log } = cleanLog(raw, KEEP_ALL, new Map([["1", "春泥棒"]]));
    expect(log.itemTitles).toEqual(["春泥棒", "2"]);
  });

  test("a title that some rows lack is taken from the row that has it", async () => {
    const raw = await read(`user,item,time,title\nu,1,${T},\nu,1,${T + 1},A\nu,2,${T + 2},\n`);
    expect(cleanLog(raw, KEEP_ALL).log.itemTitles).toEqual(["A", "2"]);
  });

  test("coded errors", async () => {
    const raw = await read(DIRTY);
    expect(await codeOf(() => cleanLog(raw, { minimumUserPlays: 100 }))).toBe("NO_EVENTS_LEFT");
    expect(await codeOf(() => cleanLog(raw, { maxBadShare: 0 }))).toBe("TOO_MANY_BAD_ROWS");
    expect(await codeOf(() => cleanLog(raw, { minimumUserPlays: -1 }))).toBe("CONFIG_INVALID");
    expect(await codeOf(() => cleanLog(raw, { minimumPlays: 1 } as object))).toBe("CONFIG_INVALID");
  });

  test("every option has a default", () => expect(cleaningSchema.parse({}).minimumUserPlays).toBe(3));
});

/** Rows as a careless exporter writes them: good ones, and one of every kind of dirt. */
const dirtyRow = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 50 }))
      .map(([u, i, t]) => `u${u},i${i},${T + t},40000`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "  ",
      ",,,",
      "u1",
      `u1,i1,${T}`,
      `u1,i1,${T},1,2`,
      `u1,"i1,${T},1`,
      `,i1,${T},`,
      `u1,,${T},`,
      "u1,i1,soon,",
      "u1,i1,1e308,",
      "u1,i1,-5,",
      `u1,i1,${T},12`,
      ` u1 ,ｉ1,${T},`,
      `"u,""1",i1,${T},50000`,
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\0", "")) },
);
const dirtyLog = fc
  .tuple(fc.array(dirtyRow, { minLength: 1, maxLength: 60 }), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([rows, end]) => ["user_id,item_id,timestamp,ms_played", `u0,i0,${T},40000`, ...rows].join(end));
const rules = fc.record({
  minimumUserPlays: fc.integer({ min: 1, max: 3 }),
  minimumItemPlays: fc.integer({ min: 1, max: 3 }),
  minimumDurationMs: fc.constantFrom(0, 30_000),
  dropConsecutiveRepeats: fc.boolean(),
  maximumPlaysPerDay: fc.constantFrom(0, 5, 500),
  maxBadShare: fc.constant(1),
  latest: fc.constant(4e9),
});

describe("properties of cleaning", () => {
  test("kept + removed = read, sorted, deterministic, every code in use", async () => {
    await fc.assert(
      fc.asyncProperty(dirtyLog, rules, async (content, options) => {
        const raw = await read(content);
        let result: ReturnType<typeof cleanLog>;
        try {
          result = cleanLog(raw, options);
        } catch (error) {
          expect((error as { code?: string }).code).toBe("NO_EVENTS_LEFT");
          return;
        }
        const { log, report } = result;
        const rows = content
          .split(/\r\n|\r|\n/)
          .slice(1)
          .filter((row) => row.trim() !== "");
        expect(report.read).toBe(rows.length);
        expect(report.kept).toBe(log.users.length);
        let left = report.read;
        for (const step of report.steps) {
          left -= step.removed;
          expect(step.kept).toBe(left);
          expect(step.lines.length).toBeLessThanOrEqual(5);
          if (step.removed + step.repaired > 0) expect(step.lines.length).toBeGreaterThan(0);
        }
        expect(left).toBe(report.kept);
        for (let row = 1; row < log.users.length; row++) {
          const [a, b] = [row - 1, row].map((at) => [log.users[at], log.times[at], log.lines[at]]);
          const first = a.findIndex((value, i) => value !== b[i]);
          expect(a[first]).toBeLessThan(b[first]);
        }
        expect(new Set(log.users).size).toBe(log.userIds.length);
        expect(new Set(log.items).size).toBe(log.itemIds.length);
        expect(new Set(log.userIds).size).toBe(log.userIds.length);
        expect(cleanLog(raw, options)).toEqual(result);
      }),
      { numRuns: 80, seed: 7 },
    );
  });
});

describe("writeLog", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      "__proto__",
      "constructor",
      'a"b',
      "a,b",
      "a;b\tc",
      "::",
      "春泥棒",
      "e\u0301",
      "007",
      "1e5",
      "{",
      "'",
      '"',
    ),
  );
  const event = fc.record({
    user: text,
    item: text,
    time: fc.oneof(fc.integer({ min: 631_152_000, max: T }), fc.double({ min: 1e9, max: 2e9, noNaN: true })),
    title: text,
  });

  test.each(["log.csv", "log.csv.gz", "log.parquet"])("%s reads back to the same log", async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 30 }), fc.boolean(), async (events, timed) => {
        const lines = events.map(({ time, ...one }) => JSON.stringify(timed ? { ...one, time } : one));
        let log: ReturnType<typeof cleanLog>["log"];
        try {
          log = cleanLog(await read(lines.join("\n")), KEEP_ALL).log;
        } catch (error) {
          expect((error as { code?: string }).code).toBe("NO_EVENTS_LEFT"); // nothing but white space for ids
          return;
        }
        const path = `${folder.path}/${name}`;
        writeLog(log, path);
        const again = await readLog(path);
        expect(again.badRows.count).toBe(0);
        const second = cleanLog(again, KEEP_ALL);
        expect(second.report).toMatchObject({ removed: 0, repaired: 0 });
        expect(withoutLines(second.log)).toEqual(withoutLines(log));
        if (!name.endsWith(".parquet")) return;
        const { buffer, byteOffset, byteLength } = readFileSync(path);
        const found = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
        expect(found.key_value_metadata).toEqual([{ key: "refrain.events.sha256", value: hashEvents(second.log) }]);
        expect(found.schema.map(({ type }) => type)).toEqual([
          undefined,
          "BYTE_ARRAY",
          "BYTE_ARRAY",
          "DOUBLE",
          "BYTE_ARRAY",
        ]);
      }),
      { numRuns: isLongRun ? 100 : 20, seed: 7 },
    );
  });

  test("a place that cannot be written", async () => {
    const { log } = cleanLog(await read(`user,item,time\nu,1,${T}\n`), KEEP_ALL);
    mkdirSync(`${folder.path}/taken`);
    expect(await codeOf(() => writeLog(log, `${folder.path}/taken`))).toBe("FILE_WRITE_FAILED");
  });
});

test.skipIf(!isLongRun)("200,000 rows are read and cleaned (needs REFRAIN_FULL=1)", async () => {
  const rows = Array.from(
    { length: 200_000 },
    (_, i) => `user${(i * 7919) % 2003},item${(i * 104729) % 5003},${T + i * 37},"Title ${(i * 104729) % 5003}"`,
  );
  const path = folder.write("large.csv", `user_id,item_id,timestamp,title\n${rows.join("\n")}`);
  const { report } = cleanLog(await readLog(path), { latest: 4e9 });
  expect(report.read).toBe(200_000);
});
