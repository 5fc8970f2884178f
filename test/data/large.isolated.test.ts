// Both ways of reading a log give the same bytes: events, names, report.
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { cleanInArrays } from "../../src/data/arrays/clean.js";
import {
  type CleaningOptions,
  chooseEngine,
  cleaningSchema,
  cleanLargeLog,
  cleanLog,
  hashEvents,
  type ReadOptions,
  readHead,
  readLog,
} from "../../src/data/index.js";
import { Database, hasDatabase, literal } from "../../src/data/large/database.js";
import { eventsFile, filesOf, readEvents } from "../../src/data/large/event-log.js";
import { oddPattern } from "../../src/data/large/odd-text.js";
import { plainFile } from "../../src/data/large/plain-file.js";
import { oneForm } from "../../src/data/one-form.js";
import { isLongRun } from "../support/cli.js";
import { KEEP_ALL, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** What one way makes of a file: the log and the report, or the code of the error. */
async function outcome(
  work: () => Promise<{ log: Parameters<typeof hashEvents>[0]; report: unknown }>,
): Promise<unknown> {
  try {
    const { log, report } = await work();
    return { report, hash: hashEvents(log), users: [...log.userIds], events: Array.from(log.items) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { code: code ?? message };
  }
}

const cleaning = { ...KEEP_ALL, latest: 4e9 };
const options = { cleaning, temporary: folder.path, memory: 300e6 };

/** How each file was read in the end: by the scanner, by DuckDB itself, or by the usual readers. */
const ways: string[] = [];
type Way = "arrays" | "lines";

async function expectSame(
  path: string,
  more: Partial<CleaningOptions> = {},
  read: ReadOptions = {},
  tried: readonly Way[] = ["arrays", "lines"],
): Promise<unknown> {
  const small = await outcome(async () => cleanLog(await readLog(path, read), { ...cleaning, ...more }));
  for (const way of tried) {
    let went: string | undefined;
    const large = await outcome(async () => {
      const loaded = await cleanLargeLog(path, { ...options, way, read, cleaning: { ...cleaning, ...more } });
      went = loaded.way;
      ways.push(went);
      return loaded;
    });
    expect(large).toEqual(small);
    if (went === "rows") break; // so it would go another time
  }
  return small;
}

const HEADER = "user,item,time,artist,title,ms_played,rating";
const oneOf = fc.constantFrom;
const text = oneOf(
  "a", "b", "c", "", " a", "a ", "a  b", "ａ", "Café", "Cafe\u0301", "群青", "夜に 駆ける", '"a"', '"a,b"', '"a ""b"""', '"open', 'x"y',
  "\u00a0a", "a\tb", "__proto__", "e\u0001", "e\u001fx", "\u0000", "ﬁ", "가", "\u1100\u1161", "\ufffd", "🎵", "a,", "NULL", "\ufeff",
); // biome-ignore format: a list
const time = oneOf(
  "2023-11-14T22:13:20Z",
  "2023-11-14 22:13:20",
  "2023-11-14T22:13:20",
  "2023-11-14T22:13:20+09:00",
  "2023-11-14",
  "20231114",
  "2023-11-14T22:13:60Z",
  "2023-02-30T00:00:00Z",
  "2023-11-14T24:00:00Z",
  "2023-11-14T22:13:2.Z",
  " 023-11-14T22:13:20Z",
  "",
  "now",
  "2023-11-14T22:13:20.5Z",
  "infinity",
  "14 Nov 2023, 22:13",
  "1700000000",
  "-1",
  "2023-11-14T22:13:20z",
  "2024-01-01T00:00:00Z",
);
const stamp = oneOf(
  "1700000000",
  "1700000000.5",
  "1700003600",
  "1.7e9",
  "0x10",
  "1e400",
  "-0",
  "01700000000",
  "+1700000001",
  "",
  "x",
  " 1700000002 ",
);
const number = oneOf("", "0", "30000", "29999", "1e5", "4.5", "-1", "NaN", "Infinity", "0x20", "1_000", " 31000", "١");
const field = (times: fc.Arbitrary<string>) =>
  fc.tuple(oneOf("u", "v", "w", "", "ｕ"), text, times, text, text, number, number);
const line = (times: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 12, arbitrary: field(times).map((fields) => fields.join(",")) },
    {
      weight: 1,
      arbitrary: oneOf("", "  ", "u,i", "u,i,1700000000,,,,,", "u,i,1700000000,,,,,x", '"', ",,,,,,", ",,,,,,,"),
    },
  );

describe("DuckDB and memory", () => {
  const more = fc.record({
    minimumUserPlays: oneOf(1, 2),
    minimumItemPlays: oneOf(1, 2),
    minimumDurationMs: oneOf(0, 30_000),
  });
  const lines = fc.boolean().chain((isText) => fc.array(line(isText ? time : stamp), { minLength: 1, maxLength: 40 }));
  const [newline, start] = [oneOf("\n", "\n", "\n", "\r\n", "\r"), oneOf("", "\ufeff", "\n")];
  let files = 0;
  const random = (rows: readonly string[], end: string, begin: string, isOpen: boolean) =>
    folder.write(`random${files++}.csv`, begin + [HEADER, ...rows].join(end) + (isOpen ? "" : end));

  test("give the same log and report of random dirty text, with any end of line", async () => {
    await fc.assert(
      fc.asyncProperty(lines, newline, start, fc.boolean(), more, async (rows, end, begin, isOpen, chosen) => {
        await expectSame(random(rows, end, begin, isOpen), { ...chosen, maxBadShare: 1 }, {}, ["lines"]);
      }),
      { numRuns: isLongRun ? 200 : 6, seed: 8 },
    );
    expect(new Set(ways)).toEqual(new Set(["lines", "rows"]));
  }, 400_000);

  test("arrays too, from blocks of any size", async () => {
    let scanned = 0;
    await fc.assert(
      fc.asyncProperty(
        lines,
        newline,
        start,
        fc.boolean(),
        more,
        fc.integer({ min: 1, max: 400 }),
        async (rows, end, begin, isOpen, chosen, blockBytes) => {
          const path = random(rows, end, begin, isOpen);
          const own = cleaningSchema.parse({ ...cleaning, ...chosen, maxBadShare: 1 });
          const small = await outcome(async () => cleanLog(await readLog(path), own));
          const large = await outcome(async () => {
            const head = await readHead(path);
            const file = await plainFile(path, head, {});
            const cleaned = file && (await cleanInArrays(file, head, own, { blockBytes }));
            if (!cleaned) throw new Error("must be read another way");
            return cleaned;
          });
          if (end !== "\r") scanned++;
          // A file of one endless line is left to the small way, unless its first bytes say that it is no text.
          const isText = (small as { code?: string }).code !== "FILE_BINARY";
          expect(large).toEqual(end === "\r" && isText ? { code: "must be read another way" } : small);
        },
      ),
      { numRuns: isLongRun ? 2000 : 60, seed: 9 },
    );
    expect(scanned).toBeGreaterThan(30);
  }, 400_000);

  test("also of other formats, which the usual readers read", async () => {
    const rows = Array.from({ length: 400 }, (_, i) => [`u${i % 7}`, `i${(i * i) % 31}`, 1_700_000_000 + i * 50]);
    const csv = ["user\titem\ttime", ...rows.map((row) => row.join("\t"))].join("\n");
    const files = {
      "log.tsv": csv,
      "log.tsv.gz": gzipSync(csv),
      "utf16.tsv": Buffer.from(`\ufeff${csv}`, "utf16le"),
      "latin.csv": Buffer.from(
        "user,item,time\nu,caf\u00e9,1700000000\nu,b,1700000001\nv,caf\u00e9,1700000002",
        "latin1",
      ),
      "log.jsonl": rows.map(([user, item, time]) => JSON.stringify({ user, item, time })).join("\n"),
      "sequences.txt": Array.from({ length: 40 }, (_, u) =>
        [u, ...Array.from({ length: 3 + u }, (_, i) => (i * u) % 17)].join(" "),
      ).join("\n"),
      "order.csv": "user,item,order\nu,a,2\nu,b,1\nv,a,1\nv,b,3",
      "bare.csv": "u,a,1700000000\nu,b,1700000001\nv,a,1700000002\nv,a,1700000003",
      "parts.csv": "user,item,day,month,year\nu,a,1,2,2020\nu,b,2,2,2020\nv,a,31,2,2020",
      "wide.csv": `user,item,time\nu,${"x".repeat(1 << 21)},1700000000\n`,
      "empty.csv": "user,item,time\n",
      "tab.csv": "user,item,time\nu,a\tb,1700000000\nu,a b,1700000001\nv,a b,1700000002\n",
      "blank.csv": "user,item,time\nu,a,1700000000\n\nu,b,1700000001\nv,a\nv,b,1700000002\n",
      "blank.tsv": "user\titem\ttime\nu\ta\t1700000000\n\t\t\nv\ta\t1700000002\n",
      "quotes.csv": `user,item,time\n"u",a,1700000000\nu,"a, b",1700000001\nu,"c,1700000002\nv,b"c,1700000003,\nv,a,,1700000004\n`,
      "days.csv": "user,item,time\nu,a,3/4/2023\nu,b,13/4/2023 10:00\nv,a,13.4.2023 1:00 pm\nv,b,4/13/2023",
      "control.csv": "user,item,time\nu,a\u0001b,1700000000\nu,\u0007,1700000001\nv,a,1700000002",
    };
    const results = [];
    for (const [name, content] of Object.entries(files)) results.push(await expectSame(folder.write(name, content)));
    expect(results.filter((one) => "code" in (one as object))).toEqual([
      { code: "FILE_TOO_WIDE" },
      { code: "FILE_EMPTY" },
    ]);
  }, 60_000);

  test("times are read in the unit that is given", async () => {
    const rows = Array.from({ length: 9 }, (_, at) => ({ user: `u${at % 2}`, item: `i${at}`, time: 2_000_000 + at }));
    const files = {
      "days.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
      "days.csv": ["user,item,time", ...rows.map((row) => Object.values(row).join())].join("\n"),
    };
    for (const [name, content] of Object.entries(files))
      expect(await expectSame(folder.write(name, content), {}, { timeUnit: "milliseconds" })).toMatchObject({
        report: { timeUnit: "milliseconds", kept: 9 },
      });
  });

  test("too many bad rows, nothing left and a missing file are the same errors", async () => {
    const bad = folder.write("bad.csv", "user,item,time\nu\nv\nu,i,1700000000");
    expect(await expectSame(bad)).toEqual({ code: "TOO_MANY_BAD_ROWS" });
    const none = folder.write("none.csv", "user,item,time\nu,i,5\nv,i,1700000000");
    expect(await expectSame(none, { minimumUserPlays: 5 })).toEqual({ code: "NO_EVENTS_LEFT" });
    expect(await expectSame(join(folder.path, "nowhere.csv"))).toEqual({ code: "FILE_NOT_FOUND" });
  });

  test("leaves nothing behind, also when it is stopped", async () => {
    const path = folder.write("stop.csv", `user,item,time\n${"u,i,1700000000\n".repeat(200_000)}`);
    const before = readdirSync(folder.path).length;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    await expect(cleanLargeLog(path, { ...options, signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(readdirSync(folder.path)).toHaveLength(before);
  });
});

test("events come back in the numbering of the sorted log, and files of another number of events are damaged", async () => {
  const database = await Database.open({ folder: folder.path });
  try {
    const { items, users } = filesOf(database.folder);
    const files = {
      [eventsFile(database.folder, 0)]: "(0, 1, 5.0, 2), (0, 0, 6.0, 3)",
      [eventsFile(database.folder, 1)]: "(1, 1, 4.0, 4)",
    };
    for (const [path, rows] of Object.entries(files))
      await database.run(
        `COPY (SELECT u::INTEGER AS "user", i::INTEGER AS item, t::DOUBLE AS time, l::INTEGER AS line
           FROM (VALUES ${rows}) AS rows(u, i, t, l)) TO ${literal(path)} (FORMAT parquet)`,
      );
    await database.run(
      `COPY (SELECT i::INTEGER AS item, id, title FROM (VALUES (0, 'a', 'A'), (1, 'b', '')) AS rows(i, id, title))
         TO ${literal(items)} (FORMAT parquet)`,
    );
    await database.run(
      `COPY (SELECT u::INTEGER AS "user", id FROM (VALUES (0, 'u'), (1, 'v')) AS rows(u, id)) TO ${literal(users)} (FORMAT parquet)`,
    );
    expect(await readEvents(database, database.folder, 3, true)).toEqual({
      users: Int32Array.of(0, 0, 1),
      items: Int32Array.of(0, 1, 0),
      times: Float64Array.of(5, 6, 4),
      lines: Int32Array.of(2, 3, 4),
      userIds: ["u", "v"],
      itemIds: ["b", "a"],
      itemTitles: ["b", "A"],
      hasTimes: true,
    });
    await expect(readEvents(database, database.folder, 2, true)).rejects.toMatchObject({ code: "FILE_DAMAGED" });
    await expect(database.run("SELEC 1")).rejects.toMatchObject({ code: "DATABASE_FAILED" });
  } finally {
    database.close();
  }
});

test("a text without odd characters and doubled spaces is its own one form", () => {
  const odd = new RegExp(oddPattern(",").replaceAll("\\x{", "\\u{"), "u");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 12 }), (value) => {
      if (!odd.test(value) && !/^ | $| {2}/.test(value)) expect(oneForm(value)).toBe(value);
    }),
    { numRuns: isLongRun ? 30_000 : 300, seed: 9 },
  );
});

test("the engine is chosen by the size of the text, or by name", async () => {
  const path = folder.write("small.csv", "user,item,time\nu,b,1700000001\nv,a,1700000002");
  expect(await chooseEngine(path)).toEqual({ engine: "memory", reason: "0 MB of text: memory" });
  expect(await chooseEngine(path, "duckdb")).toMatchObject({ engine: "duckdb" });
  await expect(chooseEngine(path, "pandas")).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  await expect(chooseEngine(join(folder.path, "nowhere"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
});

test("the size of a folder is that of the text in its files, at any depth, and a dangling link is none", async () => {
  const path = join(folder.path, "parts");
  mkdirSync(join(path, "2024"), { recursive: true });
  const sparse = (name: string, megabytes: number) => {
    writeFileSync(join(path, name), "");
    truncateSync(join(path, name), megabytes * 1e6);
  };
  sparse("a.csv", 1);
  sparse("2024/b.csv", 2);
  sparse("2024/c.parquet", 4);
  sparse("cover.jpg", 8);
  if (process.platform !== "win32") symlinkSync(join(path, "gone.csv"), join(path, "link.csv"));
  expect(await chooseEngine(path)).toEqual({ engine: "memory", reason: "23 MB of text: memory" });
  sparse("2024/d.csv.gz", 16);
  expect(await chooseEngine(path)).toEqual({
    engine: "duckdb",
    reason: "103 MB of text: typed arrays, or duckdb out of core",
  });
});

test("without DuckDB there is a coded error", async () => {
  vi.doMock("@duckdb/node-api", () => {
    throw new Error("no library for this platform");
  });
  try {
    await expect(Database.open({ folder: folder.path })).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await hasDatabase()).toBe(false);
  } finally {
    vi.doUnmock("@duckdb/node-api");
  }
  expect(await hasDatabase()).toBe(true);
});
