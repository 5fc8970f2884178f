import { checkInteger } from "../core/check.js";
import type { Scorer } from "../core/scorer.js";
import type { Query } from "../core/types.js";
import { type Batch, toBatch } from "../sequence/batches.js";
import type { RecurrentModel } from "./recurrent-model.js";

/** Steps times rows that one pass holds at most: bounds memory for long histories. */
const POSITIONS_AT_ONCE = 1 << 15;

/**
 * The model as a `Scorer`. Queries that share a buffer and a start (one user's successive plays) are read in one pass.
 *
 * Of a long history between one and two training windows of last plays are read: from the latest multiple of
 * `windowLength` that leaves at least one window. The start depends on the length alone, so that successive queries share
 * their passes.
 *
 * @param windowLength T: plays of a training window, integer >= 1
 */
export function modelScorer(model: RecurrentModel, name: string, windowLength = 64): Scorer {
  checkInteger("windowLength", windowLength, 1);
  return {
    name,
    itemCount: model.itemCount,
    score: (queries) => scoreQueries(model, queries, windowLength),
  };
}

/** One pass through the network: a user's plays, and the queries that are answered along it. */
interface Pass {
  readonly user: number;
  items: Int32Array;
  readonly answers: { readonly query: number; readonly length: number }[];
}

function scoreQueries(model: RecurrentModel, queries: readonly Query[], windowLength: number): Float32Array {
  const width = model.itemCount + 1;
  const scores = new Float32Array(queries.length * width);
  const passes = toPasses(queries, windowLength).sort((a, b) => a.items.length - b.items.length);
  for (let start = 0; start < passes.length; ) {
    let end = start + 1;
    while (end < passes.length && (end + 1 - start) * passes[end].items.length <= POSITIONS_AT_ONCE) end++;
    scorePasses(model, passes.slice(start, end), scores, width);
    start = end;
  }
  return scores;
}

function toPasses(queries: readonly Query[], windowLength: number): Pass[] {
  const passes = new Map<ArrayBufferLike, Map<string, Pass>>();
  queries.forEach(({ user, history }, query) => {
    const skipped = Math.max(0, Math.floor(history.length / windowLength) - 1) * windowLength;
    const items = history.subarray(skipped);
    const ofBuffer = passes.get(history.buffer) ?? new Map<string, Pass>();
    passes.set(history.buffer, ofBuffer);
    const key = `${user} ${items.byteOffset} ${items.length > 0}`;
    const pass = ofBuffer.get(key) ?? { user, items, answers: [] };
    ofBuffer.set(key, pass);
    if (items.length > pass.items.length) pass.items = items;
    pass.answers.push({ query, length: items.length });
  });
  return [...passes.values()].flatMap((ofBuffer) => [...ofBuffer.values()]);
}

function scorePasses(model: RecurrentModel, passes: readonly Pass[], scores: Float32Array, width: number): void {
  const batch = inputsOnly(passes);
  const rows: number[] = [];
  const answered: number[] = [];
  passes.forEach(({ answers }, b) => {
    for (const { query, length } of answers) {
      // The state after `length` plays stands at that step; after none it is the zero state before the first.
      rows.push((batch.padding[b] + length - 1) * batch.size + b);
      answered.push(query);
    }
  });
  const values = model.scores(batch, Int32Array.from(rows));
  answered.forEach((query, row) => {
    scores.set(values.subarray(row * width, (row + 1) * width), query * width);
  });
}

/** A batch without targets. A history without plays becomes one step of padding, which leaves the state at zero. */
function inputsOnly(passes: readonly Pass[]): Batch {
  const windows = passes.map(({ user, items }) => {
    const withTarget = new Int32Array(Math.max(1, items.length) + 1);
    withTarget.set(items);
    return { user, items: withTarget };
  });
  const batch = toBatch(windows);
  passes.forEach(({ items }, b) => {
    if (items.length === 0) batch.padding[b] = batch.length;
  });
  return batch;
}
