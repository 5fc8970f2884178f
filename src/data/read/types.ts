import type { ColumnMapping, Role } from "../schema.js";
import type { TimeUnit } from "../times.js";
import type { Separator } from "./fields.js";

/** How the rows of a file are written; what they mean is its layout. */
export type Format = "table" | "json-lines" | "json" | "sequences" | "parquet";

export type Limits = Required<Pick<ReadOptions, "maxRows" | "maxBytes">>;

/** What is read at most into memory, where nothing else is said. Out of core there is next to no bound, see `LARGE_LIMITS`. */
export const MEMORY_LIMITS: Limits = { maxRows: 20_000_000, maxBytes: 4 * 2 ** 30 };

export interface ReadOptions {
  /** Columns by name; the others are detected. Members of JSON objects are named with dots: track.name. */
  readonly columns?: ColumnMapping;
  /** Found by itself when left out. "sequences" is one `user item item …` line per user, "json" one list of objects. */
  readonly format?: Format;
  readonly separator?: Separator;
  readonly encoding?: string;
  /** True where the whole log is one person's and has no column of users; exports of known services need no word. */
  readonly singleUser?: boolean;
  /** How times are written, where the size of the numbers misleads. */
  readonly timeUnit?: TimeUnit;
  /** Bytes after decompression that are read at most, over all members. Default: that of `MEMORY_LIMITS`. */
  readonly maxBytes?: number;
  /** Rows that are read at most. Default: that of `MEMORY_LIMITS`. */
  readonly maxRows?: number;
  /** Told about every 100,000 rows. */
  readonly onProgress?: (rows: number) => void;
}

export interface BadRow {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** A file of a zip or folder that was read. */
export interface Member {
  readonly name: string;
  /** Rows that were read, and rows that could not be. */
  readonly rows: number;
  readonly bad: number;
  /** `RawLog.lines` of this member are those behind this number, which is its line 0. */
  readonly linesFrom: number;
}

/** What was found out about a log, for a preview. Everything in it can be overridden with `ReadOptions`. */
export interface Detected {
  readonly format: Format;
  /** The service or data set whose layout this is, such as "spotify-extended"; absent for a layout of nobody's. */
  readonly layout?: string;
  readonly encoding: string;
  readonly separator?: Separator;
  readonly header: readonly string[];
  readonly roles: Readonly<Partial<Record<Role, string>>>;
  /** True for one person's own export: every row belongs to the user "me". Sessions are needed to train on it. */
  readonly singleUser?: true;
  /** Where `ReadOptions` said it; else `cleanLog` finds it out. */
  readonly timeUnit?: TimeUnit;
  readonly container?: "zip" | "folder";
  readonly members?: readonly Member[];
  /** Files of the zip or folder that are not part of the log, and why. The first 100. */
  readonly skipped?: readonly { readonly name: string; readonly reason: string }[];
  /** Sentences about what a person should know or check. */
  readonly notes?: readonly string[];
}

/** A log as it was delivered: strings by role, with the line that each row stood on. */
export interface RawLog {
  readonly path: string;
  readonly columns: ReadonlyMap<Role, readonly string[]>;
  /** 1-based. The number of the record where a format has no lines (JSON lists, Parquet). */
  readonly lines: readonly number[];
  /** Rows that could not be read as a row at all, with the first five. */
  readonly badRows: { readonly count: number; readonly samples: readonly BadRow[] };
  readonly detected: Detected;
}

/** Name of the only user of a personal export. */
export const ME = "me";
