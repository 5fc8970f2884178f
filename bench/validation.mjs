// One model trained and measured on the validation part; the test part is not read.
import { prepare, RecurrentModel, train } from "../dist/index.js";
import { trainingInput } from "../dist/recipes/training.js";

/**
 * Metrics of the best epoch.
 *
 * @param config   of a run, as `runConfig` gives it
 * @param prepared the log of it, as `prepare` gives it
 * @param engine   as `startEngine` gives it
 * @param onEpoch  told after each epoch
 * @returns ndcg and hr at 10, the metric that chose, the best epoch, epochs, number of weights, seconds
 */
export async function measureValidation(config, prepared, engine, onEpoch = () => {}) {
  const { histories, attributes } = prepared;
  const { size } = histories.items;
  const model = new RecurrentModel(config.model, size, histories.users.size, config.train.seed, attributes);
  const began = performance.now();
  const { metric } = config.train;
  let best = { value: -1 };
  let epochs = 0;
  try {
    for await (const event of train(await trainingInput(config, histories, model, engine.name))) {
      if (event.type !== "validation") continue;
      epochs = event.epoch;
      const { metrics, epoch } = event;
      if (metrics[metric] > best.value)
        best = { value: metrics[metric], ndcg: metrics["NDCG@10"], hr: metrics["HR@10"], epoch };
      onEpoch(event);
    }
  } finally {
    model.dispose();
  }
  return { ...best, metric, epochs, parameters: model.parameterCount, seconds: (performance.now() - began) / 1000 };
}

/** Data of the last configuration: one option of the model changes nothing about them. */
let last;

/** The log of a configuration, prepared anew only where the options that it depends on changed. */
export async function prepared(config) {
  const { data, cleaning, split, model } = config;
  const key = JSON.stringify([data, cleaning, split, model.attributes]);
  if (last?.key !== key) last = { key, log: await prepare(config) };
  return last.log;
}

/** Options of one level of sections, the later ones first. */
export function merged(below, above) {
  const sections = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...sections].map((key) => [key, { ...below[key], ...above[key] }]));
}
