import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { RefrainError } from "../../core/errors.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { endRound, type FitRun, historyMatrix, profileOf, rowScorer } from "../support.js";
import { invert } from "./cholesky.js";

export interface EaseOptions {
  readonly regularization: number;
  readonly damping: number;
  readonly maxItems: number;
}

/** Every option, with its meaning, range and default. */
export const easeSchema: z.ZodType<EaseOptions, Partial<EaseOptions>> = z
  .strictObject({
    regularization: z.number().gt(0).max(1e7).default(200).describe("Added to the diagonal: the larger, the simpler"),
    damping: z.number().min(0).max(1).default(0).describe("Exponent of play counts: 0 counts users, 1 counts plays"),
    maxItems: z.number().int().min(1).max(20_000).default(8000).describe("Largest catalogue; memory is 16 V^2 bytes"),
  })
  .describe("EASE: a linear model of items from items, in closed form");

/**
 * The linear model that gives each item of a profile from the other ones with the least squared error:
 * B = I - P / diag(P), with P = (X'X + `regularization` I)^-1, and score(j) = sum over items i of the profile of x_i B_ij.
 *
 * An item says nothing about itself, so repeats must come from another technique. An empty history gives popularity; the
 * user is not looked at. Time to fit grows with V^3, memory with 16 V^2 bytes.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Steck 2019, Embarrassingly Shallow Autoencoders for Sparse Data, equation 8
 * @throws {RefrainError} TOO_MANY_ITEMS when the catalogue is larger than `maxItems`; CONFIG_INVALID when an option is out
 *         of range
 * @throws the signal's reason once it is aborted
 */
export async function fitEase(
  histories: Histories,
  options: Partial<EaseOptions> = {},
  run: FitRun = {},
): Promise<Scorer> {
  const { regularization, damping, maxItems } = parseConfig("ease", easeSchema, options);
  const n = histories.items.size;
  if (n > maxItems)
    throw new RefrainError("TOO_MANY_ITEMS", `EASE takes at most ${maxItems} items (ease.maxItems), got ${n}.`, {
      items: n,
      maxItems,
    });
  const { start, columns, values } = historyMatrix(histories);
  const inverse = new Float64Array(n * n);
  for (let u = 1; u + 1 < start.length; u++)
    for (let a = start[u]; a < start[u + 1]; a++) {
      const row = (columns[a] - 1) * n - 1;
      const value = values[a] ** damping;
      for (let b = start[u]; b < start[u + 1]; b++) inverse[row + columns[b]] += value * values[b] ** damping;
    }
  for (let i = 0; i < n; i++) inverse[i * n + i] += regularization;
  for (const share of invert(inverse, n)) await endRound(run, Math.round(share * 100), 100);
  const weights = Float32Array.from(inverse);
  for (let j = 0; j < n; j++) {
    const pivot = inverse[j * n + j];
    for (let i = 0; i < n; i++) weights[i * n + j] = i === j ? 0 : -inverse[i * n + j] / pivot;
  }
  return rowScorer("EASE", histories, ({ history }, row) => {
    const profile = profileOf(history);
    profile.columns.forEach((item, at) => {
      const value = profile.values[at] ** damping;
      const from = (item - 1) * n - 1;
      for (let j = 1; j <= n; j++) row[j] += value * weights[from + j];
    });
  });
}
