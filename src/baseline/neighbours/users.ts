import { topK } from "../../core/topk.js";
import type { Query } from "../../core/types.js";
import type { Histories } from "../../sequence/histories.js";
import type { SparseRows } from "../sparse.js";
import { historyMatrix, profileOf, transpose } from "../support.js";

/** Profiles of two users: their inner product and their squared lengths. */
export type Similarity = (product: number, ownSquare: number, otherSquare: number) => number;

/**
 * Adds to a row what the users nearest to a query's history played: score(j) = sum of similarity * value(v, j) over the
 * `neighbours` most similar users v. The user of the query is no neighbour; users without similarity > 0 are none.
 *
 * Where the users of the log are sessions, sessions are compared, and those of the query's owner too: else the log of one
 * person would have no neighbour.
 *
 * @param weigh     value of an item in a profile from how often it was played
 * @param overlaps  true when a user without a common item has no similarity, so that only the others are looked at
 * @returns a function for `rowScorer`; one row takes O(plays of the users who share an item + U)
 */
export function userNeighbours(
  histories: Histories,
  neighbours: number,
  weigh: (item: number, count: number) => number,
  similarity: Similarity,
  overlaps: boolean,
): (query: Query, row: Float64Array) => void {
  const users = weighed(historyMatrix(histories), weigh);
  const items = transpose(users, histories.items.size + 1);
  const rowCount = users.start.length - 1;
  const areSessions = histories.split.log.owners !== undefined;
  const squares = new Float64Array(rowCount);
  for (let u = 1; u < rowCount; u++)
    for (let at = users.start[u]; at < users.start[u + 1]; at++) squares[u] += users.values[at] ** 2;
  const products = new Float64Array(rowCount);
  const similarities = new Float32Array(rowCount);
  return ({ user, history }, row) => {
    if (history.length === 0) return;
    products.fill(0);
    const { columns, values } = profileOf(history);
    let own = 0;
    columns.forEach((item, i) => {
      const value = weigh(item, values[i]);
      own += value * value;
      for (let at = items.start[item]; at < items.start[item + 1]; at++)
        products[items.columns[at]] += value * items.values[at];
    });
    similarities.fill(Number.NEGATIVE_INFINITY);
    for (let u = 1; u < rowCount; u++) {
      if ((u === user && !areSessions) || (overlaps && products[u] === 0)) continue;
      const value = similarity(products[u], own, squares[u]);
      if (value > 0) similarities[u] = value;
    }
    for (const near of topK(similarities, neighbours))
      for (let at = users.start[near]; at < users.start[near + 1]; at++)
        row[users.columns[at]] += similarities[near] * users.values[at];
  };
}

function weighed(matrix: SparseRows, weigh: (item: number, count: number) => number): SparseRows {
  return { ...matrix, values: matrix.values.map((count, at) => weigh(matrix.columns[at], count)) };
}

/** log(U / users, or sessions, who played the item), 0 for the padding. @shape float64 [V+1] */
export function inverseFrequency(histories: Histories): Float64Array {
  const { start, columns } = historyMatrix(histories);
  const users = new Int32Array(histories.items.size + 1);
  for (const item of columns) users[item]++;
  return Float64Array.from(users, (count, item) => (item === 0 ? 0 : Math.log((start.length - 2) / count)));
}
