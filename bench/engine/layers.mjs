// The LSTM of tfjs-layers as a worker, on the same TensorFlow: what a TypeScript developer would reach for first.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startEngine, tf } from "../../dist/engine/index.js";

await startEngine();
let work;

function read(folder, { file, shape, type }) {
  const { buffer, byteLength } = Uint8Array.from(readFileSync(join(folder, file)));
  return tf.tensor(new (type === "int32" ? Int32Array : Float32Array)(buffer, 0, byteLength / 4), shape, type);
}

/** Columns in the order of tfjs-layers, i, f, c, o; ours are i, g, f, o. */
function reordered(x) {
  const [i, g, f, o] = tf.split(x, 4, x.rank - 1);
  return tf.concat([i, f, g, o], x.rank - 1);
}

function prepare({ folder }) {
  const { shape, arrays } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const { T, D, H, V } = shape;
  const get = (name) => read(folder, arrays[name]);
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: V + 1, outputDim: D, inputLength: T }),
      tf.layers.lstm({ units: H, returnSequences: true, recurrentActivation: "sigmoid" }),
      tf.layers.dense({ units: V + 1 }),
    ],
  });
  const bias = tf.tidy(() => get("output/bias").add(tf.oneHot(tf.scalar(0, "int32"), V + 1).mul(-1e9)));
  model.layers[0].setWeights([get("item/embedding")]);
  model.layers[1].setWeights(["layer0/input", "layer0/recurrent", "layer0/bias"].map((name) => reordered(get(name))));
  model.layers[2].setWeights([tf.transpose(get("output/items")), bias]);
  const inputs = tf.transpose(get("inputs"));
  const targets = get("targets");
  const N = targets.shape[0];
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const loss = () => {
    const logits = tf.transpose(model.apply(inputs, { training: true }), [1, 0, 2]).reshape([N, V + 1]);
    const own = tf.sum(logits.mul(tf.oneHot(targets, V + 1)), 1);
    return tf.logSumExp(logits, 1).sub(own).mean();
  };
  work = { optimizer, loss };
  return {};
}

function step({ steps }) {
  const losses = [];
  const began = performance.now();
  for (let n = 0; n < steps; n++) {
    const value = work.optimizer.minimize(work.loss, true);
    losses.push(value.dataSync()[0]);
    value.dispose();
  }
  return { ms: (performance.now() - began) / steps, losses };
}

const answers = { prepare, step };
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.do](question))}\n`);
}
