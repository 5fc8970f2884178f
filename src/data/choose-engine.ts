import { RefrainError } from "../core/errors.js";
import { hasDatabase } from "./large/database.js";
import { statOf } from "./read/bytes.js";
import { openFolder } from "./read/folder.js";

/** Which way a log is read and cleaned: as tables in memory, or by `cleanLargeLog`: as typed arrays, or by DuckDB out of core where these do not fit. All give the same. */
export type DataEngine = "memory" | "duckdb";

/** From here on DuckDB reads: by then tables in memory need about 1 GB. */
const LARGE = 100e6;
/** How much larger text is than its gzip, about. */
const PACKED = 5;

/**
 * The engine for a log, and why: 100 MB of text and more are for `cleanLargeLog`.
 *
 * @param wanted the engine that a person chose; it goes before the size
 * @throws {RefrainError} FILE_NOT_FOUND, FILE_UNREADABLE; FILE_TOO_LARGE for a folder of more than 10,000 files; ARGUMENT_INVALID
 *         for an engine that is none
 */
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
  if (await hasDatabase()) return { engine: "duckdb", reason: `${megabytes}: typed arrays, or duckdb out of core` };
  return { engine: "memory", reason: `${megabytes}: memory, since DuckDB is not installed` };
}

/** Bytes of a log as plain text, about; of a folder, those of the files that may be of the log. */
function textSize(path: string): number {
  const { size, folder } = statOf(path, true);
  const files = folder ? openFolder(path).candidates : [{ name: path, size }];
  return files.reduce((sum, file) => sum + (isPacked(file.name) ? PACKED : 1) * file.size, 0);
}

function isPacked(name: string): boolean {
  return /\.(gz|zip|parquet|pq)$/i.test(name);
}
