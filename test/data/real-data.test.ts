// Real logs. They are not part of the project; where ../shared/data is absent these tests are skipped and say so.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type CleaningOptions,
  cleanLog,
  profileLog,
  type ReadOptions,
  readLog,
  readTitles,
} from "../../src/data/index.js";
import { isLongRun } from "../support/cli.js";
import { rowsOf } from "./helpers.js";

const DATA = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const MISSING = !existsSync(DATA);
if (MISSING) console.warn(`Skipped: the real logs are not at ${DATA}, so reading and cleaning them is not tested.`);

interface Expectation {
  readonly path: string;
  readonly read?: ReadOptions;
  readonly clean?: Partial<CleaningOptions>;
  /** Rows in the file, and rows that each rule removes or repairs; rules that are not named do nothing. */
  readonly rows: number;
  readonly removed: Readonly<Record<string, number>>;
  readonly repaired?: number;
  readonly users: number;
  readonly items: number;
  readonly hasTimes: boolean;
}

const LATEST = { latest: Date.UTC(2027, 0, 1) / 1000 };
const LOGS: readonly Expectation[] = [
  {
    path: "ml-100k/ml-100k.inter",
    rows: 100_000,
    removed: { "minimum support": 141 },
    users: 943,
    items: 1541,
    hasTimes: true,
  },
  {
    path: "jpop-setlists/events.tsv",
    rows: 5366,
    removed: { "invalid time": 36, "minimum support": 1174 },
    repaired: 167,
    users: 484,
    items: 1011,
    hasTimes: true,
  },
  {
    path: "hetrec-lastfm-2k/user_taggedartists.dat.gz",
    rows: 186_479,
    removed: { "invalid time": 5, duplicate: 101_463, "minimum support": 4065 },
    users: 1499,
    items: 8938,
    hasTimes: true,
  },
  { path: "ml-1m/ml-1m.txt.gz", rows: 999_611, removed: {}, users: 6040, items: 3416, hasTimes: false },
  { path: "lastfm-s3rec/LastFM.txt", rows: 52_551, removed: {}, users: 1090, items: 3646, hasTimes: false },
  {
    path: "rsc15-100k/yoochoose-clicks-100k_train_full.txt",
    rows: 70_278,
    removed: { duplicate: 1, "minimum support": 15_444 },
    users: 10_103,
    items: 2836,
    hasTimes: true,
  },
];
/** Logs of 70,000 rows and more wait for the long run. */
const waits = (path: string) => !/^(jpop-setlists|lastfm-s3rec)/.test(path) && !isLongRun;

describe.skipIf(MISSING)(`real logs (need ${DATA})`, () => {
  test.for(LOGS)("$path", async (expected, { skip }) => {
    const { path } = expected;
    skip(waits(path), "needs REFRAIN_FULL=1");
    const raw = await readLog(`${DATA}${path}`, expected.read);
    const { log, report } = cleanLog(raw, { ...LATEST, ...expected.clean });
    expect(raw.badRows.count).toBe(0);
    expect(report.read).toBe(expected.rows);
    expect(report.kept + report.removed).toBe(report.read);
    const removed = report.steps.filter((step) => step.removed > 0).map((step) => [step.rule, step.removed]);
    expect(Object.fromEntries(removed)).toEqual(expected.removed);
    expect(report.repaired).toBe(expected.repaired ?? 0);
    expect([log.userIds.length, log.itemIds.length, log.hasTimes]).toEqual([
      expected.users,
      expected.items,
      expected.hasTimes,
    ]);
    const profile = profileLog(log);
    expect(profile.events).toBe(report.kept);
    expect(profile.playsPerUser[0]).toBeGreaterThanOrEqual(3);
    expect(profile.playsPerItem[0]).toBeGreaterThanOrEqual(2);
  });

  test("the items of a LastFM line stay in their order", async () => {
    const { log } = cleanLog(await readLog(`${DATA}lastfm-s3rec/LastFM.txt`), LATEST);
    expect(
      rowsOf(log)
        .slice(0, 9)
        .map(([user, item]) => `${user} ${item}`),
    ).toEqual(["1 1", "1 2", "1 3", "1 4", "1 5", "1 6", "1 7", "1 8", "2 9"]);
  });

  test.skipIf(!isLongRun)(
    "the bogus years of HetRec are the rows of 1956, 1957 and 1979 (needs REFRAIN_FULL=1)",
    async () => {
      const raw = await readLog(`${DATA}hetrec-lastfm-2k/user_taggedartists.dat.gz`, { maxRows: 200_000 });
      const years = raw.columns.get("year") ?? [];
      const early = raw.lines.filter((_, row) => Number(years[row]) < 1990);
      expect(early).toHaveLength(5);
      const { report } = cleanLog(raw, LATEST);
      expect(report.steps.find(({ rule }) => rule === "invalid time")?.lines).toEqual(early);
    },
  );

  test("names of HetRec artists, in Japanese and Korean too", async () => {
    const titles = await readTitles(`${DATA}hetrec-lastfm-2k/artists.dat`);
    expect(titles.size).toBe(17_632);
    expect(titles.get("1")).toBe("MALICE MIZER");
    expect(titles.get("1686")).toBe('"Weird Al" Yankovic');
    expect([...titles.values()].some((title) => /[\u3040-\u30ff]/.test(title))).toBe(true);
    expect([...titles.values()].some((title) => /[\uac00-\ud7a3]/.test(title))).toBe(true);
    expect([...titles.values()].every((title) => !title.includes("\ufffd"))).toBe(true);
  });

  test("latin1 tags and titles of films", async () => {
    expect((await readTitles(`${DATA}ml-100k/ml-100k.item`)).get("1")).toBe("Toy Story");
    const tags = await readTitles(`${DATA}hetrec-lastfm-2k/tags.dat`, { title: "tagValue" });
    expect([tags.size, [...tags.values()].some((tag) => /[éñü]/.test(tag))]).toEqual([11_946, true]);
  });

  test("the streams of the set lists are the users, the songs in their order", async () => {
    const { log } = cleanLog(await readLog(`${DATA}jpop-setlists/events.tsv`), LATEST);
    expect(log.userIds[0]).toMatch(/^es-/);
    expect(log.itemTitles[0]).toBe("ヨルシカ - 春泥棒");
  });
});
