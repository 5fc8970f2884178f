// What a scanner is told of a file, and what it makes of a block of it.
import type { Separator } from "../read/fields.js";
import type { BadRow } from "../read/types.js";
import type { TimeUnit } from "../times.js";
import { float64, inLargePages, int32 } from "./large-pages.js";

/** How the lines of a file are written. Columns are numbers of fields, -1 where the file has none. */
export interface LineFormat {
  /** One character. */
  readonly separator: Separator;
  /** Number of columns. */
  readonly width: number;
  readonly unit: TimeUnit;
  readonly user: number;
  readonly item: number;
  readonly title: number;
  readonly artist: number;
  readonly time: number;
  readonly duration: number;
  readonly rating: number;
}

/** What became of a line; up to `repaired` it is a row, and one that is aside has still to be read. */
export const KIND = { plain: 0, repaired: 1, bad: 2, empty: 3, aside: 4 } as const;

/** Titles of items that a thread meets for the first time. */
export interface MetTitles {
  /** Numbers of the items, as the thread has them. @shape int32 [n] */
  readonly items: Int32Array;
  /** Their first lines with a title, from 0 in the block. @shape int32 [n] */
  readonly lines: Int32Array;
  /** The titles behind each other, and where each begins; last, where the last one ends. @shape starts int32 [n + 1] */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
}

/** The lines of a block as columns, one value for each line. @shape [lines] each */
export interface Piece {
  readonly kinds: Uint8Array;
  users: Int32Array;
  items: Int32Array;
  /** Where the line begins in the block, as `~` of that where it has no title. Absent where an item is its title, or has none. */
  readonly starts?: Int32Array;
  /** Of the items that are first met in the block, where `starts` are. */
  readonly titles?: MetTitles;
  /** Seconds; NaN where unknown, as in the other columns of numbers. */
  times: Float64Array;
  durations?: Float64Array;
  ratings?: Float64Array;
  /** The first bad rows; `line` counts from 1 in the block. */
  readonly bad: readonly BadRow[];
}

/** Columns for so many lines. */
export function columnsOf(length: number): {
  readonly kinds: Uint8Array;
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly starts: Int32Array;
  readonly times: Float64Array;
  readonly durations: Float64Array;
  readonly ratings: Float64Array;
} {
  return {
    kinds: inLargePages(new Uint8Array(length)),
    users: int32(length),
    items: int32(length),
    starts: int32(length),
    times: float64(length),
    durations: float64(length),
    ratings: float64(length),
  };
}
