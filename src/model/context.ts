// When something is heard and asked for, as rows of small tables.
import type { Random } from "../core/random.js";
import { add, embedding, type Graph, multiply, type Tensor2D, type Value } from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import type { ModelConfig } from "./config.js";

/** One kind of context: how many values it has beside 0 for "unknown", and the value at a time after an earlier one. */
interface Context {
  readonly option: "timeGap" | "hour";
  readonly count: number;
  /** @param before of the play before; NaN where unknown @param at NaN where unknown */
  readonly valueAt: (before: number, at: number) => number;
}

const [HOUR, DAY] = [3600, 86_400];
const LONGEST_PAUSE = 2 ** 31 - 1;
/** Buckets of a pause, each twice as wide as the one before: up to 1 s, 2 s, … and from 2^26 s, two years, on. */
const GAPS = 27;

/** Every kind of context by the name of its tables. */
export const CONTEXTS: Readonly<Record<string, Context>> = {
  gap: {
    option: "timeGap",
    count: GAPS,
    valueAt: (before, at) => {
      const gap = Math.max(0, at - before);
      return Number.isNaN(gap) ? 0 : 1 + Math.min(GAPS - 1, Math.floor(Math.log2(1 + gap)));
    },
  },
  hour: {
    option: "hour",
    count: 24,
    valueAt: (_, at) => (Number.isFinite(at) ? 1 + Math.floor((((at % DAY) + DAY) % DAY) / HOUR) : 0),
  },
};

/** Ages from here on are one bucket, so that none needs to be kept longer. */
export const OLDEST: number = 2 ** (GAPS - 1) - 1;

/** Whole seconds between two moments, 2^31 - 1 at most; -1 where one is not known. @example pauseOf(10, 15.9) // 5 */
export function pauseOf(before: number, at: number): number {
  const pause = Math.floor(Math.max(0, at - before));
  return Number.isNaN(pause) ? -1 : Math.min(LONGEST_PAUSE, pause);
}

/** Age of a play after one more pause, in whole seconds, `OLDEST` at most; -1 from the first unknown pause on. */
export function olderBy(pause: number, age: number): number {
  return age < 0 || pause < 0 ? -1 : Math.min(OLDEST, age + pause);
}

/** Plays in between from here on are one bucket where they meet the age. */
export const FARTHEST = 32;
/** Rows of the table of ages: one for each lag up to `FARTHEST` with each pause, unknown ones too. */
export const AGE_ROWS: number = (FARTHEST + 1) * (GAPS + 1);

/** Row of a play `lag` plays ago with an age in seconds, -1 where it is unknown. @example ageRow(2, -1) // 56 */
export function ageRow(lag: number, age: number): number {
  return Math.min(lag, FARTHEST) * (GAPS + 1) + (age < 0 ? 0 : CONTEXTS.gap.valueAt(0, age));
}

/** The kinds that a configuration uses. */
export function contextsOf(config: ModelConfig): [name: string, context: Context][] {
  return Object.entries(CONTEXTS).filter(([, { option }]) => config[option]);
}

/** Values of one kind at each row of a batch. @shape int32 [T * B] each */
export interface ContextRows {
  /** Of the plays that were heard. */
  readonly heard: Int32Array;
  /** Of the questions behind them. */
  readonly asked: Int32Array;
}

/**
 * Values of a kind of context.
 *
 * @param random of training, which takes the share `config.contextDropout` of rows without their plays' times and the same
 *               share without the questions', so that the model learns what to do without
 */
export function contextRows({ valueAt }: Context, batch: Batch, config: ModelConfig, random?: Random): ContextRows {
  const { size: B, inputs, times, moments } = batch;
  const [heard, asked] = [new Int32Array(inputs.length), new Int32Array(inputs.length)];
  if (!times || !moments) return { heard, asked };
  const kept = () => Array.from({ length: B }, () => !random || random.uniform() >= config.contextDropout);
  const [withHeard, withAsked] = [kept(), kept()];
  for (let row = 0; row < inputs.length; row++) {
    const before = row < B ? Number.NaN : times[row - B];
    if (withHeard[row % B]) heard[row] = valueAt(before, times[row]);
    if (withAsked[row % B]) asked[row] = valueAt(times[row], moments[row]);
  }
  return { heard, asked };
}

/** x + the context of what was heard, for each kind. @shape x [T * B, D]; tables [count + 1, D] */
export function withHeard(
  graph: Graph,
  x: Value<Tensor2D>,
  tables: readonly Value<Tensor2D>[],
  rows: readonly ContextRows[],
): Value<Tensor2D> {
  return tables.reduce((sum, table, k) => add(graph, sum, embedding(graph, table, rows[k].heard)), x);
}

/**
 * h (1 + the sum of the context of the questions): states as the moment of the question shows them.
 *
 * @shape h [T * B, H]; tables [count + 1, H]
 * @source Beutel et al. 2018 (latent cross)
 */
export function withAsked(
  graph: Graph,
  h: Value<Tensor2D>,
  tables: readonly Value<Tensor2D>[],
  rows: readonly ContextRows[],
): Value<Tensor2D> {
  if (tables.length === 0) return h;
  const factor = tables
    .map((table, k) => embedding(graph, table, rows[k].asked))
    .reduce((sum, each) => add(graph, sum, each));
  return add(graph, h, multiply(graph, h, factor));
}
