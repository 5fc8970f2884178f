import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useLanguage } from "../../src/cli/messages.js";
import { writeLog } from "../../src/data/index.js";
import { isBuilt, startNode, startRefrain } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { refrainIn } from "../support/refrain.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

let folder: string;
let log: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  mkdirSync(join(folder, "void"));
  log = join(folder, "plays.csv");
  writeLog(dated(markovWorld({ users: 60, items: 15, plays: 20 }).log), log);
  writeFileSync(join(folder, "empty.csv"), "");
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "list.json"), "[1]");
  writeFileSync(join(folder, "none.json"), "{}");
  writeFileSync(join(folder, "columns.csv"), "a,b,c\n1,2,3\n");
  useLanguage("en");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in this process. `%` stands for the test's folder; runs are in %/runs. */
const refrain = (...args: string[]) => refrainIn(folder, ...args);

const TINY = [
  "model.embeddingSize=8",
  "model.userEmbeddingSize=4",
  "model.hiddenSize=8",
  "model.repeatWindow=8",
  "train.epochs=3",
  "train.batchPositions=200",
].flatMap((option) => ["--set", option]);

describe("what goes wrong has a code, a remedy and no stack trace", () => {
  test.each<[string, number, string, string[]]>([
    ["a missing log", 3, "FILE_NOT_FOUND", ["data", "describe", "%/nosuch.csv"]],
    ["a missing log for training", 3, "FILE_NOT_FOUND", ["train", "--data", "%/nosuch.csv"]],
    ["a folder without a log", 3, "FILE_UNREADABLE", ["data", "describe", "%/void"]],
    ["an empty log", 3, "FILE_EMPTY", ["data", "describe", "%/empty.csv"]],
    ["columns that say nothing", 3, "COLUMN_UNKNOWN", ["data", "describe", "%/columns.csv"]],
    ["a column that is not there", 3, "COLUMN_UNKNOWN", ["train", "--data", "%/plays.csv", "--user", "nobody"]],
    ["a preset that is not there", 2, "CONFIG_INVALID", ["train", "--preset", "__proto__"]],
    ["an unknown option", 2, "CONFIG_INVALID", ["train", "--set", "train.speed=5"]],
    ["a wrong value", 2, "CONFIG_INVALID", ["train", "--set", "train.epochs=many"]],
    ["--set without a value", 2, "CONFIG_INVALID", ["train", "--set", "train.epochs"]],
    ["--set of the prototype", 2, "CONFIG_INVALID", ["train", "--set", "__proto__.x=1"]],
    ["--set through a number", 2, "CONFIG_INVALID", ["train", "--set", "name=a", "--set", "name.b=1"]],
    ["a wrong name", 2, "CONFIG_INVALID", ["train", "--name", "../x"]],
    ["a missing configuration", 3, "FILE_NOT_FOUND", ["train", "--config", "%/nosuch.json"]],
    ["a broken configuration", 2, "CONFIG_INVALID", ["train", "--config", "%/broken.json"]],
    ["a configuration that is a list", 2, "CONFIG_INVALID", ["train", "--config", "%/list.json"]],
    ["nothing to resume", 3, "RUN_NOT_FOUND", ["resume"]],
    ["a run that is not there", 3, "RUN_NOT_FOUND", ["resume", "nosuch"]],
    ["recommend without a run", 3, "RUN_NOT_FOUND", ["recommend", "--titles", "x"]],
    ["evaluate without a run", 3, "RUN_NOT_FOUND", ["evaluate"]],
    ["a space that is not there", 3, "FILE_NOT_FOUND", ["tune", "--space", "%/nosuch.json"]],
    ["a space without options", 2, "CONFIG_INVALID", ["tune", "--space", "%/none.json"]],
    ["a wrong number of processes", 2, "ARGUMENT_INVALID", ["tune", "--processes", "1.5"]],
    [
      "half a trial at a time",
      2,
      "ARGUMENT_INVALID",
      ["worker", "--queue", "redis://127.0.0.1:1", "--parallel", "1.5"],
    ],
    [
      "a lease that is no number",
      2,
      "ARGUMENT_INVALID",
      ["worker", "--queue", "redis://127.0.0.1:1", "--lease", "NaN"],
    ],
    ["a queue that is not there", 3, "QUEUE_UNAVAILABLE", ["worker", "--queue", "redis://127.0.0.1:1"]],
    ["a queue that is no Redis", 3, "QUEUE_UNAVAILABLE", ["worker", "--queue", "http://127.0.0.1:1"]],
    ["serve without a run", 3, "RUN_NOT_FOUND", ["serve"]],
    ["a port that is none", 2, "ARGUMENT_INVALID", ["serve", "--port", "99999"]],
    ["no states at all", 2, "ARGUMENT_INVALID", ["serve", "--states", "0"]],
    ["a token that is not there", 3, "FILE_NOT_FOUND", ["serve", "--token-file", "%/nosuch"]],
    ["export without a run", 3, "RUN_NOT_FOUND", ["export", "--to", "onnx"]],
    ["update without a run", 3, "RUN_NOT_FOUND", ["update", "--data", "%/plays.csv"]],
    ["forget without a name", 2, "ARGUMENT_INVALID", ["forget"]],
    ["forget in a log that is not there", 3, "FILE_NOT_FOUND", ["forget", "--user", "u1", "--log", "%/nosuch.csv"]],
    [
      "forget in a Redis that is not there",
      3,
      "STORE_UNAVAILABLE",
      ["forget", "--user", "u1", "--store", "redis", "--redis", "redis://127.0.0.1:1"],
    ],
    ["clean into a folder", 3, "FILE_WRITE_FAILED", ["data", "clean", "%/plays.csv", "-o", "%"]],
  ])("%s", async (_, code, name, args) => {
    const plain = await refrain(...args);
    expect(plain.stderr).toMatch(new RegExp(`^Error ${name}: .+\\n.+\\n$`));
    expect(plain.code).toBe(code);
    expect(plain.stderr + plain.stdout).not.toMatch(/\n\s+at /);
    const json = await refrain("--json", ...args);
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: name,
      message: expect.any(String),
      remedy: expect.any(String),
    });
    expect([json.code, json.stdout]).toEqual([code, ""]);
    expect((await refrain("--debug", ...args)).stderr).toMatch(/\n\s+at /);
  });

  test.each<[string, string[]]>([
    ["unknown command", ["fly"]],
    ["unknown option", ["train", "--fast"]],
    ["missing argument", ["data", "describe"]],
    ["missing required option", ["data", "clean", "%/plays.csv"]],
    ["option without its value", ["train", "--data"]],
    ["too many arguments", ["evaluate", "a", "b"]],
    ["a search that is none", ["serve", "--search", "faiss"]],
  ])("the command line itself: %s", async (_, args) => {
    const { code, stdout, stderr } = await refrain(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("a failed start leaves no run behind", () => {
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });
});

describe("what needs no run", () => {
  test.each([["--help"], ["--version"], ["train", "--help"], ["recommend", "--help"], ["data", "--help"]])(
    "%s %s",
    async (...args) => {
      const { code, stdout, stderr } = await refrain(...args.filter((arg) => arg !== undefined));
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout.length).toBeGreaterThan(4);
    },
  );

  test("train --print-schema is a JSON schema that names every part", async () => {
    const { code, stdout } = await refrain("train", "--print-schema");
    const schema = JSON.parse(stdout) as { type: string; properties: Record<string, { properties: object }> };
    expect([code, schema.type]).toEqual([0, "object"]);
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(["data", "cleaning", "split", "model", "train"]),
    );
    expect(Object.keys(schema.properties.train.properties)).toContain("learningRate");
  });

  test("train --print-config: preset, then file, then flags", async () => {
    const path = join(folder, "some.json");
    writeFileSync(path, JSON.stringify({ train: { epochs: 7, seed: 3 }, name: "file" }));
    const { stdout } = await refrain(
      ...[
        "train",
        "--preset",
        "article",
        "--config",
        path,
        "--set",
        "train.seed=4",
        "--set",
        "data.encoding=shift_jis",
      ],
      ...["--print-config", "--item", "song"],
    );
    expect(JSON.parse(stdout)).toMatchObject({
      name: "file",
      data: { encoding: "shift_jis", columns: { item: "song" } },
      model: { output: "free" },
      train: { optimizer: "adam", epochs: 7, seed: 4 },
    });
  });

  test("train --baselines: names of the table, others are refused", async () => {
    const baselinesOf = async (...flags: string[]) => refrain("train", "--print-config", ...flags);
    expect(JSON.parse((await baselinesOf()).stdout).baselines).toEqual(
      ["popularity", "markov", "item-knn"].map((name) => ({ name, options: {} })),
    );
    const { stdout } = await baselinesOf("--baselines", "ease, vstan,", "--set", "name=x");
    expect(JSON.parse(stdout).baselines).toEqual(["ease", "vstan"].map((name) => ({ name, options: {} })));
    const wrong = await baselinesOf("--baselines", "ease,magic");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("baselines.1: must be one of popularity")]);
  });

  test("data describe: for a person and as JSON", async () => {
    const person = await refrain("data", "describe", "%/plays.csv");
    expect(person.code).toBe(0);
    expect(person.stdout).toContain("kept 1,200");
    const { code, stdout, stderr } = await refrain("--json", "data", "describe", "%/plays.csv");
    const found = JSON.parse(stdout);
    expect([code, stderr]).toEqual([0, ""]);
    expect(found.cleaning).toMatchObject({ read: 1200, kept: 1200, removed: 0 });
    expect(found.profile).toMatchObject({ events: 1200, users: 60, items: 14 });
    expect(found.detected.roles).toMatchObject({ user: "user", item: "item", time: "time" });
  });

  test("data clean writes a log that reads the same", async () => {
    const { code } = await refrain("data", "clean", "%/plays.csv", "-o", "%/clean.csv.gz");
    expect(code).toBe(0);
    const again = await refrain("--json", "data", "describe", "%/clean.csv.gz");
    expect(JSON.parse(again.stdout).profile).toMatchObject({ events: 1200, users: 60, items: 14 });
  });

  test("runs of an empty folder", async () => {
    expect((await refrain("runs")).stdout).toContain("No runs in");
    expect(JSON.parse((await refrain("--json", "runs")).stdout)).toEqual([]);
    mkdirSync(join(folder, "runs", "not-a-run"), { recursive: true });
    expect((await refrain("runs")).code).toBe(0);
    rmSync(join(folder, "runs"), { recursive: true });
  });

  test("--quiet prints nothing", async () => {
    expect(await refrain("--quiet", "data", "describe", "%/plays.csv")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("--lang zh, and back", async () => {
    expect((await refrain("--lang", "zh", "data", "describe", "%/plays.csv")).stdout).toContain("数据清洗");
    expect((await refrain("--lang", "en", "data", "describe", "%/plays.csv")).stdout).toContain("Cleaning");
  });

  test("a language that is not there is refused", async () => {
    expect((await refrain("--lang", "tlh", "runs")).code).toBe(2);
  });
});

describe("from a log to a list", () => {
  let id: string;
  beforeAll(async () => {
    const { code, stdout, stderr } = await refrain("train", "--data", "%/plays.csv", "--name", "small", ...TINY);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const words of ["Cleaning", "first loss", "epoch 3:", "Test results", "Markov", "Saved:"])
      expect(stdout).toContain(words);
    id = readdirSync(join(folder, "runs"))[0];
  }, 60_000);

  const record = (run = id) => JSON.parse(readFileSync(join(folder, "runs", run, "run.json"), "utf8"));

  test("the run's folder has its record, history and model, and no checkpoint or lock", () => {
    expect(id).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-small$/);
    expect(record()).toMatchObject({ id, status: "finished", preset: "default", counts: { users: 60, items: 14 } });
    const files = readdirSync(join(folder, "runs", id));
    expect(files).toEqual(expect.arrayContaining(["run.json", "history.json", "model.bin", "context.json"]));
    expect(files).not.toContain("lock");
    expect(readdirSync(join(folder, "runs", id, "checkpoints"))).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, "runs", id, "history.json"), "utf8")).length).toBe(3);
  });

  test("runs and evaluate", async () => {
    expect((await refrain("runs")).stdout).toContain(id);
    expect(JSON.parse((await refrain("--json", "runs")).stdout)).toMatchObject([{ id, status: "finished" }]);
    const { code, stdout } = await refrain("evaluate");
    expect(code).toBe(0);
    for (const words of [
      id,
      "LSTM",
      "popularity",
      "Markov",
      "full ranking",
      "Coverage@10",
      "Holm",
      "No published result",
    ])
      expect(stdout).toContain(words);
    expect(stdout).not.toContain("More than one model");
    for (const name of ["small", id, join(folder, "runs", id)]) {
      const table = JSON.parse((await refrain("--json", "evaluate", name, "--baselines", "none")).stdout);
      const { scorer, metrics } = table.rows[0];
      expect([table.rows.length, scorer]).toEqual([1, "LSTM"]);
      const trained = record().results.rows.find((row: { scorer: string }) => row.scorer === "LSTM");
      // What is measured again from the saved model is what training measured.
      expect(metrics.map(({ value }: { value: number }) => value)).toEqual(
        trained.metrics.map(({ value }: { value: number }) => value),
      );
    }
  });

  test("evaluate on validation reads no test part; a second model on the test part is warned about", async () => {
    const path = join(folder, "users.csv");
    const flags = ["evaluate", "--data", "%/plays.csv", "--baselines", "popularity,markov"];
    const { stdout } = await refrain("--json", ...flags, "--part", "validation", "--export", path);
    expect(JSON.parse(stdout)).toMatchObject({ protocol: { part: "validation" }, readings: [] });
    expect(readFileSync(path, "utf8").split("\n")[0]).toContain("scorer,user,cases,Accuracy,HR@1");
    expect((await refrain(...flags)).stdout).toContain("More than one model was measured on this test part");
    const wrong = await refrain("evaluate", "small", "--set", "train.epochs=9");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("protocol alone")]);
    const nothing = await refrain("evaluate", "--data", "%/plays.csv", "--baselines", ",");
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("nothing to evaluate")]);
  });

  test("recommend by titles, by user, and both; with a search", async () => {
    const byTitle = await refrain("recommend", "--titles", "title of i3", "TITLE OF I4", "-k", "4");
    expect([byTitle.code, byTitle.stderr]).toEqual([0, ""]);
    expect(byTitle.stdout).toContain("title of i4");
    const songs = JSON.parse((await refrain("--json", "recommend", "--user", "u7", "-k", "3")).stdout);
    expect(songs.length).toBe(3);
    expect(songs[0]).toMatchObject({
      rank: 1,
      title: expect.stringContaining("title of i"),
      reasons: expect.any(Array),
    });
    const both = await refrain("--json", "recommend", "--user", "u7", "-t", "title of i3", "-k", "99");
    expect(JSON.parse(both.stdout).length).toBe(14);
    const found = JSON.parse((await refrain("--json", "recommend", "--search", "I1")).stdout) as string[];
    expect(found.toSorted()).toEqual(["1", "10", "11", "13", "14"].map((n) => `title of i${n}`));
    expect(JSON.parse((await refrain("--json", "recommend", "--users")).stdout)).toContain("u7");
  });

  test.each<[string, number, string, string[]]>([
    ["an unknown title", 3, "TITLE_UNKNOWN", ["recommend", "--titles", "no such song"]],
    ["an unknown user", 3, "USER_UNKNOWN", ["recommend", "--user", "__proto__"]],
    ["neither title nor user", 2, "ARGUMENT_INVALID", ["recommend"]],
    ["a list of no length", 2, "ARGUMENT_INVALID", ["recommend", "--user", "u7", "-k", "0"]],
    ["a list of a word's length", 2, "ARGUMENT_INVALID", ["recommend", "--user", "u7", "-k", "ten"]],
    ["a finished run resumed", 2, "ARGUMENT_INVALID", ["resume", "small"]],
  ])("%s", async (_, code, name, args) => {
    const { code: actual, stderr } = await refrain(...args);
    expect(stderr).toMatch(new RegExp(`^Error ${name}: .+\\n.+\\n$`));
    expect(actual).toBe(code);
  });

  test("a run that another process trains, one with other data, and one with a broken record", async () => {
    const copy = (name: string, change: Record<string, unknown>) => {
      mkdirSync(join(folder, "runs", name), { recursive: true });
      const old = record();
      writeFileSync(
        join(folder, "runs", name, "run.json"),
        JSON.stringify({ ...old, status: "interrupted", ...change }),
      );
    };
    copy("busy", {});
    writeFileSync(join(folder, "runs", "busy", "lock"), String(process.ppid));
    expect((await refrain("resume", "busy")).stderr).toContain("Error RUN_BUSY");
    copy("other", { data: { path: log, sha256: "0" } });
    expect((await refrain("resume", "other")).stderr).toContain("Error CHECKPOINT_MISMATCH");
    mkdirSync(join(folder, "runs", "broken"));
    writeFileSync(join(folder, "runs", "broken", "run.json"), "{");
    expect((await refrain("resume", join(folder, "runs", "broken"))).stderr).toContain("Error RUN_DAMAGED");
    expect((await refrain("runs")).code).toBe(0);
    for (const name of ["busy", "other", "broken"]) rmSync(join(folder, "runs", name), { recursive: true });
  });

  test("a damaged model", async () => {
    const path = join(folder, "runs", id, "context.json");
    const good = readFileSync(path);
    writeFileSync(path, good.toString().replace("u7", "u8"));
    expect((await refrain("recommend", "--user", "u7")).stderr).toContain("Error RUN_DAMAGED");
    writeFileSync(path, good);
  });
});

describe.skipIf(!isBuilt)("as a process (needs dist)", () => {
  test("the exit code and the language reach the shell; a stack trace does not", async () => {
    const [zh, bad] = await Promise.all([
      startRefrain(["data", "describe", log], { REFRAIN_LANG: "zh" }).ended,
      startRefrain(["data", "describe", "nosuch.csv"]).ended,
    ]);
    expect(zh.stdout).toContain("数据清洗");
    expect(zh.code).toBe(0);
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain("Error FILE_NOT_FOUND");
    expect(bad.stderr).not.toMatch(/\n\s+at /);
  });

  test("a reader that goes away is no error", async () => {
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["bin/refrain.mjs", "train", "--print-schema"], { stdio: ["ignore", "pipe", "inherit"] });
      child.stdout.destroy();
      child.on("close", (code, signal) => { console.log(JSON.stringify([code, signal])); });`;
    const { stdout, stderr } = await startNode(["-e", script]).ended;
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([0, null]);
  });
});
