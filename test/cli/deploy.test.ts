// `export` and `update` by the command line.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useLanguage } from "../../src/cli/messages.js";
import { writeLog } from "../../src/data/index.js";
import { saveModel } from "../../src/model/index.js";
import { knownPlays, readRecord } from "../../src/recipes/index.js";
import { useEngine } from "../support/engine.js";
import { refrainIn } from "../support/refrain.js";
import { writeRun } from "../support/runs.js";
import { dated, newModel, shortTraining, smallModel, worldOf } from "../support/training.js";
import { cycleWorld } from "../support/worlds.js";

useEngine();

let folder: string;
const refrain = (...args: string[]) => refrainIn(folder, ...args);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  const runs = join(folder, "runs");
  writeRun(runs, "mine");
  writeRun(runs, "mine", { config: { ...readRecord(join(runs, "mine")).config, train: shortTraining() } });
  const world = worldOf(dated(cycleWorld()));
  const model = newModel(world, smallModel());
  const { items, users, titles } = world.histories;
  const context = { name: "LSTM", items, users, titles, aliases: titles.map(() => []), windowLength: 20 };
  saveModel(join(runs, "mine"), model, { ...context, ...knownPlays(world.histories) });
  model.dispose();
  writeLog(dated(cycleWorld(40)), join(folder, "plays.csv"));
  useLanguage("en");
});
afterAll(() => {
  useLanguage("en");
  rmSync(folder, { recursive: true, force: true });
});

test.each([["export"], ["update"]])("%s --help has examples", async (command) => {
  const { code, stdout } = await refrain(command, "--help");
  expect([code, stdout]).toEqual([0, expect.stringMatching(/Examples:\n {2}refrain /)]);
});

describe("what goes wrong has its code", () => {
  test.each<[string, number, string, string[]]>([
    ["export of no run", 3, "RUN_NOT_FOUND", ["export", "nosuch", "--to", "onnx"]],
    ["update of no run", 3, "RUN_NOT_FOUND", ["update", "nosuch", "--data", "%/plays.csv"]],
    ["update without its log", 3, "FILE_NOT_FOUND", ["update", "mine", "--data", "%/nosuch.csv"]],
    ["a share that is none", 2, "ARGUMENT_INVALID", ["update", "mine", "--data", "%/plays.csv", "--guard-share", "2"]],
  ])("%s", async (_, code, name, args) => {
    const result = await refrain(...args);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(`Error ${name}: `)]);
  });

  test.each([
    [["export", "mine"]],
    [["export", "mine", "--to", "pickle"]],
    [["export", "mine", "--to", "onnx", "-q", "int4"]],
    [["update", "mine"]],
  ])("%s", async (args) => {
    const { code, stderr } = await refrain(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: /)]);
  });
});

test("export writes what it lists, and not over something else", async () => {
  const out = join(folder, "out");
  const { code, stdout, stderr } = await refrain("--json", "export", "mine", "--to", "onnx", "--out", out);
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as { to: string; precision: string; files: { name: string }[] };
  expect([code, report.to, report.precision]).toEqual([0, "onnx", "fp32"]);
  expect(report.files.map(({ name }) => name)).toEqual(["step.onnx", "sequence.onnx", "items.json"]);
  expect(readdirSync(out)).toHaveLength(5);
  expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(/^# Model card: mine\n/);
  const again = await refrain("export", "mine", "--to", "onnx", "--out", out);
  expect([again.code, again.stderr]).toEqual([3, expect.stringContaining("EXPORT_EXISTS")]);
  const replaced = await refrain("--lang", "zh", "export", "mine", "--to", "page", "--out", out, "--replace");
  expect([replaced.code, replaced.stdout]).toEqual([0, expect.stringContaining("index.html")]);
  expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(/^# 模型卡: mine\n/);
});

test("update says what is new, what the guard found, and where the new run is", async () => {
  const { code, stdout } = await refrain(
    "--lang",
    "en",
    "update",
    "mine",
    "--data",
    join(folder, "plays.csv"),
    "--rate",
    "1",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/known already: 84;.*\nnew items: 0, new listeners: 0\nbefore: NDCG@10 /);
  expect(stdout).toMatch(/kept: NDCG@10 .* -> .*\nNew run: .*-run-updated\n$/s);
});
