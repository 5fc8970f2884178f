// A file of separated text as columns of numbers, read by as many threads as there are processors.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { RefrainError } from "../../core/errors.js";
import { BLOCK_BYTES, Blocks, NotScannable } from "./blocks.js";
import { type PackedTable, TableFull } from "./byte-table.js";
import type { LineFormat, Piece } from "./piece.js";
import { Scanner } from "./scanner.js";

const MOST_THREADS = 4;
const HASHED_AT_ONCE = 1 << 20;

/** The texts that one thread numbered. */
export interface Names {
  readonly users: PackedTable;
  readonly items: PackedTable;
}

/** A file that was scanned: its pieces in the order of the file, where each begins, and the thread whose numbers it has. */
export interface Scanned {
  readonly pieces: (Found & { readonly thread: number })[];
  readonly names: Names[];
}

/** What was found in a block, and where in the file it begins. */
interface Found {
  readonly block: number;
  readonly place: number;
  readonly piece: Piece;
}

/** What a thread is told. */
export type Task =
  | { readonly what: "hash"; readonly path: string }
  | {
      readonly what: "scan";
      readonly path: string;
      readonly format: LineFormat;
      readonly blockBytes: number;
      readonly next: Int32Array;
    };

/** What a thread tells. */
export type Told =
  | { readonly sha256: string }
  | { readonly scanned: number }
  | { readonly found: readonly Found[] }
  | { readonly names: Names }
  | { readonly notScannable: true };

export interface ScanOptions {
  /** Told the share of the blocks that is done, in [0, 1]. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** Bytes of a block that a thread reads at a time. Default 4 MiB. */
  readonly blockBytes?: number;
}

/**
 * Scans a file.
 *
 * @throws NotScannable where another way must read it
 * @throws {RefrainError} FILE_UNREADABLE
 * @throws the signal's reason once it is aborted; all threads have ended then
 */
export async function scanText(path: string, format: LineFormat, options: ScanOptions = {}): Promise<Scanned> {
  const { blockBytes = BLOCK_BYTES } = options;
  const blocks = new Blocks(path, blockBytes);
  const { count } = blocks;
  blocks.close();
  const pieces: Scanned["pieces"] = new Array(count);
  const names: Names[] = [];
  let done = 0;
  const listen = (thread: number) => (told: Told) => {
    if ("notScannable" in told) throw new NotScannable();
    if ("names" in told) names[thread] = told.names;
    else if ("found" in told) for (const one of told.found) pieces[one.block] = { ...one, thread };
    else if ("scanned" in told) {
      done += told.scanned;
      options.onShare?.(done / count);
    }
  };
  const next = new Int32Array(new SharedArrayBuffer(4));
  const threads = Math.min(MOST_THREADS, availableParallelism(), count);
  const task: Task = { what: "scan", path, format, blockBytes, next };
  await perform(
    Array.from({ length: threads }, () => task),
    listen,
    options.signal,
  );
  return { pieces, names };
}

/**
 * SHA-256 of a file, in hexadecimal.
 *
 * @throws {RefrainError} FILE_UNREADABLE
 * @throws the signal's reason once it is aborted
 */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  let sha256 = "";
  const listen = () => (told: Told) => {
    if ("sha256" in told) sha256 = told.sha256;
  };
  await perform([{ what: "hash", path }], listen, signal);
  return sha256;
}

/** Does tasks side by side. When this is settled, all threads have ended. */
async function perform(
  tasks: readonly Task[],
  listen: (task: number) => (told: Told) => void,
  given?: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = given ? AbortSignal.any([over.signal, given]) : over.signal;
  const isSource = import.meta.url.endsWith(".ts");
  // This thread does the last of several itself: it would only wait, and needs no time to start.
  const isHere = (at: number) => isSource || (at > 0 && at === tasks.length - 1);
  const all = tasks.map((task, at) => (isHere(at) ? here : inThread)(task, listen(at), signal));
  try {
    await Promise.all(all);
  } catch (cause) {
    over.abort();
    await Promise.allSettled(all);
    given?.throwIfAborted();
    if (cause instanceof NotScannable || cause instanceof RefrainError) throw cause;
    const { path } = tasks[0];
    throw new RefrainError(
      "FILE_UNREADABLE",
      `${path} cannot be read: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
}

/** Does a task step by step. */
export function* stepsOf(task: Task): Generator<Told> {
  try {
    yield* task.what === "hash" ? hash(task.path) : scan(task);
  } catch (cause) {
    if (!(cause instanceof NotScannable) && !(cause instanceof TableFull)) throw cause;
    yield { notScannable: true };
  }
}

function* hash(path: string): Generator<Told> {
  const file = openSync(path, "r");
  try {
    const whole = createHash("sha256");
    const buffer = Buffer.allocUnsafeSlow(Math.min(1 + fstatSync(file).size, HASHED_AT_ONCE));
    for (let read = -1; read !== 0; ) {
      read = readSync(file, buffer, 0, buffer.length, null);
      whole.update(buffer.subarray(0, read));
    }
    yield { sha256: whole.digest("hex") };
  } finally {
    closeSync(file);
  }
}

function* scan({ path, format, blockBytes, next }: Extract<Task, { what: "scan" }>): Generator<Told> {
  const blocks = new Blocks(path, blockBytes);
  try {
    const scanner = new Scanner(format);
    let found: Found[] = [];
    for (let block = 0; ; ) {
      block = Atomics.add(next, 0, 1);
      if (block >= blocks.count) break;
      const lines = blocks.read(block);
      const piece = scanner.scan(lines, block === 0);
      // Pieces in the same columns change hands together.
      if (found.length > 0 && found[0].piece.kinds.buffer !== piece.kinds.buffer) {
        yield { found };
        found = [];
      }
      found.push({ block, place: blocks.place, piece });
      yield { scanned: 1 };
    }
    yield { found };
    yield { names: { users: scanner.users.names.pack(), items: scanner.items.names.pack() } };
  } finally {
    blocks.close();
  }
}

/** A task in a thread of its own. */
function inThread(task: Task, listen: (told: Told) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL("./scan-thread.js", import.meta.url), {
      workerData: task,
      execArgv: [], // those of the process may forbid a file, as --input-type does
    });
    const stop = () => void worker.terminate();
    signal.addEventListener("abort", stop);
    worker.on("message", (told: Told) => {
      try {
        listen(told);
      } catch (cause) {
        reject(cause);
      }
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    });
  });
}

/** A task among others in this thread. Threads are made from compiled files only, and tests run the sources. */
async function here(task: Task, listen: (told: Told) => void, signal: AbortSignal): Promise<void> {
  for (const told of stepsOf(task)) {
    listen(told);
    await turn();
    signal.throwIfAborted();
  }
}
