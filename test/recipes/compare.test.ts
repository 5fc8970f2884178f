import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeLog } from "../../src/data/index.js";
import { type CompareEvent, type Comparison, compareConfig, compareModels } from "../../src/recipes/index.js";
import { hasCode } from "../evaluate/helpers.js";
import { useEngine } from "../support/engine.js";
import { refrainIn } from "../support/refrain.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

let folder: string;
let log: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  log = join(folder, "plays.csv");
  writeLog(dated(markovWorld({ users: 50, items: 15, plays: 20 }).log), log);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (more: object = {}) =>
  compareConfig({
    models: ["popularity", "markov", "bpr", "ease"],
    trials: 3,
    seeds: [1, 2],
    ...more,
    run: { data: { path: log } },
  });

async function run(config = options(), signal?: AbortSignal, onEvent: (event: CompareEvent) => void = () => {}) {
  const events: CompareEvent[] = [];
  for await (const event of compareModels(config, { runs: join(folder, "runs"), signal })) {
    events.push(event);
    onEvent(event);
  }
  const trials = events.flatMap((event) => (event.type === "trial" ? [event] : []));
  const results = events.find((event) => event.type === "results") as { comparison: Comparison } | undefined;
  return { events, trials, comparison: results?.comparison };
}

describe("compareModels", () => {
  test("stops when it is told to, keeps what is done, and goes on to the result of a run without a stop", async () => {
    const controller = new AbortController();
    const stopped = await run(options(), controller.signal, (event) => {
      if (event.type === "trial" && event.model === "markov" && event.number === 2) controller.abort();
    });
    expect(stopped.events.at(-1)?.type).toBe("interrupted");
    expect(stopped.comparison).toBeUndefined();
    expect(stopped.trials).toHaveLength(3);

    const resumed = await run();
    expect(resumed.trials.map(({ trial }) => trial.cached)).toEqual([true, true, true, ...new Array(7).fill(false)]);
    const again = await run();
    expect(again.trials.every(({ trial }) => trial.cached)).toBe(true);
    expect(again.comparison!.table).toEqual(resumed.comparison!.table);
    const { table, models, readings } = again.comparison!;
    expect(table.rows.map(({ scorer }) => scorer)[0]).toBe("markov");
    expect(table.rows.filter(({ tests }) => tests)).toHaveLength(3);
    expect(table.protocol.part).toBe("test");
    // Only what depends on a seed has a deviation over seeds.
    const deviations = table.rows.flatMap(({ scorer, metrics }) =>
      metrics[0].deviation === undefined ? [] : [scorer],
    );
    expect(deviations).toEqual(["bpr"]);
    for (const { trials, judged } of models) {
      expect(trials.map(({ value }) => value)).toEqual(trials.map(({ value }) => value).toSorted((a, b) => b - a));
      expect(judged!.lists.length).toBeGreaterThan(5);
    }
    expect(readings).toHaveLength(4);
  }, 30_000);

  test("other data, options or protocol are other results", async () => {
    expect((await run(options({ metric: "HR@5", trials: 1 }))).trials.filter(({ trial }) => trial.cached)).toHaveLength(
      4,
    );
    const kept = compareConfig({
      models: ["markov"],
      trials: 1,
      run: { data: { path: log }, protocol: { seen: "remove" } },
    });
    expect((await run(kept)).trials[0].trial.cached).toBe(false);
  });

  test("a model that cannot be fitted is left out with its reason; none at all is an error", async () => {
    const large = compareConfig({
      models: ["content-fallback", "vectors", "markov"],
      trials: 1,
      run: { data: { path: log } },
    });
    const { comparison, events } = await run(large);
    expect(comparison!.models.find(({ name }) => name === "vectors")!.failed).toContain("file");
    expect(events.some(({ type }) => type === "failed")).toBe(true);
    expect(comparison!.table.rows.map(({ scorer }) => scorer)).not.toContain("vectors");
    const none = compareConfig({ models: ["vectors"], run: { data: { path: log } } });
    await expect(run(none)).rejects.toThrow(hasCode("EMPTY_CASES", "vectors"));
  });

  test.each<[object, string, string]>([
    [{ models: [] }, "CONFIG_INVALID", "models"],
    [{ models: ["ease", "ease"] }, "CONFIG_INVALID", "differ"],
    [{ metric: "AUC" }, "CONFIG_INVALID", "metric"],
    [{ metric: "HR@7" }, "CONFIG_INVALID", "metric"],
    [{ trials: 0 }, "CONFIG_INVALID", "trials"],
    [{ seeds: [1, 1] }, "CONFIG_INVALID", "seeds"],
    [{ budget: 1 }, "CONFIG_INVALID", "budget"],
  ])("refuses %j", (more, code, words) => {
    expect(() => compareConfig(more as never)).toThrow(hasCode(code, words));
  });

  test("a name that is nothing is no run", async () => {
    for (const name of ["nosuch", "__proto__", "constructor"])
      await expect(run(options({ models: [name] }))).rejects.toThrow(hasCode("RUN_NOT_FOUND"));
  });
});

describe("refrain compare", () => {
  const tiny = ["model.embeddingSize=8", "model.hiddenSize=8", "model.repeatWindow=8", "train.epochs=1"].flatMap(
    (set) => ["--set", set],
  );

  test("puts a finished run beside techniques, writes its page, and refuses a run of another split", async () => {
    await refrainIn(folder, "train", "--data", "%/plays.csv", "--name", "mine", ...tiny, "--baselines", "popularity");
    const flags = ["compare", "--data", "%/plays.csv", "--models", "mine,markov,popularity", "--trials", "2"];
    const { code, stdout, stderr } = await refrainIn(folder, ...flags, "--export", join(folder, "all.parquet"));
    expect([code, stderr]).toEqual([0, ""]);
    for (const words of ["trial 2/2", "left", "Holm", "Coverage@10", "Search by NDCG@10", "report.html"])
      expect(stdout).toContain(words);
    expect(existsSync(join(folder, "all.parquet"))).toBe(true);
    const json = JSON.parse((await refrainIn(folder, "--json", ...flags)).stdout);
    expect(json.table.rows).toHaveLength(3);
    expect(readFileSync(json.report, "utf8")).toContain("markov");
    expect(readdirSync(json.folder)).toEqual(["comparison.json", "report.html"]);
    const other = await refrainIn(folder, ...flags, "--set", "split.kind=leave-one-out");
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("another log than this comparison")]);
  }, 60_000);

  test("a number that is none is refused", async () => {
    const { code, stderr } = await refrainIn(folder, "compare", "--trials", "many");
    expect([code, stderr]).toEqual([2, expect.stringContaining("trials")]);
  });
});
