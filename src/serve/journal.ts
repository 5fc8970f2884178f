// The append log of plays: JSON lines that `refrain train --data` can read, each with a checksum.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { RefrainError } from "../core/errors.js";
import { writeFileAtomic } from "../core/files.js";
import type { StoredPlay } from "./play-store.js";

/** A play with its user, as a line holds it. */
export interface JournalPlay extends StoredPlay {
  readonly user: string;
}

interface Waiting {
  readonly line: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const ZEROS = Buffer.alloc(1 << 18);

/**
 * An append log. `append` answers when the line is on the disk; lines that come meanwhile share one write and one fsync
 * (group commit), so that many writers cost hardly more than one.
 *
 * A write that fails is taken back by cutting the file where it was whole, so that neither half a line nor a play that was
 * refused is ever read. A process that dies in a write leaves a damaged last line, which was never acknowledged; it is cut off
 * when the log is opened. Damage before the last line is none that a crash makes, and is refused.
 */
export class Journal {
  readonly path: string;
  #file: FileHandle;
  #waiting: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  /** Bytes that are on the disk. */
  #size: number;
  /** Bytes of the file: zeros lie ahead, so that a write changes no size, which halves the time of most fsyncs. */
  #ahead: number;
  /** True where a failed write may have left bytes behind the whole ones. */
  #hasRest = false;
  #closed = false;

  private constructor(path: string, file: FileHandle, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
    this.#ahead = size;
  }

  /**
   * Opens a log, or begins one, and gives what is in it.
   *
   * @throws {RefrainError} STATE_DAMAGED where a line before the last one is damaged; FILE_WRITE_FAILED
   */
  static async open(path: string): Promise<{ readonly journal: Journal; readonly plays: JournalPlay[] }> {
    try {
      const isNew = !existsSync(path);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const { plays, size } = isNew ? { plays: [], size: 0 } : readJournal(path);
      const file = await open(path, isNew ? "wx+" : "r+", 0o600);
      await file.truncate(size);
      await file.sync();
      if (isNew) syncFolder(dirname(path));
      return { journal: new Journal(path, file, size), plays };
    } catch (cause) {
      if (cause instanceof RefrainError) throw cause;
      throw failed(path, cause);
    }
  }

  /** @throws {RefrainError} STORE_UNAVAILABLE: then the play is not in the log */
  append(play: JournalPlay): Promise<void> {
    if (this.#closed) return Promise.reject(unavailable(this.path, new Error("the log is closed")));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: lineOf(play), resolve, reject });
      this.#pumping ??= this.#pump();
    });
  }

  /** Writes the log anew without some plays, in one step, and says how many there were. What is appended meanwhile waits. */
  async remove(isRemoved: (play: JournalPlay) => boolean): Promise<number> {
    while (this.#pumping) await this.#pumping;
    let removed = 0;
    const rewriting = async () => {
      await this.#file.close();
      removed = rewriteJournal(this.path, (play) => !isRemoved(play));
      this.#file = await open(this.path, "r+");
      this.#size = readJournal(this.path).size;
      this.#ahead = this.#size;
    };
    const done = rewriting();
    this.#pumping = done.catch(() => {}).then(() => this.#pump());
    await done;
    return removed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pumping;
    await this.#file.truncate(this.#size).catch(() => {}); // else when it is opened
    await this.#file.close();
  }

  /** Writes zeros ahead where the next lines would not fit. A disk that has no room for them may have some for the lines. */
  async #makeRoom(bytes: number): Promise<void> {
    if (this.#size + bytes <= this.#ahead) return;
    try {
      const from = Math.max(this.#size, this.#ahead);
      const { bytesWritten } = await this.#file.write(ZEROS, 0, ZEROS.length, from);
      this.#ahead = from + bytesWritten;
    } catch {
      this.#ahead = Number.POSITIVE_INFINITY; // not again
    }
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#hasRest) await this.#file.truncate(this.#size);
        this.#hasRest = false;
        const bytes = Buffer.concat(batch.map(({ line }) => line));
        await this.#makeRoom(bytes.length);
        for (let at = 0; at < bytes.length; )
          at += (await this.#file.write(bytes, at, bytes.length - at, this.#size + at)).bytesWritten;
        await this.#file.datasync();
        this.#size += bytes.length;
        for (const { resolve } of batch) resolve();
      } catch (cause) {
        // What was refused must not come back: not in the next batch's place, and not after a restart.
        this.#hasRest = true;
        this.#ahead = Number.POSITIVE_INFINITY;
        await this.#file.truncate(this.#size).catch(() => {}); // else before the next batch
        for (const { reject } of batch) reject(unavailable(this.path, cause));
      }
    }
    this.#pumping = undefined;
  }
}

/** Writes a log anew without the plays of some users, in one step. Nobody may have it open. */
export function rewriteJournal(path: string, isKept: (play: JournalPlay) => boolean): number {
  const { plays } = readJournal(path);
  const kept = plays.filter(isKept);
  if (kept.length < plays.length) writeFileAtomic(path, kept.map(lineOf));
  return plays.length - kept.length;
}

/** @throws {RefrainError} STATE_DAMAGED */
export function readJournal(path: string): { readonly plays: JournalPlay[]; readonly size: number } {
  const bytes = readFileSync(path);
  const plays: JournalPlay[] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const end = bytes.indexOf(10, start);
    const play = end < 0 ? undefined : playOf(bytes.toString("utf8", start, end));
    if (!play) {
      // Several lines are written at once, so a crash may damage more than one; but then none behind them is whole.
      if (end >= 0 && hasWholeLine(bytes, end + 1))
        throw new RefrainError("STATE_DAMAGED", `${path}:${number} does not match its checksum.`, { path, number });
      return { plays, size: start };
    }
    plays.push(play);
    start = end + 1;
  }
  return { plays, size: start };
}

function hasWholeLine(bytes: Buffer, from: number): boolean {
  for (let start = from; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    if (end < 0) return false;
    if (playOf(bytes.toString("utf8", start, end))) return true;
    start = end + 1;
  }
  return false;
}

/** {"user":"u1","item":"i7","time":1700000000,"crc":"0c1d2e3f"}: the checksum is that of the object without it. */
function lineOf({ user, item, time }: JournalPlay): Buffer {
  const text = JSON.stringify({ user, item, time });
  return Buffer.from(`${text.slice(0, -1)},"crc":"${sum(text)}"}\n`);
}

function playOf(line: string): JournalPlay | undefined {
  const found = /^(.*),"crc":"([0-9a-f]{8})"\}$/s.exec(line);
  if (!found || sum(`${found[1]}}`) !== found[2]) return undefined;
  const { user, item, time } = JSON.parse(`${found[1]}}`) as JournalPlay;
  return { user, item, time };
}

const sum = (text: string): string => crc32(text).toString(16).padStart(8, "0");

/** A new name lasts only when its folder is written too. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return; // there a folder cannot be opened
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

function failed(path: string, cause: unknown): RefrainError {
  return new RefrainError(
    "FILE_WRITE_FAILED",
    `${path} cannot be opened: ${(cause as Error).message}.`,
    { path },
    { cause },
  );
}

function unavailable(path: string, cause: unknown): RefrainError {
  const message = `The play was not kept: ${path} could not be written (${(cause as Error).message}).`;
  return new RefrainError("STORE_UNAVAILABLE", message, { path }, { cause });
}
