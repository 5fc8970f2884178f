// Logs of every other format: the usual readers read them, and their rows go to a table of DuckDB instead of to memory.
import type { DuckDBAppender } from "@duckdb/node-api";
import { normaliseText, numbers, readTimes } from "../columns.js";
import { Collector } from "../read/collector.js";
import type { RawLog, ReadOptions } from "../read/types.js";
import { readInto } from "../read.js";
import { detectTimeUnit, type TimeUnit } from "../times.js";
import type { Database } from "./database.js";
import { rowsTable, type Source } from "./source.js";

/** Rows that are turned into columns at a time. */
const PIECE = 50_000;
/** Times by which the unit is found, as in `detectTimeUnit`. */
const ENOUGH_TIMES = 2000;

/**
 * Any log as a source. It is read when this is called.
 *
 * @throws {RefrainError} as `readLog`
 * @throws the signal's reason once it is aborted
 */
export async function rowSource(
  database: Database,
  path: string,
  options: ReadOptions,
  signal?: AbortSignal,
): Promise<Source> {
  await database.run(
    `CREATE TABLE delivered (row INTEGER, line INTEGER, kind VARCHAR, user VARCHAR, item VARCHAR, title VARCHAR,
      time DOUBLE, duration DOUBLE, rating DOUBLE)`,
  );
  const into = new TableCollector(path, options, await database.appender("delivered"), signal);
  const { detected } = await readInto(into, path, options);
  const timeUnit = into.end();
  return {
    way: "rows",
    ...rowsTable(database, "SELECT *, title <> '' AS titled FROM delivered"),
    sql: async (rows) => `SELECT * FROM delivered WHERE row IN (${rows})`,
    finish: async () => ({ detected, timeUnit, badRows: { count: into.badCount, samples: into.samples } }),
  };
}

/** Gives its rows to an appender whenever there are enough of them. */
class TableCollector extends Collector {
  readonly #appender: DuckDBAppender;
  readonly #signal?: AbortSignal;
  #unit?: TimeUnit;
  #given = 0;
  #timeUnit: RawTimeUnit = "none";

  constructor(path: string, options: ReadOptions, appender: DuckDBAppender, signal?: AbortSignal) {
    super(path, options);
    this.#unit = options.timeUnit;
    this.#appender = appender;
    this.#signal = signal;
  }

  override add(line: number, fields: readonly string[]): void {
    super.add(line, fields);
    if (this.lines.length % PIECE === 0 && this.#knowsUnit()) this.#give();
  }

  /** Gives the rest, and tells how times were written. */
  end(): RawTimeUnit {
    this.#give();
    this.#appender.closeSync();
    return this.#timeUnit;
  }

  #knowsUnit(): boolean {
    const column = this.columns.get("time");
    if (!column || this.#unit) return true;
    let times = 0;
    for (const value of column) if (value.trim() !== "" && ++times === ENOUGH_TIMES) return true;
    return false;
  }

  #give(): void {
    this.#signal?.throwIfAborted();
    const column = this.columns.get("time");
    if (column) this.#unit ??= detectTimeUnit(column);
    const piece: Pick<RawLog, "columns" | "lines"> = { columns: this.columns, lines: this.lines };
    const { user, item, title, changed } = normaliseText(piece);
    const { times, unit } = readTimes(piece, this.#unit);
    const [duration, rating] = [numbers(piece, "duration"), numbers(piece, "rating")];
    const to = this.#appender;
    const number = (value: number) => (Number.isNaN(value) ? to.appendNull() : to.appendDouble(value));
    for (let at = 0; at < user.length; at++) {
      to.appendInteger(this.#given + at);
      to.appendInteger(this.lines[at]);
      if (changed.has(at)) to.appendVarchar("r");
      else to.appendNull();
      for (const text of [user[at], item[at], title[at]]) to.appendVarchar(text);
      number(unit === "none" ? this.#given + at : times[at]);
      number(duration[at]);
      number(rating[at]);
      to.endRow();
    }
    this.#timeUnit = unit;
    this.#given += user.length;
    this.lines.length = 0;
    for (const values of this.columns.values()) values.length = 0;
  }
}

type RawTimeUnit = ReturnType<typeof readTimes>["unit"];
