import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { RefrainError } from "../../core/errors.js";
import type { LogRecord } from "./records.js";

/** What a Parquet file says of itself. */
export interface ParquetSummary {
  readonly names: readonly string[];
  readonly rows: number;
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** Bytes after decompression. */
  readonly bytes: number;
}

/** A page, after decompression; writers make pages of about 1 MiB. */
const LARGEST_PAGE = 1 << 28;

// Plain JavaScript as text: Node 20 starts workers only from JavaScript, and the tests run the TypeScript sources.
// Times become text with all their digits; a Date would cut them to milliseconds.
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { openSync, readSync, fstatSync } = require("node:fs");
const zlib = require("node:zlib");
const time = (perSecond, digits) => (value) => {
  const part = ((value % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((value - part) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return date.toISOString().slice(0, -5) + "." + part.toString().padStart(digits, "0") + "Z";
};
const parsers = {
  timestampFromMilliseconds: time(1000n, 3),
  timestampFromMicroseconds: time(1000000n, 6),
  timestampFromNanoseconds: time(1000000000n, 9),
};
const limited = (decompress) => (bytes, length) => {
  if (!(length >= 0 && length <= workerData.largestPage)) throw new RangeError("a page of " + length + " bytes");
  return decompress(bytes, length);
};
function fromFile(path) {
  const descriptor = openSync(path, "r");
  const byteLength = fstatSync(descriptor).size;
  return { byteLength, slice(start, end = byteLength) {
    if (!(start >= 0 && start <= end && end <= byteLength)) throw new RangeError("bytes " + start + " to " + end);
    const bytes = new Uint8Array(end - start);
    for (let at = 0, read; at < bytes.length; at += read) {
      read = readSync(descriptor, bytes, at, bytes.length - at, start + at);
      if (read === 0) throw new RangeError("the file became shorter");
    }
    return bytes.buffer;
  } };
}
function fromBytes(bytes) {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) };
}
async function start() {
  const parquet = await import(workerData.parquet);
  const zstd = await import(workerData.zstd);
  const decompress = zstd.decompress ?? zstd.default.decompress;
  const compressors = {
    SNAPPY: limited((bytes, length) => {
      const page = new Uint8Array(length);
      parquet.snappyUncompress(bytes, page);
      return page;
    }),
    GZIP: limited((bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: length + 1 })),
    BROTLI: limited((bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: length + 1 })),
    ZSTD: limited((bytes, length) => decompress(bytes, new Uint8Array(length))),
  };
  const file = workerData.path === undefined ? fromBytes(workerData.bytes) : fromFile(workerData.path);
  const metadata = await parquet.parquetMetadataAsync(file, { parsers });
  const summary = {
    names: parquet.parquetSchema(metadata).children.map((child) => child.element.name),
    rows: Number(metadata.num_rows),
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
    bytes: metadata.row_groups.flatMap((group) => group.columns)
      .reduce((sum, column) => sum + Number(column.meta_data?.total_uncompressed_size ?? 0), 0),
  };
  return { summary, read: (range) => parquet.parquetReadObjects({ ...range, file, metadata, compressors, parsers }) };
}
const started = start();
parentPort.on("message", async (range) => {
  try {
    const { summary, read } = await started;
    parentPort.postMessage({ answer: range === null ? summary : await read(range) });
  } catch (error) {
    parentPort.postMessage({ failure: String(error?.message ?? error) });
  }
});
started.catch(() => {});
`;

const require = createRequire(import.meta.url);

/** Time to decode some rows of a file of this size: five seconds, and one more for each MiB, at most five minutes. */
function patience(bytes: number): number {
  return Math.min(300_000, 5_000 + bytes / 1024);
}

/**
 * Decodes a Parquet file in a thread of its own, since damaged lengths can make a decoder run or grow without end: it is
 * ended when it takes too long or more than 1 GiB. `close` it.
 */
export class ParquetDecoder {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #patience: number;
  #ended: string | undefined;

  /** @param data the path of the file, or its bytes */
  constructor(name: string, data: { readonly path: string } | { readonly bytes: Uint8Array }, size: number) {
    this.#name = name;
    this.#patience = patience(size);
    const url = (id: string) => pathToFileURL(require.resolve(id)).href;
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { ...data, parquet: url("hyparquet"), zstd: url("fzstd"), largestPage: LARGEST_PAGE },
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    this.#worker.on("error", (error) => {
      this.#ended = error.message;
    });
  }

  /** @throws {RefrainError} FILE_TRUNCATED, FILE_DAMAGED */
  summary(): Promise<ParquetSummary> {
    return this.#ask(null) as Promise<ParquetSummary>;
  }

  /** @throws {RefrainError} FILE_DAMAGED */
  rows(rowStart: number, rowEnd: number, columns: readonly string[]): Promise<readonly LogRecord[]> {
    return this.#ask({ rowStart, rowEnd, columns }) as Promise<readonly LogRecord[]>;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(question: unknown): Promise<unknown> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        worker.off("message", onMessage).off("exit", onExit);
      };
      const fail = (message: string) => {
        done();
        reject(this.#error(message));
      };
      const onMessage = ({ answer, failure }: { answer?: unknown; failure?: string }) => {
        if (failure !== undefined) return fail(failure);
        done();
        resolve(answer);
      };
      const onExit = () => fail(this.#ended ?? "its decoder ended");
      const timer = setTimeout(() => {
        void worker.terminate();
        fail(`no end after ${Math.round(this.#patience / 1000)} s`);
      }, this.#patience);
      worker.on("message", onMessage).on("exit", onExit);
      if (this.#ended !== undefined) fail(this.#ended);
      else worker.postMessage(question);
    });
  }

  #error(message: string): RefrainError {
    const path = this.#name;
    if (/footer|too short/i.test(message))
      return new RefrainError("FILE_TRUNCATED", `${path} does not end as a Parquet file does.`, { path });
    return new RefrainError("FILE_DAMAGED", `${path} cannot be read as Parquet: ${message.slice(0, 200)}.`, { path });
  }
}
