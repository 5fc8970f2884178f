// Refrain as a worker for scoring: one user's list after one more play, and all users ranked once their states are known.
import { createInterface } from "node:readline";
import { Random } from "../../dist/core/random.js";
import { productTransposeB, startEngine, tf } from "../../dist/engine/index.js";
import { modelConfig, RecurrentModel, StreamingModel } from "../../dist/model/index.js";
import { operationTimes } from "./operation-times.mjs";

const engine = await startEngine();
let work;

function prepare({ V, D, H }) {
  work?.model.dispose();
  const config = modelConfig({
    embeddingSize: D,
    hiddenSize: H,
    userEmbeddingSize: 0,
    output: "tied",
    lastItem: false,
    repeatWindow: 0,
    timeGap: false,
    layerNorm: true,
  });
  const model = new RecurrentModel(config, V, 1, 1);
  const streaming = new StreamingModel(model);
  work = { V, D, model, streaming, state: streaming.start(), random: Random.stream(1, "plays") };
  return { engine: engine.name };
}

/** One more play, the scores of all items, and the best ten. */
function play({ steps }) {
  const { V, streaming, random } = work;
  const began = performance.now();
  for (let n = 0; n < steps; n++) {
    work.state = streaming.play(work.state, 1 + random.integer(V));
    streaming.top(work.state, 10);
  }
  return { ms: (performance.now() - began) / steps };
}

/** Ranks of one target for each of `users` states. */
function rank({ users }) {
  const { V, D, model } = work;
  const states = tf.randomNormal([users, D]);
  const began = performance.now();
  const scores = tf.tidy(() => productTransposeB(states, model.parameters.get("item/embedding").read()));
  const numbers = scores.dataSync();
  let total = 0;
  for (let u = 0; u < users; u++) {
    const row = numbers.subarray(u * (V + 1), (u + 1) * (V + 1));
    const own = row[1 + (u % V)];
    for (let item = 1; item <= V; item++) if (row[item] > own) total++;
  }
  const ms = performance.now() - began;
  tf.dispose([states, scores]);
  return { ms, meanRank: 1 + total / users };
}

/** Where the time of one play and its list goes. */
function profile({ steps }) {
  play({ steps });
  return operationTimes(steps, () => play({ steps: 1 }));
}

const answers = { prepare, play, rank, profile };
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.do](question))}\n`);
}
