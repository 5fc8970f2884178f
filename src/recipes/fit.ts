import { type BaselineInput, fitBaseline } from "../baseline/index.js";
import type { Scorer } from "../core/scorer.js";
import type { Histories } from "../sequence/histories.js";
import { telling } from "./telling.js";

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
export function fitting(
  choice: Exclude<BaselineInput, string>,
  histories: Histories,
  signal?: AbortSignal,
  everyMs = 2000,
): AsyncGenerator<FitProgress, Scorer> {
  const began = performance.now();
  let told = began;
  return telling((tell) => {
    const onProgress = (done: number, all: number) => {
      const now = performance.now();
      if (now - told < everyMs || done === all) return;
      told = now;
      const secondsLeft = (((now - began) / 1000) * (all - done)) / done;
      tell({ type: "fitting", scorer: choice.name, done, all, secondsLeft });
    };
    return fitBaseline(choice, histories, { signal, onProgress });
  });
}
