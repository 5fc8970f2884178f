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
const { openSync, closeSync, readSync, fstatSync } = require("node:fs");
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
  }, close: () => closeSync(descriptor) };
}
function fromBytes(bytes) {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end), close() {} };
}
let opened;
async function open(data) {
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
  const file = data.path === undefined ? fromBytes(data.bytes) : fromFile(data.path);
  opened = { close: file.close };
  const metadata = await parquet.parquetMetadataAsync(file, { parsers });
  const summary = {
    names: parquet.parquetSchema(metadata).children.map((child) => child.element.name),
    rows: Number(metadata.num_rows),
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
    bytes: metadata.row_groups.flatMap((group) => group.columns)
      .reduce((sum, column) => sum + Number(column.meta_data?.total_uncompressed_size ?? 0), 0),
  };
  opened.read = (range) => parquet.parquetReadObjects({ ...range, file, metadata, compressors, parsers });
  return summary;
}
function close() {
  opened?.close();
  opened = undefined;
}
parentPort.on("message", async (question) => {
  try {
    parentPort.postMessage({ answer: await (question.data ? open(question.data) : question.range ? opened.read(question.range) : close()) });
  } catch (error) {
    parentPort.postMessage({ failure: String(error?.message ?? error) });
  }
});
`;

const require = createRequire(import.meta.url);

/** Time to decode some rows of a file of this size: five seconds, and one more for each MiB, at most five minutes. */
function patience(bytes: number): number {
  return Math.min(300_000, 5_000 + bytes / 1024);
}

/** A thread that has nothing to do: the next file takes it, for to start one takes longer than to read a small file. */
let idle: Worker | undefined;

function takeWorker(): Worker {
  const worker = idle ?? startWorker();
  idle = undefined;
  worker.ref();
  return worker;
}

function startWorker(): Worker {
  const url = (id: string) => pathToFileURL(require.resolve(id)).href;
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { parquet: url("hyparquet"), zstd: url("fzstd"), largestPage: LARGEST_PAGE },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  worker.once("exit", () => {
    if (idle === worker) idle = undefined;
  });
  return worker;
}

/**
 * Decodes a Parquet file in a thread of its own, since damaged lengths can make a decoder run or grow without end: it is
 * ended when it takes too long or more than 1 GiB. `close` it.
 */
export class ParquetDecoder {
  readonly #name: string;
  readonly #data: { readonly path: string } | { readonly bytes: Uint8Array };
  readonly #worker: Worker = takeWorker();
  readonly #patience: number;
  #asking = false;
  #ended: string | undefined;
  readonly #onError = (error: Error) => {
    this.#ended = error.message;
  };

  /** @param data the path of the file, or its bytes */
  constructor(name: string, data: { readonly path: string } | { readonly bytes: Uint8Array }, size: number) {
    this.#name = name;
    this.#data = data;
    this.#patience = patience(size);
    this.#worker.on("error", this.#onError);
  }

  /** To be called first. @throws {RefrainError} FILE_TRUNCATED, FILE_DAMAGED */
  open(): Promise<ParquetSummary> {
    return this.#ask({ data: this.#data }) as Promise<ParquetSummary>;
  }

  /** @throws {RefrainError} FILE_DAMAGED */
  rows(rowStart: number, rowEnd: number, columns: readonly string[]): Promise<readonly LogRecord[]> {
    return this.#ask({ range: { rowStart, rowEnd, columns } }) as Promise<readonly LogRecord[]>;
  }

  /** Ends the thread, or leaves it to the next file where it has answered everything. */
  async close(): Promise<void> {
    const isWell = !this.#asking && this.#ended === undefined;
    const isClosed =
      isWell &&
      (await this.#ask({}).then(
        () => true,
        () => false,
      ));
    if (!isClosed || idle) return void (await this.#worker.terminate());
    this.#worker.off("error", this.#onError).unref();
    idle = this.#worker;
  }

  #ask(question: unknown): Promise<unknown> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#asking = true;
      const done = () => {
        this.#asking = false;
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
      const onExit = () => {
        this.#ended ??= "its decoder ended";
        fail(this.#ended);
      };
      const timer = setTimeout(() => {
        this.#ended = `no end after ${Math.round(this.#patience / 1000)} s`;
        void worker.terminate();
        fail(this.#ended);
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
