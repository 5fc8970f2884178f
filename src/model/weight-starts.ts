// First values of weights.
import type { Random } from "../core/random.js";

/** Fills the first values of a weight. */
export type Start = (values: Float32Array, shape: readonly number[], random: Random) => Float32Array;

/** A weight's shape and first values. */
export interface WeightShape {
  readonly shape: number[];
  readonly start: Start;
  /** How many times as wide as others its steps are; default 1. */
  readonly rate?: number;
}

/** Small normal numbers; N(0, 0.02) as in the best published tied models (see DECISIONS.md). */
export const embeddingStart: Start = (values, _shape, random) => values.map(() => 0.02 * random.normal());
/** The same with a zero row for padding. */
export const itemStart: Start = (values, shape, random) => embeddingStart(values, shape, random).fill(0, 0, shape[1]);
export const zeros: Start = (values) => values;
export const ones: Start = (values) => values.fill(1);
/** Uniform in +-sqrt(6 / (in + out)) per gate block (Glorot & Bengio 2010). */
export const glorot =
  (gates = 1): Start =>
  (values, [rows, columns], random) => {
    const limit = Math.sqrt(6 / (rows + columns / gates));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
    return values;
  };
/** The forget gate starts open (Gers et al. 2000; Jozefowicz et al. 2015): blocks are i, g, f, o. */
export const forgetOpen: Start = (values) => values.fill(1, values.length / 2, (values.length / 4) * 3);
/** Factors of a linear recurrent unit lie uniformly in a ring of these sizes (Yue et al. 2024). */
const RING = [0.8, 0.99] as const;
/** log(-log(size)) of each unit. */
export const lruDecay: Start = (values, _shape, random) =>
  values.map(() => {
    const square = random.uniform() * (RING[1] ** 2 - RING[0] ** 2) + RING[0] ** 2;
    return Math.log(-0.5 * Math.log(square));
  });
/** Log of an angle that is uniform over the circle. */
export const lruAngle: Start = (values, _shape, random) =>
  values.map(() => Math.log(2 * Math.PI * Math.max(1e-4, random.uniform())));
/** Log of what keeps a state's variance at that of its input, for the middle of the ring. */
export const lruScale: Start = (values) => values.fill(0.5 * Math.log(1 - ((RING[0] + RING[1]) / 2) ** 2));
