// How rows leave a file: byte for byte as it was else, and in one step.
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { writeFailure, writeFileAtomic } from "../../core/files.js";
import type { Format } from "../../data/index.js";
import { Database } from "../../data/large/database.js";
import { RecordScanner } from "../../data/read/json-scan.js";

/** Takes some rows out of a file, whose numbers are those that `readLog` gives them, 1-based. */
type RemoveRows = (path: string, rows: ReadonlySet<number>) => Promise<void>;

/** For each format; one that is not here has to be changed by hand. */
export const removeRows: Readonly<Record<Format, RemoveRows>> = {
  table: withoutLines,
  "json-lines": withoutLines,
  sequences: withoutLines,
  json: withoutRecords,
  parquet: withoutParquetRows,
};

/** The same file without some lines. */
export async function withoutLines(path: string, lines: ReadonlySet<number>): Promise<void> {
  const kept: Buffer[] = [];
  let number = 0;
  for await (const line of linesOf(path)) if (!lines.has(++number)) kept.push(line);
  writeFileAtomic(path, isPacked(path) ? gzipSync(Buffer.concat(kept)) : kept, statSync(path).mode);
}

/** Lines with their ends, of a plain or gzipped file. Ends are as `readLog` has them: CR, LF or both. */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes = isPacked(path) ? file.pipe(createGunzip()) : file;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let at = 0; at < all.length - 1; at++) {
      const isEnd = all[at] === 10 || (all[at] === 13 && all[at + 1] !== 10);
      if (!isEnd) continue;
      yield all.subarray(start, at + 1);
      start = at + 1;
    }
    rest = all.subarray(start);
  }
  // The last byte was never looked at with its successor.
  if (rest.length > 0) yield rest;
}

/** A piece of a JSON document and where its text stands. */
export interface PlacedRecord {
  readonly record: number;
  readonly text: string;
  readonly start: number;
  readonly bad?: string;
}

/** The text of a JSON document with its pieces in their order. */
export function recordsOf(path: string): { readonly text: string; readonly records: PlacedRecord[] } {
  const bytes = readFileSync(path);
  const text = (isPacked(path) ? gunzipSync(bytes) : bytes).toString("utf8");
  const scanner = new RecordScanner(path);
  let behind = 0;
  const records = [...scanner.push(text), ...scanner.end()].map((piece) => {
    const start = text.indexOf(piece.text, behind);
    behind = start + piece.text.length;
    return { ...piece, start };
  });
  return { text, records };
}

/** The same list of objects without some, each with the comma on one side of it. */
async function withoutRecords(path: string, numbers: ReadonlySet<number>): Promise<void> {
  const { text, records } = recordsOf(path);
  let [kept, from] = ["", 0];
  for (const { record, text: own, start } of records) {
    if (!numbers.has(record)) continue;
    kept += text.slice(from, start);
    const after = text.slice(start + own.length);
    const comma = /^\s*,\s*/.exec(after);
    if (!comma) kept = kept.replace(/,\s*$/, "");
    from = start + own.length + (comma?.[0].length ?? 0);
  }
  kept += text.slice(from);
  writeFileAtomic(path, isPacked(path) ? gzipSync(kept) : kept, statSync(path).mode);
}

/** The same columns and types without some rows. @throws {RefrainError} DATABASE_UNAVAILABLE, DATABASE_FAILED */
async function withoutParquetRows(path: string, rows: ReadonlySet<number>): Promise<void> {
  const database = await Database.open({ folder: dirname(path) });
  try {
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const kept = join(database.folder, "kept.parquet");
    await database.run("CREATE TABLE gone (row BIGINT)");
    const all = [...rows];
    for (let first = 0; first < all.length; first += 10_000)
      await database.run(
        `INSERT INTO gone VALUES ${all
          .slice(first, first + 10_000)
          .map((row) => `(${row - 1})`)
          .join()}`,
      );
    await database.run(
      `COPY (SELECT * EXCLUDE (file_row_number) FROM read_parquet(${quoted(path)}, file_row_number = true)
       WHERE file_row_number NOT IN (SELECT row FROM gone) ORDER BY file_row_number) TO ${quoted(kept)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    try {
      const handle = openSync(kept, "r+");
      fsyncSync(handle);
      closeSync(handle);
      renameSync(kept, path);
    } catch (cause) {
      throw writeFailure(path, cause);
    }
  } finally {
    database.close();
  }
}

function isPacked(path: string): boolean {
  const start = Buffer.alloc(2);
  const handle = openSync(path, "r");
  try {
    readSync(handle, start);
  } finally {
    closeSync(handle);
  }
  return start.toString("hex") === "1f8b";
}
