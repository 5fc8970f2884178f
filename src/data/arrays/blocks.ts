import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export const BLOCK_BYTES: number = 1 << 22;
/** A longer line is left to the readers, which refuse it. */
export const LONGEST_LINE: number = 1 << 20;
const NEWLINE = 10;
/** Bytes that may be read behind a block, so that a reader can take four at a time. */
export const SLACK = 4;

/** Thrown where a file is not what this reads: its lines end in carriage returns, or are too long, or it is not UTF-8. */
export class NotScannable extends Error {}

/** A file in blocks of about equal size that begin and end where lines do; each is read by itself, in any order. */
export class Blocks {
  readonly count: number;
  readonly #file: number;
  readonly #size: number;
  readonly #blockBytes: number;
  readonly #buffer: Buffer;

  constructor(path: string, blockBytes: number) {
    this.#blockBytes = blockBytes;
    this.#buffer = Buffer.allocUnsafeSlow(1 + blockBytes + LONGEST_LINE + 1 + SLACK);
    this.#file = openSync(path, "r");
    this.#size = fstatSync(this.#file).size;
    this.count = Math.ceil(this.#size / blockBytes);
  }

  /**
   * The lines that begin in a block, the last with a newline behind it, and `SLACK` bytes of anything behind that in their buffer. The
   * bytes hold until the next call.
   *
   * @throws NotScannable for a line that is longer than the readers allow, and for bytes that are not UTF-8
   */
  read(block: number): Buffer {
    const from = block * this.#blockBytes;
    const to = Math.min(from + this.#blockBytes, this.#size);
    // From the byte before, which tells whether a line begins with the block, to behind the last line's end.
    const first = Math.max(0, from - 1);
    const length = this.#fill(first, Math.min(this.#size, to + LONGEST_LINE) - first);
    const all = this.#buffer.subarray(0, length);
    const start = block === 0 ? 0 : afterNewline(all, 0);
    if (start >= to - first) return all.subarray(0, 0);
    let end = afterNewline(all, to - first - 1);
    if (end > length) {
      if (first + length < this.#size) throw new NotScannable();
      this.#buffer[length] = NEWLINE; // the last line of a file may have none
      end = length + 1;
    }
    const lines = this.#buffer.subarray(start, end);
    if (!isUtf8(lines)) throw new NotScannable();
    return lines;
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(from: number, length: number): number {
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.#file, this.#buffer, filled, length - filled, from + filled);
      if (read === 0) throw new NotScannable();
      filled += read;
    }
    return filled;
  }
}

/** The place behind the first newline from `from` on; behind the end where there is none. */
function afterNewline(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at < 0 ? bytes.length + 1 : at + 1;
}
