import { tmpdir } from "node:os";
import { parseConfig } from "../../core/config.js";
import { RefrainError } from "../../core/errors.js";
import type { EventLog } from "../../core/types.js";
import { cleanInArrays, DONE, fitsInArrays } from "../arrays/clean.js";
import { readHead } from "../head.js";
import { type CleaningOptions, cleaningSchema } from "../options.js";
import type { Limits, RawLog, ReadOptions } from "../read/types.js";
import { type CleaningReport, cleaningReport, refuseBadRows, settingsFor } from "../report.js";
import { Database, literal } from "./database.js";
import { eventsFile, filesOf, readEvents } from "./event-log.js";
import { lineSource, NotPlain } from "./lines.js";
import { type PlainFile, plainFile } from "./plain-file.js";
import { rowSource } from "./rows.js";
import { applyRules, touched } from "./rules-sql.js";
import { type Scan, scanFile } from "./scan.js";
import type { Source } from "./source.js";

/** What is read at most out of core: a line number is 32 bits, and bytes have no bound. */
export const LARGE_LIMITS: Limits = { maxRows: 2 ** 31 - 1, maxBytes: Number.MAX_SAFE_INTEGER };
const MEMORY = 900e6;
/** Events are sorted some users at a time, so that a sort of about this many rows is never more than memory holds. */
const SORTED_AT_ONCE = 3e6;

export interface LargeOptions {
  readonly read?: ReadOptions;
  readonly cleaning?: Partial<CleaningOptions>;
  /** Names of items whose log has only ids, see `readTitles`. */
  readonly titles?: ReadonlyMap<string, string>;
  /** Folder for what does not fit in memory. Default: the system's. */
  readonly temporary?: string;
  /**
   * Bytes that the rows may take; DuckDB reads a log that needs more, and holds no more. By default 1.9 GB as typed arrays, or half
   * of what is free if that is less, and 900 MB in DuckDB.
   */
  readonly memory?: number;
  /** Which way is tried first; the quickest by default. */
  readonly way?: LargeLog["way"];
  /** Told the share that is done, in [0, 1]. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export interface LargeLog {
  readonly log: EventLog;
  readonly report: CleaningReport;
  /** The first rows as they were delivered. */
  readonly head: RawLog;
  readonly detected: RawLog["detected"];
  readonly badRows: RawLog["badRows"];
  /** Latest time of a row before cleaning, in seconds; 0 where none is known. */
  readonly lastTime: number;
  /** SHA-256 of the file, where it is known by the way. */
  readonly fileHash?: string;
  /** Whether rows were held as columns of numbers, or DuckDB read the lines itself, or the usual readers gave it rows. */
  readonly way: "arrays" | "lines" | "rows";
}

/**
 * Reads and cleans a log out of core: the same log and report as `readLog` and `cleanLog` give, in bounded memory.
 *
 * The calling thread scans too, a block of some megabytes at a time: a process that also answers others stands still for so long.
 *
 * What is held in the end are the columns of the events, 20 bytes each, and the names. `LARGE_LIMITS` bound what is read,
 * where `read` does not.
 *
 * @throws {RefrainError} as `readLog` and `cleanLog`; DATABASE_UNAVAILABLE; DATABASE_FAILED
 * @throws the signal's reason once it is aborted
 */
export async function cleanLargeLog(path: string, options: LargeOptions = {}): Promise<LargeLog> {
  const settings = parseConfig("cleaning", cleaningSchema, options.cleaning ?? {});
  const read = { ...LARGE_LIMITS, ...options.read };
  const head = await readHead(path, read);
  const file = await plainFile(path, head, read);
  const { way = file && fitsInArrays(file, options.memory) ? "arrays" : "lines" } = options;
  const inArrays = file && way === "arrays" ? await cleanInArrays(file, head, settings, options) : undefined;
  return inArrays ?? cleanInDatabase(path, way === "rows" ? undefined : file, head, settings, { ...options, read });
}

async function cleanInDatabase(
  path: string,
  file: PlainFile | undefined,
  head: RawLog,
  settings: CleaningOptions,
  options: LargeOptions & { readonly read: ReadOptions },
): Promise<LargeLog> {
  const over = new AbortController();
  const ended = options.signal ? AbortSignal.any([over.signal, options.signal]) : over.signal;
  let scan: Promise<Scan> | undefined;
  const scanOnce = (separator: string) => {
    scan ??= scanFile(path, separator, ended);
    return scan;
  };
  try {
    for (let way: "trust" | "lines" | "rows" = file ? "trust" : "rows"; ; )
      try {
        return await withDatabase(options, async (database) => {
          const source =
            file && way !== "rows"
              ? lineSource(database, file, head, way === "trust", scanOnce)
              : await rowSource(database, path, options.read, options.signal);
          return clean(database, source, path, head, settings, options);
        });
      } catch (cause) {
        if (cause instanceof NotPlain) way = cause.instead;
        // What DuckDB cannot read at all, such as a line without end, the readers judge.
        else if (way !== "rows" && isReadError(cause)) way = "rows";
        else throw cause;
      }
  } finally {
    over.abort();
  }
}

function isReadError(cause: unknown): boolean {
  return (
    cause instanceof RefrainError && cause.code === "DATABASE_FAILED" && /CSV Error|Invalid Input/.test(cause.message)
  );
}

async function withDatabase<T>(options: LargeOptions, work: (database: Database) => Promise<T>): Promise<T> {
  const { temporary: folder = tmpdir(), memory = MEMORY, signal } = options;
  const database = await Database.open({ folder, memory, signal });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

async function clean(
  database: Database,
  source: Source,
  path: string,
  head: RawLog,
  options: CleaningOptions,
  { titles, onShare }: LargeOptions,
): Promise<LargeLog> {
  const tell = watch(database, onShare);
  try {
    await source.prepare();
    const finished = await source.finish();
    tell(DONE.reading);
    const counts = {
      path,
      rows: await database.number("SELECT count(*) FROM rows WHERE kind IS NULL OR kind = 'r'"),
      badRows: finished.badRows,
      timeUnit: finished.timeUnit,
    };
    refuseBadRows(counts, options.maxBadShare);
    const lastTime = await database.number("SELECT max(time) FROM rows");
    const rules = settingsFor(options, finished.timeUnit, finished.detected.singleUser);
    const removed = await applyRules(database, rules);
    const changed = await touched(database, "SELECT kind AS what, row FROM rows WHERE kind = 'r'");
    const repaired = changed.get("r") ?? { count: 0, lines: [] };
    const kept = await database.number("SELECT count(*) FROM left_rows");
    const report = cleaningReport(counts, repaired, removed, kept);
    tell(DONE.rules);
    await writeFiles(database, source, tell);
    const log = await readEvents(database, database.folder, kept, rules.hasTimes, titles);
    const { detected, badRows, sha256: fileHash } = finished;
    return { log, report, head, detected, badRows, lastTime, fileHash, way: source.way };
  } finally {
    tell(DONE.sorting, true);
  }
}

/** Events in order, and the names of users and items, as Parquet in the folder of the database. */
async function writeFiles(database: Database, source: Source, tell: (share: number) => void): Promise<void> {
  const { folder } = database;
  const { items, users } = filesOf(folder);
  await database.run(
    `CREATE TEMP TABLE user_of AS SELECT u, (row_number() OVER (ORDER BY min(row)) - 1)::INTEGER AS "user", min(row) AS first
     FROM left_rows GROUP BY u`,
  );
  await database.run(
    `CREATE TEMP TABLE item_of AS SELECT i, (row_number() OVER () - 1)::INTEGER AS item, first, coalesce(named, first) AS named
     FROM (SELECT i, min(row) AS first, min(row) FILTER (titled) AS named FROM left_rows GROUP BY i)`,
  );
  await database.run(
    `CREATE TEMP TABLE named AS SELECT row, "user" AS u_id, item AS i_id, title
     FROM (${await source.sql("SELECT named FROM item_of UNION ALL SELECT first FROM user_of")})`,
  );
  await database.run(
    `COPY (SELECT item_of.item, i_id AS id, title FROM item_of JOIN named ON item_of.named = named.row)
     TO ${literal(items)} (FORMAT parquet)`,
  );
  await database.run(
    `COPY (SELECT "user", u_id AS id FROM user_of JOIN named ON user_of.first = named.row) TO ${literal(users)} (FORMAT parquet)`,
  );
  await database.run(
    `CREATE TABLE ready AS SELECT "user", item, time, row, line
     FROM left_rows JOIN user_of USING (u) JOIN item_of USING (i)`,
  );
  // The sort needs the memory that these hold.
  await database.run("DROP VIEW left_rows");
  for (const table of ["named", "removed", "item_of"]) await database.run(`DROP TABLE ${table}`);
  await source.drop();
  tell(DONE.names);
  const [rowCount, userCount] = await Promise.all(
    ["ready", "user_of"].map((table) => database.number(`SELECT count(*) FROM ${table}`)),
  );
  const slices = Math.min(userCount, Math.ceil(rowCount / SORTED_AT_ONCE));
  for (let slice = 0; slice < slices; slice++) {
    const [from, to] = [slice, slice + 1].map((edge) => Math.floor((edge * userCount) / slices));
    await database.run(
      `COPY (SELECT "user", item, time, line FROM ready WHERE "user" >= ${from} AND "user" < ${to}
         ORDER BY "user", time, row) TO ${literal(eventsFile(folder, slice))} (FORMAT parquet)`,
    );
  }
  await database.run(`SET memory_limit = '300MB'`); // what is left to do is to read
}

/** Tells the share that is done: of the steps behind, and while DuckDB reads also of the one that runs. */
function watch(database: Database, onShare?: (share: number) => void): (share: number, end?: boolean) => void {
  let reached = 0;
  const timer = setInterval(() => {
    if (reached === 0) onShare?.(DONE.reading * database.progress);
  }, 500);
  timer.unref();
  return (share, end = false) => {
    reached = share;
    if (end) clearInterval(timer);
    else onShare?.(share);
  };
}
