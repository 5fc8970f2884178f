import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { Random } from "../../core/random.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { endRound, type FitRun, rowScorer, userMatrix } from "../support.js";

export interface BprOptions {
  readonly factors: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly regularization: number;
  readonly seed: number;
}

/** Every option, with its meaning, range and default. */
export const bprSchema: z.ZodType<BprOptions, Partial<BprOptions>> = z
  .strictObject({
    factors: z.number().int().min(1).max(512).default(64).describe("Length of a user's and an item's vector"),
    epochs: z.number().int().min(1).max(10_000).default(30).describe("Passes with one negative for each pair"),
    learningRate: z.number().gt(0).max(10).default(0.05).describe("Step size of the gradient"),
    regularization: z.number().min(0).max(10).default(0.01).describe("Pull of the vectors and biases towards 0"),
    seed: z.number().int().min(0).default(1).describe("Seed of vectors and draws"),
  })
  .describe("BPR: matrix factorisation by pairwise ranking");

/**
 * Vectors and item biases that rank what a user played above what the user did not:
 * sum of log sigmoid(s(u, i) - s(u, j)) over pairs (u, i) that were played and items j drawn from the ones that were
 * not, with s(u, i) = x_u y_i + b_i.
 *
 * The vector is the one of the user, so plays after the train part do not count; a user never seen has the biases only.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Rendle et al. 2009, section 4.3.1 and figure 4
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 * @throws the signal's reason once it is aborted
 */
export async function fitBpr(
  histories: Histories,
  options: Partial<BprOptions> = {},
  run: FitRun = {},
): Promise<Scorer> {
  const { factors, epochs, learningRate, regularization, seed } = parseConfig("bpr", bprSchema, options);
  const { start, columns } = userMatrix(histories);
  const width = histories.items.size + 1;
  const random = Random.stream(seed, "bpr");
  const vectors = (rows: number) =>
    Float64Array.from({ length: rows * factors }, (_, at) => (at < factors ? 0 : 0.1 * random.normal()));
  const users = vectors(histories.users.size + 1);
  const items = vectors(width);
  const biases = new Float64Array(width);
  const userOf = new Int32Array(columns.length);
  for (let u = 1; u + 1 < start.length; u++) userOf.fill(u, start[u], start[u + 1]);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let draw = 0; draw < columns.length; draw++) {
      const pair = random.integer(columns.length);
      const user = userOf[pair];
      const other = 1 + random.integer(width - 1);
      if (holds(columns, start[user], start[user + 1], other)) continue;
      const [u, i, j] = [user * factors, columns[pair] * factors, other * factors];
      let difference = biases[columns[pair]] - biases[other];
      for (let f = 0; f < factors; f++) difference += users[u + f] * (items[i + f] - items[j + f]);
      const pull = 1 / (1 + Math.exp(difference));
      for (let f = 0; f < factors; f++) {
        const [x, y, w] = [users[u + f], items[i + f], items[j + f]];
        users[u + f] += learningRate * (pull * (y - w) - regularization * x);
        items[i + f] += learningRate * (pull * x - regularization * y);
        items[j + f] += learningRate * (-pull * x - regularization * w);
      }
      biases[columns[pair]] += learningRate * (pull - regularization * biases[columns[pair]]);
      biases[other] += learningRate * (-pull - regularization * biases[other]);
    }
    await endRound(run, epoch + 1, epochs);
  }
  return rowScorer("BPR", histories, ({ user }, row) => {
    const u = user * factors; // vector 0 is zero
    for (let item = 1; item < width; item++) {
      let sum = biases[item];
      for (let f = 0, at = item * factors; f < factors; f++) sum += users[u + f] * items[at++];
      row[item] += sum;
    }
  });
}

/** True when the ascending columns [low, high) hold `item`. */
function holds(columns: Int32Array, low: number, high: number, item: number): boolean {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (columns[middle] === item) return true;
    if (columns[middle] < item) low = middle + 1;
    else high = middle;
  }
  return false;
}
