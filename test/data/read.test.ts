import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { cleanLog, type RawLog, type ReadOptions, readLog, readTitles } from "../../src/data/index.js";
import { KEEP_ALL, rowsOf, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const T = 1_700_000_000;
const ISO = "2023-11-14T22:13:20";
let files = 0;
const read = (content: string | Uint8Array, options?: ReadOptions): Promise<RawLog> =>
  readLog(folder.write(`log-${files++}`, content), options);
/** Rows as [user, item, time, title] after cleaning that removes nothing. */
const rows = async (content: string | Uint8Array, options?: ReadOptions) =>
  rowsOf(cleanLog(await read(content, options), KEEP_ALL).log);

describe("columns by their names", () => {
  test.each([
    "user_id,item_id,timestamp",
    "userid,itemid,time",
    "user,track,ts",
    "SessionId,ItemId,Time",
    "session_id,song,played_at",
    "User ID,Track ID,Timestamp",
    "userID,artistID,timestamp",
    "user_id:token,item_id:token,timestamp:float",
    "用户,歌曲,时间",
    "username,item,date",
    "//userID,artistID,timestamp",
  ])("%s", async (header) => {
    expect(await rows(`${header}\nu,i,${T}\nv,j,${T + 1}\n`)).toEqual([
      ["u", "i", T, "i"],
      ["v", "j", T + 1, "j"],
    ]);
  });

  test("a mapping wins over names", async () => {
    const content = `user_id,item_id,who,what\na,b,u,i\n`;
    expect(await rows(content, { columns: { user: "who", item: "what" } })).toEqual([["u", "i", 0, "i"]]);
  });

  test("without an item column, artist and title are the item", async () => {
    const content = "user,title,artist\nu,Song,One\nu,Song,Two\n";
    expect((await rows(content)).map((row) => row[1])).toEqual(["One - Song", "Two - Song"]);
  });

  test("what was found is told", async () => {
    const { detected, lines } = await read("user_id;item_id;time;title\n\nu;i;1700000000;A, B\n");
    expect(detected).toEqual({
      format: "table",
      encoding: "utf-8",
      separator: ";",
      header: ["user_id", "item_id", "time", "title"],
      roles: { user: "user_id", item: "item_id", time: "time", title: "title" },
    });
    expect(lines).toEqual([3]);
  });

  test("two columns of one name cannot be told apart", async () => {
    await expect(read("user,item,item\na,b,c\n")).rejects.toMatchObject({ code: "COLUMN_AMBIGUOUS" });
    await expect(read("listener,what\na,b\n")).rejects.toMatchObject({ code: "COLUMN_UNKNOWN" });
  });
});

describe("separators and layouts", () => {
  test.each([
    ["tab", "\t"],
    ["comma", ","],
    ["semicolon", ";"],
    ["bar", "|"],
    ["two colons", "::"],
  ])("%s", async (_, separator) => {
    const lines = [
      ["user", "item", "time"],
      ["u", "i", `${T}`],
      ["v", "j", `${T}`],
    ];
    expect(await rows(lines.map((line) => line.join(separator)).join("\n"))).toHaveLength(2);
  });

  test("`user item` lines without a header have only an order", async () => {
    const { log } = cleanLog(await read("1 5\n1 3\n2 5\n2 4\n"), KEEP_ALL);
    expect(rowsOf(log).map(([user, item]) => `${user} ${item}`)).toEqual(["1 5", "1 3", "2 5", "2 4"]);
    expect([...log.times]).toEqual([0, 1, 2, 3]);
    expect(log.hasTimes).toBe(false);
  });

  test("`user item item …` lines", async () => {
    const content = "1 5 3 9 8\n2 5\n3 4 4 7\n4 1 2 3 4 5 6\n5 1 2\n6 9 9 9 9 9\n";
    const { log } = cleanLog(await read(content), KEEP_ALL);
    expect(log.users.length).toBe(21);
    expect(rowsOf(log).slice(0, 5)).toEqual([
      ["1", "5", 0, "5"],
      ["1", "3", 1, "3"],
      ["1", "9", 2, "9"],
      ["1", "8", 3, "8"],
      ["2", "5", 4, "5"],
    ]);
    expect([...log.lines].slice(0, 6)).toEqual([1, 1, 1, 1, 2, 3]);
  });

  test("ratings without a header: user, item, rating, time", async () => {
    const { log } = cleanLog(await read(`1\t10\t5\t${T}\n1\t11\t2\t${T + 1}\n`), { ...KEEP_ALL, minimumRating: 4 });
    expect(rowsOf(log)).toEqual([["1", "10", T, "10"]]);
  });

  test("JSON lines", async () => {
    const content = `{"user":"u","item":7,"ts":${T},"title":"A"}\n{"item":"x","user":"v","ts":${T},"extra":[1]}\n`;
    expect(await rows(content)).toEqual([
      ["u", "7", T, "A"],
      ["v", "x", T, "x"],
    ]);
  });
});

describe("times", () => {
  test.each([
    ["seconds", `${T}`],
    ["seconds with decimals", `${T}.00`],
    ["milliseconds", `${T}000`],
    ["microseconds", `${T}000000`],
    ["nanoseconds", `${T}000000000`],
    ["ISO-8601 with Z", `${ISO}Z`],
    ["ISO-8601 with an offset", "2023-11-15T07:13:20+09:00"],
    ["ISO-8601 with a negative offset", "2023-11-14T17:13:20.000-0500"],
    ["ISO-8601 without an offset is UTC", ISO],
    ["a space instead of T", ISO.replace("T", " ")],
    ["slashes", "2023/11/14 22:13:20"],
    ["the name of the month", "14 Nov 2023 22:13:20"],
    ["day, month, year", "14/11/2023 22:13:20"],
    ["day, month, year with points", "14.11.2023 22:13:20"],
    ["month, day, year on twelve hours", "11/14/2023 10:13:20 PM"],
  ])("%s", async (_, text) => {
    expect((await rows(`user,item,time\nu,i,${text}\n`))[0][2]).toBe(T);
  });

  test.each([
    ["a date", "time\nu,i,2023-11-14"],
    ["a date with slashes", "date\nu,i,2023/11/14"],
    ["a date without separators", "date\nu,i,20231114"],
    ["day, month and year", "day,month,year\nu,i,14,11,2023"],
  ])("%s is midnight UTC", async (_, text) => {
    expect((await rows(`user,item,${text}\n`))[0][2]).toBe(Date.UTC(2023, 10, 14) / 1000);
  });

  test("which number is the day is found by the whole column, told, and may be named", async () => {
    const log = (...dates: readonly string[]) =>
      read(["user,item,date", ...dates.map((date) => `u,i,${date}`)].join("\n"));
    const seconds = (month: number, day: number, hour = 0) => Date.UTC(2023, month - 1, day, hour) / 1000;
    const timesOf = (raw: RawLog) => {
      const { log: clean, report } = cleanLog(raw, KEEP_ALL);
      return [report.timeUnit, ...clean.times];
    };
    expect(timesOf(await log("3/4/2023", "13/4/2023"))).toEqual(["day-first", seconds(4, 3), seconds(4, 13)]);
    expect(timesOf(await log("3/4/2023", "3/14/2023"))).toEqual(["month-first", seconds(3, 4), seconds(3, 14)]);
    expect(timesOf(await log("3/4/2023"))).toEqual(["day-first", seconds(4, 3)]);
    const named = await read("user,item,date\nu,i,3/4/2023\nu,j,3/4/2023 12:00 AM", { timeUnit: "month-first" });
    expect(timesOf(named)).toEqual(["month-first", seconds(3, 4), seconds(3, 4)]);
    const { report } = cleanLog(
      await log("13/4/2023", "13/13/2023", "31/4/2023", "13/4-2023", "1/4/2023 13:00 PM"),
      KEEP_ALL,
    );
    expect(report.steps.find(({ rule }) => rule === "invalid time")).toMatchObject({ removed: 4, lines: [3, 4, 5, 6] });
  });

  test("a date and the position on it keep the order", async () => {
    const content = "user,item,date,order\nu,b,2023-11-14,2\nu,a,2023-11-14,1\n";
    expect((await rows(content)).map((row) => row[1])).toEqual(["a", "b"]);
  });

  test("an order alone is an order", async () => {
    const { log } = cleanLog(await read("user,item,order\nu,b,2\nu,a,1\nu,c,10\n"), KEEP_ALL);
    expect(log.itemIds).toEqual(["a", "b", "c"]);
    expect(log).toMatchObject({ hasTimes: false, times: Float64Array.of(1, 2, 10) });
  });

  test("days that never were are invalid", async () => {
    const content = "user,item,day,month,year\nu,a,31,2,2020\nu,b,1,13,2020\nu,c,29,2,2020\nu,d,1,1,1956\n";
    const { report } = cleanLog(await read(content), { ...KEEP_ALL, earliest: 631_152_000 });
    expect(report.steps.find(({ rule }) => rule === "invalid time")).toMatchObject({ removed: 3, lines: [2, 3, 5] });
  });
});

describe("encodings", () => {
  const content = "user,item,title\nu,1,Beyoncé\n";
  const padding = Array.from({ length: 40_000 }, (_, i) => `u${i % 9},${i},t${i}\n`).join("");

  test.each([
    ["shift_jis", [0x83, 0x58]],
    ["euc-kr", [0xbd, 0xba]],
    ["gb18030", [0xa5, 0xb9]],
  ])("%s by its name", async (encoding, bytes) => {
    const raw = await read(Buffer.concat([Buffer.from("user,item,title\nu,1,"), Uint8Array.from(bytes)]), { encoding });
    expect(raw.columns.get("title")?.[0]).toBe(new TextDecoder(encoding).decode(Uint8Array.from(bytes)));
    expect(raw.detected.encoding).toBe(encoding);
  });

  test("latin1 where UTF-8 fails", async () => {
    const raw = await read(Buffer.from(content, "latin1"));
    expect([raw.columns.get("title"), raw.detected.encoding]).toEqual([["Beyoncé"], "windows-1252"]);
  });

  test("latin1 far behind the first bytes", async () => {
    const raw = await read(Buffer.from(`user,item,title\n${padding}u,1,Beyoncé\nu,2,Björk\n`, "latin1"));
    expect(raw.columns.get("title")?.slice(-2)).toEqual(["Beyoncé", "Björk"]);
    expect(raw.detected.encoding).toBe("windows-1252");
  });

  test("letters that a chunk of the file cuts in two", async () => {
    const text = `user,item,title\n${"u,1,春泥棒é👩‍👩‍👧\n".repeat(30_000)}`;
    for (const bytes of [Buffer.from(text), gzipSync(text), Buffer.from(`x${text}`)]) {
      const options = bytes[0] === 120 ? { columns: { user: "xuser" } } : {};
      const titles = (await read(bytes, options)).columns.get("title");
      expect(new Set(titles)).toEqual(new Set(["春泥棒é👩‍👩‍👧"]));
    }
  });

  test("one broken letter among many good ones costs that letter", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`user,item,title\n${"u,1,春泥棒\n".repeat(20)}`),
      Buffer.from("u,2,春").subarray(0, -1),
      Buffer.from("\nu,3,é\n"),
    ]);
    const raw = await read(bytes);
    expect(raw.columns.get("title")?.slice(-3)).toEqual(["春泥棒", "\ufffd", "é"]);
    expect(raw.detected.encoding).toBe("utf-8");
  });
});

describe("readTitles", () => {
  test("id and name, quotes and accents", async () => {
    const path = folder.write(
      "artists.dat",
      'id\tname\turl\n1\t"Weird Al" Yankovic\tx\n2\tBjo\u0308rk\ty\n__proto__\t歌\tz\n',
    );
    const titles = await readTitles(path);
    expect([...titles]).toEqual([
      ["1", '"Weird Al" Yankovic'],
      ["2", "Björk"],
      ["__proto__", "歌"],
    ]);
  });

  test("columns by their names", async () => {
    const path = folder.write("items.csv", "a,key,song,by\nx,1,Song,Band\n");
    expect(await readTitles(path, { id: "key", title: "song", artist: "by" })).toEqual(new Map([["1", "Band - Song"]]));
  });

  test("coded errors", async () => {
    await expect(readTitles(folder.write("t1", "a,b\n1,2\n"))).rejects.toMatchObject({ code: "COLUMN_UNKNOWN" });
    await expect(readTitles(folder.write("t2", " \n"))).rejects.toMatchObject({ code: "FILE_EMPTY" });
    await expect(readTitles(`${folder.path}/none`)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});

test("an object over several lines that holds the list is one document, whatever its last line looks like", async () => {
  const text = '{ "history": [\n  {"user": "u1", "item": "a"},\n  {"user": "u2", "item": "b"}\n] }\n';
  const { detected, lines } = await read(text);
  expect([detected.format, lines]).toEqual(["json", [1, 2]]);
});
