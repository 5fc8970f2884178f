// A study in an SQLite file, which several processes can share. One transaction a change; the file's own locks do the rest.
import { randomUUID } from "node:crypto";
import { RefrainError } from "../core/errors.js";
import { type Database, openSqlite } from "../core/sqlite.js";
import { checkSame, type StudyStore } from "./store.js";
import type { Change, RungResult, StudyDefinition, StudyTrial } from "./trials.js";

const FORMAT = 1;
/** Longest wait for another process's transaction, ms. */
const BUSY = 30_000;

// A result is kept once for each trial and rung: to count one twice would break the primary key.
const TABLES = `
CREATE TABLE IF NOT EXISTS study (one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL, id TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (number INTEGER PRIMARY KEY, options TEXT NOT NULL, status TEXT NOT NULL, units REAL NOT NULL,
  target REAL NOT NULL, attempt INTEGER NOT NULL, lost INTEGER NOT NULL, owner TEXT, seen REAL NOT NULL, reason TEXT);
CREATE TABLE IF NOT EXISTS results (trial INTEGER NOT NULL REFERENCES trials, units REAL NOT NULL, value REAL NOT NULL,
  seconds REAL NOT NULL, PRIMARY KEY (trial, units));`;

/**
 * Opens a study file, or begins one. Processes that open the same file share its trials.
 *
 * @param definition what is searched; left out, the file must be there already
 * @throws {RefrainError} STUDY_MISMATCH when the file was begun with another definition; STUDY_UNREADABLE when it is no study,
 *         or SQLite cannot be loaded here
 */
export async function openStudy(path: string, definition?: StudyDefinition): Promise<StudyStore> {
  const unreadable = (cause: unknown) =>
    new RefrainError(
      "STUDY_UNREADABLE",
      `${path} cannot be used as a study: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  let database: Database | undefined;
  try {
    database = await openSqlite(path, { timeout: BUSY, fileMustExist: definition === undefined });
    const study = new SqliteStudy(database, definition);
    if (definition) checkSame(path, study.definition, definition);
    return study;
  } catch (error) {
    database?.close();
    throw error instanceof RefrainError ? error : unreadable(error);
  }
}

class SqliteStudy implements StudyStore {
  readonly id: string;
  readonly definition: StudyDefinition;
  readonly #database: Database;

  constructor(database: Database, definition?: StudyDefinition) {
    this.#database = database;
    const row = this.#transaction(() => {
      if (definition) {
        database.exec(TABLES);
        database
          .prepare("INSERT OR IGNORE INTO study VALUES (1, ?, ?, ?)")
          .run(FORMAT, randomUUID(), JSON.stringify(definition));
      }
      return database.prepare("SELECT format, id, definition FROM study").get() as
        | { format: number; id: string; definition: string }
        | undefined;
    });
    if (!row) throw new Error("it holds no study");
    if (row.format !== FORMAT) throw new Error(`its format is ${row.format}, and ${FORMAT} is known here`);
    this.id = row.id;
    this.definition = JSON.parse(row.definition) as StudyDefinition;
  }

  trials(): StudyTrial[] {
    return this.#transaction(() => this.#read());
  }

  update<T>(change: (trials: readonly StudyTrial[]) => Change<T>): T {
    return this.#transaction(() => {
      const before = this.#read();
      const { save, result } = change(before);
      const put = this.#database.prepare("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      const add = this.#database.prepare("INSERT INTO results VALUES (?, ?, ?, ?)");
      for (const trial of save) {
        const { number, options, status, units, target, attempt, lost, owner, seen, reason } = trial;
        put.run(number, JSON.stringify(options), status, units, target, attempt, lost, owner, seen, reason);
        const known = before.find((each) => each.number === number)?.results.length ?? 0;
        for (const each of trial.results.slice(known)) add.run(number, each.units, each.value, each.seconds);
      }
      return result;
    });
  }

  close(): void {
    this.#database.close();
  }

  #read(): StudyTrial[] {
    const results = new Map<number, RungResult[]>();
    const rungs = this.#database
      .prepare("SELECT trial, units, value, seconds FROM results ORDER BY trial, units")
      .all();
    for (const { trial, ...result } of rungs as (RungResult & { trial: number })[])
      results.set(trial, [...(results.get(trial) ?? []), result]);
    const rows = this.#database.prepare("SELECT * FROM trials ORDER BY number").all();
    return (rows as (Omit<StudyTrial, "options" | "results"> & { options: string })[]).map((row) => ({
      ...row,
      options: JSON.parse(row.options) as StudyTrial["options"],
      results: results.get(row.number) ?? [],
    }));
  }

  /** Others wait from the first statement on, so that what was read is still so when it is written. */
  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
