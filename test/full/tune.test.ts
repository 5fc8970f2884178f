// Searches with real processes, which are killed, and a real Redis. Half a minute long: .ci/run asks for it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { writeLog } from "../../src/data/index.js";
import { openStudy, optimise, rungsOf, type StudyTrial, studyDefinition, trialValue } from "../../src/tune/index.js";
import { openQueue } from "../../src/tune/workers/queue.js";
import { isBuilt, isLongRun, ROOT, type Running, startRefrain, waitFor } from "../support/cli.js";
import { freePort } from "../support/ports.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const halving = { first: 1, last: 9, eta: 3 };
/** The engine that is there everywhere and starts soonest. */
const WASM = { REFRAIN_ENGINE: "wasm" };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  writeLog(dated(markovWorld({ users: 60, items: 20, plays: 20 }).log), join(folder, "plays.csv"));
  const space = {
    "model.dropout": { values: [0, 0.4] },
    "train.learningRate": { low: 0.001, high: 0.05, scale: "log" },
  };
  writeFileSync(join(folder, "space.json"), JSON.stringify(space));
});
/** Ended in any case, for a test that fails leaves its processes behind. */
const started: Running[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Each trial stands where it may, with one result for each rung on its way. */
function expectWhole(trials: readonly StudyTrial[], count: number, { first, last, eta } = halving): void {
  expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, n) => n));
  for (const { status, units, results } of trials) {
    expect(status).toBe(units === last ? "done" : "paused");
    expect(results.map((each) => each.units)).toEqual(rungsOf({ first, last, eta }).filter((rung) => rung <= units));
  }
}

const long = isLongRun && isBuilt;

describe.skipIf(!long || !hasRedis)("a queue on Redis (needs REFRAIN_FULL=1 and redis-server)", () => {
  let redis: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const settings = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      folder,
    ];
    redis = spawn("redis-server", settings, { stdio: "ignore" });
    await pause(300);
  });
  afterAll(() => redis.kill("SIGKILL"));

  test("4 workers, killed at random: 100 trials, none lost, none counted twice, each goes on from its checkpoint", async () => {
    const place = join(folder, "queue");
    mkdirSync(place);
    const every: ChildProcess[] = [];
    const worker = () => {
      const child = spawn(process.execPath, [join(ROOT, "test/support/queue-worker.mjs"), url, place, "1"], {
        stdio: "inherit",
      });
      every.push(child);
      return child;
    };
    const workers = [worker(), worker(), worker(), worker()];
    const space = { x: { low: 0, high: 1, scale: "linear" } } as const;
    const store = await openStudy(join(place, "study.sqlite"), studyDefinition({ space, sampler: "random", halving }));
    const queue = await openQueue({ url, study: store.id, begin: null, attempts: 20 });
    const random = Random.stream(Number(process.env.REFRAIN_SEED ?? 1), "kills");
    let kills = 0;
    let searching = true;
    const killer = (async () => {
      while (searching) {
        await pause(200 + random.integer(500));
        const at = random.integer(4);
        if (random.uniform() < 0.2) {
          // One that only stands still for longer than its lease comes back to a job that is no longer its own.
          const frozen = workers[at];
          frozen.kill("SIGSTOP");
          setTimeout(() => frozen.kill("SIGCONT"), 2500);
          workers[at] = worker();
        } else {
          workers[at].kill("SIGKILL");
          workers[at] = worker();
        }
        kills++;
      }
    })();
    try {
      const finished: string[] = [];
      for await (const event of optimise(store, queue.run, { trials: 100, parallel: () => 4, retries: 20 })) {
        if (event.type === "trial-result") finished.push(`${event.task.trial}/${event.task.to}`);
        expect(event.type).not.toBe("trial-failed");
      }
      const trials = store.trials();
      expectWhole(trials, 100);
      expect(new Set(finished).size).toBe(finished.length);
      expect(finished).toHaveLength(trials.reduce((sum, { results }) => sum + results.length, 0));
      for (const trial of trials)
        expect(trialValue(trial)).toBeCloseTo((trial.options.x as number) + trial.units / 1000, 9);
      const log = readFileSync(join(place, "log"), "utf8").trim().split("\n");
      const units = trials.reduce((sum, trial) => sum + trial.units, 0);
      expect(new Set(log).size).toBe(units);
      // Only the unit in hand can be done again.
      expect(kills).toBeGreaterThan(10);
      expect(log.length - units).toBeLessThanOrEqual(kills);
    } finally {
      searching = false;
      await killer;
      for (const each of every) each.kill("SIGKILL"); // also those that stand still
      await queue.close();
      store.close();
    }
  }, 300_000);

  test("refrain tune asks, refrain worker trains, a killed one is replaced, and an idle one ends", async () => {
    const runs = ["--runs", join(folder, "queue-runs")];
    const worker = (...more: string[]) =>
      startRefrain([...runs, "worker", "--queue", url, "--lease", "2", ...more], WASM);
    const first = worker();
    started.push(first);
    const asker = startRefrain(["--json", ...runs, ...tuneFlags(), "--queue", url], WASM);
    started.push(asker);
    await waitFor(() => (existing(join(folder, "queue-runs", "shared", "trials")) > 0 ? true : undefined), asker, 150);
    first.child.kill("SIGKILL");
    const second = worker("--idle", "3");
    started.push(second);
    const { code, stdout, stderr } = await asker.ended;
    expect([code, stderr]).toEqual([0, ""]);
    const { trials, best } = JSON.parse(stdout);
    expectWhole(trials, 6, { first: 1, last: 4, eta: 2 });
    expect(best.results.at(-1).value).toBeGreaterThan(0);
    const ended = await second.ended;
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("trial")]);
  }, 300_000);
});

const existing = (path: string): number => {
  try {
    return readdirSync(path).length;
  } catch {
    return 0;
  }
};

function tuneFlags(): string[] {
  const sets = [
    "model.hiddenSize=4",
    "model.embeddingSize=4",
    "model.repeatWindow=0",
    "train.epochs=4",
    "train.patience=50",
    "train.minimumStepsPerEpoch=20",
  ];
  return [
    ...["tune", "--data", join(folder, "plays.csv"), "--trials", "6", "--eta", "2", "--sampler", "random"],
    ...["--space", join(folder, "space.json")],
    ...sets.flatMap((set) => ["--set", set]),
  ];
}

describe.skipIf(!long)("on this machine (needs REFRAIN_FULL=1)", () => {
  test("two processes share a study: together they do each piece once; one that is killed is replaced by the other", async () => {
    const study = join(folder, "both.sqlite");
    const start = (): Running =>
      startRefrain(["--runs", join(folder, "both"), ...tuneFlags(), "--study", study, "--processes", "0"], WASM);
    const [one, two] = [start(), start()];
    started.push(one, two);
    await waitFor(() => (existing(join(folder, "both", "tuning")) > 0 ? true : undefined), two, 150);
    await pause(1500);
    one.child.kill("SIGKILL");
    const ended = await two.ended;
    expect(ended.code).toBe(0);
    await one.ended;
    const store = await openStudy(study);
    expectWhole(store.trials(), 6, { first: 1, last: 4, eta: 2 });
    store.close();
  }, 300_000);

  test("a trial whose process is killed goes on in another one", async () => {
    const running = startRefrain(["--runs", join(folder, "pool"), ...tuneFlags(), "--processes", "1"], WASM);
    started.push(running);
    const child = await waitFor(() => childOf(running.child.pid as number), running, 150);
    await pause(500);
    process.kill(child, "SIGKILL");
    const { code, stdout } = await running.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining("goes on elsewhere")]);
    expect(stdout).toContain("6 trials");
    expect(childOf(running.child.pid as number)).toBeUndefined();
  }, 300_000);
});

/** A child of a process that has IPC, by Linux's own list. */
function childOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return children === "" ? undefined : Number(children.split(" ")[0]);
  } catch {
    return undefined;
  }
}
