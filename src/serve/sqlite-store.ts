import { join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { type Database, openSqlite, type Statement } from "../core/sqlite.js";
import { ForgottenUsers } from "./forgotten.js";
import type { KeptState, PlayStore, StoredPlay } from "./play-store.js";

const TABLES = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS plays (user TEXT NOT NULL, number INTEGER NOT NULL, item TEXT NOT NULL, time REAL NOT NULL,
  PRIMARY KEY (user, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (user TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, plays INTEGER NOT NULL, bytes BLOB NOT NULL);`;

interface Waiting {
  readonly user: string;
  readonly play: StoredPlay;
  readonly resolve: (plays: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Plays and states in one SQLite file. Plays that come in one turn of the event loop share a transaction, and so one fsync,
 * for which the whole process waits: the append log of the memory store waits beside its work.
 */
export class SqliteStore implements PlayStore {
  readonly name = "sqlite";
  readonly description: string;
  readonly #database: Database;
  readonly #forgotten: ForgottenUsers;
  readonly #statements: Readonly<Record<"count" | "add" | "plays" | "state" | "keep", Statement>>;
  #waiting: Waiting[] = [];

  private constructor(database: Database, path: string, forgotten: ForgottenUsers) {
    this.#database = database;
    this.#forgotten = forgotten;
    this.description = `SQLite in ${path} (write-ahead log, fsync before each answer)`;
    this.#statements = {
      count: database.prepare("SELECT coalesce(max(number), 0) AS plays FROM plays WHERE user = ?"),
      add: database.prepare("INSERT INTO plays VALUES (?, ?, ?, ?)"),
      plays: database.prepare("SELECT item, time FROM plays WHERE user = ? ORDER BY number"),
      state: database.prepare("SELECT fingerprint, plays, bytes FROM states WHERE user = ?"),
      keep: database.prepare("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)"),
    };
  }

  /** @throws {RefrainError} STORE_UNAVAILABLE where the file is none, or SQLite cannot be loaded here */
  static async open(folder: string): Promise<SqliteStore> {
    const path = join(folder, "plays.sqlite");
    try {
      const database = await openSqlite(path, { timeout: 5000, mode: 0o700 });
      database.exec(TABLES);
      return new SqliteStore(database, path, new ForgottenUsers(folder));
    } catch (cause) {
      throw unavailable(path, cause);
    }
  }

  append(user: string, play: StoredPlay): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ user, play, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  async playsOf(user: string): Promise<readonly StoredPlay[]> {
    return (this.#statements.plays.all(user) as StoredPlay[]).map(({ item, time }) => ({ item, time }));
  }

  async keptState(user: string): Promise<KeptState | undefined> {
    const row = this.#statements.state.get(user) as KeptState | undefined;
    return row && { fingerprint: row.fingerprint, plays: row.plays, bytes: row.bytes };
  }

  async keepState(user: string, { fingerprint, plays, bytes }: KeptState): Promise<void> {
    this.#statements.keep.run(user, fingerprint, plays, Buffer.from(bytes));
  }

  async forget(user: string): Promise<number> {
    this.#flush();
    this.#forgotten.add(user);
    const { changes } = this.#database.prepare("DELETE FROM plays WHERE user = ?").run(user);
    this.#database.prepare("DELETE FROM states WHERE user = ?").run(user);
    // Nothing may be left in free pages or in the write-ahead log.
    this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
    return changes;
  }

  isForgotten(user: string): boolean {
    return this.#forgotten.has(user);
  }

  async close(): Promise<void> {
    this.#flush();
    this.#database.close();
  }

  /** Writes what waits in one transaction: all of it, or nothing. */
  #flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const counts = waiting.map(({ user, play }) => {
        const { plays } = this.#statements.count.get(user) as { plays: number };
        this.#statements.add.run(user, plays + 1, play.item, play.time);
        return plays + 1;
      });
      this.#database.exec("COMMIT");
      waiting.forEach(({ resolve }, n) => {
        resolve(counts[n]);
      });
    } catch (cause) {
      try {
        this.#database.exec("ROLLBACK");
      } catch {
        // There was no transaction, or SQLite has ended it itself.
      }
      for (const { reject } of waiting) reject(unavailable("SQLite", cause));
    }
  }
}

function unavailable(what: string, cause: unknown): RefrainError {
  const message = `${what} could not be used, and no play was kept (${(cause as Error).message}).`;
  return new RefrainError("STORE_UNAVAILABLE", message, {}, { cause });
}
