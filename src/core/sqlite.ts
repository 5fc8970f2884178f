import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** What is used of libsql, whose interface is that of better-sqlite3. */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** An open SQLite file. The owner calls `close`. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

export interface SqliteOptions {
  /** Longest wait for another process's transaction, ms. */
  readonly timeout: number;
  readonly fileMustExist?: boolean;
  /** Rights of folders that are made. */
  readonly mode?: number;
}

/**
 * Opens an SQLite file with its folder. libsql is loaded here first, since most commands need no SQLite.
 *
 * @throws an error of SQLite, or of loading it
 */
export async function openSqlite(path: string, { mode, ...options }: SqliteOptions): Promise<Database> {
  const { default: Sqlite } = (await import("libsql")) as unknown as {
    default: new (path: string, options: Omit<SqliteOptions, "mode">) => Database;
  };
  mkdirSync(dirname(path), { recursive: true, mode });
  return new Sqlite(path, options);
}
