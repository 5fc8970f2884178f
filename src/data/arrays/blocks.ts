import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export const BLOCK_BYTES: number = 1 << 22;
/** A longer line is left to the readers, which refuse it. */
export const LONGEST_LINE: number = 1 << 20;
/** Nearly every line that begins in a block ends within so many bytes behind it. */
const AHEAD = 1 << 14;
/** Most lines are no longer. */
const FEW = 1 << 10;
const NEWLINE = 10;
/** Bytes that may be read behind a block, so that a reader can take eight at a time. */
export const SLACK = 8;

/** Thrown where a file is not what this reads: its lines end in carriage returns, or are too long, or it is not UTF-8. */
export class NotScannable extends Error {}

/** A file in blocks of about equal size that begin and end where lines do; each is read by itself, in any order. */
export class Blocks {
  readonly count: number;
  readonly #file: number;
  readonly #size: number;
  readonly #blockBytes: number;
  readonly #buffer: Buffer;
  /** Where in the file what was read last begins. */
  place = 0;

  constructor(path: string, blockBytes: number) {
    this.#file = openSync(path, "r");
    this.#size = fstatSync(this.#file).size;
    this.#blockBytes = blockBytes;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(this.#size, 1 + blockBytes + LONGEST_LINE) + 1 + SLACK);
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
    let length = this.#fill(first, 0, Math.min(this.#size, to + AHEAD) - first);
    const start = block === 0 ? 0 : this.#afterNewline(0, length);
    this.place = first + start;
    if (start >= to - first) return this.#buffer.subarray(0, 0);
    let end = this.#afterNewline(to - first - 1, length);
    if (end > length) {
      length = this.#fill(first, length, Math.min(this.#size, to + LONGEST_LINE) - first);
      end = this.#afterNewline(to - first - 1, length);
    }
    if (end > length) {
      if (first + length < this.#size) throw new NotScannable();
      this.#buffer[length] = NEWLINE; // the last line of a file may have none
      end = length + 1;
    }
    const lines = this.#buffer.subarray(start, end);
    if (!isUtf8(lines)) throw new NotScannable();
    return lines;
  }

  /**
   * The line that begins at a place of the file, with a newline behind it, as `read` gives it. The bytes hold until the next call.
   *
   * @throws NotScannable for a line that is longer than the readers allow, and where the file is shorter than it was
   */
  line(place: number): Buffer {
    const left = this.#size - place;
    for (const room of [FEW, LONGEST_LINE]) {
      const length = this.#fill(place, 0, Math.max(0, Math.min(left, room)));
      const end = this.#afterNewline(0, length);
      if (end > length && length < left) continue;
      if (end > length) this.#buffer[length] = NEWLINE;
      return this.#buffer.subarray(0, end);
    }
    throw new NotScannable();
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(first: number, from: number, to: number): number {
    for (let filled = from; filled < to; ) {
      const read = readSync(this.#file, this.#buffer, filled, to - filled, first + filled);
      if (read === 0) throw new NotScannable();
      filled += read;
    }
    return to;
  }

  /** The place behind the first newline from `from` on; behind `length` where there is none. */
  #afterNewline(from: number, length: number): number {
    const at = this.#buffer.subarray(0, length).indexOf(NEWLINE, from);
    return at < 0 ? length + 1 : at + 1;
  }
}
