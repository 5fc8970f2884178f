// Trains one model on the engine that REFRAIN_ENGINE names and prints what came out. Work comes as JSON on stdin.
import { readFileSync } from "node:fs";
import { startEngine } from "../../dist/engine/index.js";
import { validationMetrics } from "../../dist/evaluate/index.js";
import { modelScorer, RecurrentModel } from "../../dist/model/index.js";
import { train } from "../../dist/train/index.js";

const { itemCount, userCount, windows, cases, model: config, train: training } = JSON.parse(readFileSync(0, "utf8"));
const engine = await startEngine();
const model = new RecurrentModel(config, itemCount, userCount, training.seed);
const metricsOf = (scorer) =>
  validationMetrics(
    scorer,
    cases.map((each) => ({ ...each, history: Int32Array.from(each.history) })),
  );
const losses = [];
for await (const event of train({
  model,
  windows: windows.map(({ user, items }) => ({ user, items: Int32Array.from(items) })),
  config: training,
  engine: engine.name,
  validate: metricsOf,
}))
  if (event.type === "step") losses.push(event.loss);
process.stdout.write(
  JSON.stringify({ engine: engine.name, losses, metrics: await metricsOf(modelScorer(model, "LSTM")) }),
);
