import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { writeFileAtomic } from "../core/files.js";
import type { EventLog } from "../core/types.js";
import { hashEvents } from "./large/event-log.js";

/** Key in a Parquet file's metadata of the hash of its events, see `hashEvents`. */
const HASH_KEY = "refrain.events.sha256";

/**
 * Writes a clean log atomically: as Parquet where the path ends in .parquet, else as CSV (gzipped where it ends in .gz). `readLog` and
 * `cleanLog` read it back.
 *
 * Columns user, item, time, title; where the log has no times, order in the place of time. Times are ISO-8601 UTC in CSV, and in
 * Parquet doubles, seconds since 1970. Parquet's metadata hold the hash of the log that reading it gives. Read back without cleaning rules it is the same log
 * but for the line numbers.
 *
 * @throws {RefrainError} FILE_WRITE_FAILED
 */
export function writeLog(log: EventLog, path: string): void {
  writeFileAtomic(path, /\.parquet$/i.test(path) ? [parquetOf(log)] : piecesOf(log, path.endsWith(".gz")));
}

function parquetOf(log: EventLog): Uint8Array {
  const texts = (name: string, codes: Int32Array, values: readonly string[]) => {
    const data = Array.from(codes, (code) => values[code]);
    return { name, data, type: "STRING" as const, nullable: false };
  };
  const columnData = [
    texts("user", log.users, log.userIds),
    texts("item", log.items, log.itemIds),
    { name: log.hasTimes ? "time" : "order", data: log.times, type: "DOUBLE" as const, nullable: false },
    texts("title", log.items, log.itemTitles),
  ];
  const kvMetadata = [{ key: HASH_KEY, value: hashEvents({ ...log, lines: log.lines.map((_, row) => row + 1) }) }];
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata }));
}

/** Pieces, since neither one string nor memory holds a large log; gzip members behind each other are one gzip file. */
function* piecesOf(log: EventLog, packed: boolean): Generator<Uint8Array> {
  let lines = [`user,item,${log.hasTimes ? "time" : "order"},title`];
  for (let row = 0; row < log.users.length; row++) {
    const item = log.items[row];
    const time = log.hasTimes ? isoTime(log.times[row]) : `${log.times[row]}`;
    lines.push([log.userIds[log.users[row]], log.itemIds[item], time, log.itemTitles[item]].map(quoted).join(","));
    if (lines.length < 100_000 && row + 1 < log.users.length) continue;
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    yield packed ? gzipSync(bytes) : bytes;
    lines = [];
  }
}

/** A time with exactly the decimals that it has, so that reading gives the same number. */
function isoTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const fraction = seconds < 0 ? (seconds - whole).toFixed(6).slice(2) : String(seconds).split(".")[1];
  return `${new Date(whole * 1000).toISOString().slice(0, -5)}${fraction ? `.${fraction}` : ""}Z`;
}

/** A CSV field, in quotes where it needs them (RFC 4180). */
export function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
