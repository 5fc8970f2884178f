// The pure parts of the page.
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../app/server/configure.js";
import type { Job, RunDetail } from "../../app/server/contract.js";
import { listen } from "../../app/web/components/chart-clicks.js";
import { csvOf } from "../../app/web/components/export.js";
import { optionAt, optionsOfText, withOption } from "../../app/web/draft.js";
import { duration } from "../../app/web/duration.js";
import { applyEdits, type Edit, entriesOf, playsUntil, rise, sittings } from "../../app/web/explore/what-if.js";
import { BASELINES } from "../../app/web/form/baseline-names.js";
import { OPTION_TEXTS } from "../../app/web/form/option-texts.js";
import { fieldsOf } from "../../app/web/form/schema.js";
import { ERRORS_ZH, errorText } from "../../app/web/i18n/errors.js";
import { TERMS } from "../../app/web/i18n/glossary.js";
import { inLanguage, TEXTS } from "../../app/web/i18n/index.js";
import { names, splitText } from "../../app/web/i18n/names.js";
import { href, parseRoute } from "../../app/web/router.js";
import { found, openRun, tagsOf } from "../../app/web/runs/shelf.js";
import { smoothed } from "../../app/web/smooth.js";
import { parseEvents, withEvent } from "../../app/web/stream.js";
import { TECHNIQUES } from "../../src/baseline/index.js";
import { ERROR_TABLE } from "../../src/core/errors.js";
import { ROOT } from "../support/cli.js";

const song = (id: string) => ({ id, title: id, artist: "", alias: "", plays: 1, popularityRank: 1 });
const play = (id: string, time: number | null) => ({ ...song(id), time, part: "train" as const, known: true });

test.each([
  ["temporal, test from 2025-12-02", "按时间划分，测试自 2025-12-02 起"],
  ["temporal, test from 5, last play of each user", "按时间划分，测试自 5 起，取每位听众最后一次播放"],
  ["leave-last-n-out, n = 3", "每位听众留出最后 3 次播放"],
  [
    "sessions that start from 2014-09-30; a pause over 30 min starts one",
    "自 2014-09-30 起开始的会话；停顿超过 30 分钟即为新会话",
  ],
  ["as given, validation from the end of training", names.split.givenMade[1]],
  ["8 users held out (seed 1), last play of each", "留出 8 位听众（随机种子 1），取每位最后 1 次播放"],
  ["a way of another version", "A way of another version"],
])("the split %s in Chinese", (description, wanted) => {
  const t = (key: string, values: Record<string, string> = {}) =>
    names.split[key.slice("split.".length) as keyof typeof names.split][1].replace(/\{\{(\w+)\}\}/g, (_, name) =>
      String(values[name]),
    );
  expect(splitText(description, t as never)).toBe(wanted);
});

describe("what-if", () => {
  const base = entriesOf([play("a", 0), play("b", 60), play("a", 7200), play("c", 7260)], 3);
  const ids = (edits: Edit[]) =>
    applyEdits(base, edits)
      .map(({ id }) => id)
      .join("");

  test("plays after the moment are not part of the history", () => {
    expect(base.map(({ key }) => key)).toEqual(["play-0", "play-1", "play-2"]);
  });

  test.each<[string, Edit[], string]>([
    ["nothing", [], "aba"],
    ["one of two plays of a song is taken out", [{ type: "remove", key: "play-0" }], "ba"],
    ["a song at the end", [{ type: "insert", song: song("x"), before: null }], "abax"],
    ["a song before another", [{ type: "insert", song: song("x"), before: "play-1" }], "axba"],
    ["up", [{ type: "move", key: "play-2", by: -1 }], "aab"],
    ["far beyond the end", [{ type: "move", key: "play-0", by: 99 }], "baa"],
    [
      "a song that was put in, moved",
      [
        { type: "insert", song: song("x"), before: null },
        { type: "move", key: "new-0", by: -3 },
      ],
      "xaba",
    ],
    [
      "what is gone stays gone",
      [
        { type: "remove", key: "play-1" },
        { type: "move", key: "play-1", by: 1 },
      ],
      "aa",
    ],
    ["an unknown key", [{ type: "remove", key: "__proto__" }], "aba"],
  ])("%s", (_, edits, wanted) => {
    expect(ids(edits)).toBe(wanted);
    expect(base).toHaveLength(3);
  });

  test("sittings are cut at long pauses; plays without a time stay where they are", () => {
    const entries = applyEdits(base, [{ type: "insert", song: song("x"), before: "play-2" }]);
    expect(sittings(entries, 30).map(({ start, entries: own }) => [start, own.map(({ id }) => id).join("")])).toEqual([
      [0, "abx"],
      [7200, "a"],
    ]);
    expect(sittings(entriesOf([play("a", null), play("b", null)], 2), 30)).toHaveLength(1);
    expect(sittings([], 30)).toEqual([]);
  });

  test("moments stay where they are: songs move between them, and one that is put in comes soon after", () => {
    const times = (edits: Edit[]) => applyEdits(base, edits).map(({ id, time }) => [id, time]);
    expect(times([{ type: "move", key: "play-2", by: -2 }])).toEqual([
      ["a", 0],
      ["a", 60],
      ["b", 7200],
    ]);
    expect(times([{ type: "remove", key: "play-1" }])).toEqual([
      ["a", 0],
      ["a", 7200],
    ]);
    const put = (before: string | null): Edit => ({ type: "insert", song: song("x"), before });
    expect(times([put("play-0"), put("play-1"), put(null)])).toEqual([
      ["x", -240],
      ["a", 0],
      ["x", 30],
      ["b", 60],
      ["a", 7200],
      ["x", 7440],
    ]);
    const orderOnly = entriesOf([play("a", null)], 1);
    expect(applyEdits(orderOnly, [put(null)]).map(({ time }) => time)).toEqual([null, null]);
  });

  test("plays until a date", () => {
    const plays = [play("a", 0), play("b", 60), play("c", 7200)];
    expect([-1, 0, 60, 61, 9999].map((moment) => playsUntil(plays, moment))).toEqual([0, 1, 2, 2, 3]);
    expect(playsUntil([play("a", null)], 5)).toBe(1);
  });

  test("a rise is told in places", () => {
    expect([rise(1, 4), rise(4, 1), rise(2, undefined)]).toEqual([3, -3, null]);
  });
});

test("addresses go there and back, also with names of any kind", () => {
  const address = href(["explore", "a/b 夜"], { user: "u&1", now: 0, vs: null, x: "" });
  const { parts, search } = parseRoute(address);
  expect([parts, [...search]]).toEqual([
    ["explore", "a/b 夜"],
    [
      ["user", "u&1"],
      ["now", "0"],
    ],
  ]);
  expect(parseRoute("#/%E0%A4%A").parts).toEqual(["%E0%A4%A"]);
  expect(parseRoute("").parts).toEqual([]);
});

test("options of a draft: set, read, taken out again", () => {
  const one = withOption({}, "train.epochs", 3);
  const two = withOption(one, "train.seed", 2);
  expect([one, optionAt(two, "train.seed"), optionAt(two, "model.cell")]).toEqual([
    { train: { epochs: 3 } },
    2,
    undefined,
  ]);
  expect(withOption(one, "train.epochs", undefined)).toEqual({});
  expect(optionsOfText("--set split.kind=time --set cleaning.minimumUserPlays=5")).toEqual([
    ["split.kind", "time"],
    ["cleaning.minimumUserPlays", 5],
  ]);
});

test("every option of the schema is a field with a name in both languages", () => {
  const schema = configSchema() as { properties: Record<string, never> };
  const sections = ["data", "cleaning", "split", "model", "train", "protocol"];
  const fields = sections.flatMap((section) => fieldsOf(schema.properties[section], section));
  const paths = fields.map(({ path }) => path);
  const unnamed = paths.filter((path) => !OPTION_TEXTS[path]);
  expect(unnamed).toEqual(["data.columns", "cleaning.hasTimes"]);
  expect(Object.keys(OPTION_TEXTS).filter((path) => path.includes(".") && !paths.includes(path))).toEqual([]);
  // Every method that the form offers is one.
  expect(BASELINES.map(([name]) => name).filter((name) => !(name in TECHNIQUES))).toEqual([]);
  expect(fields.find(({ path }) => path === "data.format")).toMatchObject({ kind: "choice", nullable: true });
  expect(fields.find(({ path }) => path === "train.epochs")).toMatchObject({ kind: "number", whole: true, minimum: 1 });
  expect(fields.find(({ path }) => path === "data.titles")).toMatchObject({ kind: "text", nullable: true });
  expect(fields.find(({ path }) => path === "model.cell")).toMatchObject({
    kind: "choice",
    choices: ["lstm", "gru", "rnn", "minGru", "minLstm", "lru", "attention"],
  });
  expect(fields.find(({ path }) => path === "train.seed")?.maximum).toBeUndefined();
});

test("runs are found by every word in name, log, preset or tag; tags are read between commas", () => {
  const run = {
    id: "2026-a",
    name: "First",
    data: "/x/jkpop.csv",
    preset: "article",
    tags: ["夜", "best of"],
  } as never;
  const hits = (text: string) => found([run], text).length;
  expect(["", "first best", "夜", "ARTICLE jkpop", "first worst"].map(hits)).toEqual([1, 1, 1, 1, 0]);
  expect([tagsOf(" a, b ,a，c、"), tagsOf(" , ")]).toEqual([["a", "b", "c"], []]);
});

test("the run to go on with: the one that trains, or one that broke off after the newest finished one", () => {
  const open = (...states: string[]) =>
    openRun(states.map((text) => ({ state: text.split(" ")[0], archived: text.endsWith("archived") })) as never)?.state;
  expect([
    open("interrupted", "finished"),
    open("finished", "interrupted"),
    open("finished", "training"),
    open("interrupted archived", "finished", "interrupted"),
    open("elsewhere", "interrupted"),
    open(),
  ]).toEqual(["interrupted", undefined, "training", undefined, "interrupted", undefined]);
});

test("smoothing starts at the first value and forgets", () => {
  expect(smoothed([4, 4, 4], 0.9)).toEqual([expect.closeTo(4, 12), expect.closeTo(4, 12), expect.closeTo(4, 12)]);
  expect(smoothed([1, 3], 0)).toEqual([1, 3]);
  expect(smoothed([0, 1], 0.5)[1]).toBeCloseTo(2 / 3, 12);
  expect(smoothed([], 0.9)).toEqual([]);
});

test("CSV: quotes, line ends, and no cell that a spreadsheet would run", () => {
  const rows = [
    ['a "b"', "x,y"],
    ["=HYPERLINK(1)", "+1"],
    ["夜", -2],
  ];
  expect(csvOf({ header: ["t", "u"], rows })).toBe(`t,u\r\n"a ""b""","x,y"\r\n'=HYPERLINK(1),'+1\r\n夜,-2\r\n`);
});

test("a stream of events is cut at blank lines, wherever the bytes break", async () => {
  const bytes = new TextEncoder().encode(
    ': hello\n\nid: s-1\ndata: {"夜":1}\n\nevent: reset\nid: s-2\ndata: {}\n\nid: s-3\nda',
  );
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  const found = [];
  for await (const message of parseEvents(body)) found.push(message);
  expect(found).toEqual([
    { id: undefined, event: undefined, data: "" },
    { id: "s-1", event: undefined, data: '{"夜":1}' },
    { id: "s-2", event: "reset", data: "{}" },
  ]);
});

test("an event brings what is new and doubles nothing that was asked for already", () => {
  const point = (step: number) => ({
    step,
    loss: 1,
    learningRate: 1,
    gradientNorm: 1,
    positionsPerSecond: 1,
    seconds: step,
  });
  const said = (key: string) => ({ at: "t", level: "info" as const, key, values: { step: 1 } });
  const job = { id: "job-1" } as Job;
  const detail = { steps: [1, 2, 3].map(point), epochs: [], log: [said("a"), said("b")] } as unknown as RunDetail;
  const after = withEvent(detail, { job, points: [2, 3, 4].map(point), line: said("b") });
  expect([after.job, after.steps.map(({ step }) => step), after.log.length]).toEqual([job, [1, 2, 3, 4], 2]);
  expect(withEvent(after, { job, line: said("c") }).log.map(({ key }) => key)).toEqual(["a", "b", "c"]);
  expect(withEvent(after, { job }).steps).toBe(after.steps);
});

test("a click on a point of a figure is heard once, however often the figure was drawn", () => {
  const element = new EventEmitter();
  const heard: string[] = [];
  for (const draw of ["first", "second", "third"]) listen(element, (id) => heard.push(`${draw} ${id}`));
  element.emit("plotly_click", { points: [{ customdata: "a" }] });
  element.emit("plotly_click", { points: [{}] });
  expect(heard).toEqual(["third a"]);
});

test("every error has Chinese words, with the exact English below; every rule too", () => {
  const missing = Object.keys(ERROR_TABLE).filter((code) => !(code in ERRORS_ZH));
  expect(missing).toEqual([]);
  for (const words of Object.values(ERRORS_ZH).flat()) expect(words).toMatch(/\p{Script=Han}/u);
  const error = { code: "RUN_BUSY", message: "It is busy.", remedy: "Wait." };
  expect(errorText("en", error)).toEqual({ title: "It is busy.", remedy: "Wait.", exact: null });
  const gone = { code: "RUN_NOT_FOUND", message: "No run.", remedy: "`refrain runs` lists them." };
  expect(errorText("en", gone).remedy).toContain("The screen Runs lists");
  expect(errorText("zh", error)).toMatchObject({ title: "有运行正在训练。", exact: "It is busy." });
  expect(errorText("zh", { ...error, code: "toString" }).title).toBe("It is busy.");
});

test("durations in both languages", () => {
  expect([0.42, 9, 45, 200, 7500, Number.NaN].map((seconds) => duration(seconds))).toEqual([
    "0.42 s",
    "9 s",
    "45 s",
    "3 min 20 s",
    "2 h 5 min",
    "–",
  ]);
  expect(duration(200, "zh-CN")).toBe("3 分 20 秒");
});

describe("texts", () => {
  const folder = join(ROOT, "app", "web");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const flat = (value: object, above = ""): [string, string][] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === "string" ? [[above + name, inner] as [string, string]] : flat(inner, `${above}${name}.`),
    );
  const english = new Map(flat(inLanguage(TEXTS, 0)));
  const chinese = new Map(flat(inLanguage(TEXTS, 1)));

  test("every key that the page names has a text", () => {
    const used = sources.flatMap((source) => Array.from(source.matchAll(/\bt\("([\w.]+)"/g), ([, key]) => key));
    expect(used.length).toBeGreaterThan(150);
    expect(used.filter((key) => !english.has(key))).toEqual([]);
  });

  test("both languages fill in the same values, and Chinese is Chinese", () => {
    const holes = (text = "") => (text.match(/\{\{\w+\}\}/g) ?? []).sort().join();
    expect([...english].filter(([key, text]) => holes(text) !== holes(chinese.get(key))).map(([key]) => key)).toEqual(
      [],
    );
    const same = [...english].filter(
      ([key, text]) => chinese.get(key) === text && /[a-z]{4}/.test(text.replace(/\{\{.*?\}\}/g, "")),
    );
    expect(same.map(([key]) => key)).toEqual([
      "settings.engines.native",
      "settings.engines.wasm",
      "data.format.parquet",
      "train.preset.movielens",
    ]);
    for (const [term, ...texts] of TERMS) {
      expect(term[1]).toMatch(/\p{Script=Han}/u);
      for (const text of texts) expect(text.length).toBeGreaterThan(5);
    }
  });
});
