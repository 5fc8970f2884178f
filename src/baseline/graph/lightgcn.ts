import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import { Random } from "../../core/random.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { endRound, type FitRun, rowScorer } from "../support.js";
import { bprGradient, type Graph, playGraph, smooth } from "./propagation.js";

export interface LightgcnOptions {
  readonly size: number;
  readonly layers: number;
  readonly epochs: number;
  readonly batches: number;
  readonly learningRate: number;
  readonly regularization: number;
  readonly seed: number;
}

/** Every option, with its meaning, range and default. */
export const lightgcnSchema: z.ZodType<LightgcnOptions, Partial<LightgcnOptions>> = z
  .strictObject({
    size: z.number().int().min(1).max(512).default(32).describe("Length of a vector"),
    layers: z.number().int().min(1).max(10).default(2).describe("Steps over the graph"),
    epochs: z.number().int().min(1).max(10_000).default(30).describe("Passes with one negative for each pair"),
    batches: z.number().int().min(1).max(10_000).default(4).describe("Steps of an epoch; each crosses the whole graph"),
    learningRate: z.number().gt(0).max(1).default(0.02).describe("Step size of Adam"),
    regularization: z.number().min(0).max(10).default(0.1).describe("Pull of the first vectors towards 0"),
    seed: z.number().int().min(0).default(1).describe("Seed of vectors and draws"),
  })
  .describe("LightGCN: vectors smoothed over the graph of users and items");

/**
 * Vectors that are smoothed over the graph of who played what: E = mean of A^l E_0 for l = 0…`layers`, where A is the
 * adjacency matrix divided by the square roots of both degrees; E_0 is learned by BPR with Adam.
 *
 * score(j) = e_u e_j. The vector of a query is the one of its user; for a user never seen it is that which one step over
 * the graph gives from the history. An empty history of such a user gives popularity.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source He et al. 2020, equations 3, 4 and 15
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 * @throws the signal's reason once it is aborted
 */
export async function fitLightgcn(
  histories: Histories,
  options: Partial<LightgcnOptions> = {},
  run: FitRun = {},
): Promise<Scorer> {
  const config = parseConfig("lightgcn", lightgcnSchema, options);
  const { size } = config;
  const graph = playGraph(histories);
  const vectors = smooth(graph, await learn(graph, config, run), size, config.layers);
  const offset = graph.userCount * size; // of the item with index 1
  return rowScorer("LightGCN", histories, ({ user, history }, row) => {
    const own = user > 0 ? vectors.subarray((user - 1) * size, user * size) : new Float32Array(size);
    if (user === 0)
      for (const item of history)
        for (let f = 0; f < size; f++) own[f] += vectors[offset + (item - 1) * size + f] / history.length;
    for (let item = 1, at = offset; item < row.length; item++) {
      let sum = 0;
      for (let f = 0; f < size; f++) sum += own[f] * vectors[at++];
      row[item] += sum;
    }
  });
}

/** E_0 after all epochs. @shape float32 [(U + V) * size] */
async function learn(graph: Graph, config: LightgcnOptions, run: FitRun): Promise<Float32Array> {
  const { size, layers, epochs, batches, learningRate, regularization, seed } = config;
  const random = Random.stream(seed, "lightgcn");
  const length = (graph.userCount + graph.itemCount) * size;
  const first = Float32Array.from({ length }, () => 0.1 * random.normal());
  const mean = new Float32Array(length);
  const square = new Float32Array(length);
  const batch = Math.ceil(graph.pairUsers.length / batches);
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    for (let b = 0; b < batches; b++) {
      step++;
      const gradient = bprGradient(graph, smooth(graph, first, size, layers), size, batch, random);
      // A is symmetric, so the way back over the graph is the way forth.
      const back = smooth(graph, gradient, size, layers);
      const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      for (let at = 0; at < length; at++) {
        const slope = back[at] + regularization * first[at];
        mean[at] = 0.9 * mean[at] + 0.1 * slope;
        square[at] = 0.999 * square[at] + 0.001 * slope * slope;
        first[at] -= (rate * mean[at]) / (Math.sqrt(square[at]) + 1e-8);
      }
    }
    await endRound(run, epoch + 1, epochs);
  }
  return first;
}
