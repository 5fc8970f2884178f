import type { BadRow, RawLog } from "../read/types.js";
import type { CleaningReport } from "../report.js";
import type { Database } from "./database.js";
import { keyOf } from "./key.js";

/**
 * The rows of a log as something that SQL can read, twice: first for numbers, then for the names of what is left.
 *
 * Columns: row (0-based place), line, kind (NULL; 'r' where the one form of text changed something; 'b' for a bad row; 's' for an
 * empty line), user, item, title in their one form ('' where there is none), titled (whether there is a title), time, duration, rating (NULL where unknown).
 */
export interface Source {
  readonly way: "lines" | "rows";
  /** Makes `rows`, a table or a view of rows as numbers: row, line, kind, u, i, time, duration, rating, titled. */
  prepare(): Promise<void>;
  /** Drops it, with what it needs. */
  drop(): Promise<void>;
  /** @param rows a query of one column: only these rows are read, for their texts */
  sql(rows: string): Promise<string>;
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

/** What rows are judged by: eight bytes stand for an id of any length. */
export const NUMBERS: string = `${keyOf('"user"')} AS u, ${keyOf("item")} AS i, time, duration, rating, titled`;

/** A bitstring of DuckDB has no more. */
const MOST_BITS = 1e9;

/**
 * A condition that a row is one of a query's. The numbers become one bit each and are at hand before the statement begins: a join
 * would take the rows of the file for the smaller side, and hold them.
 *
 * @param last the greatest number there is
 */
export async function isAmong(database: Database, row: string, query: string, last: number): Promise<string> {
  if (last >= MOST_BITS) return `${row} IN (${query})`;
  await database.run(`SET VARIABLE among = (SELECT bitstring_agg(n::INTEGER, 0, ${last}) FROM (${query}) AS found(n))`);
  return `coalesce(get_bit(getvariable('among'), least(${row}, ${last})::INTEGER) = 1, false)`;
}

/** The part of a source that makes `rows` a table, of a query with the columns of a source. */
export function rowsTable(database: Database, query: string): Pick<Source, "prepare" | "drop"> {
  return {
    prepare: () =>
      database.run(
        `CREATE TABLE rows AS SELECT row::INTEGER AS row, line::INTEGER AS line, kind, ${NUMBERS} FROM (${query})`,
      ),
    drop: () => database.run("DROP TABLE rows"),
  };
}
