// What fewer bits cost: size, accuracy and latency of one run in each precision.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  evaluationCases,
  exportModel,
  loadModel,
  modelScorer,
  nextState,
  PRECISIONS,
  prepare,
  quantiseModel,
  readRecord,
  runConfig,
  StreamingModel,
  sequenceFeeds,
  startState,
  stepFeeds,
  tf,
  topK,
  validationMetrics,
} from "../../dist/index.js";
import { pythonWith } from "../venv.mjs";

/** Histories whose lists are compared, plays that are timed, and length of the lists. */
const [HISTORIES, TIMED, LENGTH, BATCH] = [1000, 2000, 10, 50];

/** Runs an exported step by ONNX Runtime. @param module its package @returns (feeds) => outputs, timed by the caller */
export async function onnxStep(module, bytes) {
  const ort = createRequire(new URL("../../tools/onnx/package.json", import.meta.url))(module);
  const session = await ort.InferenceSession.create(bytes);
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(([name, { type, shape, values }]) => [
      name,
      new ort.Tensor(type, values, shape),
    ]);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [name, { type, shape: dims, values: data }]),
    );
  };
}

async function graphStep(folder) {
  const { modelTopology, weightsManifest, signature } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const weightData = new Uint8Array(readFileSync(join(folder, "weights.bin"))).buffer;
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData,
      signature,
      format: "graph-model",
    }),
  );
  const names = Object.keys(signature.outputs);
  return async (feeds) => {
    const inputs = Object.entries(feeds).map(([name, { type, shape, values }]) => [
      name,
      tf.tensor(values, shape, type),
    ]);
    const results = model.execute(Object.fromEntries(inputs), names);
    const outputs = results.map((tensor, n) => [
      names[n],
      { type: tensor.dtype, shape: tensor.shape, values: tensor.dataSync() },
    ]);
    tf.dispose([...inputs.map(([, tensor]) => tensor), ...results]);
    return Object.fromEntries(outputs);
  };
}

/** Milliseconds of one play with the scores of all items after it. */
async function latency(inputs, run, items) {
  let state = startState(inputs);
  const times = [];
  for (let n = 0; n < TIMED + 100; n++) {
    const feeds = { ...state, ...stepFeeds(inputs, [{ item: 1 + ((n * 7919) % items) }]) };
    const began = performance.now();
    const outputs = await run(feeds);
    if (n >= 100) times.push(performance.now() - began);
    state = nextState(outputs);
  }
  return quantiles(times);
}

/** p50 and p99 of numbers. */
export function quantiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p99: at(0.99) };
}

/** Share of histories whose ten best by sequence.onnx are those of the model that it was made of, ties by 1e-4 apart. */
async function agreement(inputs, run, scorer, cases) {
  const width = scorer.itemCount + 1;
  let [same, most] = [0, 0];
  for (let first = 0; first < cases.length; first += BATCH) {
    const queries = cases.slice(first, first + BATCH);
    const ours = await scorer.score(queries);
    const { scores } = await run(sequenceFeeds(inputs, queries));
    queries.forEach((_, n) => {
      const row = (of) => of.subarray(n * width, (n + 1) * width);
      const [mine, theirs] = [row(ours), row(scores.values)];
      for (let item = 1; item < width; item++) most = Math.max(most, Math.abs(mine[item] - theirs[item]));
      const [list, other] = [topK(mine, LENGTH), topK(theirs, LENGTH)];
      if (list.every((item, at) => item === other[at] || Math.abs(mine[item] - mine[other[at]]) < 1e-4)) same++;
    });
  }
  return { same: same / cases.length, most };
}

/** One row for each precision. @param run folder of a finished run @param folder for the exports */
export async function measurePrecision(run, folder, onLine = () => {}) {
  const record = readRecord(run);
  const { histories } = await prepare(runConfig(record.config));
  const saved = loadModel(run);
  const cases = evaluationCases(histories, "validation");
  const some = cases.filter((_, n) => n % Math.floor(cases.length / HISTORIES) === 0).slice(0, HISTORIES);
  const short = some.map((each) => ({
    user: 0,
    history: each.history.slice(-saved.windowLength),
    times: each.times?.slice(-saved.windowLength),
  }));
  const rows = [];
  for (const precision of PRECISIONS) {
    onLine(`  ${precision}, ${rows.length + 1} of ${PRECISIONS.length}`);
    const { model, bytes } = quantiseModel(saved.model, precision);
    const metrics = await validationMetrics(
      modelScorer(model, saved.name, saved.windowLength),
      cases,
      record.config.protocol,
    );
    const sizes = {};
    for (const to of ["onnx", "tfjs", "page"])
      for (const file of exportModel(saved, join(folder, precision, to), { to, precision, replace: true }).files)
        sizes[file.name] = file.bytes;
    const { networks } = JSON.parse(readFileSync(join(folder, precision, "onnx", "export.json"), "utf8"));
    const { inputs } = networks.find(({ file }) => file === "step.onnx");
    const onnx = readFileSync(join(folder, precision, "onnx", "step.onnx"));
    const node = await onnxStep("onnxruntime-node", onnx);
    const runs = {
      "onnxruntime-node": node,
      "onnxruntime-web": await onnxStep("onnxruntime-web", onnx),
      "TensorFlow.js": await graphStep(join(folder, precision, "tfjs")),
    };
    const latencies = {};
    for (const [name, step] of Object.entries(runs))
      latencies[name] = await latency(inputs, step, saved.model.itemCount);
    const whole = networks.find(({ file }) => file === "sequence.onnx").inputs;
    const sequence = await onnxStep("onnxruntime-node", readFileSync(join(folder, precision, "onnx", "sequence.onnx")));
    const agreed = await agreement(whole, sequence, modelScorer(model, saved.name, saved.windowLength), short);
    rows.push({ precision, bytes, sizes, metrics, latencies, agreed });
    model.dispose();
  }
  const streaming = new StreamingModel(saved.model);
  let state = streaming.start();
  const times = [];
  for (let n = 0; n < TIMED + 100; n++) {
    const began = performance.now();
    state = streaming.play(state, 1 + ((n * 7919) % saved.model.itemCount));
    streaming.scores(state);
    if (n >= 100) times.push(performance.now() - began);
  }
  const peer = await torchTwin(folder, saved.model);
  const facts = { run: record.id, items: saved.model.itemCount, cases: cases.length, histories: short.length };
  saved.model.dispose();
  return { rows, ours: quantiles(times), peer, ...facts };
}

/** Milliseconds of one play by a plain LSTM of the same sizes, in PyTorch and as PyTorch exports it to ONNX Runtime. */
async function torchTwin(folder, { config, itemCount }) {
  const python = pythonWith("torch-onnx", ["torch", "numpy", "onnx"]);
  if (!python) return undefined;
  const path = join(folder, "torch-step.onnx");
  const { embeddingSize: D, hiddenSize: H } = config;
  const script = join(import.meta.dirname, "torch-peer.py");
  const sizes = [D, H, itemCount, TIMED].map(String);
  const said = execFileSync(python, [script, path, ...sizes], { encoding: "utf8" });
  const { version, ...eager } = JSON.parse(said.trim().split("\n").at(-1));
  const step = await onnxStep("onnxruntime-node", readFileSync(path));
  const zeros = () => ({ type: "float32", shape: [1, 1, H], values: new Float32Array(H) });
  let [h, c] = [zeros(), zeros()];
  const times = [];
  for (let n = 0; n < TIMED + 100; n++) {
    const item = { type: "int64", shape: [1], values: BigInt64Array.of(BigInt(1 + ((n * 7919) % itemCount))) };
    const began = performance.now();
    const { hNext, cNext } = await step({ item, h, c });
    if (n >= 100) times.push(performance.now() - began);
    [h, c] = [hNext, cNext];
  }
  return { version, eager, onnx: quantiles(times) };
}
