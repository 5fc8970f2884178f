import { type BaselineInput, fitBaseline } from "../baseline/index.js";
import type { Scorer } from "../core/scorer.js";
import type { Histories } from "../sequence/histories.js";

/** How far a long fit is. */
export interface FitProgress {
  readonly type: "fitting";
  readonly scorer: string;
  readonly done: number;
  readonly all: number;
  readonly secondsLeft: number;
}

/**
 * Fits a baseline, and says how far it is about every `everyMs` milliseconds; returns the scorer.
 *
 * @throws {RefrainError} as `fitBaseline`
 * @throws the signal's reason once it is aborted
 */
export async function* fitting(
  choice: Exclude<BaselineInput, string>,
  histories: Histories,
  signal?: AbortSignal,
  everyMs = 2000,
): AsyncGenerator<FitProgress, Scorer> {
  const began = performance.now();
  let told = began;
  let latest: { readonly done: number; readonly all: number } | undefined;
  let wake = () => {};
  const onProgress = (done: number, all: number) => {
    if (performance.now() - told < everyMs || done === all) return;
    told = performance.now();
    latest = { done, all };
    wake();
  };
  let scorer: Scorer | undefined;
  const fitted = fitBaseline(choice, histories, { signal, onProgress }).then((result) => {
    scorer = result;
  });
  while (scorer === undefined) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([fitted, woken]);
    if (latest === undefined || scorer !== undefined) continue;
    const { done, all } = latest;
    latest = undefined;
    const secondsLeft = (((performance.now() - began) / 1000) * (all - done)) / done;
    yield { type: "fitting", scorer: choice.name, done, all, secondsLeft };
  }
  return scorer;
}
