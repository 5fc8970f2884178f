// Asynchronous successive halving: many trials get a little, the best of them get more.
import type { Halving, StudyTrial } from "./trials.js";

/**
 * The rungs of a study, in units.
 *
 * @example rungsOf({ first: 1, last: 10, eta: 3 }) // [1, 3, 9, 10]
 */
export function rungsOf({ first, last, eta }: Halving): number[] {
  const rungs: number[] = [];
  for (let units = first; units < last; units = Math.max(rungs[rungs.length - 1] + 1, Math.round(units * eta)))
    rungs.push(units);
  return [...rungs, last];
}

/**
 * The trial that goes on, and to which rung: one that waits at a rung and is among the best 1 / eta of all that were there.
 * Higher rungs go first. Nothing waits for a rung to be full, so no worker idles for a slow one.
 *
 * The reference (trial 0 of a study that has one) always goes on, so that the best can be compared with it.
 *
 * @source Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning, algorithm 2 (ASHA)
 */
export function promotable(
  trials: readonly StudyTrial[],
  halving: Halving,
  reference: boolean,
): { readonly trial: StudyTrial; readonly to: number } | undefined {
  const rungs = rungsOf(halving);
  const next = (units: number) => rungs[rungs.indexOf(units) + 1];
  const first = trials.find(({ number }) => number === 0);
  if (reference && first?.status === "paused") return { trial: first, to: next(first.units) };
  for (const units of rungs.slice(0, -1).reverse()) {
    const there = valuesAt(trials, units).sort((a, b) => b.value - a.value || a.trial.number - b.trial.number);
    const good = there.slice(0, Math.floor(there.length / halving.eta));
    const found = good.find(({ trial }) => trial.status === "paused" && trial.units === units);
    if (found) return { trial: found.trial, to: next(units) };
  }
  return undefined;
}

/** What each trial was worth at a rung. One that failed on the way there is the worst. */
function valuesAt(trials: readonly StudyTrial[], units: number): { trial: StudyTrial; value: number }[] {
  return trials.flatMap((trial) => {
    const result = trial.results.find((each) => each.units === units);
    if (result) return [{ trial, value: result.value }];
    return trial.status === "failed" && trial.target >= units && trial.units < units
      ? [{ trial, value: Number.NEGATIVE_INFINITY }]
      : [];
  });
}

/** Units that a study of so many trials takes in all, about: every rung passes one trial in eta on. */
export function unitsOf(halving: Halving, trials: number, reference: boolean): number {
  let there = trials;
  let before = 0;
  let sum = 0;
  for (const units of rungsOf(halving)) {
    sum += there * (units - before);
    before = units;
    there = Math.max(reference ? 1 : 0, Math.floor(there / halving.eta));
  }
  return sum;
}
