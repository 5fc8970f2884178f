import { gzipSync } from "node:zlib";
import { writeFileAtomic } from "../core/files.js";
import type { EventLog } from "../core/types.js";

/**
 * Writes a clean log as CSV (gzipped where the path ends in .gz), atomically. `readLog` and `cleanLog` read it back.
 *
 * Columns user, item, time (ISO-8601 UTC, or order where the log has no times), title. Read back without cleaning rules it is the same log
 * but for the line numbers.
 *
 * @throws {RefrainError} FILE_WRITE_FAILED
 */
export function writeLog(log: EventLog, path: string): void {
  writeFileAtomic(path, piecesOf(log, path.endsWith(".gz")));
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
