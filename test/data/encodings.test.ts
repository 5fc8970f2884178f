// Encodings that are found without being named. The byte strings are encoded here, by inverting TextDecoder.
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type RawLog, readLog } from "../../src/data/index.js";
import { guessEncoding } from "../../src/data/read/encoding.js";
import { temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const JAPANESE = ["春泥棒", "夜に駆ける", "ドライフラワー", "怪物", "ﾏﾘｰｺﾞｰﾙﾄﾞ", "猫", "ヨルシカ － 言って。"];
const KOREAN = ["밤편지", "좋은 날", "사건의 지평선", "봄날", "어떻게 이별까지", "아이유 - 신호등"];
const CHINESE = ["月亮代表我的心", "青花瓷", "告白气球", "光年之外", "平凡之路", "周杰伦 - 夜曲"];
const TAIWANESE = ["月亮代表我的心", "小幸運", "告白氣球", "光年之外", "平凡之路", "周杰倫 - 夜曲"];
const LATIN = ["Beyoncé - Déjà Vu", "Sigur Rós - Hoppípolla", "Björk", "Mötley Crüe", "Für Elise", "Año Nuevo"];

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** Text in one of the encodings. One or two bytes a letter. */
function encode(text: string, encoding: string): Buffer {
  let table = tables.get(encoding);
  if (!table) {
    const decoder = new TextDecoder(encoding);
    const found = new Map<string, readonly number[]>();
    const take = (bytes: readonly number[]) => {
      const letter = decoder.decode(Uint8Array.from(bytes));
      if ([...letter].length === 1 && letter !== "\ufffd" && !found.has(letter)) found.set(letter, bytes);
    };
    for (let one = 0; one < 256; one++) take([one]);
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) take([lead, trail]);
    table = found;
    tables.set(encoding, table);
  }
  return Buffer.from([...text].flatMap((letter) => table.get(letter) ?? expect.fail(`${letter} in ${encoding}`)));
}

const SETS: readonly (readonly [string, readonly string[]])[] = [
  ["shift_jis", JAPANESE],
  ["euc-kr", KOREAN],
  ["gb18030", CHINESE],
  ["windows-1252", LATIN],
  ["euc-jp", JAPANESE.filter((title) => !title.includes("ﾏ"))],
  ["big5", TAIWANESE],
];

let files = 0;
const read = (content: Uint8Array): Promise<RawLog> => readLog(folder.write(`log-${files++}`, content));

describe.each(SETS)("%s", (encoding, titles) => {
  const text = `user,item,title\n${titles.map((title, n) => `u${n % 2},i${n},${title}\n`).join("")}`;

  test("a log with a handful of titles, plain and gzipped", async () => {
    for (const bytes of [encode(text, encoding), gzipSync(encode(text, encoding))]) {
      const raw = await read(bytes);
      expect(raw.detected.encoding).toBe(encoding);
      expect(raw.columns.get("title")).toEqual(titles);
    }
  });

  test("titles far behind, after a megabyte of ASCII", async () => {
    const ascii = Array.from({ length: 20_000 }, (_, n) => `u${n % 9},i${n},${"title ".repeat(9)}${n}\n`).join("");
    const [header, ...rows] = text.split(/^/m);
    const raw = await read(Buffer.concat([Buffer.from(header), Buffer.from(ascii), encode(rows.join(""), encoding)]));
    expect(raw.detected.encoding).toBe(encoding);
    expect(raw.columns.get("title")?.slice(-titles.length)).toEqual(titles);
  });

  test("as a JSON list", async () => {
    const rows = titles.map((trackName, n) => ({ endTime: `2023-11-14 22:1${n}`, artistName: "x", trackName }));
    const raw = await read(encode(JSON.stringify(rows), encoding));
    expect(raw.detected).toMatchObject({ encoding, layout: "spotify-account" });
    expect(raw.columns.get("title")).toEqual(titles);
  });

  test("any two titles are enough in the encodings in use", () => {
    if (encoding === "euc-jp") return; // two titles without kana read as well in Chinese
    for (let a = 0; a < titles.length; a++)
      for (let b = a + 1; b < titles.length; b++)
        expect([titles[a], titles[b], guessEncoding(encode(`${titles[a]}\n${titles[b]}`, encoding))]).toEqual([
          titles[a],
          titles[b],
          encoding,
        ]);
  });
});

test("a guess from a few bytes says so, a sure one does not", async () => {
  const little = await read(encode("user,item,title\nu,1,Beyoncé\n", "windows-1252"));
  expect(little.detected.notes?.join()).toContain("windows-1252 is concluded from 1 bytes");
  const much = await read(encode(`user,item,title\n${CHINESE.map((title) => `u,1,${title}\n`).join("")}`, "gb18030"));
  expect(much.detected.notes).toBeUndefined();
});

test("a broken title among good ones does not change the encoding", async () => {
  const good = encode(`user,item,title\n${KOREAN.map((title) => `u,1,${title}\n`).join("")}u,2,`, "euc-kr");
  const raw = await read(Buffer.concat([good, Uint8Array.of(0xff, 0xff, 0x0a)]));
  expect(raw.detected.encoding).toBe("euc-kr");
  expect(raw.columns.get("title")?.slice(0, -1)).toEqual(KOREAN);
});
