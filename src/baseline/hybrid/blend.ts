import { z } from "zod";
import { checkLength } from "../../core/check.js";
import { parseConfig } from "../../core/config.js";
import { RefrainError } from "../../core/errors.js";
import { Random } from "../../core/random.js";
import type { Scorer } from "../../core/scorer.js";
import type { EvaluationCase } from "../../core/types.js";
import { evaluationCases, type Histories } from "../../sequence/histories.js";
import { type BaselineChoice, choiceSchema } from "../choice.js";
import { endRound, type FitRun } from "../support.js";
import { calibrate } from "./calibrate.js";

export interface BlendOptions {
  readonly calibration: "zscore" | "rank";
  readonly steps: number;
  readonly cases: number;
  readonly cutoff: number;
  readonly seen: "keep" | "remove";
  readonly seed: number;
}

const options = {
  calibration: z.enum(["zscore", "rank"]).default("zscore").describe("The scale on which scores are added"),
  steps: z.number().int().min(1).max(50).default(10).describe("Weights are multiples of 1 / steps"),
  cases: z.number().int().min(1).max(1e6).default(500).describe("Validation cases on which weights are chosen, drawn"),
  cutoff: z.number().int().min(1).max(10_000).default(10).describe("k of the NDCG@k that chooses"),
  seen: z.enum(["keep", "remove"]).default("keep").describe("As in the protocol: whether heard items are candidates"),
  seed: z.number().int().min(0).default(1).describe("Seed of the drawn cases"),
};

/** Every option, with its meaning, range and default. */
export const blendSchema: z.ZodType<BlendOptions, Partial<BlendOptions>> = z.strictObject(options);

/** The same with the names of what is blended, for the registry. */
export const blendOfSchema: z.ZodType<BlendOptions & { readonly of: readonly BaselineChoice[] }> = z
  .strictObject({ of: z.array(choiceSchema).min(2).max(5).describe("What is blended"), ...options })
  .describe("Blend of calibrated scores, with weights chosen on validation");

/** A blend, and the weights that validation chose, in the order of its parts. */
export interface Blend extends Scorer {
  readonly weights: readonly number[];
  /** NDCG@`cutoff` of these weights on the cases that chose them. */
  readonly value: number;
}

/**
 * Scores of several scorers, calibrated query by query and added with the weights that rank the validation targets best.
 * All weights >= 0 that are multiples of 1 / `steps` and sum to 1 are tried; of equal ones the first part gets more.
 *
 * @param parts fitted on the train part; 2 to 5 of them
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Montague & Aslam 2001; Cormack, Clarke & Büttcher 2009; Burke 2002 (weighted hybrids)
 * @throws {RefrainError} ARGUMENT_INVALID for fewer than 2 or more than 5 parts; SHAPE_MISMATCH when a part has another
 *         catalogue; EMPTY_CASES when the validation part has no case; CONFIG_INVALID when an option is out of range
 * @throws the signal's reason once it is aborted
 */
export async function fitBlend(
  histories: Histories,
  parts: readonly Scorer[],
  options: Partial<BlendOptions> = {},
  run: FitRun = {},
): Promise<Blend> {
  const config = parseConfig("blend", blendSchema, options);
  if (parts.length < 2 || parts.length > 5)
    throw new RefrainError("ARGUMENT_INVALID", `A blend must have 2 to 5 parts, got ${parts.length}.`);
  for (const { name, itemCount } of parts) checkLength(`Catalogue of ${name}`, itemCount, histories.items.size);
  const cases = drawCases(histories, config);
  const candidates = simplex(parts.length, config.steps);
  const sums = new Float64Array(candidates.length);
  const width = histories.items.size + 1;
  for (const [n, query] of cases.entries()) {
    const rows = await calibratedRows(parts, query, config.calibration);
    const seen = config.seen === "remove" ? new Set(query.history) : new Set<number>();
    seen.delete(query.target);
    const items = Int32Array.from({ length: width - 1 }, (_, i) => i + 1).filter((item) => !seen.has(item));
    candidates.forEach((weights, c) => {
      sums[c] += gain(rows, weights, items, query.target, config.cutoff);
    });
    if (n % 50 === 49 || n === cases.length - 1) await endRound(run, n + 1, cases.length);
  }
  const best = sums.reduce((top, sum, c) => (sum > sums[top] ? c : top), 0);
  const weights = candidates[best];
  return {
    name: `blend of ${parts.map(({ name }) => name).join(", ")}`,
    itemCount: width - 1,
    weights,
    value: sums[best] / cases.length,
    async score(queries) {
      const scores = new Float32Array(queries.length * width);
      for (const [at, part] of parts.entries()) {
        if (weights[at] === 0) continue;
        const own = await part.score(queries);
        for (let n = 0; n < queries.length; n++) {
          const row = calibrate(own.subarray(n * width, (n + 1) * width), config.calibration);
          for (let item = 1; item < width; item++) scores[n * width + item] += weights[at] * row[item];
        }
      }
      for (let n = 0; n < queries.length; n++) scores[n * width] = Number.NEGATIVE_INFINITY;
      return scores;
    },
  };
}

/** All weights >= 0 that are multiples of 1 / steps and sum to 1; those that lean on the first part come first. */
export function simplex(parts: number, steps: number): number[][] {
  const walk = (left: number, places: number): number[][] =>
    places === 1
      ? [[left]]
      : Array.from({ length: left + 1 }, (_, used) => left - used).flatMap((share) =>
          walk(left - share, places - 1).map((rest) => [share, ...rest]),
        );
  return walk(steps, parts).map((shares) => shares.map((share) => share / steps));
}

function drawCases(histories: Histories, { cases, seed }: BlendOptions): EvaluationCase[] {
  const all = evaluationCases(histories, "validation").filter(({ target }) => target > 0);
  if (all.length === 0) throw new RefrainError("EMPTY_CASES", "A blend needs a validation case with a known target.");
  return Random.stream(seed, "blend").shuffle(all).slice(0, cases);
}

async function calibratedRows(
  parts: readonly Scorer[],
  query: EvaluationCase,
  how: BlendOptions["calibration"],
): Promise<Float64Array[]> {
  const rows: Float64Array[] = [];
  for (const part of parts) rows.push(calibrate(await part.score([query]), how));
  return rows;
}

/** NDCG@k of one target: 1 / log2(1 + its mean rank), or 0 below place k. */
function gain(
  rows: readonly Float64Array[],
  weights: readonly number[],
  items: Int32Array,
  target: number,
  k: number,
): number {
  const scoreOf = (item: number) => {
    let sum = 0;
    for (let part = 0; part < rows.length; part++) sum += weights[part] * rows[part][item];
    return sum;
  };
  const own = scoreOf(target);
  let greater = 0;
  let equal = -1; // the target equals itself
  for (const item of items) {
    const score = scoreOf(item);
    if (score > own) greater++;
    else if (score === own) equal++;
  }
  const rank = 1 + greater + equal / 2;
  return rank <= k ? 1 / Math.log2(1 + rank) : 0;
}
