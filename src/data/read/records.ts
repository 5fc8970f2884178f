import type { Role } from "../schema.js";
import type { Collector } from "./collector.js";
import { type Meaning, meaningOf } from "./layouts/index.js";
import type { ReadOptions } from "./types.js";

/** One object of a JSON file or one row of a Parquet file. */
export type LogRecord = Readonly<Record<string, unknown>>;

const DEEPEST = 4;

/** The columns of a log of objects: members of members are named with dots, such as track_metadata.track_name. */
export class RecordReader {
  readonly header: readonly string[];
  readonly meaning: Meaning;
  readonly roles: readonly Role[];
  readonly #paths: readonly (readonly string[])[];
  readonly #item: number;

  /**
   * @param sample the first objects; a member that only later ones have is not seen
   * @throws {RefrainError} COLUMN_UNKNOWN, COLUMN_AMBIGUOUS
   */
  constructor(sample: readonly LogRecord[], options: ReadOptions) {
    const paths = new Map<string, readonly string[]>();
    for (const record of sample) namesOf(record, [], paths);
    this.header = [...paths.keys()];
    this.meaning = meaningOf(this.header, options);
    this.roles = [...this.meaning.columns.keys()];
    this.#paths = [...this.meaning.columns.values()].map((at) => paths.get(this.header[at]) as readonly string[]);
    this.#item = this.roles.indexOf("item");
  }

  begin(into: Collector): void {
    into.begin(this.roles, this.meaning.singleUser);
  }

  /** Adds the row of an object; one row for each item where the item is a list, as in a playlist. */
  add(record: LogRecord, line: number, into: Collector): void {
    const values = this.#paths.map((path) => valueAt(record, path));
    const items = this.#item >= 0 ? values[this.#item] : undefined;
    const fields = values.map(textOf);
    if (!Array.isArray(items)) into.add(line, fields);
    else if (items.length === 0) into.bad(line, "a list without items", fields.join(" "));
    else
      for (const item of items) {
        fields[this.#item] = textOf(item);
        into.add(line, fields);
      }
  }
}

/** Members by their dotted names, to the fourth level; lists are values. */
function namesOf(record: LogRecord, above: readonly string[], into: Map<string, readonly string[]>): void {
  for (const [name, value] of Object.entries(record)) {
    const path = [...above, name];
    if (isRecord(value) && path.length < DEEPEST) namesOf(value, path, into);
    else if (!into.has(path.join("."))) into.set(path.join("."), path);
  }
}

function valueAt(record: LogRecord, path: readonly string[]): unknown {
  let value: unknown = record;
  for (const name of path) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** True for an object that is no list, no date and no bytes. */
export function isRecord(value: unknown): value is LogRecord {
  return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return typeof value === "object"
    ? JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part))
    : String(value);
}

/** The object that a text holds, undefined where it holds none. */
export function parseObject(text: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(keepDigits(text));
    return isRecord(value) ? value : undefined;
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
