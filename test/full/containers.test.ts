// The commands of the compose and Kubernetes files of docs/tune.md, run as they stand but for addresses, paths and sizes.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { writeLog } from "../../src/data/index.js";
import { isBuilt, isLongRun, type Running, startRefrain } from "../support/cli.js";
import { compose, job, wordsOf } from "../support/containers.js";
import { freePort } from "../support/ports.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const PASSWORD = { REDIS_PASSWORD: "a-word-of-its-own" };
/** The engine that is there everywhere and starts soonest. */
const WASM = { REFRAIN_ENGINE: "wasm" };

describe.skipIf(!isLongRun || !isBuilt || !hasRedis)(
  "compose and Kubernetes (needs REFRAIN_FULL=1 and redis-server)",
  () => {
    let folder: string;
    let redis: ChildProcess;
    let url: string;
    const started: Running[] = [];
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
      writeLog(dated(markovWorld({ users: 60, items: 20, plays: 20 }).log), join(folder, "plays.csv"));
      const port = await freePort();
      url = `redis://:${PASSWORD.REDIS_PASSWORD}@127.0.0.1:${port}`;
      const [program, ...settings] = wordsOf(compose.services.redis.command, PASSWORD);
      const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
      redis = spawn(program, [...settings, ...own], { stdio: "ignore" });
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    afterEach(() => {
      for (const { child } of started.splice(0)) child.kill("SIGKILL");
    });
    afterAll(() => {
      redis?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    function start(words: readonly string[], ...more: string[]): Running {
      const [, , ...args] = words;
      const here: Record<string, string> = {
        "/shared": join(folder, "shared"),
        "/runs": join(folder, "runs"),
        "/data/plays.csv": join(folder, "plays.csv"),
        "100": "4", // trials
        "600": "3", // seconds without work
      };
      const isAddress = (word: string) => word.includes("@redis:6379") || word === "$(REDIS_URL)";
      const running = startRefrain(
        [...args.map((word) => (isAddress(word) ? url : (here[word] ?? word))), ...more],
        WASM,
      );
      started.push(running);
      return running;
    }

    test("workers of both files train what tune asks for, behind the password; one ends when it is told, one by itself", async () => {
      const { worker, tune } = compose.services;
      const first = start(wordsOf(worker.command, PASSWORD));
      const second = start(job.spec.template.spec.containers[0].command);
      const sets = [
        "model.hiddenSize=8",
        "model.embeddingSize=8",
        "model.userEmbeddingSize=4",
        "train.epochs=2",
        "cleaning.minimumItemPlays=1",
      ];
      const asker = start(wordsOf(tune.command, PASSWORD), ...sets.flatMap((set) => ["--set", set]));
      const { code, stdout, stderr } = await asker.ended;
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("4 trials");
      expect(await second.ended).toMatchObject({ code: 0, stderr: "" });
      const began = performance.now();
      first.child.kill("SIGTERM"); // as the engine does before it waits for `stop_grace_period`
      const { stderr: said } = await first.ended;
      expect(said).toBe("");
      expect((performance.now() - began) / 1000).toBeLessThan(Number.parseInt(worker.stop_grace_period as string, 10));
    }, 300_000);

    test("without the password a worker is told so", async () => {
      const running = startRefrain(
        ["worker", "--queue", url.replace(/:[^:@]*@/, ""), "--shared", join(folder, "shared")],
        WASM,
      );
      started.push(running);
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([3, expect.stringMatching(/^Error QUEUE_UNAVAILABLE: .*NOAUTH/)]);
    }, 60_000);
  },
);
