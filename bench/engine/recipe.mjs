// Refrain as a worker for a share of one epoch on a log of "user item item …" lines, by the preset "movielens".
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Random } from "../../dist/core/random.js";
import { Adam, startEngine } from "../../dist/engine/index.js";
import { RecurrentModel } from "../../dist/model/index.js";
import { PRESETS, prepare as prepareLog, runConfig } from "../../dist/recipes/index.js";
import { toBatch, toBatches, toWindows } from "../../dist/sequence/batches.js";
import { trainHistories } from "../../dist/sequence/histories.js";
import { gradientStep } from "../../dist/train/index.js";
import { operationTimes } from "./operation-times.mjs";

const engine = await startEngine();
let work;

/** Reads the log, and writes weights and the windows of every `every`-th batch for the peer. */
async function prepare({ file, folder, every }) {
  const config = runConfig({ ...PRESETS.movielens.options, data: { path: file } });
  const { histories } = await prepareLog(config);
  const model = new RecurrentModel(config.model, histories.items.size, histories.users.size, 1);
  const windows = toWindows(trainHistories(histories), config.train.maxLength);
  const all = toBatches(windows, config.train.batchPositions, Random.stream(1, "batches", 0));
  const batches = all.filter((_, i) => i % every === 0);
  mkdirSync(folder, { recursive: true });
  const arrays = {};
  for (const [name, parameter] of model.parameters) {
    const fileName = `${name.replace("/", "-")}.bin`;
    writeFileSync(join(folder, fileName), new Uint8Array(parameter.values().buffer));
    arrays[name] = { file: fileName, shape: parameter.shape };
  }
  writeFileSync(join(folder, "recipe.json"), JSON.stringify({ config, arrays, batches: batches.map(windowsOf) }));
  const { train } = config;
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: train.weightDecay };
  work = { model, batches, train, optimizer: new Adam(model.parameters, options), step: 0 };
  const first = model.loss(toBatch(windowsOf(batches[0]).map((items) => ({ user: 0, items: Int32Array.from(items) }))));
  return { engine: engine.name, loss: first.dataSync()[0], batches: batches.length, of: all.length };
}

/** The windows that a batch was made of. */
function windowsOf({ size, length, inputs, padding, positions, targets }) {
  const last = new Map(Array.from(positions, (row, m) => [row % size, targets[m]]));
  return Array.from({ length: size }, (_, b) => [
    ...Array.from({ length: length - padding[b] }, (_unused, t) => inputs[(padding[b] + t) * size + b]),
    last.get(b),
  ]);
}

function oneStep(batch) {
  const { model, optimizer, train } = work;
  const random = Random.stream(1, "dropout", work.step++);
  gradientStep(model, optimizer, batch, { random, learningRate: 1e-3, clipNorm: train.clipNorm });
}

function epoch() {
  const began = performance.now();
  for (const batch of work.batches) oneStep(batch);
  const targets = work.batches.reduce((sum, batch) => sum + batch.targets.length, 0);
  return { seconds: (performance.now() - began) / 1000, targets };
}

function profile() {
  const { batches, model } = work;
  epoch();
  const mean = (count) => batches.reduce((sum, batch) => sum + count(batch), 0) / batches.length;
  const { embeddingSize, hiddenSize } = model.config;
  const size = {
    N: mean(({ length, size }) => length * size),
    targets: mean(({ targets }) => targets.length),
    D: embeddingSize,
    H: hiddenSize,
    V: model.itemCount,
    C: embeddingSize,
  };
  return { ...operationTimes(batches.length, (n) => oneStep(batches[n])), size };
}

const answers = { prepare, epoch, profile };
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answers[question.do](question))}\n`);
}
