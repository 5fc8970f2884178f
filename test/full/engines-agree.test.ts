// The whole default run on the embedded data set, once on each engine. Minutes long: .ci/run asks for it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../src/recipes/index.js";
import { isLongRun, startRefrain, withFolder } from "../support/cli.js";

/** Test metrics of the default run on an engine; undefined where that engine does not load. */
function runOn(engine: "native" | "wasm"): Promise<RunRecord | undefined> {
  return withFolder(async (runs) => {
    const { code, stdout, stderr } = await startRefrain(["demo", "--json", "--runs", runs], { REFRAIN_ENGINE: engine })
      .ended;
    if (code === 4) return undefined;
    expect(code, stderr).toBe(0);
    const { folder } = JSON.parse(stdout) as { folder: string };
    return JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunRecord;
  });
}

test.skipIf(!isLongRun)(
  "native and WASM give the same test metrics within 1 % on the embedded data set, beat every baseline and close half the gap (needs REFRAIN_FULL=1)",
  { timeout: 1_500_000 },
  async ({ skip }) => {
    const native = await runOn("native");
    const wasm = await runOn("wasm");
    if (!native || !wasm) return skip("the native engine does not load here");
    const metrics = (record: RunRecord, scorer: string) =>
      Object.fromEntries(
        record.results?.rows.find((row) => row.scorer === scorer)?.metrics.map((m) => [m.name, m]) ?? [],
      );
    const [ours, theirs] = [metrics(native, "LSTM"), metrics(wasm, "LSTM")];
    for (const name of ["HR@1", "HR@5", "HR@10", "NDCG@10", "MRR@10"])
      expect(Math.abs(theirs[name].value / ours[name].value - 1), name).toBeLessThan(0.01);
    for (const record of [native, wasm]) {
      const [model, oracle, markov] = ["LSTM", "oracle", "Markov"].map((scorer) => metrics(record, scorer)["HR@10"]);
      for (const baseline of ["popularity", "Markov", "item k-NN"])
        expect(metrics(record, baseline)["HR@10"].high).toBeLessThan(model.low);
      expect((model.value - markov.value) / (oracle.value - markov.value)).toBeGreaterThan(0.5);
    }
  },
);
