import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { writeLog } from "../../src/data/index.js";
import {
  objectiveOn,
  prepare,
  referenceOf,
  resumeRun,
  runConfig,
  startRun,
  type TrialData,
  type TuneEvent,
  type TuneResult,
  trialConfig,
  tune,
  tuneConfig,
  tuneWorker,
} from "../../src/recipes/index.js";
import { contentHash } from "../../src/recipes/prepare.js";
import { fromShared, share } from "../../src/recipes/tune/shared.js";
import { trialKey } from "../../src/recipes/tune/trial.js";
import { withoutTest } from "../../src/sequence/without-test.js";
import type { Task } from "../../src/tune/index.js";
import { hasCode } from "../evaluate/helpers.js";
import { useEngine } from "../support/engine.js";
import { sends, status, withServer } from "../support/faulty-server.js";
import { refrainIn } from "../support/refrain.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

let folder: string;
let log: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  log = join(folder, "plays.csv");
  writeLog(dated(markovWorld({ users: 30, items: 12, plays: 16 }).log), log);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tiny = {
  model: { embeddingSize: 4, hiddenSize: 4, userEmbeddingSize: 0, repeatWindow: 0 },
  train: { epochs: 4, minimumStepsPerEpoch: 2, warmupSteps: 2, checkpointSeconds: 1000 },
};
const space = {
  "model.dropout": { values: [0, 0.2, 0.4] },
  "train.learningRate": { low: 0.001, high: 0.05, scale: "log" },
};
const options = (more: object = {}) =>
  tuneConfig({ trials: 5, eta: 2, sampler: "random", space, run: { data: { path: log }, ...tiny }, ...more });

interface Told {
  readonly events: TuneEvent[];
  readonly result?: TuneResult;
}

async function run(runs: string, signal?: AbortSignal, onEvent: (event: TuneEvent) => void = () => {}): Promise<Told> {
  const events: TuneEvent[] = [];
  for await (const event of tune(options(), { runs: join(folder, runs), processes: 0, signal })) {
    events.push(event);
    onEvent(event);
  }
  const results = events.find((event) => event.type === "results") as { result: TuneResult } | undefined;
  return { events, result: results?.result };
}

const valuesOf = ({ result }: Told) => result?.trials.map(({ results }) => results.map(({ value }) => value));

describe("tune", () => {
  test("finds options at least as good as those given, writes them, and goes on to the same after a stop", async () => {
    const whole = await run("whole");
    const { best, reference, trials, config } = whole.result as TuneResult;
    expect(trials).toHaveLength(5);
    expect(reference).toMatchObject({ number: 0, units: 4, options: { "model.dropout": runConfig({}).model.dropout } });
    const last = (trial: typeof best) => trial.results.at(-1)?.value as number;
    expect(last(best)).toBeGreaterThanOrEqual(last(reference as typeof best));
    const saved = whole.events.at(-1) as { folder: string; config: string };
    expect(readdirSync(saved.folder).sort()).toEqual(["best.json", "study.sqlite", "trials"]);
    const written = runConfig(JSON.parse(readFileSync(saved.config, "utf8")));
    expect(written).toEqual(config);
    expect(written.train.learningRate).toBe(best.options["train.learningRate"]);
    for (const name of readdirSync(join(saved.folder, "trials")))
      expect(readdirSync(join(saved.folder, "trials", name))).toEqual(["epochs.json"]);

    const controller = new AbortController();
    const stopped = await run("stopped", controller.signal, (event) => {
      if (event.type === "trial-result" && event.trial.number === 2) controller.abort();
    });
    expect(stopped.events.at(-1)?.type).toBe("interrupted");
    expect(stopped.result).toBeUndefined();
    const resumed = await run("stopped");
    expect(resumed.events[0]).toMatchObject({ type: "prepared", known: expect.any(Array) });
    expect(valuesOf(resumed)).toEqual(valuesOf(whole));
    const known = await run("whole");
    expect(known.events.filter(({ type }) => type === "trial-started")).toEqual([]);
    expect(valuesOf(known)).toEqual(valuesOf(whole));
  }, 60_000);

  test(
    "asks an address once, whatever its trials do",
    () =>
      withServer([sends(readFileSync(log)), status(500)], async ({ url, asked }) => {
        vi.stubEnv("REFRAIN_DATA", join(folder, "data"));
        try {
          const search = { ...options({ trials: 1 }), run: runConfig({ data: { path: `${url}/plays.csv` }, ...tiny }) };
          const types: string[] = [];
          for await (const { type } of tune(search, { runs: join(folder, "address"), processes: 0 })) types.push(type);
          expect(types.at(-1)).toBe("saved");
          expect(asked).toHaveLength(1);
        } finally {
          vi.unstubAllEnvs();
        }
      }),
    60_000,
  );

  test("a trial in two pieces is worth what it is in one; one that somebody has trained already is not trained again", async () => {
    const config = runConfig({ data: { path: log }, ...tiny });
    const { histories, dataHash } = await prepare(config);
    const data: TrialData = { config, dataHash, histories: withoutTest(histories), attributes: [], engine: "test" };
    const task = { trial: 0, attempt: 1, options: { "model.dropout": 0.2 } };
    const tools = { signal: new AbortController().signal, tell: () => {} };
    const train = (place: string, from: number, to: number) =>
      objectiveOn(data, join(folder, place))({ ...task, from, to } as Task, tools);
    await train("pieces", 0, 1);
    const key = trialKey(trialConfig(config, task.options), dataHash);
    expect(readdirSync(join(folder, "pieces", key, "checkpoints"))).toHaveLength(1);
    const pieces = await train("pieces", 1, 4);
    const whole = await train("one", 0, 4);
    expect(pieces.value).toBe(whole.value);
    expect(existsSync(join(folder, "pieces", key, "checkpoints"))).toBe(false);
    const before = performance.now();
    expect((await train("one", 1, 4)).value).toBe(whole.value);
    expect((await train("one", 0, 1)).value).toBeLessThanOrEqual(whole.value);
    expect(performance.now() - before).toBeLessThan(1000 * (whole.seconds as number) + 50);
  });

  test("another table of attributes is another study; a run goes on with the table that it began with only", async () => {
    const table = join(folder, "attributes.csv");
    const write = (style: string) =>
      writeFileSync(table, `item,style\n${["i1", "i2", "i3"].map((id) => `${id},${style}`).join("\n")}\n`);
    const config = runConfig({
      data: { path: log, attributes: table },
      ...tiny,
      model: { ...tiny.model, attributes: "style" },
    });
    write("rock");
    const rock = await prepare(config);
    expect(contentHash(rock)).toBe(contentHash(await prepare(config)));
    write("folk");
    const folk = await prepare(config);
    expect(folk.dataHash).toBe(rock.dataHash);
    expect(contentHash(folk)).not.toBe(contentHash(rock));
    const plain = await prepare(runConfig({ data: { path: log, attributes: table }, ...tiny }));
    expect(contentHash(plain)).toBe(plain.dataHash);

    const controller = new AbortController();
    let place = "";
    for await (const event of startRun(config, { runs: join(folder, "attributed"), signal: controller.signal })) {
      if (event.type === "step") controller.abort();
      if (event.type === "interrupted") place = event.folder;
    }
    write("rock");
    const resume = async () => {
      for await (const event of resumeRun(place)) if (event.type === "interrupted") break;
    };
    await expect(resume()).rejects.toThrow(hasCode("CHECKPOINT_MISMATCH", "attributes"));
  });

  test("without a space it has that of recurrent models, and its first trial is in it", () => {
    const { space: own, run } = tuneConfig({});
    expect(Object.keys(own)).toContain("train.learningRate");
    expect(referenceOf({ space: own, run })).toEqual({
      "model.hiddenSize": run.model.hiddenSize,
      "model.inputDropout": run.model.inputDropout,
      "model.dropout": run.model.dropout,
      "train.learningRate": run.train.learningRate,
      "train.weightDecay": run.train.weightDecay,
    });
  });

  test("what trials see has no test part, and its type takes nothing else", async () => {
    const { histories } = await prepare(runConfig({ data: { path: log } }));
    // @ts-expect-error histories with a test part are no TrialData
    const data: TrialData["histories"] = histories;
    expect(data).toBe(histories);
    const seen = withoutTest(histories);
    expect(seen.itemIndex.length).toBeLessThan(histories.itemIndex.length);
  });

  test("a study in which no trial works says why", async () => {
    const broken = options({ trials: 1 });
    const impossible = { ...broken, run: { ...broken.run, train: { ...broken.run.train, metric: "HR@999" } } };
    const events = tune(impossible, { runs: join(folder, "broken"), processes: 0 });
    await expect(
      (async () => {
        for await (const _ of events);
      })(),
    ).rejects.toThrow(hasCode("STUDY_EMPTY", "HR@999"));
  });

  test.each<[object, string]>([
    [{ trials: 0 }, "trials"],
    [{ eta: 1 }, "eta"],
    [{ sampler: "grid" }, "sampler"],
    [{ space: { "data.path": { values: ["a"] } } }, "space.data.path"],
    [{ space: { "train.epochs": { values: [1] } } }, "space.train.epochs"],
    [{ space: { "model.units": { values: [1] } } }, "units"],
    [{ space: { "model.hiddenSize": { values: [-1] } } }, "hiddenSize"],
    [{ other: 1 }, "other"],
  ])("refuses %j", (more, words) => {
    expect(() => options(more)).toThrow(hasCode("CONFIG_INVALID", words));
  });
});

describe("files for workers elsewhere", () => {
  test("lie under the hash of their content, and are refused when that changed", async () => {
    const shared = join(folder, "shared");
    const config = runConfig({ data: { path: log, titles: log } });
    const named = await share(config, shared);
    expect(named.data.path).toMatch(/^shared:[0-9a-f]{64}\/plays\.csv$/);
    expect(await share(config, shared)).toEqual(named);
    expect(readdirSync(join(shared, "objects"))).toHaveLength(1);
    const local = await fromShared(named, shared);
    expect(readFileSync(local.data.path)).toEqual(readFileSync(log));
    expect((await share(runConfig({}), shared)).data.path).toBe("jkpop");
    writeFileSync(local.data.path, "user,item\n");
    await expect(fromShared(named, shared)).rejects.toThrow(hasCode("FILE_DAMAGED", "plays.csv"));
    for (const path of ["/etc/passwd", `shared:${"0".repeat(64)}/..`, `shared:${"0".repeat(64)}/a`])
      await expect(fromShared({ ...named, data: { ...named.data, path } }, shared)).rejects.toThrow(
        hasCode("FILE_NOT_FOUND"),
      );
  });

  test("a queue that is not there is told with its address, without the password", async () => {
    const settings = { shared: folder, parallel: 1, queue: "redis://me:secret@127.0.0.1:1" };
    await expect(tuneWorker(settings)).rejects.toThrow(hasCode("QUEUE_UNAVAILABLE", "redis://…@127.0.0.1:1"));
    await expect(tuneWorker({ ...settings, queue: "http://x" })).rejects.toThrow(
      hasCode("QUEUE_UNAVAILABLE", "redis://"),
    );
  });
});

describe("refrain tune", () => {
  const flags = [
    ...["tune", "--data", "%/plays.csv", "--name", "mine", "--trials", "3", "--processes", "0"],
    ...["--set", "model.hiddenSize=4", "--set", "model.embeddingSize=4", "--set", "model.repeatWindow=0"],
    ...["--set", "train.epochs=2", "--set", "train.minimumStepsPerEpoch=1", "--eta", "2", "--space", "%/space.json"],
  ];

  test("tells what it does, in both languages, writes a page, and its file trains", async () => {
    writeFileSync(join(folder, "space.json"), JSON.stringify(space));
    const { code, stdout, stderr } = await refrainIn(folder, ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    for (const words of ["rungs at 1, 2 epochs", "trial 0:", "left", "3 trials:", "report.html", "train --config"])
      expect(stdout).toContain(words);
    const { stdout: chinese } = await refrainIn(folder, "--lang", "zh", ...flags);
    for (const words of ["从已有的 3 次试验继续", "次试验：", "训练它"]) expect(chinese).toContain(words);
    const json = JSON.parse((await refrainIn(folder, "--json", "--lang", "en", ...flags)).stdout);
    const page = readFileSync(json.report, "utf8");
    for (const words of ["Search history", "Options of the trials", "model.dropout"]) expect(page).toContain(words);
    const trained = await refrainIn(folder, "--json", "train", "--config", json.config, "--baselines", "popularity");
    expect([trained.code, trained.stderr]).toEqual([0, ""]);
  }, 60_000);

  test("shows the default space, and refuses numbers that are none", async () => {
    const { stdout } = await refrainIn(folder, "tune", "--print-space");
    expect(JSON.parse(stdout)).toHaveProperty(["train.learningRate", "scale"], "log");
    for (const wrong of [
      ["--trials", "many"],
      ["--processes", "-1"],
      ["--space", "%/none.json"],
    ])
      expect((await refrainIn(folder, "tune", ...wrong)).code).toBeGreaterThan(1);
    expect((await refrainIn(folder, "worker", "--queue", "redis://x", "--parallel", "0")).code).toBe(2);
  });
});
