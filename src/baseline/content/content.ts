import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { addCloseItems, unitRows } from "../factors/vectors.js";
import { rowScorer, transpose } from "../support.js";
import type { ItemFields, ItemVectors } from "./item-file.js";
import { tfidf } from "./tokens.js";

const lastItems = z
  .number()
  .int()
  .min(1)
  .max(10_000)
  .default(20)
  .describe("Plays at the end of the history that count");
const decay = z.number().gt(0).max(1).default(0.9).describe("Weight of a play beside that of the play after it");
const file = z.string().min(1);
const fileOf = (what: string) => `Path of a file of ${what}, the id in the first column`;

export interface ContentOptions {
  readonly file: string | null;
  readonly letters: number;
  readonly lastItems: number;
  readonly decay: number;
}

/** Every option, with its meaning, range and default. */
export const contentSchema: z.ZodType<ContentOptions, Partial<ContentOptions>> = z
  .strictObject({
    file: file.nullable().default(null).describe(fileOf("attributes with a header")),
    letters: z.number().int().min(0).max(20).default(4).describe("Letters of a piece of a title; 0 leaves titles out"),
    lastItems,
    decay,
  })
  .describe("Content: items whose attributes and titles are like those that were played");

/**
 * Items whose artist, labels and title are like those of the last plays:
 * score(j) = sum over age a < `lastItems` of decay^a cosine of the TF-IDF vectors of h[a] and j.
 *
 * No play of an item is needed, so this is what can be said about new items. An empty history gives popularity.
 *
 * @param fields what `readItemFields` read; the titles of the histories are used too
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Lops, de Gemmis & Semeraro 2011 (content-based with TF-IDF); Salton & Buckley 1988
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitContent(
  histories: Histories,
  options: Partial<ContentOptions> = {},
  fields: ItemFields = new Map(),
): Scorer {
  const config = parseConfig("content", contentSchema, options);
  const { rows, words } = tfidf(histories, fields, config.letters);
  const items = transpose(rows, words);
  const taste = new Float64Array(words);
  return rowScorer("content", histories, ({ history }, row) => {
    taste.fill(0);
    for (let age = 0, weight = 1; age < Math.min(config.lastItems, history.length); age++, weight *= config.decay) {
      const item = history[history.length - 1 - age];
      for (let at = rows.start[item]; at < rows.start[item + 1]; at++)
        taste[rows.columns[at]] += weight * rows.values[at];
    }
    for (let word = 0; word < words; word++) {
      if (taste[word] === 0) continue;
      for (let at = items.start[word]; at < items.start[word + 1]; at++)
        row[items.columns[at]] += taste[word] * items.values[at];
    }
  });
}

export interface VectorOptions {
  readonly file: string;
  readonly lastItems: number;
  readonly decay: number;
}

/** Every option, with its meaning, range and default. */
export const vectorSchema: z.ZodType<VectorOptions, Partial<VectorOptions>> = z
  .strictObject({ file: file.describe(fileOf("vectors without a header")), lastItems, decay })
  .describe("Vectors: items whose vectors, made elsewhere, are like those that were played");

/**
 * Items whose vectors, from text, sound or pictures, are like those of the last plays:
 * score(j) = sum over age a < `lastItems` of decay^a cosine(v_h[a], v_j).
 *
 * An item without a vector is like nothing. An empty history gives popularity; the user is not looked at.
 *
 * @param given what `readItemVectors` read
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source van den Oord, Dieleman & Schrauwen 2013 (content vectors for recommendation of music)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitVectors(histories: Histories, options: Partial<VectorOptions>, given: ItemVectors): Scorer {
  const config = parseConfig("vectors", vectorSchema, options);
  const vectors = given.vectors.slice();
  unitRows(vectors, given.size);
  return rowScorer("vectors", histories, ({ history }, row) =>
    addCloseItems(vectors, given.size, history, config.lastItems, config.decay, row),
  );
}
