// Clean logs that are kept on disk, so that a large log is read and cleaned once for the same file and options: Parquet with typed
// columns, under a hash of what it was made from, and with a hash of what it holds.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from "hyparquet";
import { type ColumnSource, parquetWriteFile } from "hyparquet-writer";
import { parseConfig } from "../../core/config.js";
import { sha256 } from "../../core/files.js";
import { isAlive } from "../../core/lock.js";
import type { EventLog } from "../../core/types.js";
import { hashFile } from "../arrays/scan.js";
import { type CleaningOptions, cleaningSchema } from "../options.js";
import { dataFolder, newestFirst, noteUse } from "../registry/store.js";
import { cleanLargeLog, type LargeLog, type LargeOptions } from "./clean.js";
import { hashEvents } from "./event-log.js";

/** The newest stay. */
const MOST_KEPT = 4;
const GROUP = 1 << 20;
const HALF = ".tmp";
/** What is written in the metadata of the events: their hash, and all that is no column. */
const [HASH, ABOUT] = ["refrain.events.sha256", "refrain.about"];

/** A large log, and whether it was kept or made now. */
export type KeptLog = Omit<LargeLog, "head" | "way"> & { readonly way: LargeLog["way"] | "kept" };

type About = Pick<KeptLog, "report" | "detected" | "badRows" | "lastTime" | "fileHash"> &
  Pick<EventLog, "hasTimes"> &
  Pick<CleaningOptions, "latest">;

/** Folder of the kept logs. `REFRAIN_KEEP_LOGS=off` keeps none. */
function place(): string {
  return join(dataFolder(), "cleaned");
}

/**
 * As `cleanLargeLog`, from the disk where the same file was cleaned by the same code with the same options before. The latest
 * believable time is by default tomorrow's: another one is the same option where no play is later than either.
 *
 * @throws {RefrainError} as `cleanLargeLog`
 * @throws the signal's reason once it is aborted
 */
export async function cleanKept(path: string, options: LargeOptions): Promise<KeptLog> {
  if (process.env.REFRAIN_KEEP_LOGS === "off" || !statSync(path, { throwIfNoEntry: false })?.isFile())
    return cleanLargeLog(path, options);
  const { size } = statSync(path);
  const cleaning = parseConfig("cleaning", cleaningSchema, options.cleaning ?? {});
  const asked = { ...options, cleaning };
  // Without a log of this size there is nothing to compare the file's hash with.
  const isLikely = names().some((name) => name.startsWith(`${size}-`) && !isHalf(name));
  const folderOf = (fileHash: string) => join(place(), `${size}-${keyOf(fileHash, asked)}`);
  if (isLikely) {
    const folder = folderOf(await hashFile(path, options.signal));
    const kept = await read(folder, cleaning.latest);
    if (kept) {
      noteUse(folder);
      return kept;
    }
  }
  const { head: _, ...made } = await cleanLargeLog(path, asked);
  const fileHash = made.fileHash ?? (await hashFile(path, options.signal));
  options.signal?.throwIfAborted();
  write(folderOf(fileHash), { ...made, fileHash }, cleaning.latest);
  return { ...made, fileHash };
}

/** Kept logs that name one of the users, with the number of their plays there: in their plays, or in the text of an unreadable row. */
export async function keptLogsOf(
  users: ReadonlySet<string>,
): Promise<{ readonly path: string; readonly plays: number }[]> {
  const found: { path: string; plays: number }[] = [];
  for (const name of names()) {
    const path = join(place(), name);
    const kept = await read(path);
    const plays = kept?.log.users.reduce((sum, user) => sum + (users.has(kept.log.userIds[user]) ? 1 : 0), 0) ?? 0;
    const isTold = kept?.badRows.samples.some(({ text }) => [...users].some((user) => text.includes(user)));
    // One that cannot be read, or was never finished, is never used, and nobody knows whom it names.
    if (!kept || isTold || plays > 0) found.push({ path, plays });
  }
  return found;
}

function names(): string[] {
  return existsSync(place()) ? readdirSync(place()) : [];
}

/** Whether a folder is one that is being written, or was when its process was killed. */
function isHalf(name: string): boolean {
  return name.endsWith(HALF);
}

/** Stands for the file, the options and the code that reads and cleans. */
function keyOf(
  fileHash: string,
  { read: how = {}, cleaning, titles }: LargeOptions & { readonly cleaning: CleaningOptions },
): string {
  const { onProgress: _, ...options } = how;
  const { latest: __, ...rules } = cleaning;
  const columns = Object.entries(options.columns ?? {}).sort();
  return sha256(JSON.stringify([fileHash, { ...options, columns }, rules, [...(titles ?? [])], codeHash()])).slice(
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
function write(folder: string, { log, way: _, ...facts }: KeptLog, latest: number): void {
  const work = `${folder}.${process.pid}${HALF}`;
  try {
    mkdirSync(work, { recursive: true });
    const lastTime = Math.min(facts.lastTime, Number.MAX_VALUE); // JSON has no infinite number
    const about: About = { ...facts, lastTime, hasTimes: log.hasTimes, latest };
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
    dropOld();
  } catch {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
}

/** Keeps the newest, and removes what a process that was killed left half. */
function dropOld(): void {
  const all = names();
  const old = newestFirst(all.filter((name) => !isHalf(name)).map((name) => join(place(), name))).slice(MOST_KEPT);
  const dead = all.filter((name) => isHalf(name) && !isAlive(Number(name.split(".").at(-2))));
  for (const folder of [...old, ...dead.map((name) => join(place(), name))])
    rmSync(folder, { recursive: true, force: true });
}

/** A kept log, streamed into typed arrays; undefined where there is none that is whole, or that is right for this latest time. */
async function read(folder: string, latest?: number): Promise<KeptLog | undefined> {
  if (!existsSync(folder)) return undefined;
  try {
    const file = await asyncBufferFromFile(join(folder, "events.parquet"));
    const { num_rows, key_value_metadata: notes = [] } = await parquetMetadataAsync(file);
    const note = (key: string) => notes.find((one) => one.key === key)?.value ?? "";
    const { hasTimes, latest: own, ...about } = JSON.parse(note(ABOUT)) as About;
    if (latest !== undefined && latest !== own && about.lastTime > Math.min(latest, own)) return undefined;
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
