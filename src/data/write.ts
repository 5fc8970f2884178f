import { gzipSync } from "node:zlib";
import { writeFileAtomic } from "../core/files.js";
import type { EventLog } from "../core/types.js";

/**
 * Writes a clean log as CSV (gzipped where the path ends in .gz), atomically. `readLog` and `cleanLog` read it back.
 *
 * Columns user, item, time (ISO-8601 UTC; left out where the log has only an order), title.
 */
export function writeLog(log: EventLog, path: string): void {
  const parts: string[] = [log.hasTimes ? "user,item,time,title\n" : "user,item,title\n"];
  for (let row = 0; row < log.users.length; row++) {
    const item = log.items[row];
    const time = log.hasTimes ? [new Date(log.times[row] * 1000).toISOString()] : [];
    parts.push(
      `${[log.userIds[log.users[row]], log.itemIds[item], ...time, log.itemTitles[item]].map(quoted).join(",")}\n`,
    );
  }
  const text = parts.join("");
  writeFileAtomic(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

/** A CSV field, in quotes where it needs them (RFC 4180). */
export function quoted(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
