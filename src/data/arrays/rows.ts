import type { BadRow } from "../read/types.js";
import type { Touched } from "../report.js";
import { SAMPLES } from "../report.js";
import { ByteTable } from "./byte-table.js";
import { float64, int32 } from "./large-pages.js";
import { KIND, type MetTitles } from "./piece.js";
import type { Names, Scanned } from "./scan.js";

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
  /** Place in the file of the first byte of each block. */
  readonly places: readonly number[];
  /** What the threads kept of them, with items in the numbers of all threads. */
  readonly titles: readonly MetTitles[];
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
 * Puts the pieces of a file together, with one numbering for all threads. It goes column by column, and each column of the pieces is
 * let go when it has been taken over, so that there is never more than one of them twice.
 *
 * @param first number of the line of the header; 0 where there is none
 */
export function joinPieces({ pieces, names }: Scanned, first: number): Joined {
  const { texts, maps } = joinNames(names);
  const { count, ...found } = countLines(pieces, first);
  const { starts, durations, ratings } = pieces[0].piece;
  const rows: Rows = {
    users: takeCodes(pieces, "users", maps, count),
    items: takeCodes(pieces, "items", maps, count),
    times: takeNumbers(pieces, "times", count),
    ...(durations ? { durations: takeNumbers(pieces, "durations", count) } : {}),
    ...(ratings ? { ratings: takeNumbers(pieces, "ratings", count) } : {}),
    rows: placesOf(pieces, count),
  };
  return { rows, texts, ...(starts ? { lines: titledLines(pieces, maps) } : {}), ...found };
}

type Pieces = Scanned["pieces"];
/** The number of each thread's number; nothing where they are the same. */
type Maps = readonly (Readonly<Record<"users" | "items", Int32Array>> | undefined)[];

/** Counts the lines of each kind, after those to the header are made empty ones. */
function countLines(pieces: Pieces, first: number): { count: number } & Pick<Joined, "badRows" | "repaired"> {
  const samples: BadRow[] = [];
  const lines: number[] = [];
  let [count, bad, repaired, line] = [0, 0, 0, 0];
  for (const { piece } of pieces) {
    for (const sample of piece.bad)
      if (samples.length < SAMPLES && line + sample.line > first) samples.push({ ...sample, line: line + sample.line });
    const { kinds } = piece;
    if (line < first) kinds.fill(KIND.empty, 0, first - line);
    for (let at = 0; at < kinds.length; at++) {
      if (kinds[at] <= KIND.repaired) count++;
      if (kinds[at] === KIND.bad) bad++;
      else if (kinds[at] === KIND.repaired && ++repaired <= SAMPLES) lines.push(line + at + 1);
    }
    line += kinds.length;
  }
  return { count, badRows: { count: bad, samples }, repaired: { count: repaired, lines } };
}

function takeCodes(pieces: Pieces, column: "users" | "items", maps: Maps, count: number): Int32Array {
  const taken = int32(count);
  let to = 0;
  for (const { piece, thread } of pieces) {
    const { kinds, [column]: codes } = piece;
    const map = maps[thread]?.[column];
    for (let at = 0; at < kinds.length; at++)
      if (kinds[at] <= KIND.repaired) taken[to++] = map ? map[codes[at]] : codes[at];
    piece[column] = NO_CODES;
  }
  return taken;
}

function takeNumbers(pieces: Pieces, column: "times" | "durations" | "ratings", count: number): Float64Array {
  const taken = float64(count);
  let to = 0;
  for (const { piece } of pieces) {
    const { kinds, [column]: numbers = NO_NUMBERS } = piece;
    for (let at = 0; at < kinds.length; at++) if (kinds[at] <= KIND.repaired) taken[to++] = numbers[at];
    piece[column] = NO_NUMBERS;
  }
  return taken;
}

const NO_CODES = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);

function placesOf(pieces: Pieces, count: number): Int32Array {
  const places = int32(count);
  let [to, line] = [0, 0];
  for (const { kinds } of pieces.map(({ piece }) => piece))
    for (let at = 0; at < kinds.length; at++, line++) if (kinds[at] <= KIND.repaired) places[to++] = line;
  return places;
}

function titledLines(pieces: Pieces, maps: Maps): TitledLines {
  let line = 0;
  const firsts = pieces.map(({ piece }) => {
    line += piece.kinds.length;
    return line - piece.kinds.length;
  });
  const titles = pieces.map(({ piece, thread }) => {
    const { items, ...met } = piece.titles as MetTitles;
    const map = maps[thread]?.items;
    return { items: map ? items.map((item) => map[item]) : items, ...met };
  });
  const starts = pieces.map(({ piece }) => piece.starts ?? NO_CODES);
  return { firsts, starts, places: pieces.map(({ place }) => place), titles };
}

/** One table of all threads' texts, and the number there of each number of a thread. */
function joinNames(names: readonly Names[]) {
  const [own, ...others] = names;
  const texts: Texts = { users: ByteTable.of(own.users), items: ByteTable.of(own.items) };
  // The numbers of the first thread stay as they are.
  const maps = [
    undefined,
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
  rewrite(rows, order.length, (values, sorted) => {
    for (let at = 0; at < order.length; at++) sorted[at] = values[order[at]];
  });
}

/** As `reorder`, by runs of rows: from which one to before which. */
export function reorderRuns(rows: Rows, runs: readonly (readonly [number, number])[]): void {
  const length = runs.reduce((sum, [from, end]) => sum + end - from, 0);
  rewrite(rows, length, (values, sorted) => {
    let to = 0;
    for (const [from, end] of runs) {
      sorted.set(values.subarray(from, end), to);
      to += end - from;
    }
  });
}

type Numbers = Int32Array | Float64Array;

/** Writes each column anew. What one column leaves free takes the next one of its kind. */
function rewrite(rows: Rows, length: number, write: (values: Numbers, to: Numbers) => void): void {
  let codes: Int32Array | undefined;
  let numbers: Float64Array | undefined;
  for (const column of columnsOf(rows)) {
    const values = rows[column] as Numbers;
    const isCodes = values instanceof Int32Array;
    const free = isCodes ? codes : numbers;
    const to = free?.subarray(0, length) ?? (isCodes ? int32 : float64)(length);
    write(values, to);
    rows[column] = to as never;
    if (isCodes) codes = values;
    else numbers = values;
  }
}

function columnsOf(rows: Rows): Column[] {
  return (Object.keys(rows) as Column[]).filter((column) => rows[column] !== undefined);
}
