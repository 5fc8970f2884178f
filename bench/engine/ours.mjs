// Refrain as a worker.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Adam, startEngine, tf } from "../../dist/engine/index.js";
import { modelConfig, RecurrentModel } from "../../dist/model/index.js";
import { gradientStep } from "../../dist/train/index.js";
import { measureMachine } from "./machine.mjs";
import { operationTimes } from "./operation-times.mjs";

const engine = await startEngine();
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
let work;

/** Reads one array of a folder that `writeData` made. */
function read(folder, { file, type }) {
  const { buffer, byteOffset, byteLength } = Uint8Array.from(readFileSync(join(folder, file)));
  return new (type === "int32" ? Int32Array : Float32Array)(buffer, byteOffset, byteLength / 4);
}

function prepare({ folder }) {
  const { shape, arrays } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const { B, T, D, H, V, K } = shape;
  const config = modelConfig({
    cell: "lstm",
    embeddingSize: D,
    hiddenSize: H,
    userEmbeddingSize: 0,
    layers: 1,
    inputDropout: 0,
    dropout: 0,
    layerNorm: false,
    output: "free",
    lastItem: false,
    repeatWindow: 0,
    timeGap: false,
  });
  const model = new RecurrentModel(config, V, 1, 1);
  for (const [name, parameter] of model.parameters) parameter.assign(read(folder, arrays[name]));
  const every = Int32Array.from({ length: T * B }, (_, i) => i);
  const batch = {
    length: T,
    size: B,
    users: new Int32Array(B),
    inputs: read(folder, arrays.inputs),
    padding: new Int32Array(B),
    positions: every,
    targets: read(folder, arrays.targets),
  };
  const logChances = new Float32Array(V + 1).fill(-Math.log(V));
  const sampled = K && { loss: "sampled-softmax", negatives: { items: read(folder, arrays.negatives), logChances } };
  work = { model, optimizer: new Adam(model.parameters, adam), batch, sampled };
  return { engine: engine.name, version: engine.version };
}

function oneStep() {
  const { model, optimizer, batch, sampled } = work;
  const options = { learningRate: 1e-3, clipNorm: Number.POSITIVE_INFINITY, sampled, rowsOnly: sampled !== undefined };
  return gradientStep(model, optimizer, batch, options).loss;
}

/** Times some steps; the first loss is of the weights as they were before. */
function step({ steps }) {
  const losses = [];
  const began = performance.now();
  for (let n = 0; n < steps; n++) losses.push(oneStep());
  return { ms: (performance.now() - began) / steps, losses, tensors: tf.memory().numTensors };
}

function profile({ steps }) {
  for (let n = 0; n < steps; n++) oneStep();
  return operationTimes(steps, oneStep);
}

const answers = { prepare, step, profile, machine: measureMachine };
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await answers[question.do](question))}\n`);
}
