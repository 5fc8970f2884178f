// The engines train the same model: same initial weights, same batches, same dropout masks, nearly the same numbers.
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../../src/model/index.js";
import type { TrainConfig } from "../../src/train/index.js";
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

interface Work {
  readonly world: World;
  readonly model: ModelConfig;
  readonly training: TrainConfig;
}

/** Trains in one process with the given engine; undefined where that engine does not load. */
async function trainOn(engine: "native" | "wasm", works: readonly Work[]): Promise<Result[] | undefined> {
  const input = works.map(({ world, model, training }) => ({
    itemCount: world.histories.items.size,
    userCount: world.histories.users.size,
    windows: world.windows.map(({ user, items, earlier = [] }) => ({
      user,
      items: Array.from(items),
      earlier: Array.from(earlier),
    })),
    // Without times, as the windows are.
    cases: world.validation.map(({ times, ...each }) => ({ ...each, history: Array.from(each.history) })),
    model,
    train: training,
  }));
  const { code, stdout, stderr } = await startNode(
    [`${ROOT}test/support/train-child.mjs`],
    { REFRAIN_ENGINE: engine },
    JSON.stringify(input),
  ).ended;
  if (code !== 0 && stderr.includes("The native engine does not load")) return undefined;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Result[];
}

const world = worldOf(markovWorld({ users: 40, items: 40, plays: 40 }).log);
const training = shortTraining({ epochs: 2, batchPositions: 120 });
const shapes: [string, ModelConfig][] = [
  ["copies and personal popularity", smallModel({ hiddenSize: 16, repeatWindow: 8, personalWindow: 6 })],
  ["personal popularity of more plays than a window", smallModel({ repeatWindow: 0, personalWindow: 30 })],
  [
    "GRU, two layers, free output, neither",
    smallModel({ cell: "gru", layers: 2, residual: true, output: "free", repeatWindow: 0, personalWindow: 0 }),
  ],
];
const works: readonly Work[] = [GOLDEN, ...shapes.map(([, model]) => ({ world, model, training }))];

describe.skipIf(!isBuilt)("engines (need dist)", () => {
  let native: Result[] | undefined;
  let wasm: Result[] | undefined;
  beforeAll(async () => {
    [native, wasm] = await Promise.all([hasNative ? trainOn("native", works) : undefined, trainOn("wasm", works)]);
  });

  test("WASM has the recorded losses", () => {
    expect(wasm?.[0].engine).toBe("wasm");
    expect(apart(wasm?.[0].losses ?? [], GOLDEN.losses)).toBeLessThan(1e-4);
  });

  test.for(shapes.map(([name], at) => ({ name, at: at + 1 })))(
    "native and WASM agree, $name: HR@10 and NDCG@10 within 1 %, every loss within 1e-3 (needs tfjs-node)",
    ({ at }, { skip }) => {
      if (!native || !wasm) return skip("the native engine does not load here");
      const [ours, theirs] = [native[at], wasm[at]];
      expect([ours.engine, theirs.engine]).toEqual(["native", "wasm"]);
      expect(ours.losses.length).toBeGreaterThan(20);
      expect(ours.losses.at(-1)).toBeLessThan(ours.losses[0]);
      expect(apart(theirs.losses, ours.losses)).toBeLessThan(1e-3);
      for (const name of ["HR@10", "NDCG@10"]) {
        expect(ours.metrics[name]).toBeGreaterThan(0.2);
        expect(Math.abs(theirs.metrics[name] / ours.metrics[name] - 1)).toBeLessThan(0.01);
      }
    },
  );
});
