// What the techniques share: a scorer out of one function for one row, and the train part as a matrix.
import type { Scorer } from "../core/scorer.js";
import type { Query } from "../core/types.js";
import { type Histories, trainHistories } from "../sequence/histories.js";
import { popularityShares } from "./popularity.js";
import { type SparseRows, toSparseRows } from "./sparse.js";

/** Weight of popularity below every score: it orders what a technique says nothing about, and little else. */
export const TIE_BREAK = 1e-6;

/** What a long fit can be asked: to say how far it is, and to stop. */
export interface FitRun {
  /** Called after each round with the rounds done and all. */
  readonly onProgress?: (done: number, all: number) => void;
  /** Abort to stop after the round in flight. */
  readonly signal?: AbortSignal;
}

/** Ends a round of a long fit: tells the progress and lets timers and signals run. @throws the signal's reason */
export async function endRound({ onProgress, signal }: FitRun, done: number, all: number): Promise<void> {
  onProgress?.(done, all);
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

/**
 * A scorer that adds its scores to a row which holds popularity * `TIE_BREAK`; padding is taken care of.
 *
 * @param add adds to row [V+1] what it says about a query
 */
export function rowScorer(
  name: string,
  histories: Histories,
  add: (query: Query, row: Float64Array) => void,
  popularity: number = TIE_BREAK,
): Scorer {
  const base = popularityShares(histories).map((share) => share * popularity);
  const width = base.length;
  return {
    name,
    itemCount: width - 1,
    score(queries) {
      const scores = new Float32Array(queries.length * width);
      const row = new Float64Array(width);
      queries.forEach((query, n) => {
        row.set(base);
        add(query, row);
        row[0] = Number.NEGATIVE_INFINITY;
        scores.set(row, n * width);
      });
      return scores;
    },
  };
}

/** How often each item stands in a history: items ascending, with their counts. */
export function profileOf(history: Int32Array): { readonly columns: Int32Array; readonly values: Float64Array } {
  const sorted = history.slice().sort();
  let size = 0;
  const counts = new Float64Array(sorted.length);
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[at - 1]) sorted[size++] = sorted[at];
    counts[size - 1]++;
  }
  return { columns: sorted.subarray(0, size), values: counts.subarray(0, size) };
}

/**
 * Plays of each train history (row, from 1) and item (column); row 0 is empty.
 *
 * Row u is that of user index u, except where the users of the log are sessions: then it is one of the sessions, and
 * there are more rows than users.
 */
export function historyMatrix(histories: Histories): SparseRows {
  const rows = trainHistories(histories).map(({ items }) => profileOf(items));
  return toSparseRows([{ columns: [], values: [] }, ...rows]);
}

/** Plays of each user index (row) and item (column) in the train part, sessions of one user in one row; row 0 is empty. */
export function userMatrix(histories: Histories): SparseRows {
  const own = Array.from({ length: histories.users.size + 1 }, (): Int32Array[] => []);
  for (const { user, items } of trainHistories(histories)) own[user].push(items);
  return toSparseRows(own.map((parts) => profileOf(joinedPlays(parts).plays)));
}

/** Rows and columns exchanged; columns of each new row ascend. */
export function transpose({ start, columns, values }: SparseRows, width: number): SparseRows {
  const into = { start: new Int32Array(width + 1), columns: columns.slice(), values: values.slice() };
  for (const column of columns) into.start[column + 1]++;
  for (let i = 0; i < width; i++) into.start[i + 1] += into.start[i];
  const next = into.start.slice();
  for (let row = 0; row + 1 < start.length; row++)
    for (let at = start[row]; at < start[row + 1]; at++) {
      const to = next[columns[at]]++;
      into.columns[to] = row;
      into.values[to] = values[at];
    }
  return into;
}

/** Histories one after the other, and for each play where its history begins and ends. @shape int32 [plays] each */
export function joinedPlays(histories: readonly Int32Array[]): {
  readonly plays: Int32Array;
  readonly first: Int32Array;
  readonly end: Int32Array;
} {
  const size = histories.reduce((sum, { length }) => sum + length, 0);
  const [plays, first, end] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
  let at = 0;
  for (const history of histories) {
    plays.set(history, at);
    first.fill(at, at, at + history.length);
    end.fill(at + history.length, at, at + history.length);
    at += history.length;
  }
  return { plays, first, end };
}
