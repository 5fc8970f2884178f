// Splits, names and what was detected, as a person meets them on the command line.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useLanguage } from "../../src/cli/messages.js";
import { Random } from "../../src/core/random.js";
import type { RunRecord } from "../../src/recipes/run-folder.js";
import { temporaryFolder } from "../data/helpers.js";
import { useEngine } from "../support/engine.js";
import { refrainIn } from "../support/refrain.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

const folder = temporaryFolder();
const DAY = 86_400;
const T = 1_700_000_000;
const TINY = [
  "model.embeddingSize=4",
  "model.userEmbeddingSize=2",
  "model.hiddenSize=4",
  "model.repeatWindow=4",
  "train.epochs=1",
  "train.minimumStepsPerEpoch=1",
  "train.batchPositions=400",
].flatMap((option) => ["--set", option]);

/** Names that are unlikely to stand in a folder by chance. */
const listener = (u: number) => `Zuhörer-${u}-安室`;
const refrain = (...args: string[]) => refrainIn(folder.path, ...args);

/** Rows of a log of 40 users over some 40 days. */
const rows = (() => {
  const { log } = markovWorld({ users: 40, items: 12, plays: 30 });
  return Array.from(log.users, (user, row) => ({
    user: listener(user),
    item: log.itemIds[log.items[row]],
    time: T + Math.round(((row % 30) * 40 * DAY) / 30) + user,
  }));
})();
const csv = (of: readonly (typeof rows)[number][], more = "", cell: (time: number) => string = () => "") =>
  [`user,item,time${more}`, ...of.map(({ user, item, time }) => `${user},${item},${time}${cell(time)}`), ""].join("\n");

/** One person's plays, in sessions of eight on 30 days, as Spotify exports them. */
const own = (() => {
  const random = Random.stream(1, "own");
  return Array.from({ length: 240 }, (_, n) => ({
    ts: new Date((T + Math.floor(n / 8) * DAY + (n % 8) * 240) * 1000).toISOString().replace(".000", ""),
    username: "secret-account-name",
    ms_played: 200_000,
    master_metadata_track_name: `Zauberlied ${random.integer(9)}`,
    master_metadata_album_artist_name: "Chor der Nachtigallen",
    spotify_track_uri: "spotify:track:x",
  }));
})();

beforeAll(() => {
  folder.write("plays.csv", csv(rows));
  const [first, second] = [T + 30 * DAY, T + 35 * DAY];
  const part = (time: number) => (time >= second ? ",test" : time >= first ? ",valid" : ",train");
  folder.write("column.csv", csv(rows, ",split", part));
  folder.write(
    "wrong.csv",
    csv(rows, ",split", () => ",fold 3"),
  );
  for (const name of ["train", "valid", "test"])
    folder.write(`${name}.csv`, csv(rows.filter(({ time }) => part(time) === `,${name}`)));
  folder.write("Streaming_History_Audio_2023_0.json", JSON.stringify(own));
  mkdirSync(join(folder.path, "export"));
  folder.write("export/Streaming_History_Audio_2023_0.json", JSON.stringify(own));
});
beforeEach(() => useLanguage("en"));
afterAll(() => folder.remove());

/** The run that a command has just written, with all of its bytes. */
function lastRun(name: string): { record: RunRecord; bytes: Buffer } {
  const id = readdirSync(join(folder.path, "runs")).find((each) => each.endsWith(`-${name}`)) as string;
  const path = join(folder.path, "runs", id);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    record: JSON.parse(readFileSync(join(path, "run.json"), "utf8")),
    bytes: Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name)))),
  };
}

async function train(name: string, ...args: string[]) {
  const ended = await refrain("train", "--name", name, ...TINY, ...args);
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  return { ...ended, ...lastRun(name) };
}

/** Every metric with its interval, without the seconds that scoring took. */
function metricsOf({ results }: RunRecord) {
  expect(results?.rows.length).toBeGreaterThan(3);
  return results?.rows.map(({ scorer, metrics }) => ({ scorer, metrics }));
}

describe("train and audit cut in one way", () => {
  test.each<[string, string[], string]>([
    ["last-n", ["--data", "%/plays.csv", "--set", "split.kind=leave-last-n", "--set", "split.lastPlays=2"], "n = 2"],
    [
      "days",
      ["--data", "%/plays.csv", "--set", "split.days=7", "--set", "split.targets=last"],
      "last play of each user",
    ],
    [
      "sessions",
      ["--data", "%/plays.csv", "--set", "split.kind=sessions", "--set", "data.sessionGapMinutes=10000"],
      "sessions that",
    ],
    [
      "users",
      ["--data", "%/plays.csv", "--set", "split.kind=users", "--set", "split.lastPlays=3"],
      "4 users held out (seed 1)",
    ],
    ["column", ["--data", "%/column.csv"], "as given"],
    ["files", ["--data", "%/train.csv", "--validation", "%/valid.csv", "--test", "%/test.csv"], "as given"],
    ["two-files", ["--data", "%/train.csv", "--test", "%/test.csv"], "validation from the end of training"],
    ["core", ["--data", "%/plays.csv", "--set", "split.support=train", "--set", "train.augmentation=crop"], "temporal"],
  ])("%s", async (name, args, words) => {
    const { stdout, record } = await train(name, ...args);
    const card = record.results?.protocol;
    expect(card?.split).toContain(words);
    expect(card?.support).toMatch(/at least 3 plays a user and 2 an item/);
    expect(card?.support).toContain(name === "core" ? "in the training part" : "before the split");
    expect(stdout).toContain(card?.split as string);
    const [path, ...more] = args.slice(1);
    const audit = await refrain("--json", "data", "audit", path, ...more);
    expect([audit.code, audit.stderr]).toEqual([0, ""]);
    const { findings } = JSON.parse(audit.stdout) as { findings: { code: string; count: number }[] };
    const tested = findings.find(({ code }) => code === "test-size");
    expect(tested).toMatchObject({ values: { split: card?.split } });
    expect(tested?.count).toBe((card?.cases ?? 0) + (card?.withoutHistory ?? 0));
  });

  test("files and a column of the same parts give the same results", () => {
    const [files, column] = ["files", "column"].map((name) => lastRun(name).record);
    expect(metricsOf(files)).toEqual(metricsOf(column));
    expect(files.data.sha256).not.toBe(column.data.sha256);
  });

  test.each<[string, string[], number]>([
    ["validation without test", ["train", "--data", "%/train.csv", "--validation", "%/valid.csv"], 3],
    ["a column that says no part", ["train", "--data", "%/wrong.csv", "--set", "split.kind=given"], 3],
    ["given and nothing given", ["train", "--data", "%/plays.csv", "--set", "split.kind=given"], 3],
  ])("%s", async (_, args, code) => {
    const ended = await refrain(...args);
    expect(ended.stderr).toMatch(/^Error SPLIT_INVALID: .+\n.+\n$/);
    expect(ended.code).toBe(code);
  });

  test("a column `split` of another meaning is left alone", async () => {
    const { record } = await train("other-column", "--data", "%/wrong.csv");
    expect(record.results?.protocol.split).toContain("temporal");
  });
});

describe("one person's own log", () => {
  test("trains on sessions, says so, and answers for the listener; the account's name is nowhere", async () => {
    const { stdout, record, bytes } = await train("mine", "--data", "%/Streaming_History_Audio_2023_0.json");
    expect(stdout).toContain("One person's log: its 30 sessions are the sequences");
    expect(record.results?.protocol.split).toContain("a pause over 30 min starts one");
    expect(bytes.includes("secret-account-name")).toBe(false);
    expect(stdout).not.toContain("secret-account-name");
    expect(bytes.includes("Zauberlied")).toBe(true);
    const list = await refrain("--json", "recommend", "--user", "me", "-k", "3", "--run", "mine");
    expect(JSON.parse(list.stdout).length).toBe(3);
    const zh = await refrain("--lang", "zh", "train", "--name", "mine-zh", ...TINY, "--data", "%/export");
    expect(zh.stdout).toContain("这是一个人的日志：以其 30 段会话为序列");
  });
});

describe("--pseudonymise", () => {
  const names = rows.map(({ user }) => user).concat("Zuhörer", "安室");

  test("no name of a user in the run folder or on the console", async () => {
    const { stdout, bytes } = await train("hidden", "--data", "%/plays.csv", "--pseudonymise");
    for (const name of names) {
      expect(bytes.includes(name)).toBe(false);
      expect(bytes.includes(JSON.stringify(name).slice(1, -1))).toBe(false);
      expect(stdout).not.toContain(name);
    }
    expect(bytes.includes("i3")).toBe(true);
    const open = await train("open", "--data", "%/plays.csv");
    expect(open.bytes.includes(names[0])).toBe(true);
    expect(metricsOf(open.record)).toEqual(metricsOf(lastRun("hidden").record));
  });

  test("of a personal export no title either, unless it is kept", async () => {
    const path = "%/Streaming_History_Audio_2023_0.json";
    const { stdout, bytes } = await train("untitled", "--data", path, "--pseudonymise");
    for (const word of ["Zauberlied", "Nachtigallen", "secret-account"]) {
      expect(bytes.includes(word)).toBe(false);
      expect(stdout).not.toContain(word);
    }
    const kept = await train("titled", "--data", path, "--pseudonymise", "--keep-titles");
    expect(kept.bytes.includes("Zauberlied")).toBe(true);
  });

  test("clean and audit say no name; the page neither", async () => {
    folder.write("dirty.csv", `${csv(rows)}${listener(3)},broken\n${listener(4)},i1,1970-01-01\n`);
    const clean = await refrain("data", "clean", "%/dirty.csv", "-o", "%/clean.csv", "--pseudonymise");
    const audit = await refrain("data", "audit", "%/dirty.csv", "--pseudonymise", "--report", "%/audit.html");
    const json = await refrain("--json", "data", "audit", "%/dirty.csv", "--pseudonymise");
    expect([clean.code, audit.code, json.code]).toEqual([0, 0, 0]);
    const texts = ["clean.csv", "audit.html"].map((file) => readFileSync(join(folder.path, file), "utf8"));
    for (const text of [...texts, clean.stdout, audit.stdout, json.stdout])
      for (const word of ["Zuhörer", "安室"]) expect(text).not.toContain(word);
    expect(texts[0]).toContain("\np1,");
    const refused = await refrain(
      "data",
      "clean",
      "%/dirty.csv",
      "-o",
      "%/x.csv",
      "--pseudonymise",
      "--max-bad-share",
      "0",
    );
    expect(refused.stderr).toContain("Error TOO_MANY_BAD_ROWS");
    expect(refused.stderr + refused.stdout).not.toContain("Zuhörer");
  });
});

describe("what was detected", () => {
  test("stands before a refusal, with the first rows", async () => {
    folder.write("late.csv", "user;song;ts\nanna;a;5\nbert;b;6\n");
    for (const command of [
      ["data", "describe", "%/late.csv"],
      ["train", "--data", "%/late.csv"],
    ]) {
      const { code, stdout, stderr } = await refrain(...command, "--time-unit", "seconds");
      expect(code).toBe(3);
      expect(stderr).toMatch(/^Error NO_EVENTS_LEFT: .+\n.+\n$/);
      for (const words of ["table, utf-8", 'separator ";"', "user = user", "times: seconds", "anna", "--time-unit"])
        expect(stdout).toContain(words);
    }
    const json = await refrain("--json", "data", "describe", "%/late.csv", "--time-unit", "seconds");
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: "NO_EVENTS_LEFT",
      found: {
        timeUnit: "seconds",
        detected: { separator: ";" },
        rows: [
          ["anna", "a", "5"],
          ["bert", "b", "6"],
        ],
      },
    });
    expect((await refrain("--quiet", "data", "describe", "%/late.csv", "--time-unit", "seconds")).stdout).toBe("");
  });

  const hundred = (row: (n: number) => string) => Array.from({ length: 100 }, (_, n) => `${row(n)}\n`).join("");
  /** Ten users with ten plays each of five items. */
  const plays = (n: number) => [`${n % 10}`, `${n % 5}`, `${T + n * 60}`];
  const CASES: readonly [string, string, string[], Record<string, unknown>][] = [
    [
      "--separator",
      `user item,x;time,y\n${hundred((n) => plays(n).join(","))}`.replace("user item,x;time,y", "user,item,time"),
      ["--separator", ","],
      { detected: { separator: "," } },
    ],
    [
      "--format",
      hundred((n) => plays(n).slice(0, 2).join(" ")),
      ["--format", "sequences"],
      { detected: { format: "sequences" } },
    ],
    [
      "--time-unit",
      `user,item,time\n${hundred((n) => plays(n).join(","))}`,
      ["--time-unit", "order"],
      { cleaning: { timeUnit: "order" } },
    ],
    [
      "--encoding",
      `user,item,time,title\n${hundred((n) => [...plays(n), "é"].join(","))}`,
      ["--encoding", "windows-1252"],
      { detected: { encoding: "windows-1252" } },
    ],
    [
      "--single-user",
      `item,time\n${hundred((n) => plays(n).slice(1).join(","))}`,
      ["--single-user"],
      { detected: { singleUser: true }, profile: { users: 1 } },
    ],
    [
      "--user --item --time",
      `a,b,c\n${hundred((n) => plays(n).join(","))}`,
      ["--user", "b", "--item", "a", "--time", "c"],
      { profile: { users: 5, items: 10 } },
    ],
    [
      "--order",
      `user,item,nth\n${hundred((n) => [...plays(n).slice(0, 2), n].join(","))}`,
      ["--order", "nth"],
      { cleaning: { timeUnit: "order" } },
    ],
    [
      "--day --month --year",
      `user,item,d,m,y\n${hundred((n) => [...plays(n).slice(0, 2), 1 + (n % 28), 2, 2020].join(","))}`,
      ["--day", "d", "--month", "m", "--year", "y"],
      { cleaning: { timeUnit: "date parts" } },
    ],
    [
      "--title --artist",
      `user,item,w,v\n${hundred((n) => [...plays(n).slice(0, 2), "T", "A"].join(","))}`,
      ["--title", "w", "--artist", "v"],
      { detected: { roles: { title: "w", artist: "v" } } },
    ],
    [
      "--duration --rating",
      `user,item,w,v\n${hundred((n) => [...plays(n).slice(0, 2), n < 50 ? 1 : 99_999, 5].join(","))}`,
      ["--duration", "w", "--rating", "v"],
      { cleaning: { removed: 50 } },
    ],
  ];
  test.each(CASES)("can be overridden: %s", async (_, content, flags, found) => {
    folder.write("over.csv", content);
    const { code, stdout, stderr } = await refrain("--json", "data", "describe", "%/over.csv", ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject(found);
  });

  test.each(["--separator", "--format", "--time-unit", "--encoding"])("%s refuses what is not there", async (flag) => {
    const { code, stderr } = await refrain("data", "describe", "%/plays.csv", flag, "nosuch");
    expect([2, 3]).toContain(code);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("a column that says the parts, by its name", async () => {
    folder.write("named.csv", readFileSync(join(folder.path, "column.csv"), "utf8").replace(",split", ",fold"));
    const { record } = await train("named", "--data", "%/named.csv", "--split-column", "fold");
    expect(record.results?.protocol.split).toBe("as given");
  });
});
