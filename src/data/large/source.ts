import type { BadRow, RawLog } from "../read/types.js";
import type { CleaningReport } from "../report.js";

/**
 * The rows of a log as something that SQL can read, twice: first for numbers, then for the names of what is left.
 *
 * Columns: row (0-based place), line, kind (NULL; 'r' where the one form of text changed something; 'b' for a bad row; 's' for an
 * empty line), user, item, title in their one form ('' where there is none), time, duration, rating (NULL where unknown).
 */
export interface Source {
  readonly way: "lines" | "rows";
  /** @param rows a query of one column: only these rows are read */
  sql(rows?: string): string;
  /** What is known once the rows have been read. */
  finish(): Promise<Finished>;
}

export interface Finished {
  readonly detected: RawLog["detected"];
  readonly timeUnit: CleaningReport["timeUnit"];
  readonly badRows: { readonly count: number; readonly samples: readonly BadRow[] };
  /** SHA-256 of the file, where it is a by-product. */
  readonly sha256?: string;
}
