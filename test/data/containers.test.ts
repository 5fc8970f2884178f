// Zip files and folders: what is read, what is skipped, and what must not do harm.
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { cleanLog, readLog } from "../../src/data/index.js";
import { isLongRun } from "../support/cli.js";
import { parquetOf } from "../support/parquet.js";
import { type ZipMember, zipOf } from "../support/zip.js";
import { KEEP_ALL, rowsOf, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const T = 1_700_000_000;
const HEAD = "user_id,item_id,timestamp\n";
let files = 0;
const zip = (...members: readonly ZipMember[]) => folder.write(`${files++}.zip`, zipOf(members));
const plays = (part: number, count: number) =>
  JSON.stringify(
    Array.from({ length: count }, (_, n) => ({
      endTime: `2023-11-1${part} 22:${10 + n}`,
      artistName: "ヨルシカ",
      trackName: `${part}-${n}`,
      msPlayed: 60_000,
    })),
  );

describe("many files are one log", () => {
  test("parts of a Spotify export, by number", async () => {
    const path = zip(
      ...[10, 2, 1].map((n) => ({ name: `Spotify/StreamingHistory${n}.json`, content: plays(n % 10, n) })),
    );
    const raw = await readLog(path);
    expect(raw.detected.members).toEqual([
      { name: "Spotify/StreamingHistory1.json", rows: 1, bad: 0, linesFrom: 0 },
      { name: "Spotify/StreamingHistory2.json", rows: 2, bad: 0, linesFrom: 1 },
      { name: "Spotify/StreamingHistory10.json", rows: 10, bad: 0, linesFrom: 3 },
    ]);
    expect(raw.lines).toEqual(Array.from({ length: 13 }, (_, n) => n + 1));
    expect(raw.columns.get("title")?.slice(0, 3)).toEqual(["1-0", "2-0", "2-1"]);
    expect(new Set(raw.columns.get("user"))).toEqual(new Set(["me"]));
  });

  test("both Spotify exports in one folder", async () => {
    const extended = [
      {
        ts: "2023-11-14T22:13:20Z",
        ms_played: 90_000,
        master_metadata_track_name: "春泥棒",
        master_metadata_album_artist_name: "ヨルシカ",
      },
    ];
    const path = zip(
      { name: "Streaming_History_Audio_2023.json", content: JSON.stringify(extended) },
      { name: "StreamingHistory0.json", content: plays(1, 2) },
    );
    const { log } = cleanLog(await readLog(path), KEEP_ALL);
    expect(rowsOf(log).map((row) => row[1])).toEqual(["ヨルシカ - 1-0", "ヨルシカ - 1-1", "ヨルシカ - 春泥棒"]);
  });

  test("members with other encodings, gzipped and Parquet", async () => {
    const same = (user: string) => `${HEAD}${user},a,${T}\n`;
    const raw = await readLog(
      zip(
        { name: "1.csv", content: same("u1") },
        { name: "2.csv.gz", content: gzipSync(same("u2")) },
        { name: "3.csv", content: Buffer.from(`\ufeff${same("春")}`, "utf16le") },
        { name: "4.csv", content: same("stored"), method: 0 },
      ),
    );
    expect(raw.columns.get("user")).toEqual(["u1", "u2", "春", "stored"]);
    expect(raw.detected.encoding).toBe("utf-8, utf-16le");
    const columns = [
      { name: "user_id", data: ["a", "b"], type: "STRING" },
      { name: "item_id", data: [1, 2], type: "INT32" },
    ] satisfies Parameters<typeof parquetOf>[0];
    expect((await readLog(zip({ name: "x.parquet", content: parquetOf(columns) }))).columns.get("item")).toEqual([
      "1",
      "2",
    ]);
  });

  test("columns that one member lacks are empty there", async () => {
    const dump = (extra: object) =>
      `${JSON.stringify({ listened_at: T, track_metadata: { artist_name: "a", track_name: "b" }, ...extra })}\n`;
    const raw = await readLog(
      zip({ name: "1.jsonl", content: dump({}) }, { name: "2.jsonl", content: dump({ user_name: "x" }) }),
    );
    expect(raw.columns.get("user")).toEqual(["me", "x"]);
    expect(raw.lines.length + raw.badRows.count).toBe(2);
  });
});

describe("what is no log is skipped, with a reason", () => {
  test("names, packing, passwords", async () => {
    const raw = await readLog(
      zip(
        { name: "../../evil.csv", content: `${HEAD}evil,a,${T}\n` },
        { name: "/etc/evil.csv", content: `${HEAD}evil,a,${T}\n` },
        { name: "C:\\evil.csv", content: `${HEAD}evil,a,${T}\n` },
        { name: "a\\..\\..\\evil.csv", content: `${HEAD}evil,a,${T}\n` },
        { name: "secret.csv", content: `${HEAD}secret,a,${T}\n`, encrypted: true },
        { name: "odd.csv", content: `${HEAD}odd,a,${T}\n`, method: 98 },
        { name: "log.csv", content: `${HEAD}u,a,${T}\n` },
        { name: "log.csv", content: `${HEAD}twice,a,${T}\n` },
        { name: "inner.zip", content: zipOf([{ name: "x.csv", content: HEAD }]) },
        { name: "__MACOSX/._log.csv", content: "x" },
        { name: "empty.csv", content: "" },
        { name: "titles.csv", content: "item_id,title\na,b\n" },
        { name: "binary.dat", content: new Uint8Array(500) },
      ),
    );
    expect(raw.columns.get("user")).toEqual(["u"]);
    const reasons = Object.fromEntries(raw.detected.skipped?.map(({ name, reason }) => [name, reason]) ?? []);
    expect(reasons).toMatchObject({
      "../../evil.csv": expect.stringContaining("leads out"),
      "/etc/evil.csv": expect.stringContaining("leads out"),
      "C:/evil.csv": expect.stringContaining("leads out"),
      "a/../../evil.csv": expect.stringContaining("leads out"),
      "secret.csv": expect.stringContaining("password"),
      "odd.csv": expect.stringContaining("packed"),
      "log.csv": expect.stringContaining("second"),
      "inner.zip": expect.stringContaining("name"),
      "__MACOSX/._log.csv": "hidden",
      "empty.csv": "empty",
      "titles.csv": expect.stringContaining("No column names the user"),
      "binary.dat": expect.stringContaining("binary"),
    });
  });

  test("links and hidden files of a folder", async () => {
    const inside = temporaryFolder();
    inside.write("log.csv", `${HEAD}u,a,${T}\n`);
    inside.write(".hidden.csv", `${HEAD}hidden,a,${T}\n`);
    symlinkSync(folder.write("outside.csv", `${HEAD}outside,a,${T}\n`), join(inside.path, "link.csv"));
    symlinkSync(inside.path, join(inside.path, "round"));
    const raw = await readLog(inside.path);
    expect(raw.columns.get("user")).toEqual(["u"]);
    expect(raw.detected.skipped?.map(({ name }) => name)).toEqual([".hidden.csv", "link.csv", "round"]);
    inside.remove();
  });
});

describe("zip files and folders that do no harm", () => {
  const log = { name: "log.csv", content: `${HEAD}u,a,${T}\n` };
  const codeOf = async (path: string, options = {}) => {
    const error = await readLog(path, options).then(
      () => undefined,
      (cause: { code?: string }) => cause,
    );
    return error?.code;
  };

  test.each<[string, () => string, string | undefined, object?]>([
    ["no member", () => zip(), "FILE_UNREADABLE"],
    ["no log", () => zip({ name: "a.csv", content: "foo,bar\nx,y\n" }), "COLUMN_UNKNOWN"],
    [
      "a bomb",
      () => zip({ name: "a.csv", content: HEAD + "a,b,1\n".repeat(1e6) }),
      "FILE_TOO_LARGE",
      { maxBytes: 1e6 },
    ],
    [
      "a bomb that claims to be small",
      () => zip({ name: "a.csv", content: HEAD + "a,b,1\n".repeat(1e6), claimedSize: 1000 }),
      "FILE_DAMAGED",
    ],
    [
      "a gzip bomb in a zip",
      () => zip({ name: "a.csv.gz", content: gzipSync(HEAD + "a,b,1\n".repeat(1e6)) }),
      "FILE_TOO_LARGE",
      { maxBytes: 1e6 },
    ],
    [
      "many members that are too much together",
      () => zip(...[1, 2, 3].map((n) => ({ name: `${n}.csv.gz`, content: gzipSync(HEAD + "a,b,1\n".repeat(1e5)) }))),
      "FILE_TOO_LARGE",
      { maxBytes: 1e6 },
    ],
    [
      "too many members",
      () => zip(...Array.from({ length: 10_001 }, (_, n) => ({ name: `${n}`, content: "x", method: 0 }))),
      "FILE_TOO_LARGE",
    ],
    ["a member that claims to be larger", () => zip({ ...log, claimedSize: 10_000 }), "FILE_DAMAGED"],
    ["cut off", () => folder.write("cut.zip", zipOf([log]).subarray(0, 60)), "FILE_TRUNCATED"],
    ["nothing but its first bytes", () => folder.write("head.zip", "PK\x03\x04"), "FILE_TRUNCATED"],
    ["a 7z file", () => folder.write("x.7z", Buffer.from("377abcaf271c0004aaaa", "hex")), "FILE_BINARY"],
    [
      "a folder with nothing but folders",
      () => {
        mkdirSync(join(folder.path, "deep", ..."abcdefghij"), { recursive: true });
        return join(folder.path, "deep");
      },
      "FILE_UNREADABLE",
    ],
  ])("%s", async (_, path, code, options) => {
    expect(await codeOf(path(), options)).toBe(code);
  });

  test("damaged bytes anywhere", async () => {
    const bytes = zipOf([log, { name: "b.csv", content: HEAD + `v,b,${T}\n`.repeat(50) }]);
    for (let at = 0; at < bytes.length; at += isLongRun ? 1 : 7) {
      const copy = Buffer.from(bytes);
      copy[at] ^= 0xff;
      expect((await codeOf(folder.write("damaged.zip", copy))) ?? "FILE_READ").toMatch(/^FILE_|^COLUMN_/);
    }
  }, 20_000);

  test("nothing is written", async () => {
    const before = readdirSync(folder.path);
    await readLog(zip(log, { name: "../x.csv", content: HEAD }));
    expect(readdirSync(folder.path).filter((name) => !before.includes(name))).toEqual([`${files - 1}.zip`]);
  });
});
