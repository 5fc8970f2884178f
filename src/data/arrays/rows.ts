import type { BadRow } from "../read/types.js";
import type { Touched } from "../report.js";
import { SAMPLES } from "../report.js";
import { ByteTable } from "./byte-table.js";
import type { Names, Scanned } from "./scan.js";
import { KIND } from "./scanner.js";

/** The rows of a log as columns of numbers. Users and items are numbers in the tables of `Texts`; 0 is the empty text. */
export interface Rows {
  users: Int32Array;
  items: Int32Array;
  /** Seconds; NaN where unknown, as in the other columns of numbers. */
  times: Float64Array;
  durations?: Float64Array;
  ratings?: Float64Array;
  /** Place in the file, from 0: the number of the line less one. */
  rows: Int32Array;
}

export type Column = keyof Rows;

export interface Texts {
  readonly users: ByteTable;
  readonly items: ByteTable;
}

/** Where the lines of a file begin in their blocks, as `~` of that where a line has no title. */
export interface TitledLines {
  /** Place in the file, from 0, of the first line of each block. */
  readonly firsts: readonly number[];
  readonly starts: readonly Int32Array[];
}

export interface Joined {
  readonly rows: Rows;
  readonly texts: Texts;
  /** Absent where an item is its title, or has none. */
  readonly lines?: TitledLines;
  readonly badRows: { readonly count: number; readonly samples: readonly BadRow[] };
  /** Rows in which a text was changed by its one form. */
  readonly repaired: Touched;
}

/**
 * Puts the pieces of a file together, with one numbering for all threads. The pieces are let go on the way.
 *
 * @param first number of the line of the header; 0 where there is none
 */
export function joinPieces({ pieces, names }: Scanned, first: number): Joined {
  const { texts, maps } = joinNames(names);
  const isRow = (kind: number) => kind === KIND.plain || kind === KIND.repaired;
  let count = 0;
  let before = 0;
  for (const { piece } of pieces) {
    for (let at = Math.max(0, first - before); at < piece.kinds.length; at++) if (isRow(piece.kinds[at])) count++;
    before += piece.kinds.length;
  }
  const { piece: one } = pieces[0];
  const rows: Rows = {
    users: new Int32Array(count),
    items: new Int32Array(count),
    times: new Float64Array(count),
    ...(one.durations ? { durations: new Float64Array(count) } : {}),
    ...(one.ratings ? { ratings: new Float64Array(count) } : {}),
    rows: new Int32Array(count),
  };
  const samples: BadRow[] = [];
  const lines: number[] = [];
  const titled: { firsts: number[]; starts: Int32Array[] } = { firsts: [], starts: [] };
  let [bad, repaired, to, line] = [0, 0, 0, 0];
  for (let block = 0; block < pieces.length; block++) {
    const { piece, thread } = pieces[block];
    delete pieces[block];
    const map = maps[thread];
    const { kinds, users, items, times, durations, ratings } = piece;
    if (piece.starts) {
      titled.firsts.push(line);
      titled.starts.push(piece.starts);
    }
    for (const sample of piece.bad)
      if (samples.length < SAMPLES && line + sample.line > first) samples.push({ ...sample, line: line + sample.line });
    for (let at = 0; at < kinds.length; at++, line++) {
      if (line < first) continue;
      const kind = kinds[at];
      if (kind === KIND.repaired && ++repaired <= SAMPLES) lines.push(line + 1);
      else if (kind !== KIND.plain && kind !== KIND.repaired) {
        if (kind === KIND.bad) bad++;
        continue;
      }
      rows.users[to] = map.users[users[at]];
      rows.items[to] = map.items[items[at]];
      rows.times[to] = times[at];
      if (durations && rows.durations) rows.durations[to] = durations[at];
      if (ratings && rows.ratings) rows.ratings[to] = ratings[at];
      rows.rows[to++] = line;
    }
  }
  pieces.length = 0;
  return {
    rows,
    texts,
    ...(titled.starts.length > 0 ? { lines: titled } : {}),
    badRows: { count: bad, samples },
    repaired: { count: repaired, lines },
  };
}

/** One table of all threads' texts, and the number there of each number of a thread. */
function joinNames(names: readonly Names[]) {
  const [own, ...others] = names;
  const texts: Texts = { users: ByteTable.of(own.users), items: ByteTable.of(own.items) };
  const same = (size: number) => new Int32Array(size).map((_, code) => code);
  const maps = [
    { users: same(texts.users.size), items: same(texts.items.size) },
    ...others.map((more) => ({ users: texts.users.absorb(more.users), items: texts.items.absorb(more.items) })),
  ];
  return { texts, maps };
}

/** Keeps the rows whose mark is not 0, in their order. */
export function compact(rows: Rows, marks: Uint8Array): void {
  let count = 0;
  for (let at = 0; at < marks.length; at++) if (marks[at] !== 0) count++;
  if (count === marks.length) return;
  const first = marks.indexOf(0);
  for (const column of columnsOf(rows)) {
    const values = rows[column] as Int32Array | Float64Array;
    let to = first;
    for (let at = first; at < marks.length; at++) if (marks[at] !== 0) values[to++] = values[at];
    rows[column] = values.subarray(0, count) as never;
  }
}

/** Puts the rows in another order, which may leave some out. */
export function reorder(rows: Rows, order: Int32Array): void {
  for (const column of columnsOf(rows)) {
    const values = rows[column] as Int32Array | Float64Array;
    const sorted = values instanceof Int32Array ? new Int32Array(order.length) : new Float64Array(order.length);
    for (let at = 0; at < order.length; at++) sorted[at] = values[order[at]];
    rows[column] = sorted as never;
  }
}

function columnsOf(rows: Rows): Column[] {
  return (Object.keys(rows) as Column[]).filter((column) => rows[column] !== undefined);
}
