import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { RefrainError } from "../../src/core/errors.js";
import { cleanLog, type ReadOptions, readLog } from "../../src/data/index.js";
import { KEEP_ALL, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const HEAD = "user_id,item_id,timestamp\n";
const T = 1_700_000_000;
/** `count` good rows by three users over two items. */
const good = (count: number) => Array.from({ length: count }, (_, i) => `u${i % 3},i${i % 2},${T + i * 60}\n`).join("");
const utf16 = (text: string, big: boolean, mark: boolean) => {
  const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
  return big ? bytes.swap16() : bytes;
};

/** What must come out: a coded error, or how many rows are kept and how many could not be read. */
type Outcome = { readonly code: string | readonly string[] } | { readonly kept: number; readonly bad?: number };

interface Case {
  readonly name: string;
  readonly content: string | Uint8Array | (() => string);
  readonly outcome: Outcome;
  readonly options?: ReadOptions;
  /** Ids that must be there. */
  readonly users?: readonly string[];
  readonly items?: readonly string[];
  readonly titles?: readonly string[];
}

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const NOISE = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255);
const LONG = "x".repeat(100_000);

const CASES: readonly Case[] = [
  { name: "empty file", content: "", outcome: { code: "FILE_EMPTY" } },
  { name: "white space only", content: " \n\r\n  \n\n", outcome: { code: "FILE_EMPTY" } },
  { name: "byte order mark only", content: "\ufeff", outcome: { code: "FILE_EMPTY" } },
  { name: "header only", content: HEAD, outcome: { code: "FILE_EMPTY" } },
  { name: "binary noise", content: NOISE, outcome: { code: "FILE_BINARY" } },
  { name: "PNG image", content: PNG, outcome: { code: "FILE_BINARY" } },
  { name: "zeros", content: new Uint8Array(10_000), outcome: { code: "FILE_BINARY" } },
  { name: "a line of 2 MiB", content: `${HEAD}u,${"i".repeat(2 << 20)},${T}\n`, outcome: { code: "FILE_TOO_WIDE" } },
  {
    name: "a quote that never closes over 2 MiB",
    content: `${HEAD}u,"${"i".repeat(2 << 20)}`,
    outcome: { code: "FILE_TOO_WIDE" },
  },
  { name: "UTF-8 with a mark", content: `\ufeff${HEAD}${good(6)}`, outcome: { kept: 6 }, users: ["u0", "u1", "u2"] },
  {
    name: "UTF-16 LE with a mark",
    content: utf16(HEAD + good(6), false, true),
    outcome: { kept: 6 },
    users: ["u0", "u1", "u2"],
  },
  {
    name: "UTF-16 BE with a mark",
    content: utf16(HEAD + good(6), true, true),
    outcome: { kept: 6 },
    users: ["u0", "u1", "u2"],
  },
  {
    name: "UTF-16 LE without a mark",
    content: utf16(HEAD + good(6), false, false),
    outcome: { kept: 6 },
    users: ["u0", "u1", "u2"],
  },
  {
    name: "UTF-16 BE without a mark",
    content: utf16(HEAD + good(6), true, false),
    outcome: { kept: 6 },
    users: ["u0", "u1", "u2"],
  },
  {
    name: "ids that are names of object members",
    content: `${HEAD}__proto__,constructor,${T}\nconstructor,toString,${T}\ntoString,__proto__,${T}\n__proto__,hasOwnProperty,${T + 1}\n`,
    outcome: { kept: 4 },
    users: ["__proto__", "constructor", "toString"],
    items: ["constructor", "hasOwnProperty", "toString", "__proto__"],
  },
  {
    name: "times 1e308, NaN, Infinity, empty",
    content: `${HEAD}u,i,1e308\nu,i,NaN\nu,i,Infinity\nu,i,\n${good(6)}`,
    outcome: { kept: 6 },
  },
  { name: "no time is good", content: `${HEAD}u,i,soon\nu,j,later\n`, outcome: { code: "NO_EVENTS_LEFT" } },
  { name: "negative times", content: `${HEAD}u,i,-1700000000\nu,j,-1700000060\n`, outcome: { code: "NO_EVENTS_LEFT" } },
  {
    name: "mixed line ends",
    content: `user_id,item_id,timestamp\r\nu0,a,${T}\nu1,b,${T}\ru2,c,${T}\r\n\r\nu0,d,${T + 1}`,
    outcome: { kept: 4 },
    items: ["a", "d", "b", "c"],
  },
  { name: "lone CR", content: `${HEAD}${good(5)}`.replaceAll("\n", "\r"), outcome: { kept: 5 } },
  {
    name: "truncated gzip",
    content: gzipSync(HEAD + good(5000)).subarray(0, 3000),
    outcome: { code: "FILE_TRUNCATED" },
  },
  { name: "damaged gzip", content: damage(gzipSync(HEAD + good(5000))), outcome: { code: "FILE_DAMAGED" } },
  { name: "gzip magic and nothing else", content: Uint8Array.of(0x1f, 0x8b), outcome: { code: "FILE_TRUNCATED" } },
  { name: "gzip of nothing", content: gzipSync(""), outcome: { code: "FILE_EMPTY" } },
  {
    name: "gzip with garbage behind it",
    content: Buffer.concat([gzipSync(HEAD + good(6)), Buffer.from("garbage")]),
    outcome: { code: "FILE_DAMAGED" },
  },
  {
    name: "two gzip members",
    content: Buffer.concat([gzipSync(HEAD + good(3)), gzipSync(good(6).slice(good(3).length))]),
    outcome: { kept: 6 },
  },
  { name: "gzip in gzip", content: gzipSync(gzipSync(HEAD + good(6))), outcome: { code: "FILE_BINARY" } },
  {
    name: "gzip bomb",
    content: gzipSync(HEAD + "a,b,1\n".repeat(1_000_000)),
    options: { maxBytes: 1 << 20 },
    outcome: { code: "FILE_TOO_LARGE" },
  },
  {
    name: "more rows than allowed",
    content: HEAD + good(100),
    options: { maxRows: 50 },
    outcome: { code: "FILE_TOO_LARGE" },
  },
  { name: "one user", content: `${HEAD}u,a,${T}\nu,b,${T + 1}\n`, outcome: { kept: 2 }, users: ["u"] },
  { name: "one item", content: `${HEAD}u,a,${T}\nv,a,${T}\nu,a,${T + 1}\n`, outcome: { kept: 3 }, items: ["a"] },
  {
    name: "all in one second",
    content: HEAD + Array.from({ length: 300 }, (_, i) => `u,i${i},${T}\n`).join(""),
    outcome: { kept: 300 },
  },
  { name: "one row", content: `${HEAD}u,i,${T}`, outcome: { kept: 1 } },
  {
    name: "unterminated quote",
    content: `${HEAD}${good(3)}u0,"i,${T}\n${good(3).replaceAll("i", "j")}`,
    outcome: { kept: 6, bad: 1 },
  },
  { name: "unterminated quote in the last row", content: `${HEAD}${good(6)}u0,"i`, outcome: { kept: 6, bad: 1 } },
  {
    name: "quotes in the middle",
    content: `user_id,item_id,title\nu,1,Say "hi"\nu,2,"Say ""ho"", now"\nu,3,12" mix\n`,
    outcome: { kept: 3 },
    titles: [`Say "hi"`, `Say "ho", now`, `12" mix`],
  },
  { name: "ragged rows", content: `${HEAD}${good(6)}u1\nu1,i1\nu1,i1,${T},4,5\n`, outcome: { kept: 6, bad: 3 } },
  { name: "nothing but ragged rows", content: `${HEAD}u1\nu2\nu3\n`, outcome: { code: "TOO_MANY_BAD_ROWS" } },
  { name: "a header name twice", content: `user_id,user_id,item_id\na,b,c\n`, outcome: { code: "COLUMN_AMBIGUOUS" } },
  { name: "no known header name", content: "foo,bar,baz\na,b,1\nc,d,2\n", outcome: { code: "COLUMN_UNKNOWN" } },
  {
    name: "a mapped name that is not there",
    content: HEAD + good(2),
    options: { columns: { user: "listener" } },
    outcome: { code: "COLUMN_UNKNOWN" },
  },
  { name: "one column", content: "user_id\na\nb\n", outcome: { code: "COLUMN_UNKNOWN" } },
  { name: "zero character in a field", content: `${HEAD}${good(200)}u\0x,i1,${T}\n`, outcome: { kept: 200, bad: 1 } },
  {
    name: "10,000 columns",
    content: () => {
      const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
      const cells = names.map((_, i) => `${i}`);
      return `user_id,item_id,timestamp,${names}\n${[0, 1, 2].map((i) => `u${i},i,${T},${cells}\n`).join("")}`;
    },
    outcome: { kept: 3 },
  },
  {
    name: "10,000 columns and none known",
    content: () => `${Array.from({ length: 10_000 }, (_, i) => `c${i}`)}\n`.repeat(3),
    outcome: { code: "COLUMN_UNKNOWN" },
  },
  {
    name: "emoji, combining and right-to-left ids",
    content: `${HEAD}👩‍👩‍👧,e\u0301,${T}\nשלום,é,${T}\nمرحبا,ｶﾞ,${T}\n`,
    outcome: { kept: 3 },
    users: ["👩‍👩‍👧", "שלום", "مرحبا"],
    items: ["é", "ガ"],
  },
  {
    name: "Shift_JIS titles with the option",
    content: Buffer.concat([
      Buffer.from("user_id,item_id,title\nu,1,"),
      Uint8Array.of(0x8f, 0x74, 0x93, 0x44, 0x96, 0x5f),
      Buffer.from("\n"),
    ]),
    options: { encoding: "shift_jis" },
    outcome: { kept: 1 },
    titles: ["春泥棒"],
  },
  {
    name: "Shift_JIS titles without the option",
    content: Buffer.concat([
      Buffer.from("user_id,item_id,title\nu,1,"),
      Uint8Array.of(0x8f, 0x74, 0x93, 0x44, 0x96, 0x5f),
      Buffer.from("\n"),
    ]),
    outcome: { kept: 1 },
  },
  {
    name: "unknown encoding",
    content: HEAD + good(3),
    options: { encoding: "klingon" },
    outcome: { code: "ARGUMENT_INVALID" },
  },
  {
    name: "nothing but separators",
    content: ",,,\n,,,\n,,,\n",
    outcome: { code: ["COLUMN_UNKNOWN", "NO_EVENTS_LEFT"] },
  },
  { name: "header and nothing but separators", content: `${HEAD},,\n,,\n`, outcome: { code: "NO_EVENTS_LEFT" } },
  {
    name: "times with thousands separators",
    content: `${HEAD}u,i,"1,700,000,000"\nu,j,"1,700,000,060"\n`,
    outcome: { code: "NO_EVENTS_LEFT" },
  },
  { name: "an id of 100 kB", content: `${HEAD}${LONG},i,${T}\n`, outcome: { kept: 1 }, users: [LONG] },
  {
    name: "JSON lines with broken lines, arrays and a nested __proto__",
    content: [
      `{"user":"a","item":12345678901234567891,"ts":${T},"x":{"__proto__":{"user":"evil"}}}`,
      `{"user":"a","item":12345678901234567892,"ts":${T}}`,
      `{"user":"b","item":`,
      "[1,2,3]",
      "null",
      `{"__proto__":{"user":"evil"},"item":"2","ts":${T}}`,
      `{"user":"__proto__","item":"x: 12345678901234567890, y","ts":${T}}`,
    ].join("\n"),
    outcome: { kept: 3, bad: 3 },
    users: ["a", "__proto__"],
    items: ["12345678901234567891", "12345678901234567892", "x: 12345678901234567890, y"],
  },
  {
    name: "JSON lines without one object",
    content: "{\n{\n{\n",
    outcome: { code: ["COLUMN_UNKNOWN", "TOO_MANY_BAD_ROWS"] },
  },
  {
    name: "a deeply nested JSON line",
    content: `{"user":"a","item":"b","ts":${T}}\n${"[".repeat(50_000)}\n`,
    outcome: { kept: 1, bad: 1 },
  },
];

function damage(bytes: Buffer): Buffer {
  bytes.fill(0xff, 200, 260);
  return bytes;
}

/** Reads and cleans; an uncoded error fails the test. */
async function outcomeOf(path: string, options: ReadOptions = {}) {
  try {
    const raw = await readLog(path, options);
    return { raw, ...cleanLog(raw, { ...KEEP_ALL, earliest: 631_152_000 }) };
  } catch (error) {
    if (!(error instanceof RefrainError)) throw error;
    expect(error.message.length).toBeLessThan(2000);
    expect(error.remedy).not.toBe("");
    return { error };
  }
}

describe("hostile files end in a coded error or a report", () => {
  test("there are at least 32", () => expect(CASES.length).toBeGreaterThanOrEqual(32));

  test.each(CASES.map((one, i) => [one.name, one, i] as const))(
    "%s",
    async (_, { content, outcome, options, users, items, titles }, i) => {
      const path = folder.write(`hostile-${i}`, typeof content === "function" ? content() : content);
      const result = await outcomeOf(path, options);
      if ("code" in outcome) {
        expect([outcome.code].flat()).toContain(result.error?.code);
        return;
      }
      if (result.error) throw result.error;
      const { report, log, raw } = result;
      expect({ kept: log.users.length, bad: raw.badRows.count }).toEqual({ kept: outcome.kept, bad: outcome.bad ?? 0 });
      expect(report.kept + report.removed).toBe(report.read);
      for (const sample of raw.badRows.samples) expect(sample.text.length).toBeLessThanOrEqual(120);
      if (users) expect([...log.userIds].sort()).toEqual([...users].sort());
      if (items) expect([...log.itemIds].sort()).toEqual([...items].sort());
      if (titles) expect([...log.itemTitles].sort()).toEqual([...titles].sort());
    },
    5000,
  );

  test("a missing file", async () => {
    expect((await outcomeOf(join(folder.path, "nowhere.csv"))).error?.code).toBe("FILE_NOT_FOUND");
  });

  test("a path through a file", async () => {
    const path = folder.write("plain.csv", HEAD);
    expect((await outcomeOf(join(path, "log.csv"))).error?.code).toBe("FILE_NOT_FOUND");
  });

  test("a folder instead of a file", async () => {
    mkdirSync(join(folder.path, "folder.csv"));
    expect((await outcomeOf(join(folder.path, "folder.csv"))).error?.code).toBe("FILE_UNREADABLE");
  });

  test("a device instead of a file", async () => {
    expect((await outcomeOf("/dev/zero")).error?.code).toBe("FILE_UNREADABLE");
  });

  test.skipIf(process.getuid?.() === 0)(
    "an unreadable file (not for the superuser, who may read everything)",
    async () => {
      const path = folder.write("secret.csv", HEAD + good(3));
      chmodSync(path, 0);
      expect((await outcomeOf(path)).error?.code).toBe("FILE_UNREADABLE");
    },
  );
});
