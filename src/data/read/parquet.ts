import { closeSync, openSync, readSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress as zstd } from "fzstd";
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { RefrainError } from "../../core/errors.js";
import { type ByteSource, statOf } from "./bytes.js";
import type { Collector } from "./collector.js";
import type { Opened } from "./reader.js";
import { type LogRecord, RecordReader } from "./records.js";
import type { ReadOptions } from "./types.js";

/** Rows that are decoded at a time; a row group of the file is the least that can be. */
const BATCH = 1 << 16;
const SAMPLE = 50;
/** A page, after decompression; writers make pages of about 1 MiB. */
const LARGEST_PAGE = 1 << 28;
/** A Parquet file inside a zip has no random access and is held in memory. */
const LARGEST_MEMBER = 1 << 29;

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** Decompression that refuses a page that claims to be huge. Snappy is hyparquet's own and limited by the sum of a group. */
const COMPRESSORS: Readonly<Record<string, Decompress>> = Object.fromEntries(
  Object.entries<Decompress>({
    GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }),
    ZSTD: (bytes, length) => zstd(bytes, new Uint8Array(length)),
  }).map(([codec, decompress]) => [
    codec,
    (bytes: Uint8Array, length: number) => {
      if (length > LARGEST_PAGE) throw new RangeError(`a page of ${length} bytes`);
      return decompress(bytes, length);
    },
  ]),
);

/** Times as text with all their digits; a Date would cut them to milliseconds. */
const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => timeText(value, 1_000n, 3),
  timestampFromMicroseconds: (value: bigint) => timeText(value, 1_000_000n, 6),
  timestampFromNanoseconds: (value: bigint) => timeText(value, 1_000_000_000n, 9),
};

function timeText(value: bigint, perSecond: bigint, digits: number): string {
  const part = ((value % perSecond) + perSecond) % perSecond;
  const seconds = Number((value - part) / perSecond);
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return `${date.toISOString().slice(0, -5)}.${part.toString().padStart(digits, "0")}Z`;
}

/**
 * Opens a Parquet file: plain, Snappy, gzip, Brotli or ZSTD. Only the columns with a role are decoded, some ten thousand
 * rows at a time. Lines are the numbers of the rows.
 *
 * @throws {RefrainError} FILE_TRUNCATED, FILE_DAMAGED, FILE_TOO_LARGE, COLUMN_UNKNOWN
 * @source https://parquet.apache.org/docs/file-format/
 */
export async function openParquet(source: ByteSource, options: ReadOptions): Promise<Opened> {
  const path = source.name;
  const file = await randomAccess(source);
  const metadata = await guarded(path, () => parquetMetadataAsync(file, { parsers: PARSERS }));
  const rows = Number(metadata.num_rows);
  checkSize(path, metadata, options);
  const base = { file, metadata, compressors: COMPRESSORS, parsers: PARSERS, utf8: true };
  const names = await guarded(path, async () => parquetSchema(metadata).children.map((child) => child.element.name));
  const read = (rowStart: number, rowEnd: number, columns: string[]): Promise<LogRecord[]> =>
    guarded(path, () => parquetReadObjects({ ...base, rowStart, rowEnd, columns }));
  const sample = await read(0, Math.min(SAMPLE, rows), names);
  if (sample.length === 0) throw new RefrainError("FILE_EMPTY", `${path} holds no rows.`, { path });
  const reader = new RecordReader(sample, options);
  const needed = names.filter((name) =>
    [...reader.meaning.columns.values()].some((at) => `${reader.header[at]}.`.startsWith(`${name}.`)),
  );
  return {
    format: "parquet",
    header: reader.header,
    meaning: reader.meaning,
    async read(into: Collector, onEncoding) {
      onEncoding("utf-8");
      reader.begin(into);
      for (const [from, to] of batches(metadata)) {
        const found = await read(from, to, needed);
        found.forEach((record, n) => {
          reader.add(record, from + n + 1, into);
        });
        for (let row = from + found.length; row < to; row++) into.bad(row + 1, "missing in its row group", "");
      }
    },
  };
}

/** Ranges of rows that lie in one row group each. A group that is not larger than 16 batches is decoded only once. */
function* batches(metadata: FileMetaData): Generator<[number, number]> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    // Each batch of a group decodes its pages from the beginning, so a few large ones are better than many small ones.
    const size = Math.max(BATCH, Math.ceil((end - start) / 4));
    for (let from = start; from < end; from += size) yield [from, Math.min(end, from + size)];
    start = end;
  }
}

/** What the file says of itself must be within the limits before anything of that size is made. */
function checkSize(path: string, metadata: FileMetaData, options: ReadOptions): void {
  const maxBytes = options.maxBytes ?? 4 * 2 ** 30;
  const maxRows = options.maxRows ?? 20_000_000;
  let bytes = 0;
  let rows = 0;
  for (const group of metadata.row_groups) {
    rows += Number(group.num_rows);
    for (const column of group.columns) bytes += Number(column.meta_data?.total_uncompressed_size ?? 0);
  }
  if (bytes > maxBytes)
    throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxBytes} bytes.`, { path, bytes });
  if (rows > maxRows)
    throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxRows} rows.`, { path, maxRows });
  if (rows !== Number(metadata.num_rows) || !(rows >= 0))
    throw new RefrainError("FILE_DAMAGED", `${path} counts ${metadata.num_rows} rows and ${rows} in its groups.`, {
      path,
    });
}

interface Slices {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
}

async function randomAccess(source: ByteSource): Promise<Slices> {
  if (source.file === undefined) {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of source.open()) {
      length += chunk.length;
      if (length > LARGEST_MEMBER)
        throw new RefrainError("FILE_TOO_LARGE", `${source.name} is Parquet of more than ${LARGEST_MEMBER} bytes.`);
      chunks.push(chunk);
    }
    const { buffer, byteOffset } = Buffer.concat(chunks, length);
    const whole = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
    return { byteLength: length, slice: (start, end) => whole.slice(start, end) };
  }
  const { file } = source;
  const byteLength = statOf(file).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      if (!(start >= 0 && end <= byteLength && start <= end)) throw new RangeError(`bytes ${start} to ${end}`);
      const bytes = new ArrayBuffer(end - start);
      const descriptor = openSync(file, "r");
      try {
        let at = 0;
        while (at < bytes.byteLength) {
          const read = readSync(descriptor, new Uint8Array(bytes), at, bytes.byteLength - at, start + at);
          if (read === 0) throw new RangeError("the file became shorter");
          at += read;
        }
      } finally {
        closeSync(descriptor);
      }
      return bytes;
    },
  };
}

/** What the library throws on a damaged file has no code of ours. */
async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RefrainError) throw cause;
    const { message } = cause as Error;
    if (/footer|magic|not a parquet/i.test(message) || /too short/i.test(message))
      throw new RefrainError("FILE_TRUNCATED", `${path} has no end as Parquet has it.`, { path }, { cause });
    throw new RefrainError(
      "FILE_DAMAGED",
      `${path} cannot be read as Parquet: ${message.slice(0, 200)}.`,
      { path },
      { cause },
    );
  }
}
