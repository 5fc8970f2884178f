// The only file that opens DuckDB. It works in a folder of its own, with a bound on memory, and is loaded when it is needed.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { RefrainError } from "../../core/errors.js";

export type Value = string | number | null;

export interface DatabaseOptions {
  /** Folder in which a folder for spilled tables is made; it goes when the database is closed. */
  readonly folder: string;
  /** Bytes that DuckDB keeps in memory; what is more goes to the folder. Default 900 MB. */
  readonly memory?: number;
  /** Default 2. */
  readonly threads?: number;
  /** Stops the running statement. */
  readonly signal?: AbortSignal;
}

type Type = "text" | "number";

/**
 * A DuckDB database for one piece of work.
 *
 * @throws {RefrainError} DATABASE_UNAVAILABLE from `open`; DATABASE_FAILED from every statement; the signal's reason
 */
export class Database {
  readonly #api: typeof import("@duckdb/node-api");
  readonly #connection: DuckDBConnection;
  readonly #close: () => void;
  /** Its own folder, which goes when it is closed. */
  readonly folder: string;
  readonly #signal?: AbortSignal;

  private constructor(
    api: typeof import("@duckdb/node-api"),
    connection: DuckDBConnection,
    close: () => void,
    folder: string,
    signal?: AbortSignal,
  ) {
    this.#api = api;
    this.#connection = connection;
    this.#close = close;
    this.folder = folder;
    this.#signal = signal;
  }

  static async open({ folder, memory = 900e6, threads = 2, signal }: DatabaseOptions): Promise<Database> {
    const api = await load();
    let own = "";
    const remove = () => rmSync(own, { recursive: true, force: true });
    try {
      own = mkdtempSync(join(folder, "refrain-large-"));
      const instance = await api.DuckDBInstance.create(join(own, "rows.db"), {
        threads: String(threads),
        memory_limit: `${Math.round(memory / 1e6)}MB`,
        temp_directory: join(own, "spilled"),
        // A log is data: it must not make the database fetch or load anything.
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
      });
      const connection = await instance.connect();
      // Without this there is no share of a statement that is done.
      await connection.run("SET enable_progress_bar = true");
      await connection.run("SET enable_progress_bar_print = false");
      const stop = () => connection.interrupt();
      signal?.addEventListener("abort", stop);
      // A killed process must not leave gigabytes behind.
      process.once("exit", remove);
      const close = () => {
        signal?.removeEventListener("abort", stop);
        process.removeListener("exit", remove);
        connection.closeSync();
        instance.closeSync();
        remove();
      };
      return new Database(api, connection, close, own, signal);
    } catch (cause) {
      if (own) remove();
      throw failed("be opened", cause);
    }
  }

  async run(sql: string): Promise<void> {
    await this.#attempt(sql, () => this.#connection.run(sql));
  }

  /** All rows of a small result. */
  async rows(sql: string): Promise<Value[][]> {
    const reader = await this.#attempt(sql, () => this.#connection.runAndReadAll(sql));
    return reader.getRows().map((row) => row.map((value) => plain(value)));
  }

  async number(sql: string): Promise<number> {
    return Number((await this.rows(sql))[0]?.[0] ?? 0);
  }

  /** A large result in pieces of some 2,000 rows, in its order. */
  async *chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#attempt(sql, () => this.#connection.stream(sql));
    for (;;) {
      const chunk = await this.#attempt(sql, () => result.fetchChunk());
      if (!chunk || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** Share of the running statement that is done, in [0, 1]; 0 where it is not known. */
  get progress(): number {
    return Math.max(0, this.#connection.progress.percentage) / 100;
  }

  async appender(table: string): Promise<DuckDBAppender> {
    return this.#attempt(table, () => this.#connection.createAppender(table));
  }

  /** A function in JavaScript that SQL can call, on the rows that SQL cannot judge itself; of NULL it makes NULL. */
  define(name: string, from: readonly Type[], to: Type, body: (...values: never[]) => Value): void {
    const types: Record<Type, DuckDBType> = { text: this.#api.VARCHAR, number: this.#api.DOUBLE };
    this.#connection.registerScalarFunction(
      this.#api.DuckDBScalarFunction.create({
        name,
        returnType: types[to],
        parameterTypes: from.map((type) => types[type]),
        mainFunction(_, chunk, output) {
          const columns = from.map((_type, at) => chunk.getColumnVector(at));
          for (let row = 0; row < chunk.rowCount; row++) {
            const values = columns.map((column) => column.getItem(row));
            output.setItem(row, values.includes(null) ? null : body(...(values as never[])));
          }
          output.flush();
        },
      }),
    );
  }

  close(): void {
    this.#close();
  }

  async #attempt<T>(sql: string, work: () => Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      this.#signal?.throwIfAborted();
      throw failed(`do: ${sql.replace(/\s+/g, " ").slice(0, 80)} …`, cause);
    }
  }
}

/** True where DuckDB is installed and its library loads. */
export async function hasDatabase(): Promise<boolean> {
  return load().then(
    () => true,
    () => false,
  );
}

async function load(): Promise<typeof import("@duckdb/node-api")> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw new RefrainError(
      "DATABASE_UNAVAILABLE",
      `DuckDB does not load on ${process.platform} ${process.arch}: ${(cause as Error).message.split("\n")[0]}.`,
      {},
      { cause },
    );
  }
}

function failed(what: string, cause: unknown): RefrainError {
  const [reason] = (cause as Error).message.split("\n");
  return new RefrainError("DATABASE_FAILED", `DuckDB cannot ${what}: ${reason}.`, {}, { cause });
}

function plain(value: unknown): Value {
  return typeof value === "bigint" ? Number(value) : (value as Value);
}

/** A text as a literal of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A number as a literal of SQL, to the last bit. */
export function double(value: number): string {
  return `'${value}'::DOUBLE`;
}
