import type { TrainingEvent } from "../core/events.js";
import { Random } from "../core/random.js";
import { Adam } from "../engine/index.js";
import { type RecurrentModel, readWeights, writeWeights } from "../model/index.js";
import { toBatch, type Window } from "../sequence/batches.js";
import { gradientStep } from "./step.js";

type Check = Extract<TrainingEvent, { type: "check" }>;

const OVERFIT_POSITIONS = 48;
const OVERFIT_STEPS = 25;

/**
 * Two checks that catch most faults of a model before hours are spent: an untrained model must be about as good as
 * chance (loss near ln V), and it must be able to learn one small batch by heart. Weights are put back afterwards.
 *
 * @source the habit of A. Karpathy, "A Recipe for Training Neural Networks", 2019
 */
export function checkModel(model: RecurrentModel, windows: readonly Window[]): Check[] {
  const batch = toBatch(smallBatch(windows));
  const chance = Math.log(model.itemCount);
  const untrained = model.loss(batch);
  const first = untrained.dataSync()[0];
  untrained.dispose();
  const start = readWeights(model.parameters);
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  let last = first;
  for (let step = 0; step < OVERFIT_STEPS; step++)
    last = gradientStep(model, optimizer, batch, { learningRate: 0.02, clipNorm: 5 }).loss;
  optimizer.dispose();
  writeWeights(model.parameters, start);
  return [
    {
      type: "check",
      name: "first loss",
      passed: Math.abs(first - chance) < Math.max(0.25 * chance, 0.5),
      message: `first loss ${first.toFixed(3)}, chance ln V = ${chance.toFixed(3)}`,
    },
    {
      type: "check",
      name: "overfit one batch",
      passed: last < 0.6 * first,
      message: `${batch.targets.length} targets learned by heart: loss ${first.toFixed(3)} -> ${last.toFixed(3)} in ${OVERFIT_STEPS} steps`,
    },
  ];
}

/** A few short windows with about `OVERFIT_POSITIONS` targets in all. */
function smallBatch(windows: readonly Window[]): Window[] {
  const chosen: Window[] = [];
  let positions = 0;
  const order = Random.stream(0, "checks").shuffle(Array.from(windows.keys()));
  for (const at of order) {
    const items = windows[at].items.subarray(0, 13);
    chosen.push({ user: windows[at].user, items });
    positions += items.length - 1;
    if (positions >= OVERFIT_POSITIONS) break;
  }
  return chosen;
}
