// The same promise for whole processes: killed or interrupted, then resumed, the saved model has the same bytes.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/core/files.js";
import { writeLog } from "../../src/data/index.js";
import { isBuilt, isLongRun, startRefrain, waitFor } from "../support/cli.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

describe.skipIf(!isBuilt)("a run in a process of its own (needs dist)", () => {
  let folder: string;
  let log: string;
  let expected: string;

  const train = (runs: string) =>
    startRefrain([
      ...["--runs", runs, "train", "--data", log, "--name", "k"],
      ...[
        "model.embeddingSize=8",
        "model.userEmbeddingSize=4",
        "model.hiddenSize=8",
        "model.repeatWindow=8",
        "train.epochs=12",
        "train.patience=1000",
        "train.minimumStepsPerEpoch=1",
        "train.batchPositions=100",
        "train.checkpointSeconds=0.05",
      ].flatMap((option) => ["--set", option]),
    ]);
  const resume = (runs: string) => startRefrain(["--runs", runs, "resume"]).ended;
  const runIn = (runs: string) => join(runs, readdirSync(runs)[0]);
  const hashOf = (runs: string) => sha256(readFileSync(join(runIn(runs), "model.bin")));
  const statusOf = (runs: string) => JSON.parse(readFileSync(join(runIn(runs), "run.json"), "utf8")).status as string;
  const aCheckpoint = (runs: string) => () => {
    const at = existsSync(runs) && readdirSync(runs)[0] ? join(runIn(runs), "checkpoints") : "";
    return at && existsSync(at) ? readdirSync(at).find((name) => name.endsWith(".bin")) : undefined;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
    log = join(folder, "plays.csv");
    writeLog(dated(markovWorld({ users: 20, items: 12, plays: 25 }).log), log);
    const runs = join(folder, "whole");
    const { code, stderr } = await train(runs).ended;
    expect(stderr).not.toContain("Error");
    expect(code).toBe(0);
    expected = hashOf(runs);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("kill -9 after a checkpoint, then resume", async () => {
    const runs = join(folder, "killed");
    const running = train(runs);
    await waitFor(aCheckpoint(runs), running);
    running.child.kill("SIGKILL");
    expect(await running.ended).toMatchObject({ code: null, signal: "SIGKILL" });
    expect(statusOf(runs)).toBe("training");
    expect(existsSync(join(runIn(runs), "model.bin"))).toBe(false);
    const { code, stdout } = await resume(runs);
    expect(stdout).toMatch(/goes on after step [1-9]/);
    expect(code).toBe(0);
    expect(statusOf(runs)).toBe("finished");
    expect(hashOf(runs)).toBe(expected);
  });

  test.skipIf(!isLongRun)(
    "Ctrl-C gives 130 and a way on, and resume ends the same (needs REFRAIN_FULL=1)",
    async () => {
      const runs = join(folder, "interrupted");
      const running = train(runs);
      await waitFor(aCheckpoint(runs), running);
      running.child.kill("SIGINT");
      const { code, stdout, stderr } = await running.ended;
      expect(stderr).not.toContain("Error");
      expect(code).toBe(130);
      expect(stdout).toContain("npx refrain resume");
      expect(statusOf(runs)).toBe("interrupted");
      expect((await resume(runs)).code).toBe(0);
      expect(hashOf(runs)).toBe(expected);
      expect(readdirSync(runIn(runs)).filter((name) => name === "lock" || name.endsWith(".tmp"))).toEqual([]);
    },
  );
});
