import { RefrainError } from "../../core/errors.js";
import { type ByteSource, statOf } from "./bytes.js";
import type { Collector } from "./collector.js";
import { ParquetDecoder, type ParquetSummary } from "./parquet-worker.js";
import type { Opened } from "./reader.js";
import { RecordReader } from "./records.js";
import { MEMORY_LIMITS, type ReadOptions } from "./types.js";

/** Rows that are decoded at a time, or a quarter of a row group where that is more. */
const BATCH = 1 << 16;
const SAMPLE = 50;
/** A Parquet file inside a zip has no random access and is held in memory. */
const LARGEST_MEMBER = 1 << 29;

/**
 * Opens a Parquet file: plain, Snappy, gzip, Brotli or ZSTD. Only the columns with a role are decoded, some ten thousand
 * rows at a time. Members of structs are named with dots. Lines are the numbers of the rows.
 *
 * @throws {RefrainError} FILE_TRUNCATED, FILE_DAMAGED, FILE_TOO_LARGE, FILE_EMPTY, COLUMN_UNKNOWN
 * @source https://parquet.apache.org/docs/file-format/
 */
export function openParquet(source: ByteSource, options: ReadOptions): Promise<Opened> {
  return withDecoder(source, async (decoder) => {
    const summary = await decoder.open();
    checkSize(source.name, summary, options);
    if (summary.rows === 0)
      throw new RefrainError("FILE_EMPTY", `${source.name} holds no rows.`, { path: source.name });
    const sample = await decoder.rows(0, Math.min(SAMPLE, summary.rows), summary.names);
    const reader = new RecordReader(sample, options);
    const used = [...reader.meaning.columns.values()].map((at) => `${reader.header[at]}.`);
    const needed = summary.names.filter((name) => used.some((column) => column.startsWith(`${name}.`)));
    return {
      format: "parquet",
      header: reader.header,
      meaning: reader.meaning,
      read: (into, onEncoding) => {
        onEncoding("utf-8");
        reader.begin(into);
        return withDecoder(source, async (again) => {
          await again.open();
          return readRows(again, summary, needed, reader, into);
        });
      },
    };
  });
}

async function readRows(
  decoder: ParquetDecoder,
  { groups }: ParquetSummary,
  columns: readonly string[],
  reader: RecordReader,
  into: Collector,
): Promise<void> {
  let start = 0;
  for (const rows of groups) {
    const end = start + rows;
    // Each batch decodes the pages of its group from the beginning, so a few large ones are better than many small ones.
    const size = Math.max(BATCH, Math.ceil(rows / 4));
    for (let from = start; from < end; from += size) {
      const to = Math.min(end, from + size);
      const found = await decoder.rows(from, to, columns);
      for (let row = from; row < to; row++) {
        const record = found[row - from];
        if (record) reader.add(record, row + 1, into);
        else into.bad(row + 1, "missing in its row group", "");
      }
    }
    start = end;
  }
}

/** What the file says of itself must be within the limits before anything of that size is made. */
function checkSize(path: string, { bytes, rows, groups }: ParquetSummary, options: ReadOptions): void {
  const maxBytes = options.maxBytes ?? MEMORY_LIMITS.maxBytes;
  const maxRows = options.maxRows ?? MEMORY_LIMITS.maxRows;
  if (bytes > maxBytes)
    throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxBytes} bytes.`, { path, bytes });
  if (rows > maxRows)
    throw new RefrainError("FILE_TOO_LARGE", `${path} holds more than ${maxRows} rows.`, { path, maxRows });
  const sum = groups.reduce((total, count) => total + (count >= 0 ? count : Number.NaN), 0);
  if (sum !== rows)
    throw new RefrainError("FILE_DAMAGED", `${path} counts ${rows} rows, and ${sum} in its groups.`, { path });
}

async function withDecoder<T>(source: ByteSource, use: (decoder: ParquetDecoder) => Promise<T>): Promise<T> {
  const { name, file } = source;
  let decoder: ParquetDecoder;
  if (file === undefined) {
    const bytes = await wholeOf(source);
    decoder = new ParquetDecoder(name, { bytes }, bytes.length);
  } else decoder = new ParquetDecoder(name, { path: file }, statOf(file).size);
  try {
    return await use(decoder);
  } finally {
    await decoder.close();
  }
}

async function wholeOf(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source.open()) {
    length += chunk.length;
    if (length > LARGEST_MEMBER)
      throw new RefrainError("FILE_TOO_LARGE", `${source.name} is Parquet of more than ${LARGEST_MEMBER} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
