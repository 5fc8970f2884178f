import { RefrainError } from "../../core/errors.js";
import type { ByteSource } from "./bytes.js";
import type { Collector } from "./collector.js";
import { RecordScanner } from "./json-scan.js";
import type { Opened } from "./reader.js";
import { isRecord, type LogRecord, parseObject, RecordReader } from "./records.js";
import { type OnEncoding, readLines, readText } from "./text.js";
import type { ReadOptions } from "./types.js";

const SAMPLE = 50;

/** A record or why there is none, with its place. */
interface Row {
  readonly line: number;
  readonly text: string;
  readonly record?: LogRecord;
  readonly bad?: string;
}

/**
 * Opens a JSON document that holds one list of objects, such as Spotify's and Last.fm's exports. Lines are the numbers
 * of the records.
 *
 * @throws {RefrainError} COLUMN_UNKNOWN where it holds no list of objects; FILE_* as `readText`, FILE_TOO_WIDE
 */
export function openJson(source: ByteSource, options: ReadOptions): Promise<Opened> {
  return openRecords("json", source, options, async function* (onEncoding) {
    const scanner = new RecordScanner(source.name);
    const rows = function* (pieces: Iterable<{ text: string; record: number; bad?: string }>): Generator<Row> {
      for (const { text, record: line, bad } of pieces) {
        const record = bad === undefined ? parseObject(text) : undefined;
        if (!record) yield { line, text, bad: bad ?? "not a JSON object" };
        else for (const one of unwrapped(record)) yield { line, text, record: one };
      }
    };
    for await (const text of readText(source, options, onEncoding)) yield* rows(scanner.push(text));
    yield* rows(scanner.end());
  });
}

/**
 * Opens JSON lines: one object a line.
 *
 * @throws {RefrainError} COLUMN_UNKNOWN; FILE_* as `readLines`
 */
export function openJsonLines(source: ByteSource, options: ReadOptions): Promise<Opened> {
  return openRecords("json-lines", source, options, async function* (onEncoding) {
    let line = 0;
    for await (const text of readLines(source, options, onEncoding)) {
      line++;
      if (text.trim() === "") continue;
      const record = text.includes("\0") ? undefined : parseObject(line === 1 ? text.replace(/^\uFEFF/, "") : text);
      if (!record) yield { line, text, bad: text.includes("\0") ? "zero character" : "not a JSON object" };
      else for (const one of unwrapped(record)) yield { line, text, record: one };
    }
  });
}

async function openRecords(
  format: "json" | "json-lines",
  source: ByteSource,
  options: ReadOptions,
  rows: (onEncoding: OnEncoding) => AsyncGenerator<Row>,
): Promise<Opened> {
  const sample: LogRecord[] = [];
  let seen = 0;
  for await (const { record } of rows(() => {})) {
    if (record) sample.push(record);
    // Where half of the beginning is broken, it does not say what the rest is.
    if (sample.length >= SAMPLE || ++seen > 20 * SAMPLE) break;
  }
  if (sample.length === 0)
    throw new RefrainError("COLUMN_UNKNOWN", `${source.name} holds JSON, but no list of objects.`, {
      path: source.name,
    });
  const reader = new RecordReader(sample, options);
  return {
    format,
    header: reader.header,
    meaning: reader.meaning,
    async read(into: Collector, onEncoding: OnEncoding) {
      reader.begin(into);
      for await (const { record, line, text, bad } of rows(onEncoding))
        if (record) reader.add(record, line, into);
        else into.bad(line, bad as string, text);
    },
  };
}

/** Names under which a page of a list hides: {"recenttracks": {"track": […]}}, {"payload": {"listens": […]}}. */
const PAGES = ["recenttracks", "track", "payload", "listens"];

/** The objects of a page, or the object itself where it is no page. */
function unwrapped(record: LogRecord): readonly LogRecord[] {
  for (const name of PAGES) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return value;
    if (isRecord(value) && (name === "recenttracks" || name === "payload")) return unwrapped(value);
  }
  return [record];
}
