import type { Random } from "../../core/random.js";
import type { Histories } from "../../sequence/histories.js";
import { userMatrix } from "../support.js";

/**
 * Who played what, as pairs in the order of users.
 *
 * @shape pairUsers, pairItems int32 [pairs], from 0; weight float32 [pairs]: 1 / sqrt(degree of user * degree of item)
 */
export interface Graph {
  readonly userCount: number;
  readonly itemCount: number;
  readonly pairUsers: Int32Array;
  readonly pairItems: Int32Array;
  readonly weight: Float32Array;
  readonly played: readonly ReadonlySet<number>[];
}

export function playGraph(histories: Histories): Graph {
  const { start, columns } = userMatrix(histories);
  const userCount = histories.users.size;
  const pairUsers = new Int32Array(columns.length);
  const pairItems = columns.map((item) => item - 1);
  const degree = new Int32Array(histories.items.size);
  for (const item of pairItems) degree[item]++;
  for (let u = 0; u < userCount; u++) pairUsers.fill(u, start[u + 1], start[u + 2]);
  const weight = Float32Array.from(
    pairItems,
    (item, pair) => 1 / Math.sqrt(degree[item] * (start[pairUsers[pair] + 2] - start[pairUsers[pair] + 1])),
  );
  const played = Array.from({ length: userCount }, (_, u) => new Set(pairItems.subarray(start[u + 1], start[u + 2])));
  return { userCount, itemCount: histories.items.size, pairUsers, pairItems, weight, played };
}

/** Mean of A^l x for l = 0…layers; users come first, then items. @shape x, result float32 [(U + V) * size] */
export function smooth(graph: Graph, x: Float32Array, size: number, layers: number): Float32Array {
  const { userCount, pairUsers, pairItems, weight } = graph;
  const mean = x.slice();
  let from = x;
  for (let layer = 0; layer < layers; layer++) {
    const into = new Float32Array(x.length);
    for (let pair = 0; pair < weight.length; pair++) {
      const u = pairUsers[pair] * size;
      const i = (userCount + pairItems[pair]) * size;
      const w = weight[pair];
      for (let f = 0; f < size; f++) {
        into[u + f] += w * from[i + f];
        into[i + f] += w * from[u + f];
      }
    }
    for (let at = 0; at < mean.length; at++) mean[at] += into[at];
    from = into;
  }
  for (let at = 0; at < mean.length; at++) mean[at] /= layers + 1;
  return mean;
}

/** Gradient of the sum of -log sigmoid(e_u e_i - e_u e_j) over `batch` drawn pairs (u, i) and items j not played. */
export function bprGradient(
  graph: Graph,
  vectors: Float32Array,
  size: number,
  batch: number,
  random: Random,
): Float32Array {
  const { userCount, itemCount, pairUsers, pairItems, played } = graph;
  const gradient = new Float32Array(vectors.length);
  for (let n = 0; n < batch; n++) {
    const pair = random.integer(pairUsers.length);
    const other = random.integer(itemCount);
    if (played[pairUsers[pair]].has(other)) continue;
    const u = pairUsers[pair] * size;
    const i = (userCount + pairItems[pair]) * size;
    const j = (userCount + other) * size;
    let difference = 0;
    for (let f = 0; f < size; f++) difference += vectors[u + f] * (vectors[i + f] - vectors[j + f]);
    const pull = -1 / (1 + Math.exp(difference));
    for (let f = 0; f < size; f++) {
      gradient[u + f] += pull * (vectors[i + f] - vectors[j + f]);
      gradient[i + f] += pull * vectors[u + f];
      gradient[j + f] -= pull * vectors[u + f];
    }
  }
  return gradient;
}
