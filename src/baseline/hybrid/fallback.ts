import { z } from "zod";
import { checkLength } from "../../core/check.js";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { type BaselineChoice, choiceSchema } from "../choice.js";
import { calibrate } from "./calibrate.js";

export interface FallbackOptions {
  readonly plays: number;
}

const options = {
  plays: z.number().gt(0).max(1e6).default(5).describe("Train plays at which an item is judged by both halves equally"),
};

/** Every option, with its meaning, range and default. */
export const fallbackSchema: z.ZodType<FallbackOptions, Partial<FallbackOptions>> = z.strictObject(options);

/** The same with the names of what is mixed, for the registry. */
export const fallbackOfSchema: z.ZodType<
  FallbackOptions & { readonly base: BaselineChoice; readonly content: BaselineChoice }
> = z
  .strictObject({
    base: choiceSchema.prefault("markov").describe("For items that were played enough"),
    content: choiceSchema.prefault("content").describe("For the others"),
    ...options,
  })
  .describe("Content for items that were hardly played");

/**
 * One scorer for the items that were played enough, another for the ones that were hardly played:
 * score(j) = w z_base(j) + (1 - w) z_content(j), with w = n(j) / (n(j) + m), m = `plays` and z the distance from the mean
 * over all items in standard deviations.
 *
 * Items that the train part does not hold are in no vocabulary, so they are not reached.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Burke 2002 (switching and weighted hybrids); the weight is the shrinkage of Bell & Koren 2007
 * @throws {RefrainError} SHAPE_MISMATCH when a part has another catalogue; CONFIG_INVALID when an option is out of range
 */
export function fitFallback(
  histories: Histories,
  base: Scorer,
  content: Scorer,
  options: Partial<FallbackOptions> = {},
): Scorer {
  const { plays } = parseConfig("fallback", fallbackSchema, options);
  for (const { name, itemCount } of [base, content])
    checkLength(`Catalogue of ${name}`, itemCount, histories.items.size);
  const trust = Float64Array.from(histories.itemCounts, (count) => count / (count + plays));
  const width = trust.length;
  return {
    name: `${base.name}, ${content.name} for new items`,
    itemCount: width - 1,
    async score(queries) {
      const [known, fresh] = [await base.score(queries), await content.score(queries)];
      const scores = new Float32Array(queries.length * width);
      for (let n = 0; n < queries.length; n++) {
        const [a, b] = [known, fresh].map((all) => calibrate(all.subarray(n * width, (n + 1) * width), "zscore"));
        for (let item = 1; item < width; item++)
          scores[n * width + item] = trust[item] * a[item] + (1 - trust[item]) * b[item];
        scores[n * width] = Number.NEGATIVE_INFINITY;
      }
      return scores;
    },
  };
}
