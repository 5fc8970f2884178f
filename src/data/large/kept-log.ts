// Clean logs that are kept on disk, so that a large log is read and cleaned once for the same file and options: Parquet with typed
// columns, under a hash of what it was made from, and with a hash of what it holds.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from "hyparquet";
import { type ColumnSource, parquetWriteFile } from "hyparquet-writer";
import { sha256 } from "../../core/files.js";
import type { EventLog } from "../../core/types.js";
import { hashFile } from "../arrays/scan.js";
import { dataFolder } from "../registry/store.js";
import { cleanLargeLog, type LargeLog, type LargeOptions } from "./clean.js";
import { hashEvents } from "./event-log.js";

/** The newest stay. */
const MOST_KEPT = 4;
const GROUP = 1 << 20;
/** What is written in the metadata of the events: their hash, and all that is no column. */
const [HASH, ABOUT] = ["refrain.events.sha256", "refrain.about"];

/** A large log, and whether it was kept or made now. */
export type KeptLog = Omit<LargeLog, "head" | "way"> & { readonly way: LargeLog["way"] | "kept" };

type About = Pick<KeptLog, "report" | "detected" | "badRows" | "fileHash"> & Pick<EventLog, "hasTimes">;

/** Folder of the kept logs. `REFRAIN_KEEP_LOGS=off` keeps none. */
function place(): string {
  return join(dataFolder(), "cleaned");
}

/**
 * As `cleanLargeLog`, from the disk where the same file was cleaned by the same code with the same options before.
 *
 * @throws {RefrainError} as `cleanLargeLog`
 * @throws the signal's reason once it is aborted
 */
export async function cleanKept(path: string, options: LargeOptions): Promise<KeptLog> {
  if (process.env.REFRAIN_KEEP_LOGS === "off" || !statSync(path, { throwIfNoEntry: false })?.isFile())
    return cleanLargeLog(path, options);
  const { size } = statSync(path);
  // Without a log of this size there is nothing to compare the file's hash with.
  const isLikely = namesIn(place()).some((name) => name.startsWith(`${size}-`));
  const folderOf = (fileHash: string) => join(place(), `${size}-${keyOf(fileHash, options)}`);
  if (isLikely) {
    const kept = await read(folderOf(await hashFile(path, options.signal)));
    if (kept) return kept;
  }
  const { head: _, ...made } = await cleanLargeLog(path, options);
  const fileHash = made.fileHash ?? (await hashFile(path, options.signal));
  options.signal?.throwIfAborted();
  write(folderOf(fileHash), { ...made, fileHash });
  return { ...made, fileHash };
}

/** Kept logs that name one of the users, with the number of their plays there. */
export async function keptLogsOf(
  users: ReadonlySet<string>,
): Promise<{ readonly path: string; readonly plays: number }[]> {
  const found: { path: string; plays: number }[] = [];
  for (const name of namesIn(place())) {
    const path = join(place(), name);
    const log = (await read(path))?.log;
    const plays = log?.users.reduce((sum, user) => sum + (users.has(log.userIds[user]) ? 1 : 0), 0);
    // One that cannot be read is never used, and nobody knows whom it names.
    if (plays !== 0) found.push({ path, plays: plays ?? 0 });
  }
  return found;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Stands for the file, the options and the code that reads and cleans. */
function keyOf(fileHash: string, { read: how = {}, cleaning = {}, titles }: LargeOptions): string {
  const { onProgress: _, ...options } = how;
  const columns = Object.entries(options.columns ?? {}).sort();
  return sha256(JSON.stringify([fileHash, { ...options, columns }, cleaning, [...(titles ?? [])], codeHash()])).slice(
    0,
    32,
  );
}

let code: string | undefined;

/** Hash of this room's files. */
function codeHash(): string {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  code ??= sha256(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(js|ts|cc|h)$/.test(name))
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n"),
  );
  return code;
}

/** Writes a log in its place by one rename. A full disk keeps no log, which costs nothing but time. */
function write(folder: string, { log, report, detected, badRows, fileHash }: KeptLog): void {
  const work = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(work, { recursive: true });
    const about: About = { report, detected, badRows, fileHash, hasTimes: log.hasTimes };
    const kvMetadata = [
      { key: HASH, value: hashEvents(log) },
      { key: ABOUT, value: JSON.stringify(about) },
    ];
    const put = (name: string, columns: Readonly<Record<string, ColumnSource["data"]>>, types: readonly string[]) =>
      parquetWriteFile({
        filename: join(work, `${name}.parquet`),
        columnData: Object.entries(columns).map(([column, data], at) => ({
          name: column,
          data,
          type: types[at] as ColumnSource["type"],
          nullable: false,
          encoding: "PLAIN",
        })),
        codec: "UNCOMPRESSED",
        statistics: false,
        rowGroupSize: GROUP,
        kvMetadata,
      });
    const { users: user, items: item, times: time, lines: line } = log;
    put("events", { user, item, time, line }, ["INT32", "INT32", "DOUBLE", "INT32"]);
    put("users", { id: log.userIds as string[] }, ["STRING"]);
    put("items", { id: log.itemIds as string[], title: log.itemTitles as string[] }, ["STRING", "STRING"]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    dropOldest();
  } catch {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
}

function dropOldest(): void {
  const all = namesIn(place()).map((name) => join(place(), name));
  const ages = new Map(all.map((folder) => [folder, statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
  const newest = all.sort((a, b) => (ages.get(b) ?? 0) - (ages.get(a) ?? 0));
  for (const folder of newest.slice(MOST_KEPT)) rmSync(folder, { recursive: true, force: true });
}

/** A kept log, streamed into typed arrays; undefined where there is none that is whole. */
async function read(folder: string): Promise<KeptLog | undefined> {
  if (!existsSync(folder)) return undefined;
  try {
    const file = await asyncBufferFromFile(join(folder, "events.parquet"));
    const { num_rows, key_value_metadata: notes = [] } = await parquetMetadataAsync(file);
    const note = (key: string) => notes.find((one) => one.key === key)?.value ?? "";
    const { hasTimes, ...about } = JSON.parse(note(ABOUT)) as About;
    const count = Number(num_rows);
    const numbers = () => new Int32Array(count);
    const events = { user: numbers(), item: numbers(), time: new Float64Array(count), line: numbers() };
    await stream(folder, "events", (name, values, from) => events[name as "user"].set(values as Int32Array, from));
    const texts: Record<string, string[]> = { "users.id": [], "items.id": [], "items.title": [] };
    for (const table of ["users", "items"])
      await stream(folder, table, (name, values, from) => {
        const into = texts[`${table}.${name}`];
        for (let at = 0; at < values.length; at++) into[from + at] = values[at] as string;
      });
    const { user: users, item: items, time: times, line: lines } = events;
    const [userIds, itemIds] = [texts["users.id"], texts["items.id"]];
    // Most logs have no titles but ids: one text and not two.
    const itemTitles = texts["items.title"].map((title, at) => (title === itemIds[at] ? itemIds[at] : title));
    const log = { users, items, times, userIds, itemIds, itemTitles, lines, hasTimes };
    if (hashEvents(log) !== note(HASH)) return undefined;
    const now = new Date();
    utimesSync(folder, now, now);
    return { log, ...about, way: "kept" };
  } catch {
    return undefined; // it is made anew
  }
}

/** Column by column, a group of rows at a time. */
async function stream(
  folder: string,
  table: string,
  take: (column: string, values: ArrayLike<unknown>, from: number) => void,
): Promise<void> {
  const file = await asyncBufferFromFile(join(folder, `${table}.parquet`));
  await parquetRead({
    file,
    onChunk: ({ columnName, columnData, rowStart }) => take(columnName, columnData as ArrayLike<unknown>, rowStart),
  });
}
