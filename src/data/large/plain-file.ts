import { closeSync, openSync, readSync, statSync } from "node:fs";
import { HEAD_ROWS } from "../head.js";
import { fileSource, statOf } from "../read/bytes.js";
import type { Separator } from "../read/fields.js";
import { openLog } from "../read/open.js";
import { readLines } from "../read/text.js";
import type { RawLog, ReadOptions } from "../read/types.js";
import type { Role } from "../schema.js";
import { detectTimeUnit, type TimeUnit } from "../times.js";

/** A file of separated text in UTF-8 that needs no reader of its own: one row a line, times in one column. */
export interface PlainFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly separator: Separator;
  /** Number of columns. */
  readonly width: number;
  readonly columns: ReadonlyMap<Role, number>;
  /** Of the time column. */
  readonly unit: TimeUnit;
  /** Number of the line of the header; 0 where there is none. */
  readonly first: number;
  /** How the first line ends. */
  readonly newline: "\n" | "\r\n";
  /** Mean length of the first lines. */
  readonly lineBytes: number;
}

const ROLES: ReadonlySet<Role> = new Set(["user", "item", "time", "title", "artist", "duration", "rating"]);
const HEAD_BYTES = 1 << 20;
/** Times by which the unit is found, as in `detectTimeUnit`. */
const ENOUGH_TIMES = 2000;

/**
 * What the beginning of a file tells of all of it; undefined where it must be read another way: other formats, folders, personal
 * exports, other encodings than UTF-8, dates in parts.
 *
 * @param head the first rows of the log, read the usual way
 * @throws {RefrainError} as `readLog`
 */
export async function plainFile(path: string, head: RawLog, options: ReadOptions): Promise<PlainFile | undefined> {
  const { container, format, encoding } = head.detected;
  const times = head.columns.get("time");
  if (statOf(path, true).folder || container || format !== "table" || !times) return undefined;
  const filled = times.filter((value) => value.trim() !== "").length;
  if (filled < ENOUGH_TIMES && head.lines.length >= HEAD_ROWS) return undefined;
  const { separator, header, meaning, hasHeader } = await openLog(fileSource(path), options);
  const { columns } = meaning;
  if (!separator || meaning.singleUser || [...columns.keys()].some((role) => !ROLES.has(role))) return undefined;
  const bytes = headBytes(path);
  const feed = bytes.indexOf(10);
  if ((options.encoding ?? encoding).toLowerCase() !== "utf-8" || feed < 0 || isPacked(path, bytes)) return undefined;
  return {
    path,
    size: statSync(path).size,
    separator,
    width: header.length,
    columns,
    unit: head.detected.timeUnit ?? detectTimeUnit(times),
    first: hasHeader ? await lineOfHeader(path, options) : 0,
    newline: bytes[feed - 1] === 13 ? "\r\n" : "\n",
    lineBytes: bytes.length / bytes.reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0),
  };
}

/** Number of the first line that is not empty. */
async function lineOfHeader(path: string, options: ReadOptions): Promise<number> {
  let number = 0;
  for await (const line of readLines(fileSource(path), options, () => {})) {
    number++;
    if (line.replace(/^\uFEFF/, "").trim() !== "") return number;
  }
  return number;
}

/** True for gzip and zip, which would have to be undone as the readers do. */
function isPacked(path: string, head: Buffer): boolean {
  const magic = head.toString("latin1", 0, 2);
  return !statSync(path).isFile() || magic === "\x1f\x8b" || magic === "PK";
}

function headBytes(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
