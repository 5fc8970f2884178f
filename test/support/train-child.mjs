// Trains models on the engine that REFRAIN_ENGINE names and prints what came out of each. Work comes as a JSON list on stdin.
import { readFileSync } from "node:fs";
import { startEngine } from "../../dist/engine/index.js";
import { validationMetrics } from "../../dist/evaluate/index.js";
import { modelScorer, RecurrentModel } from "../../dist/model/index.js";
import { train } from "../../dist/train/index.js";

const engine = await startEngine();
const results = [];
for (const { itemCount, userCount, windows, cases, model: config, train: training } of JSON.parse(
  readFileSync(0, "utf8"),
)) {
  const model = new RecurrentModel(config, itemCount, userCount, training.seed);
  const metricsOf = (scorer) =>
    validationMetrics(
      scorer,
      cases.map((each) => ({ ...each, history: Int32Array.from(each.history) })),
    );
  const losses = [];
  for await (const event of train({
    model,
    windows: windows.map(({ user, items, earlier }) => ({
      user,
      items: Int32Array.from(items),
      earlier: Int32Array.from(earlier),
    })),
    config: training,
    engine: engine.name,
    validate: metricsOf,
  }))
    if (event.type === "step") losses.push(event.loss);
  results.push({ engine: engine.name, losses, metrics: await metricsOf(modelScorer(model, "LSTM")) });
}
process.stdout.write(JSON.stringify(results));
