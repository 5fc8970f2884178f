// What the copy mechanism reads of a batch, in plain numbers: which plays it may copy at each step, and what is known of them.
import type { Random } from "../core/random.js";
import { NEVER } from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import type { ModelConfig } from "./config.js";
import { ageRow, pauseOf } from "./context.js";
import { PlayCounts } from "./personal.js";

/** Pairs of a step t and a play j of each history. @shape closed, ages [B * T * T]; logs [B * T] */
export interface RepeatPairs {
  /** 0 where play j may be copied at step t: it is among the last plays, and the latest of its item. `NEVER` elsewhere. */
  readonly closed: Float32Array;
  /** log(n): n plays of its item among the last ones when play j was heard, itself included. */
  readonly logs: Float32Array;
  /** Row of the lag and age of play j at step t in the table of ages. */
  readonly ages: Int32Array;
}

/**
 * The pairs of a batch. Plays before its windows count, but cannot be copied.
 *
 * @param random of training, which takes the share `config.contextDropout` of histories without ages, so that the model learns
 *               what to do without
 */
export function repeatPairs(batch: Batch, config: ModelConfig, random?: Random): RepeatPairs {
  const { length: T, size: B, inputs, padding, times, earlier } = batch;
  const { repeatWindow: window } = config;
  const closed = new Float32Array(B * T * T).fill(NEVER);
  const logs = new Float32Array(B * T);
  const ages = new Int32Array(B * T * T);
  for (let b = 0; b < B; b++) {
    const known = config.timeGap && !(random && random.uniform() < config.contextDropout) ? times : undefined;
    const items = Int32Array.from({ length: T }, (_, t) => inputs[t * B + b]);
    const { elapsed, since } = passed(items.map((_, t) => (known && t > 0 ? pauseAt(known, t * B + b, B) : -1)));
    const until = new Map<number, number>();
    for (let j = T - 1; j >= padding[b]; j--) {
      const end = Math.min(T, j + window, until.get(items[j]) ?? T);
      until.set(items[j], j);
      for (let t = j; t < end; t++) {
        const cell = (b * T + t) * T + j;
        closed[cell] = 0;
        ages[cell] = ageRow(t - j, since[t] <= j ? elapsed[t] - elapsed[j] : -1);
      }
    }
    for (let t = 0; t < padding[b]; t++) closed[(b * T + t) * T + t] = 0; // nobody asks there, but it is a softmax too
    playCounts(earlier?.[b], items.subarray(padding[b]), window).forEach((count, i) => {
      logs[b * T + padding[b] + i] = Math.log(count);
    });
  }
  return { closed, logs, ages };
}

/** Plays of each item among the `window` plays that end with it. @param before plays before, oldest first */
export function playCounts(before: Int32Array | undefined, items: Int32Array, window: number): Int32Array {
  const heard = new PlayCounts(window);
  for (const item of before?.subarray(-window) ?? []) heard.hear(item);
  return items.map((item) => {
    heard.hear(item);
    return heard.counts.get(item) as number;
  });
}

/** 1 where play j is of the item that is the target at step t. @shape -> [B * T * T] */
export function targetMatches({ length: T, size: B, inputs, positions, targets }: Batch): Float32Array {
  const matches = new Float32Array(B * T * T);
  for (let m = 0; m < positions.length; m++) {
    const t = Math.floor(positions[m] / B);
    const b = positions[m] % B;
    for (let j = 0; j <= t; j++) if (inputs[j * B + b] === targets[m]) matches[(b * T + t) * T + j] = 1;
  }
  return matches;
}

function pauseAt(times: Float64Array, row: number, B: number): number {
  return pauseOf(times[row - B], times[row]);
}

/** Seconds up to each step, unknown pauses left out, and the step after the last unknown pause before it. */
function passed(pauses: Int32Array): { readonly elapsed: Float64Array; readonly since: Int32Array } {
  const [elapsed, since] = [new Float64Array(pauses.length), new Int32Array(pauses.length)];
  for (let t = 1; t < pauses.length; t++) {
    elapsed[t] = elapsed[t - 1] + Math.max(0, pauses[t]);
    since[t] = pauses[t] < 0 ? t : since[t - 1];
  }
  return { elapsed, since };
}
