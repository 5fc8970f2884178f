import { join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { type Format, oneForm, type RawLog, type ReadOptions, readLog, splitLine } from "../../data/index.js";
import { linesOf, recordsOf, removeRows, withoutLines } from "./remove-rows.js";

/** What is in a log of some users, and what can be done about it. */
export interface FoundLog {
  readonly path: string;
  readonly plays: number;
  /** Takes the rows out, in one step; absent where this has to be done by hand, for `reason`. */
  readonly remove?: () => Promise<void>;
  readonly reason?: "packed" | "encoding" | "shared" | "unreadable";
}

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
  const [own, others] = [new Set<number>(), new Set<number>()];
  const names = raw.columns.get("user");
  const whole = raw.detected.singleUser ? users.has("me") : false;
  raw.lines.forEach((line, row) => {
    const isOwn = whole || (names && users.has(oneForm(names[row])));
    (isOwn ? own : others).add(line);
  });
  const known = new Set(raw.lines);
  if (raw.badRows.count > 0 && container === undefined)
    for await (const { number, text } of textsOf(path, format))
      if (!known.has(number) && [...users].some((user) => text.includes(user))) own.add(number);
  if (own.size === 0) return [];
  const plays = raw.lines.reduce((sum, line) => sum + (own.has(line) ? 1 : 0), 0);
  if (container !== undefined) return [{ path, plays, reason: "packed" }];
  // A page of plays of several listeners, such as {"payload": {"listens": […]}}.
  if ([...own].some((line) => others.has(line))) return [{ path, plays, reason: "shared" }];
  // In other encodings lines can still be told apart by their ends, but not in those of two bytes.
  const cannot =
    format === "json" ? !/^(utf-?8|ascii)/i.test(raw.detected.encoding) : /^utf-?16/i.test(raw.detected.encoding);
  if (cannot) return [{ path, plays, reason: "encoding" }];
  return [{ path, plays, remove: () => removeRows[format](path, own) }];
}

/** All rows of a file as text, also those that could not be read; a header is none. Rows of Parquet are no text. */
async function* textsOf(path: string, format: Format): AsyncGenerator<{ number: number; text: string }> {
  if (format === "json") {
    for (const { record, text } of recordsOf(path).records) yield { number: record, text };
  } else if (format !== "parquet") {
    let number = 0;
    for await (const line of linesOf(path))
      if (++number > 1 || format !== "table") yield { number, text: line.toString("utf8") };
  }
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
