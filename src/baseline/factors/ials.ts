import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { Random } from "../../core/random.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import type { SparseRows } from "../sparse.js";
import { endRound, type FitRun, historyMatrix, profileOf, rowScorer, transpose } from "../support.js";
import { solveInPlace } from "./cholesky.js";

export interface IalsOptions {
  readonly factors: number;
  readonly rounds: number;
  readonly unobserved: number;
  readonly regularization: number;
  readonly frequency: number;
  readonly damping: number;
  readonly seed: number;
}

/** Every option, with its meaning, range and default. */
export const ialsSchema: z.ZodType<IalsOptions, Partial<IalsOptions>> = z
  .strictObject({
    factors: z.number().int().min(1).max(512).default(64).describe("Length of a user's and an item's vector"),
    rounds: z.number().int().min(1).max(1000).default(10).describe("How often users and items are solved in turn"),
    unobserved: z.number().gt(0).max(100).default(0.1).describe("Weight of the pairs that were not played"),
    regularization: z.number().gt(0).max(1e4).default(0.01).describe("Weight of the squared lengths of vectors"),
    frequency: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe("Exponent by which the regularization of a vector grows with its plays"),
    damping: z.number().min(0).max(1).default(0).describe("Exponent of play counts: 0 counts users, 1 counts plays"),
    seed: z.number().int().min(0).default(1).describe("Seed of the first vectors"),
  })
  .describe("iALS: implicit matrix factorisation by alternating least squares");

/**
 * Vectors whose products are 1 for the pairs that were played and 0 for the others, which weigh less:
 * sum over played pairs of c (x_u y_i - 1)^2 + w sum over all pairs (x_u y_i)^2 + regularization, with
 * c = n^`damping` and w = `unobserved`; the vector of a row with weight n is regularised by
 * `regularization` (n + w columns)^`frequency`.
 *
 * The pairs that were not played enter through one Gram matrix, so a round takes O(pairs F^2 + (U + V) F^3). A query's
 * vector is solved from its history, so new plays and new users count. An empty history gives popularity.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Hu, Koren & Volinsky 2008; Rendle et al. 2022, Revisiting the Performance of iALS, equations 2 and 3
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 * @throws the signal's reason once it is aborted
 */
export async function fitIals(
  histories: Histories,
  options: Partial<IalsOptions> = {},
  run: FitRun = {},
): Promise<Scorer> {
  const config = parseConfig("ials", ialsSchema, options);
  const { factors, rounds, damping, seed } = config;
  const counts = historyMatrix(histories);
  const users = { ...counts, values: counts.values.map((count) => count ** damping) };
  const width = histories.items.size + 1;
  const items = transpose(users, width);
  const random = Random.stream(seed, "ials");
  const itemVectors = Float64Array.from({ length: width * factors }, (_, at) =>
    at < factors ? 0 : (0.1 / Math.sqrt(factors)) * random.normal(),
  );
  const userVectors = new Float64Array((users.start.length - 1) * factors);
  for (let round = 0; round < rounds; round++) {
    solveRows(users, itemVectors, userVectors, config);
    solveRows(items, userVectors, itemVectors, config);
    await endRound(run, round + 1, rounds);
  }
  const gram = gramMatrix(itemVectors, factors);
  const vector = new Float64Array(factors);
  const system = new Float64Array(gram.length);
  return rowScorer("iALS", histories, ({ history }, row) => {
    if (history.length === 0) return;
    const { columns, values } = profileOf(history);
    const weights = values.map((count) => count ** damping);
    solveRow(columns, weights, 0, columns.length, itemVectors, gram, vector, system, config);
    for (let item = 1; item < width; item++) {
      let sum = 0;
      for (let f = 0, at = item * factors; f < factors; f++) sum += vector[f] * itemVectors[at++];
      row[item] += sum;
    }
  });
}

/** Solves every row but 0, whose vectors stay zero. */
function solveRows(rows: SparseRows, from: Float64Array, into: Float64Array, config: IalsOptions): void {
  const { factors } = config;
  const gram = gramMatrix(from, factors);
  const system = new Float64Array(gram.length);
  for (let row = 1; row + 1 < rows.start.length; row++)
    solveRow(
      rows.columns,
      rows.values,
      rows.start[row],
      rows.start[row + 1],
      from,
      gram,
      into.subarray(row * factors, (row + 1) * factors),
      system,
      config,
    );
}

function gramMatrix(vectors: Float64Array, factors: number): Float64Array {
  const gram = new Float64Array(factors * factors);
  for (let at = 0; at < vectors.length; at += factors)
    for (let i = 0; i < factors; i++)
      for (let j = 0; j <= i; j++) gram[i * factors + j] += vectors[at + i] * vectors[at + j];
  return gram;
}

/** Puts into `into` the x that solves (w G + sum of c y y' + regularization I) x = sum of c y, over the entries [start, end); `system` is scratch. */
function solveRow(
  columns: Int32Array,
  weights: Float64Array,
  start: number,
  end: number,
  vectors: Float64Array,
  gram: Float64Array,
  into: Float64Array,
  system: Float64Array,
  { factors, unobserved, regularization, frequency }: IalsOptions,
): void {
  for (let at = 0; at < system.length; at++) system[at] = unobserved * gram[at];
  into.fill(0);
  let weight = 0;
  for (let entry = start; entry < end; entry++) {
    const c = weights[entry];
    const y = columns[entry] * factors;
    weight += c;
    for (let i = 0, at = 0; i < factors; i++, at = i * factors) {
      const ci = c * vectors[y + i];
      into[i] += ci;
      for (let j = 0; j <= i; j++) system[at + j] += ci * vectors[y + j];
    }
  }
  const columnCount = vectors.length / factors - 1;
  const added = regularization * (weight + unobserved * columnCount) ** frequency;
  for (let i = 0; i < factors; i++) system[i * factors + i] += added;
  solveInPlace(system, into, factors);
}
