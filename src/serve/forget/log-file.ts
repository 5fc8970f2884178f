import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { createGunzip, gzipSync } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { writeFileAtomic } from "../../core/files.js";
import { oneForm, type RawLog, type ReadOptions, readLog, splitLine } from "../../data/index.js";

/** What is in a log of some users, and what can be done about it. */
export interface FoundLog {
  readonly path: string;
  readonly plays: number;
  /** Takes the rows out, in one step; absent where this has to be done by hand, for `reason`. */
  readonly remove?: () => Promise<void>;
  readonly reason?: "packed" | "not lines" | "unreadable";
}

/** Formats in which a row is a line. */
const LINES = new Set(["table", "json-lines", "sequences"]);
/** Headers of the user column of tables that are no logs, such as a table of metrics by user. */
const USER_HEADERS = new Set(["user", "userid", "user_id", "listener"]);

/**
 * The rows of some users in a log, or in a table with a column of users. Rows that could not be read and name one of them
 * count too.
 *
 * @param options how the log is read, as for `readLog`
 */
export async function findInLog(path: string, users: ReadonlySet<string>, options: ReadOptions): Promise<FoundLog[]> {
  let raw: RawLog;
  try {
    raw = await readLog(path, options);
  } catch (error) {
    if (!(error instanceof RefrainError)) throw error;
    if (error.code === "FILE_NOT_FOUND") return [];
    const table = error.code === "COLUMN_UNKNOWN" ? await findInTable(path, users) : undefined;
    return table ? [table] : [{ path, plays: Number.NaN, reason: "unreadable" }];
  }
  const { container, members, format } = raw.detected;
  if (container === "folder") {
    const all: FoundLog[] = [];
    for (const { name } of members ?? []) all.push(...(await findInLog(join(path, name), users, options)));
    return all;
  }
  const own = new Set<number>();
  const names = raw.columns.get("user");
  const whole = raw.detected.singleUser ? users.has("me") : false;
  raw.lines.forEach((line, row) => {
    if (whole || (names && users.has(oneForm(names[row])))) own.add(line);
  });
  const known = new Set(raw.lines);
  if (raw.badRows.count > 0 && container === undefined && LINES.has(format)) {
    let number = 0;
    for await (const line of linesOf(path)) {
      number++;
      const text = line.toString("utf8");
      if (!known.has(number) && number > 1 && [...users].some((user) => text.includes(user))) own.add(number);
    }
  }
  if (own.size === 0) return [];
  const plays = raw.lines.reduce((sum, line) => sum + (own.has(line) ? 1 : 0), 0);
  if (container !== undefined) return [{ path, plays, reason: "packed" }];
  if (!LINES.has(format) || raw.detected.encoding.toLowerCase().startsWith("utf-16"))
    return [{ path, plays, reason: "not lines" }];
  return [{ path, plays, remove: () => withoutLines(path, own) }];
}

/** A table by user that is no log, such as `evaluate --export` writes. */
async function findInTable(path: string, users: ReadonlySet<string>): Promise<FoundLog | undefined> {
  const own = new Set<number>();
  let column = -1;
  let number = 0;
  const separator = path.toLowerCase().endsWith(".tsv") ? "\t" : ",";
  for await (const line of linesOf(path)) {
    const fields = splitLine(line.toString("utf8").replace(/[\r\n]+$/, ""), separator) ?? [];
    if (++number === 1)
      column = fields.findIndex((name) => USER_HEADERS.has(name.replace(/^\uFEFF/, "").toLowerCase()));
    else if (users.has(oneForm(fields[column]?.replace(/^'(?=[=+\-@])/, "") ?? ""))) own.add(number);
    if (column < 0) return undefined;
  }
  return { path, plays: own.size, ...(own.size > 0 ? { remove: () => withoutLines(path, own) } : {}) };
}

/** The same file without some lines, byte for byte else. @param lines 1-based */
async function withoutLines(path: string, lines: ReadonlySet<number>): Promise<void> {
  const kept: Buffer[] = [];
  let number = 0;
  for await (const line of linesOf(path)) if (!lines.has(++number)) kept.push(line);
  writeFileAtomic(path, (await isPacked(path)) ? gzipSync(Buffer.concat(kept)) : kept, statSync(path).mode);
}

/** Lines with their ends, of a plain or gzipped file. Ends are as `readLog` has them: CR, LF or both. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes = (await isPacked(path)) ? file.pipe(createGunzip()) : file;
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

async function isPacked(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 1 })) return (chunk as Buffer).toString("hex") === "1f8b";
  return false;
}
