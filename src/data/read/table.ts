import { looksLikeHeader } from "../schema.js";
import type { ByteSource } from "./bytes.js";
import type { Collector } from "./collector.js";
import { type Separator, splitLine } from "./fields.js";
import { headerOf, meaningOf } from "./layouts/index.js";
import type { Opened } from "./reader.js";
import { type OnEncoding, readLines } from "./text.js";
import type { ReadOptions } from "./types.js";

/**
 * Opens separated text, with a header or without: CSV, TSV, RecBole, GRU4Rec, MovieLens, Last.fm.
 *
 * @param first the first lines that are not empty
 * @throws {RefrainError} COLUMN_UNKNOWN, COLUMN_AMBIGUOUS
 */
export function openTable(
  source: ByteSource,
  first: readonly string[],
  separator: Separator,
  options: ReadOptions,
): Opened {
  const rows = first.map((line) => splitLine(line, separator) ?? []);
  const fields = (splitLine(first[0], separator) ?? [first[0]]).map((field) => field.trim());
  const isNamed = Object.values(options.columns ?? {}).some((name) => fields.includes(name as string));
  const namesRoles = isNamed || looksLikeHeader(fields);
  const bare = namesRoles ? undefined : headerOf(rows, separator);
  const hasHeader = !bare && (namesRoles || !isData(fields));
  const header = bare ?? (hasHeader ? fields : plainHeader(fields.length));
  const meaning = meaningOf(header, options);
  const columns = [...meaning.columns.values()];
  const pairs = !hasHeader && !bare && fields.length === 2 && separator === " ";
  return {
    format: "table",
    layout: pairs ? "sasrec" : undefined,
    separator,
    header,
    hasHeader,
    meaning,
    read: (into, onEncoding) =>
      readRows(
        source,
        options,
        onEncoding,
        hasHeader,
        into,
        (text, line) => {
          const found = cutRow(text, separator, header.length);
          if (typeof found === "string") return into.bad(line, found, text);
          into.add(
            line,
            columns.map((at) => found[at]),
          );
        },
        () => into.begin([...meaning.columns.keys()], meaning.singleUser),
      ),
  };
}

/** The fields of one row of a table, or why it is none. Empty fields behind the last column are left out. */
export function cutRow(text: string, separator: Separator, width: number): string[] | string {
  if (text.includes("\0")) return "zero character";
  const found = splitLine(text, separator);
  if (!found) return "quotes do not match";
  while (found.length > width && found[found.length - 1] === "") found.pop();
  return found.length === width ? found : `${found.length} fields, ${width} expected`;
}

/**
 * Opens `user item item …` lines, one for each user, in the order of the plays.
 *
 * @source S3Rec and the sets that came after it, https://github.com/RUCAIBox/CIKM2020-S3Rec
 */
export function openSequences(source: ByteSource, separator: Separator, options: ReadOptions): Opened {
  return {
    format: "sequences",
    layout: "s3rec",
    separator,
    header: ["user", "items"],
    meaning: {
      columns: new Map([
        ["user", 0],
        ["item", 1],
      ]),
      singleUser: false,
    },
    read: (into, onEncoding) =>
      readRows(
        source,
        options,
        onEncoding,
        false,
        into,
        (text, line) => {
          const [user, ...items] = splitLine(text, separator) ?? [];
          if (items.length === 0) return into.bad(line, "a user without items", text);
          for (const item of items) into.add(line, [user, item]);
        },
        () => into.begin(["user", "item"]),
      ),
  };
}

/** Each line that is not empty, but for the header, by its number. */
async function readRows(
  source: ByteSource,
  options: ReadOptions,
  onEncoding: OnEncoding,
  hasHeader: boolean,
  into: Collector,
  take: (text: string, line: number) => void,
  begin: () => void,
): Promise<void> {
  begin();
  let line = 0;
  let header = hasHeader;
  for await (const text of readLines(source, options, onEncoding)) {
    line++;
    if (text.trim() === "") continue;
    const row = line === 1 ? text.replace(/^\uFEFF/, "") : text;
    if (row.trim() === "") continue;
    if (header) header = false;
    else if (row.includes("\0")) into.bad(line, "zero character", row);
    else take(row, line);
  }
}

function plainHeader(count: number): string[] {
  // A file without a header: user, item, then rating and time, or time alone.
  const names = count === 4 ? ["user", "item", "rating", "time"] : ["user", "item", "time"];
  return Array.from({ length: count }, (_, at) => names[at] ?? `column ${at + 1}`);
}

/** True where a first line holds values and no names: some field is a number. */
function isData(fields: readonly string[]): boolean {
  return fields.length >= 2 && fields.some((field) => field !== "" && Number.isFinite(Number(field)));
}
