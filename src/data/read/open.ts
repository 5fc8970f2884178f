import { RefrainError } from "../../core/errors.js";
import { type ByteSource, headOf } from "./bytes.js";
import { detectSeparator, splitLine } from "./fields.js";
import { openJson, openJsonLines } from "./json.js";
import { openParquet } from "./parquet.js";
import type { Opened } from "./reader.js";
import { parseObject } from "./records.js";
import { openSequences, openTable } from "./table.js";
import { readLines, readText } from "./text.js";
import type { ReadOptions } from "./types.js";

const LOOK_AHEAD = 50;

/** Beginnings of packed files that no reader undoes, which would otherwise be "binary". */
const PACKED: readonly (readonly [string, string])[] = [
  ["504b0304", "a zip file"],
  ["504b0506", "an empty zip file"],
  ["377abcaf271c", "a 7z file"],
  ["fd377a585a00", "an xz file"],
  ["425a68", "a bzip2 file"],
  ["28b52ffd", "a zstd file"],
  ["526172211a07", "a RAR file"],
  ["53514c69746520666f726d6174", "an SQLite database"],
];

/**
 * Finds the format of one file from its first bytes and lines. Nothing is read but its beginning.
 *
 * @throws {RefrainError} FILE_EMPTY, FILE_BINARY, COLUMN_UNKNOWN, COLUMN_AMBIGUOUS, and as `readLines`
 */
export async function openLog(source: ByteSource, options: ReadOptions): Promise<Opened> {
  const magic = await headOf(source, 16);
  const { format } = options;
  if (format === "parquet" || magic.subarray(0, 4).toString("latin1") === "PAR1") return openParquet(source, options);
  const packed = PACKED.find(([hex]) => magic.toString("hex").startsWith(hex));
  if (packed && !(packed[0].length === 6 && !/^[1-9]$/.test(magic.toString("latin1", 3, 4))))
    throw new RefrainError("FILE_BINARY", `${source.name} is ${packed[1]}, which is not unpacked here.`, {
      path: source.name,
    });
  const start = await beginning(source, options);
  if (format === "json" || (!format && isList(start))) return openJson(source, options);
  if (format === "json-lines") return openJsonLines(source, options);
  if (!format && start.startsWith("{"))
    return isLines(start) ? openJsonLines(source, options) : openJson(source, options);
  const first: string[] = [];
  for await (const line of readLines(source, options, () => {})) {
    const text = line.replace(/^\uFEFF/, "");
    if (text.trim() !== "" && first.push(text) === LOOK_AHEAD) break;
  }
  if (first.length === 0) throw new RefrainError("FILE_EMPTY", `${source.name} holds no rows.`, { path: source.name });
  const separator = options.separator ?? detectSeparator(first);
  return format === "sequences" || (!format && isSequences(first.map((line) => splitLine(line, separator) ?? [])))
    ? openSequences(source, separator, options)
    : openTable(source, first, separator, options);
}

/** The first text that is not white space. */
async function beginning(source: ByteSource, options: ReadOptions): Promise<string> {
  for await (const text of readText(source, options, () => {})) {
    const start = text.replace(/^\uFEFF/, "").trimStart();
    if (start !== "") return start;
  }
  return "";
}

/** True for a list of objects. "[Alexandros],Album,Title" is the line of a table. */
function isList(start: string): boolean {
  return /^\[\s*([[{]|\]\s*$|(-?\d+|null|true|false|"[^"]*")\s*,)/.test(start);
}

/** True where the first line is an object and no list lies in it, or more objects follow. */
function isLines(start: string): boolean {
  const [line, ...more] = start.split(/[\r\n]+/);
  const record = parseObject(line);
  if (!record)
    return start.length < 1 << 15 && !parseObject(start) && more.some((text) => parseObject(text) !== undefined);
  if (more.some((text) => text.trim() !== "")) return true;
  return !JSON.stringify(record).includes(":[{");
}

/** True for `user item item …`: numbers only, and lines of many lengths or of many numbers. */
function isSequences(rows: readonly (readonly string[])[]): boolean {
  const lengths = new Set(rows.map((row) => row.length));
  const isNumeric = rows.every((row) => row.every((field) => /^\d*$/.test(field.trim())));
  return isNumeric && (lengths.size > Math.max(2, rows.length / 4) || Math.min(...lengths) > 8);
}
