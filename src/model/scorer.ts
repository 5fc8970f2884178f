import { checkInteger, checkLength } from "../core/check.js";
import type { Scorer } from "../core/scorer.js";
import type { Query } from "../core/types.js";
import { inputsOnly, passGroups } from "./inputs-only.js";
import type { RecurrentModel } from "./recurrent-model.js";

/**
 * The model as a `Scorer`. Queries that share a buffer and a start (one user's successive plays) are read in one pass.
 *
 * Of a long history between one and two training windows of last plays are read: from the latest multiple of
 * `windowLength` that leaves at least one window. The start depends on the length alone, so that successive queries share
 * their passes.
 *
 * @param windowLength T: plays of a training window, integer >= 1
 * @throws {RefrainError} ARGUMENT_INVALID for another length; `score` SHAPE_MISMATCH where a query has more or fewer times than plays
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
  times: Float64Array | undefined;
  /** Plays before `items`. */
  readonly earlier: Int32Array;
  readonly answers: { readonly query: number; readonly length: number }[];
  /** When it is asked after so many plays, NaN where unknown. */
  readonly moments: Map<number, number>;
}

function scoreQueries(model: RecurrentModel, queries: readonly Query[], windowLength: number): Float32Array {
  const width = model.itemCount + 1;
  const scores = new Float32Array(queries.length * width);
  for (const passes of passGroups(toPasses(queries, windowLength))) scorePasses(model, passes, scores, width);
  return scores;
}

function toPasses(queries: readonly Query[], windowLength: number): Pass[] {
  const passes = new Map<string, Pass[]>();
  const buffers = new Map<ArrayBufferLike | undefined, number>();
  const placeOf = (array: Int32Array | Float64Array | undefined) => {
    if (!buffers.has(array?.buffer)) buffers.set(array?.buffer, buffers.size);
    return `${buffers.get(array?.buffer)} ${array?.byteOffset}`;
  };
  queries.forEach(({ user, history, times: all, now = Number.NaN }, query) => {
    if (all) checkLength("times of a query", all.length, history.length);
    const skipped = Math.max(0, Math.floor(history.length / windowLength) - 1) * windowLength;
    const [items, times] = [history.subarray(skipped), all?.subarray(skipped)];
    const { length } = items;
    const key = `${user} ${length > 0} ${placeOf(items)} ${placeOf(times)}`;
    const along = passes.get(key) ?? [];
    passes.set(key, along);
    // A step answers at one moment; the same history asked for at another one takes a pass of its own.
    const agrees = ({ moments }: Pass) => !moments.has(length) || Object.is(moments.get(length), now);
    const earlier = history.subarray(0, skipped);
    const pass: Pass = along.find(agrees) ?? { user, items, times, earlier, answers: [], moments: new Map() };
    if (pass.answers.length === 0) along.push(pass);
    if (length > pass.items.length) [pass.items, pass.times] = [items, times];
    pass.answers.push({ query, length });
    pass.moments.set(length, now);
  });
  return [...passes.values()].flat();
}

function scorePasses(model: RecurrentModel, passes: readonly Pass[], scores: Float32Array, width: number): void {
  const isTimed = passes.some(({ times, moments }) => times || [...moments.values()].some((now) => !Number.isNaN(now)));
  const batch = inputsOnly(passes, isTimed);
  const rows: number[] = [];
  const answered: number[] = [];
  passes.forEach(({ answers, moments }, b) => {
    for (const { query, length } of answers) {
      // The state after `length` plays stands at that step; after none it is the zero state before the first.
      const row = (batch.padding[b] + length - 1) * batch.size + b;
      rows.push(row);
      answered.push(query);
      if (batch.moments) batch.moments[row] = moments.get(length) as number;
    }
  });
  const values = model.scores(batch, Int32Array.from(rows));
  answered.forEach((query, row) => {
    scores.set(values.subarray(row * width, (row + 1) * width), query * width);
  });
}
