// Clean events on disk, on their way from the database to memory: Parquet files with typed columns.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { DuckDBDataChunk } from "@duckdb/node-api";
import { RefrainError } from "../../core/errors.js";
import type { EventLog } from "../../core/types.js";
import { type Database, literal } from "./database.js";

/** Paths of the files of an event log; `events` is a pattern. */
export function filesOf(folder: string): { readonly events: string; readonly items: string; readonly users: string } {
  const [events, items, users] = ["events-*", "items", "users"].map((name) => join(folder, `${name}.parquet`));
  return { events, items, users };
}

/** The events of a slice of users; slices follow each other by their names. */
export function eventsFile(folder: string, slice: number): string {
  return join(folder, `events-${String(slice).padStart(6, "0")}.parquet`);
}

/**
 * Streams the events of a folder into typed arrays; nothing else is held.
 *
 * Files hold any numbering of items. Here they are numbered as the sorted log first names them, as `cleanLog` does.
 *
 * @throws {RefrainError} DATABASE_FAILED; FILE_DAMAGED where the files do not have `events` events
 */
export async function readEvents(
  database: Database,
  folder: string,
  events: number,
  hasTimes: boolean,
  names?: ReadonlyMap<string, string>,
): Promise<EventLog> {
  const files = filesOf(folder);
  const [users, items, lines] = [new Int32Array(events), new Int32Array(events), new Int32Array(events)];
  const times = new Float64Array(events);
  let row = 0;
  for await (const chunk of database.chunks(
    `SELECT "user", item, time, line FROM read_parquet(${literal(files.events)})`,
  )) {
    const from = row;
    row += chunk.rowCount;
    if (row > events) break;
    [users, items, times, lines].forEach((column, at) => {
      column.set(valuesOf(chunk, at), from);
    });
  }
  const count = await database.number(`SELECT count(*) FROM read_parquet(${literal(files.items)})`);
  const code = new Int32Array(count).fill(-1);
  let met = 0;
  let inOrder = true;
  for (let at = 0; at < Math.min(row, events); at++) {
    inOrder = inOrder && (at === 0 || users[at] >= users[at - 1]);
    if (code[items[at]] < 0) code[items[at]] = met++;
    items[at] = code[items[at]];
  }
  if (row !== events || met !== count || !inOrder)
    throw new RefrainError("FILE_DAMAGED", `${folder} holds ${row} events, ${events} expected.`, { path: folder });
  const [itemIds, itemTitles]: [string[], string[]] = [new Array(count), new Array(count)];
  for await (const chunk of database.chunks(`SELECT item, id, title FROM read_parquet(${literal(files.items)})`)) {
    const [number, id, title] = [0, 1, 2].map((at) => chunk.getColumnVector(at));
    for (let at = 0; at < chunk.rowCount; at++) {
      const to = code[number.getItem(at) as number];
      const own = id.getItem(at) as string;
      itemIds[to] = own;
      const named = title.getItem(at) as string;
      itemTitles[to] = (names?.get(own) ?? named) || own;
      // Most logs have no titles but ids: one text and not two.
      if (itemTitles[to] === own) itemTitles[to] = own;
    }
  }
  const userIds: string[] = [];
  for await (const chunk of database.chunks(`SELECT id FROM read_parquet(${literal(files.users)}) ORDER BY "user"`)) {
    const id = chunk.getColumnVector(0);
    for (let at = 0; at < chunk.rowCount; at++) userIds.push(id.getItem(at) as string);
  }
  return { users, items, times, userIds, itemIds, itemTitles, lines, hasTimes };
}

function valuesOf(chunk: DuckDBDataChunk, column: number): ArrayLike<number> {
  const vector = chunk.getColumnVector(column) as unknown as { readonly items: ArrayLike<number> };
  return vector.items;
}

/**
 * SHA-256 of a clean log: its columns in the order of their bytes in memory, then the ids and titles. Equal logs have equal
 * hashes, whichever way they came to be.
 */
export function hashEvents(log: EventLog): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [log.users, log.items, log.times, log.lines])
    for (let at = 0; at < byteLength; at += 1 << 28)
      hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(1 << 28, byteLength - at)));
  for (const texts of [log.userIds, log.itemIds, log.itemTitles])
    for (let from = 0; from < texts.length; from += 10_000)
      hash.update(`${texts.slice(from, from + 10_000).join("\0")}\0`);
  return hash.digest("hex");
}
