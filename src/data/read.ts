import { RefrainError } from "../core/errors.js";
import { detectSeparator, type Separator, splitLine } from "./read/fields.js";
import { readLines } from "./read/text.js";
import { type ColumnMapping, findColumns, looksLikeHeader, type Role } from "./schema.js";

export interface ReadOptions {
  /** Columns by name; the others are detected. */
  readonly columns?: ColumnMapping;
  /** Found by itself when left out. "sequences" is one `user item item …` line per user. */
  readonly format?: "table" | "json-lines" | "sequences";
  readonly separator?: Separator;
  readonly encoding?: string;
  /** Bytes after decompression that are read at most. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Rows that are read at most. Default 20,000,000. */
  readonly maxRows?: number;
  /** Told about every 100,000 rows. */
  readonly onProgress?: (rows: number) => void;
}

/** A log as it was delivered: strings by role, with the line that each row stood on. */
export interface RawLog {
  readonly path: string;
  readonly columns: ReadonlyMap<Role, readonly string[]>;
  /** 1-based. */
  readonly lines: readonly number[];
  /** Rows that could not be read as a row at all, with the first five. */
  readonly badRows: { readonly count: number; readonly samples: readonly BadRow[] };
  /** What was found out about the file, for a preview. */
  readonly detected: {
    readonly format: NonNullable<ReadOptions["format"]>;
    readonly encoding: string;
    readonly separator?: Separator;
    readonly header: readonly string[];
    readonly roles: Readonly<Partial<Record<Role, string>>>;
  };
}

export interface BadRow {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

const SAMPLES = 5;
const LOOK_AHEAD = 50;

/**
 * Reads a log: CSV, TSV, other separated text, JSON lines or `user item item …` lines, plain or gzipped.
 *
 * A row that is broken is counted and sampled, never thrown and never lost silently.
 *
 * @throws {RefrainError} FILE_*, COLUMN_UNKNOWN, COLUMN_AMBIGUOUS
 */
export async function readLog(path: string, options: ReadOptions = {}): Promise<RawLog> {
  let encoding = "";
  const lines = readLines(path, options, (found) => {
    encoding = found;
  });
  // The first lines decide the layout; then they and the others go through the same reader.
  const ahead: { text: string; line: number }[] = [];
  let number = 0;
  while (ahead.length < LOOK_AHEAD) {
    const next = await lines.next();
    if (next.done) break;
    number++;
    if (next.value.trim() !== "") ahead.push({ text: next.value.replace(/^\uFEFF/, ""), line: number });
  }
  if (ahead.length === 0) throw new RefrainError("FILE_EMPTY", `${path} holds no rows.`, { path });
  const layout = detectLayout(
    ahead.map(({ text }) => text),
    options,
  );
  const values = new Map<Role, string[]>([...layout.columns.keys()].map((role) => [role, []]));
  const rowLines: number[] = [];
  const samples: BadRow[] = [];
  let bad = 0;
  const maxRows = options.maxRows ?? 20_000_000;
  // Ids and titles come again and again: one copy of each keeps the memory low.
  const copies = new Map<string, string>();
  const shared = (role: Role, text: string) => {
    if (role === "time" || copies.size > 1_000_000) return text;
    const copy = copies.get(text);
    if (copy === undefined) copies.set(text, text);
    return copy ?? text;
  };
  const take = (text: string, line: number) => {
    if (rowLines.length + bad >= maxRows)
      throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxRows} rows.`, { path, maxRows });
    const rows = text.includes("\0") ? "zero character" : layout.rows(text);
    if (typeof rows === "string") {
      if (++bad <= SAMPLES) samples.push({ line, reason: rows, text: text.slice(0, 120) });
      return;
    }
    for (const row of rows) {
      for (const [role, column] of values) column.push(shared(role, row(role)));
      rowLines.push(line);
    }
    if (rowLines.length % 100_000 === 0) options.onProgress?.(rowLines.length);
  };
  for (const { text, line } of ahead.slice(layout.hasHeader ? 1 : 0)) take(text, line);
  for await (const text of lines) {
    number++;
    if (text.trim() !== "") take(text, number);
  }
  if (rowLines.length === 0 && bad === 0)
    throw new RefrainError("FILE_EMPTY", `${path} has a header and no rows.`, { path });
  return {
    path,
    columns: values,
    lines: rowLines,
    badRows: { count: bad, samples },
    detected: {
      format: layout.format,
      encoding,
      separator: layout.separator,
      header: layout.header,
      roles: Object.fromEntries([...layout.columns].map(([role, at]) => [role, layout.header[at]])),
    },
  };
}

type Row = (role: Role) => string;

interface Layout {
  readonly format: NonNullable<ReadOptions["format"]>;
  readonly separator?: Separator;
  readonly header: readonly string[];
  readonly hasHeader: boolean;
  readonly columns: ReadonlyMap<Role, number>;
  /** The rows of a line, or the reason why it is bad. */
  rows(text: string): readonly Row[] | string;
}

function detectLayout(first: readonly string[], options: ReadOptions): Layout {
  if (options.format === "json-lines" || (!options.format && first[0].trimStart().startsWith("{")))
    return jsonLayout(first, options);
  const separator = options.separator ?? detectSeparator(first);
  const counts = first.map((line) => splitLine(line, separator)?.length ?? 0);
  const ragged = new Set(counts).size > Math.max(2, first.length / 4);
  const numeric = first.every((line) => /^[\d\s]+$/.test(line));
  if (options.format === "sequences" || (!options.format && ragged && numeric)) return sequenceLayout(separator);
  return tableLayout(first, separator, options);
}

function tableLayout(first: readonly string[], separator: Separator, options: ReadOptions): Layout {
  const fields = (splitLine(first[0], separator) ?? [first[0]]).map((field) => field.trim());
  const mapped = Object.values(options.columns ?? {});
  const hasHeader =
    looksLikeHeader(fields) || mapped.some((name) => fields.includes(name as string)) || !isData(fields);
  const header = hasHeader ? fields : ["user", "item", "time"].slice(0, fields.length);
  if (!hasHeader) while (header.length < fields.length) header.push(`column ${header.length + 1}`);
  // MovieLens files without a header: user, item, rating, time.
  if (!hasHeader && fields.length === 4) header.splice(2, 2, "rating", "time");
  const columns = findColumns(header, options.columns ?? {});
  return {
    format: "table",
    separator,
    header,
    hasHeader,
    columns,
    rows(text) {
      const found = splitLine(text, separator);
      if (!found) return "quotes do not match";
      while (found.length > header.length && found[found.length - 1] === "") found.pop();
      if (found.length !== header.length) return `${found.length} fields, ${header.length} expected`;
      return [(role) => found[columns.get(role) as number]];
    },
  };
}

/** True where a first line holds values and no names: some field is a number. */
function isData(fields: readonly string[]): boolean {
  return fields.length >= 2 && fields.some((field) => field !== "" && Number.isFinite(Number(field)));
}

function sequenceLayout(separator: Separator): Layout {
  return {
    format: "sequences",
    separator,
    header: ["user", "items"],
    hasHeader: false,
    columns: new Map<Role, number>([
      ["user", 0],
      ["item", 1],
    ]),
    rows(text) {
      const [user, ...items] = splitLine(text, separator) ?? [];
      return items.length === 0
        ? "a user without items"
        : items.map((item) => (role) => (role === "user" ? user : item));
    },
  };
}

function jsonLayout(first: readonly string[], options: ReadOptions): Layout {
  const names = new Set<string>();
  for (const line of first) for (const name of Object.keys(parseObject(line) ?? {})) names.add(name);
  const header = [...names];
  const columns = findColumns(header, options.columns ?? {});
  return {
    format: "json-lines",
    header,
    hasHeader: false,
    columns,
    rows(text) {
      const object = parseObject(text);
      if (!object) return "not a JSON object";
      return [
        (role) => {
          const name = header[columns.get(role) as number];
          const value = Object.hasOwn(object, name) ? object[name] : undefined;
          return value === undefined || value === null
            ? ""
            : typeof value === "object"
              ? JSON.stringify(value)
              : String(value);
        },
      ];
    },
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(keepDigits(text));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Puts integers of 16 digits and more in quotes, because JSON.parse would round them and make two ids one. */
function keepDigits(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
