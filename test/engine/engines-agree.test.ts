// The engines train the same model: same initial weights, same batches, same dropout masks, nearly the same numbers.
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../../src/model/index.js";
import { isBuilt, ROOT, startNode } from "../support/cli.js";
import { apart, GOLDEN } from "../support/golden.js";
import { shortTraining, smallModel, type World, worldOf } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

const hasNative = (() => {
  try {
    createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json");
    return true;
  } catch {
    return false;
  }
})();

interface Result {
  readonly engine: string;
  readonly losses: number[];
  readonly metrics: Record<string, number>;
}

/** Two epochs (unless told otherwise) in a process with the given engine; undefined where that engine does not load. */
async function trainOn(
  engine: "native" | "wasm",
  world: World,
  model: ModelConfig,
  train = shortTraining({ epochs: 2, batchPositions: 120 }),
): Promise<Result | undefined> {
  const work = {
    itemCount: world.histories.items.size,
    userCount: world.histories.users.size,
    windows: world.windows.map(({ user, items }) => ({ user, items: Array.from(items) })),
    cases: world.validation.map((each) => ({ ...each, history: Array.from(each.history) })),
    model,
    train,
  };
  const { code, stdout, stderr } = await startNode(
    [`${ROOT}test/support/train-child.mjs`],
    { REFRAIN_ENGINE: engine },
    JSON.stringify(work),
  ).ended;
  if (code !== 0 && stderr.includes("The native engine does not load")) return undefined;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

test.skipIf(!isBuilt)("WASM has the recorded losses (needs dist)", async () => {
  const result = await trainOn("wasm", GOLDEN.world, GOLDEN.model, GOLDEN.training);
  expect(result?.engine).toBe("wasm");
  expect(apart(result?.losses ?? [], GOLDEN.losses)).toBeLessThan(1e-4);
});

describe.skipIf(!isBuilt || !hasNative)("native and WASM agree (needs dist and tfjs-node)", () => {
  const world = worldOf(markovWorld({ users: 40, items: 40, plays: 40 }).log);

  describe.each([
    ["with the copy mechanism", smallModel({ hiddenSize: 16, repeatWindow: 8 })],
    [
      "GRU, two layers, free output",
      smallModel({ cell: "gru", layers: 2, residual: true, output: "free", repeatWindow: 0 }),
    ],
  ])("%s", (_, model) => {
    let native: Result | undefined;
    let wasm: Result | undefined;
    beforeAll(async () => {
      [native, wasm] = await Promise.all([trainOn("native", world, model), trainOn("wasm", world, model)]);
    });

    test("HR@10 and NDCG@10 within 1 %, every loss within 1e-3", ({ skip }) => {
      if (!native || !wasm) return skip("the native engine does not load here");
      expect([native.engine, wasm.engine]).toEqual(["native", "wasm"]);
      expect(native.losses.length).toBeGreaterThan(20);
      expect(native.losses.at(-1)).toBeLessThan(native.losses[0]);
      expect(apart(wasm.losses, native.losses)).toBeLessThan(1e-3);
      for (const name of ["HR@10", "NDCG@10"]) {
        expect(native.metrics[name]).toBeGreaterThan(0.2);
        expect(Math.abs(wasm.metrics[name] / native.metrics[name] - 1)).toBeLessThan(0.01);
      }
    });
  });
});
