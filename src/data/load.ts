import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../core/errors.js";
import type { EventLog } from "../core/types.js";
import { cleanLog } from "./clean.js";
import { cleanLargeLog, type LargeOptions } from "./large/clean.js";
import { hasDatabase } from "./large/database.js";
import { statOf } from "./read/bytes.js";
import { type RawLog, readLog } from "./read.js";
import type { CleaningReport } from "./report.js";

/** Which way a log is read and cleaned: as tables in memory, or by DuckDB, out of core. Both give the same. */
export type DataEngine = "memory" | "duckdb";

export interface LoadedLog {
  readonly log: EventLog;
  readonly report: CleaningReport;
  /** The log as it was delivered; its first 20,000 rows where DuckDB read it. */
  readonly raw: RawLog;
  readonly engine: DataEngine;
  /** Why this engine, in one line. */
  readonly reason: string;
  /** SHA-256 of the file, where it was a by-product. */
  readonly fileHash?: string;
}

/** From here on DuckDB reads: by then tables in memory need about 1 GB. */
const LARGE = 100e6;
/** How much larger text is than its gzip, about. */
const PACKED = 5;

/**
 * Reads and cleans a log, by DuckDB where it is large.
 *
 * @param engine left out, `REFRAIN_DATA_ENGINE` decides, and where that is not set the size: 100 MB of text and more are DuckDB's
 * @throws {RefrainError} as `readLog` and `cleanLog`; DATABASE_UNAVAILABLE, DATABASE_FAILED; ARGUMENT_INVALID for an engine that
 *         is none
 */
export async function loadLog(
  path: string,
  options: LargeOptions = {},
  engine: string | undefined = process.env.REFRAIN_DATA_ENGINE,
): Promise<LoadedLog> {
  const choice = await chooseEngine(path, engine || undefined);
  options.onChoice?.(choice.reason);
  if (choice.engine === "duckdb") {
    const { log, report, head, detected, badRows, fileHash } = await cleanLargeLog(path, options);
    return { log, report, raw: { ...head, detected, badRows }, ...choice, fileHash };
  }
  const raw = await readLog(path, options.read);
  options.signal?.throwIfAborted();
  return { raw, ...cleanLog(raw, options.cleaning, options.titles), ...choice };
}

/** The engine for a log, and why. @throws {RefrainError} FILE_NOT_FOUND; ARGUMENT_INVALID */
export async function chooseEngine(
  path: string,
  wanted?: string,
): Promise<{ readonly engine: DataEngine; readonly reason: string }> {
  const size = textSize(path);
  const megabytes = `${Math.round(size / 1e6)} MB of text`;
  if (wanted === "memory" || wanted === "duckdb")
    return { engine: wanted, reason: `${megabytes}: ${wanted}, as chosen` };
  if (wanted !== undefined)
    throw new RefrainError("ARGUMENT_INVALID", `the data engine must be memory or duckdb, got "${wanted}".`, {
      wanted,
    });
  if (size < LARGE) return { engine: "memory", reason: `${megabytes}: memory` };
  if (await hasDatabase()) return { engine: "duckdb", reason: `${megabytes}: duckdb, out of core` };
  return { engine: "memory", reason: `${megabytes}: memory, since DuckDB is not installed` };
}

/** Bytes of a log as plain text, about. */
function textSize(path: string): number {
  const { size, folder } = statOf(path, true);
  if (!folder) return /\.(gz|zip|parquet)$/i.test(path) ? PACKED * size : size;
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}
