// JSON lists and Parquet files that are wrong, cut off or made to do harm, and what Parquet can hold.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import { Random } from "../../src/core/random.js";
import { cleanLog, pseudonymise, type ReadOptions, readLog } from "../../src/data/index.js";
import { isLongRun } from "../support/cli.js";
import { parquetOf } from "../support/parquet.js";
import { KEEP_ALL, rowsOf, temporaryFolder } from "./helpers.js";

/** A record may have 8 MiB; much more than that must not be taken in to find out. */
const ENDLESS = isLongRun ? 64 << 20 : 9 << 20;

const folder = temporaryFolder();
afterAll(() => folder.remove());

const T = 1_700_000_000;
let files = 0;
const read = (content: string | Uint8Array, options?: ReadOptions) =>
  readLog(folder.write(`file-${files++}`, content), options);
const play = (item: string, more = "") => `{"user":"u","item":"${item}","ts":${T}${more}}`;

describe("JSON lists", () => {
  test.each<[string, string | (() => Uint8Array), { code: string } | { rows: number; bad?: number }]>([
    ["an empty list", "[]", { code: "COLUMN_UNKNOWN" }],
    ["an empty object", "{}", { code: "COLUMN_UNKNOWN" }],
    ["a list of numbers", "[1, 2, 3]", { code: "COLUMN_UNKNOWN" }],
    ["a list of empty objects", "[{}, {}]", { code: "COLUMN_UNKNOWN" }],
    ["lists in lists without end", "[ ".repeat(100_000), { code: "FILE_DAMAGED" }],
    ["an object that never ends", () => gzipSync(`[${"{".repeat(ENDLESS)}`), { code: "FILE_TOO_WIDE" }],
    ["a text that never ends", () => gzipSync(`[{"a":"${"x".repeat(ENDLESS)}`), { code: "FILE_TOO_WIDE" }],
    ["a line that never ends", () => gzipSync("x".repeat(ENDLESS)), { code: "FILE_TOO_WIDE" }],
    ["a deep object", `[${play("a")},{"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}]`, { rows: 1, bad: 0 }],
    ["cut off inside an object", `[${play("a")},\n${play("b").slice(0, 9)}`, { rows: 1, bad: 1 }],
    ["cut off between objects", `[${play("a")},\n${play("b")},`, { rows: 2, bad: 1 }],
    ["values that are no objects", `[${play("a")}, null, "x", 1.5, true, ${play("b")}]`, { rows: 2, bad: 4 }],
    ["NaN", `[${play("a")}, {"user":"u","item":"b","ts":NaN}]`, { rows: 1, bad: 1 }],
    ["a second list", `{"plays":[${play("a")}],"likes":[${play("b")},${play("c")}]}`, { rows: 1, bad: 2 }],
    ["a list behind other members", `{"x":{"y":[1,2]},"z":"]","plays":[${play("a")}]}`, { rows: 1 }],
    ["brackets and quotes in texts", `[${play('a","t":"}]{[\\\\\\"')}, ${play("b")}]`, { rows: 2 }],
    ["one bracket too many", `[${play("a")}]]`, { rows: 1, bad: 1 }],
    ["two documents", `[${play("a")}]\n[${play("b")}]`, { rows: 2 }],
    ["a mark and white space first", `\ufeff\n\n  [\n ${play("a")}\n]`, { rows: 1 }],
  ])("%s", async (_, content, outcome) => {
    const bytes = typeof content === "string" ? content : content();
    if ("code" in outcome) await expect(read(bytes)).rejects.toMatchObject({ code: outcome.code });
    else {
      const raw = await read(bytes);
      // The deep object has no user and no item: it is a row, and cleaning removes it.
      const rows = cleanLog(raw, { ...KEEP_ALL, maxBadShare: 1 }).log.users.length;
      expect([rows, raw.badRows.count]).toEqual([outcome.rows, outcome.bad ?? 0]);
    }
  });

  test("ids that are names of object members, and ids of 20 digits", async () => {
    const raw = await read(
      `[{"user":"__proto__","item":12345678901234567891,"ts":${T},"__proto__":{"user":"evil"}},
        {"user":"constructor","item":12345678901234567892,"ts":1e400},{"__proto__":{"user":"evil"},"item":"x","ts":${T}}]`,
    );
    expect(raw.columns.get("user")).toEqual(["__proto__", "constructor", ""]);
    expect(raw.columns.get("item")).toEqual(["12345678901234567891", "12345678901234567892", "x"]);
    expect(({} as { user?: string }).user).toBeUndefined();
  });

  test("objects that a piece of the file cuts in two", async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => play(`歌 \\"${n}\\\\`, `,"x":"${"é".repeat(n % 40)}"`));
    const raw = await read(`{"plays":[${rows.join(",")}]}`);
    expect([raw.lines.length, raw.badRows.count, raw.lines.at(-1)]).toEqual([20_000, 0, 20_000]);
    expect(raw.columns.get("item")?.[12_345]).toBe('歌 "12345\\');
  });

  test("members of members by their dotted names", async () => {
    const raw = await read(`[{"who":{"id":7},"what":{"song":{"id":"s"}},"ts":${T}}]`, {
      columns: { user: "who.id", item: "what.song.id" },
    });
    expect([raw.columns.get("user"), raw.columns.get("item")]).toEqual([["7"], ["s"]]);
  });

  test("a person's own log of nobody's layout", async () => {
    const content = `title,artist,played_at\nA,B,${T}\n`;
    await expect(read(content)).rejects.toMatchObject({ code: "COLUMN_UNKNOWN" });
    const raw = await read(content, { singleUser: true });
    expect(raw.columns.get("user")).toEqual(["me"]);
    expect(raw.detected).toMatchObject({ singleUser: true });
  });
});

const COLUMNS: Parameters<typeof parquetOf>[0] = [
  { name: "user_id", data: Array.from({ length: 3000 }, (_, n) => `u${n % 7}`), type: "STRING" },
  { name: "item_id", data: Array.from({ length: 3000 }, (_, n) => n % 50), type: "INT32" },
  { name: "timestamp", data: Array.from({ length: 3000 }, (_, n) => BigInt(T + n)), type: "INT64" },
];

describe("Parquet", () => {
  /** A ZSTD frame that holds the bytes as they are. @source RFC 8878, section 3.1.1 */
  const stored = (bytes: Uint8Array) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(0xfd2fb528, 0);
    head[4] = 0xa0;
    head.writeUInt32LE(bytes.length, 5);
    head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
    return new Uint8Array(Buffer.concat([head, bytes]));
  };

  test.each<["UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD", ((bytes: Uint8Array) => Uint8Array)?]>([
    ["UNCOMPRESSED"],
    ["SNAPPY"],
    ["GZIP", (bytes) => new Uint8Array(gzipSync(bytes))],
    ["BROTLI", (bytes) => new Uint8Array(brotliCompressSync(bytes))],
    ["ZSTD", stored],
  ])("%s", async (codec, compress) => {
    const compressors = compress ? { [codec]: compress } : {};
    const raw = await read(
      Buffer.from(parquetWriteBuffer({ columnData: [...COLUMNS], codec, compressors, rowGroupSize: 700 })),
    );
    expect([raw.lines.length, raw.lines[2999], raw.badRows.count]).toEqual([3000, 3000, 0]);
    expect(["user", "item", "time"].map((role) => raw.columns.get(role as "user")?.[2998])).toEqual([
      "u2",
      "48",
      `${T + 2998}`,
    ]);
  });

  test("microseconds, nothing, lists and members of members", async () => {
    const raw = await read(
      parquetOf([
        { name: "user_id", data: ["a", null, "b"], type: "STRING" },
        {
          name: "timestamp",
          data: [new Date(T * 1000 + 7), null, new Date(Number.NaN)].slice(0, 2).concat(null),
          type: "TIMESTAMP",
        },
        { name: "track", data: [{ id: 1 }, { id: 2 }, null], type: "JSON" },
      ]),
      { columns: { item: "track.id" } },
    );
    expect(raw.columns.get("user")).toEqual(["a", "", "b"]);
    expect(raw.columns.get("item")).toEqual(["1", "2", ""]);
    expect(raw.columns.get("time")?.[0]).toMatch(/^2023-11-14T22:13:20\.007(000)?Z$/);
    expect(raw.columns.get("time")?.slice(1)).toEqual(["", ""]);
  });

  test("cut off anywhere", async () => {
    const bytes = parquetOf(COLUMNS);
    for (const length of [4, 5, 8, 11, 12, 100, bytes.length - 9, bytes.length - 1])
      await expect(read(bytes.subarray(0, length))).rejects.toMatchObject({ code: /^FILE_(TRUNCATED|DAMAGED)$/ });
  });

  test.skipIf(!isLongRun)(
    "damaged anywhere (needs REFRAIN_FULL=1)",
    async () => {
      const bytes = parquetOf(COLUMNS.map((column) => ({ ...column, data: column.data.slice(0, 60) })));
      const random = Random.stream(4, "parquet");
      for (let n = 0; n <= 180; n++) {
        const copy = Buffer.from(bytes);
        // Half of the damage goes into the footer, which says how large everything is.
        const from = n % 2 === 0 ? 4 : bytes.length - 200;
        for (let flips = 0; flips < 3; flips++) copy[from + random.integer(bytes.length - from)] = random.integer(256);
        // Number 180 made the decoder run without end; its thread is ended after five seconds.
        if (n > 60 && n < 180) continue;
        try {
          const raw = await read(copy);
          for (const column of raw.columns.values()) expect(column.length).toBe(raw.lines.length);
        } catch (error) {
          if (!(error instanceof RefrainError)) throw error;
        }
      }
    },
    60_000,
  );
});

test("pseudonyms: one for all spellings, none for nobody, no texts of bad rows", async () => {
  const raw = await read(`user,item,time\nＢob,a,${T}\nAnn,a,${T}\nBob ,b,${T}\n,c,${T}\nAnn,a\n`);
  const without = pseudonymise(raw);
  expect(without.columns.get("user")).toEqual(["p1", "p2", "p1", ""]);
  expect(without.badRows).toEqual({ count: 1, samples: [{ line: 6, reason: expect.any(String), text: "" }] });
  expect(raw.columns.get("user")?.[0]).toBe("Ｂob");
  expect(rowsOf(cleanLog(without, KEEP_ALL).log)).toHaveLength(3);
});
