import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { Random } from "../../core/random.js";
import type { Scorer } from "../../core/scorer.js";
import { type Histories, trainHistories } from "../../sequence/histories.js";
import { endRound, type FitRun, joinedPlays, rowScorer } from "../support.js";
import { addCloseItems, unitRows } from "./vectors.js";

export interface Item2vecOptions {
  readonly size: number;
  readonly window: number;
  readonly negatives: number;
  readonly negativePower: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly lastItems: number;
  readonly decay: number;
  readonly seed: number;
}

/** Every option, with its meaning, range and default. */
export const item2vecSchema: z.ZodType<Item2vecOptions, Partial<Item2vecOptions>> = z
  .strictObject({
    size: z.number().int().min(1).max(1024).default(64).describe("Length of an item's vector"),
    window: z.number().int().min(1).max(1000).default(5).describe("Plays before and after that are predicted, at most"),
    negatives: z.number().int().min(1).max(100).default(5).describe("Drawn items for each pair"),
    negativePower: z.number().min(-2).max(2).default(0.75).describe("Exponent of popularity by which they are drawn"),
    epochs: z.number().int().min(1).max(1000).default(10).describe("Passes over the train plays"),
    learningRate: z.number().gt(0).max(1).default(0.025).describe("First step size; it falls linearly to 0"),
    lastItems: z.number().int().min(1).max(10_000).default(10).describe("Plays at the end of the history that count"),
    decay: z.number().gt(0).max(1).default(0.7).describe("Weight of a play beside that of the play after it"),
    seed: z.number().int().min(0).default(1).describe("Seed of vectors and draws"),
  })
  .describe("item2vec: skip-gram with negative sampling over plays");

/**
 * Vectors of items that are played near each other: for each play and each other play at most w steps away, w drawn from
 * 1 to `window`, log sigmoid(v_i c_j) + sum over drawn k of log sigmoid(-v_i c_k). Then
 * score(j) = sum over age a < `lastItems` of decay^a cosine(v_h[a], v_j).
 *
 * An empty history gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Mikolov et al. 2013 (skip-gram, negative sampling); Barkan & Koenigstein 2016 (item2vec); Caselles-Dupré et al.
 *         2018 (negativePower matters for recommendation)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 * @throws the signal's reason once it is aborted
 */
export async function fitItem2vec(
  histories: Histories,
  options: Partial<Item2vecOptions> = {},
  run: FitRun = {},
): Promise<Scorer> {
  const config = parseConfig("item2vec", item2vecSchema, options);
  const { size, window, negatives, negativePower, epochs, lastItems, decay, seed } = config;
  const { plays, first, end } = joinedPlays(trainHistories(histories).map(({ items }) => items));
  const width = histories.items.size + 1;
  const random = Random.stream(seed, "item2vec");
  const vectors = Float32Array.from({ length: width * size }, (_, at) =>
    at < size ? 0 : (random.uniform() - 0.5) / size,
  );
  const contexts = new Float32Array(width * size);
  const draws = drawTable(histories.itemCounts, negativePower);
  const change = new Float32Array(size);
  const step = (center: number, context: number, label: number, rate: number) => {
    let product = 0;
    for (let f = 0; f < size; f++) product += vectors[center + f] * contexts[context + f];
    const pull = rate * (label - 1 / (1 + Math.exp(-product)));
    for (let f = 0; f < size; f++) {
      change[f] += pull * contexts[context + f];
      contexts[context + f] += pull * vectors[center + f];
    }
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = 0; at < plays.length; at++) {
      const rate = config.learningRate * (1 - (epoch + at / plays.length) / epochs);
      const reach = 1 + random.integer(window);
      const center = plays[at] * size;
      for (let other = Math.max(first[at], at - reach); other < Math.min(end[at], at + reach + 1); other++) {
        if (other === at) continue;
        change.fill(0);
        step(center, plays[other] * size, 1, rate);
        for (let k = 0; k < negatives; k++) {
          const item = draws[random.integer(draws.length)];
          if (item !== plays[other]) step(center, item * size, 0, rate);
        }
        for (let f = 0; f < size; f++) vectors[center + f] += change[f];
      }
    }
    await endRound(run, epoch + 1, epochs);
  }
  unitRows(vectors, size);
  return rowScorer("item2vec", histories, ({ history }, row) =>
    addCloseItems(vectors, size, history, lastItems, decay, row),
  );
}

/** Items as often as they are to be drawn; at least once each, about 100 places an item. */
function drawTable(counts: Int32Array, power: number): Int32Array {
  const weights = Float64Array.from(counts, (count, item) => (item === 0 ? 0 : count ** power));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const places = 100 * (counts.length - 1);
  return Int32Array.from(
    Array.from(weights, (weight, item) =>
      item === 0 ? [] : new Array<number>(Math.max(1, Math.round((weight / all) * places))).fill(item),
    ).flat(),
  );
}
