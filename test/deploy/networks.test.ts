// What is exported, run by ONNX Runtime and by TensorFlow.js, beside the model that it was made of.
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { nextState, sequenceFeeds, startState, stepFeeds } from "../../src/deploy/feeds.js";
import type { Network } from "../../src/deploy/network/network.js";
import { sequenceNetwork } from "../../src/deploy/network/sequence.js";
import { stepNetwork } from "../../src/deploy/network/step.js";
import { onnxBytes } from "../../src/deploy/onnx/write.js";
import { graphModelFiles } from "../../src/deploy/tfjs/write.js";
import { exportWeights, packWeights } from "../../src/deploy/weights.js";
import { type ModelConfig, modelScorer, type RecurrentModel, StreamingModel } from "../../src/model/index.js";
import { useEngine } from "../support/engine.js";
import { graphModelRun, hasOnnx, onnxRun, type Run, shakenModel, V } from "../support/networks.js";

useEngine();

const NOTES = { name: "test", version: "0", description: "", properties: {} };

function written(model: RecurrentModel, networkOf: typeof stepNetwork) {
  const weights = exportWeights(model, true);
  return { network: networkOf(model, weights), packed: packWeights(weights, "fp32") };
}

const plays = (() => {
  const random = Random.stream(2, "plays");
  // Some come again soon, some pauses are of years, and the time of one play is not known.
  const items = Int32Array.from({ length: 12 }, (_, n) => (n % 3 === 2 ? 5 : 1 + random.integer(V)));
  const years = (n: number) => (n > 9 ? 5e7 * (n - 9) : 0);
  const times = Float64Array.from(items, (_, n) =>
    n === 3 ? Number.NaN : 1e9 + years(n) + 4000 * n + 3999 * random.uniform(),
  );
  return { items, times };
})();

function expectNear(scores: ArrayLike<number>, wanted: Float32Array): void {
  expect(scores.length).toBe(wanted.length);
  expect(scores[0]).toBe(Number.NEGATIVE_INFINITY);
  for (let item = 1; item < wanted.length; item++) expect(Math.abs(scores[item] - wanted[item])).toBeLessThan(1e-5);
}

/** Steps through the plays, and asks between them with no play. */
async function expectSteps(model: RecurrentModel, { inputs }: Network, run: Run): Promise<void> {
  const streaming = new StreamingModel(model);
  for (const user of [0, 2].slice(model.config.userEmbeddingSize > 0 && model.config.layers === 1 ? 0 : 1)) {
    let wanted = streaming.start(user);
    let state = startState(inputs);
    for (let n = 0; n <= plays.items.length; n++) {
      const now = n % 3 === 2 ? Number.NaN : 1e9 + 4000 * n;
      const before = n === 0 ? Number.NaN : plays.times[n - 1];
      const asked = await run({ ...state, ...stepFeeds(inputs, [{ item: 0, user, before, now }]) });
      expectNear(asked.scores.values, streaming.scores(wanted, now));
      if (n === plays.items.length) break;
      const time = plays.times[n];
      const input = { item: plays.items[n], user, before, time, now: 1e9 + 4000 * (n + 1) };
      const after = await run({ ...nextState(asked), ...stepFeeds(inputs, [input]) });
      wanted = streaming.play(wanted, plays.items[n], time);
      expectNear(after.scores.values, streaming.scores(wanted, input.now));
      state = nextState(after);
    }
  }
}

const OPTIONS: [string, Partial<ModelConfig>][] = [
  ["lstm that copies, with times", {}],
  [
    "lstm, free, no copies, no users, no times",
    {
      output: "free",
      repeatWindow: 0,
      personalWindow: 0,
      userEmbeddingSize: 0,
      timeGap: false,
      hour: false,
      moment: false,
    },
  ],
  ["two layers of gru with residual, and attributes", { cell: "gru", layers: 2, residual: true, attributes: "artist" }],
  ["lstm that copies of many plays", { repeatWindow: 9, hour: false, moment: false }],
  ["lstm that copies the last play alone", { repeatWindow: 1, userEmbeddingSize: 0 }],
  ["lstm that copies without times", { timeGap: false, hour: false, moment: false, repeatWindow: 5 }],
  ["rnn in two blocks", { cell: "rnn", block: "postNorm", layers: 2 }],
  [
    "lstm in a block, without layer norm and short way",
    { block: "preNorm", layerNorm: false, lastItem: false, repeatWindow: 20 },
  ],
];
const STEPS: [string, Partial<ModelConfig>][] = [
  ...OPTIONS,
  ["minGRU in two blocks", { cell: "minGru", block: "postNorm", layers: 2 }],
  ["minLSTM", { cell: "minLstm", moment: false }],
  ["LRU in a block", { cell: "lru", block: "preNorm" }],
];

describe("one play at a time gives the scores of the model", () => {
  test.skipIf(!hasOnnx).each(STEPS)("ONNX Runtime: %s (needs npm run onnx)", async (_, options) => {
    const model = shakenModel(options);
    const { network, packed } = written(model, stepNetwork);
    await expectSteps(model, network, await onnxRun(onnxBytes(network, packed, NOTES), "node"));
    model.dispose();
  });

  test.each(STEPS)("TensorFlow.js: %s", async (_, options) => {
    const model = shakenModel(options);
    const { network, packed } = written(model, stepNetwork);
    const files = graphModelFiles(network, packed, "");
    const { run, dispose } = await graphModelRun(files["model.json"], files["weights.bin"]);
    await expectSteps(model, network, run);
    dispose();
    model.dispose();
  });

  test.skipIf(!hasOnnx)("the WebAssembly build for browsers runs the same file (needs npm run onnx)", async () => {
    const model = shakenModel({});
    const { network, packed } = written(model, stepNetwork);
    await expectSteps(model, network, await onnxRun(onnxBytes(network, packed, NOTES), "web"));
    model.dispose();
  });
});

test("the weights of a graph model have memory of their own, since readers take the whole buffer", () => {
  const [, options] = OPTIONS.find(([name]) => name === "lstm, free, no copies, no users, no times") as [
    string,
    object,
  ];
  const model = shakenModel(options); // small, as pieces of a pool are
  const { network, packed } = written(model, stepNetwork);
  const weights = graphModelFiles(network, packed, "")["weights.bin"];
  expect([weights.byteOffset, weights.buffer.byteLength]).toEqual([0, weights.length]);
  model.dispose();
});

test.skipIf(!hasOnnx)(
  "several listeners go through one step together, and do not see each other (needs npm run onnx)",
  async () => {
    const model = shakenModel({});
    const { network, packed } = written(model, stepNetwork);
    const run = await onnxRun(onnxBytes(network, packed, NOTES), "node");
    const rows = [
      { item: 3, user: 1 },
      { item: 0, user: 0 },
      { item: 7, user: 2 },
    ];
    const all = await run({ ...startState(network.inputs, 3), ...stepFeeds(network.inputs, rows) });
    for (const [n, row] of rows.entries()) {
      const alone = await run({ ...startState(network.inputs), ...stepFeeds(network.inputs, [row]) });
      expectNear(all.scores.values.subarray(n * (V + 1), (n + 1) * (V + 1)), alone.scores.values as Float32Array);
    }
    model.dispose();
  },
);

describe("whole histories side by side give the scores of the model", () => {
  test.skipIf(!hasOnnx).each(OPTIONS)("%s (needs npm run onnx)", async (_, options) => {
    const model = shakenModel(options);
    const { network, packed } = written(model, sequenceNetwork);
    const bytes = onnxBytes(network, packed, NOTES);
    const queries = [0, 1, 4, 6, 12].map((length) => ({
      user: length % 3,
      history: plays.items.slice(0, length),
      times: plays.times.slice(0, length),
      now: length === 4 ? Number.NaN : 1e9 + 50_000,
    }));
    const wanted = modelScorer(model, "LSTM", 1000).score(queries) as Float32Array;
    for (const runtime of model.config.cell === "gru" ? (["node", "web"] as const) : (["node"] as const)) {
      const { scores } = await (await onnxRun(bytes, runtime))(sequenceFeeds(network.inputs, queries));
      queries.forEach((_, n) => {
        const row = (of: typeof scores.values) => of.subarray(n * (V + 1), (n + 1) * (V + 1));
        expectNear(row(scores.values), row(wanted) as Float32Array);
      });
    }
    model.dispose();
  });
});

test("what cannot be written is refused by its code", () => {
  const attention = shakenModel({ cell: "attention" });
  const lru = shakenModel({ cell: "lru" });
  for (const work of [
    () => stepNetwork(attention, exportWeights(attention, true)),
    () => sequenceNetwork(lru, exportWeights(lru, true)),
  ])
    expect(work).toThrow(expect.objectContaining({ code: "EXPORT_UNSUPPORTED" }));
  for (const model of [attention, lru]) model.dispose();
});
