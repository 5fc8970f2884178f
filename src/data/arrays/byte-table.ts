import { int32 } from "./large-pages.js";
import { type Absorb, nativeScanner } from "./native.js";

/** A table of byte strings as it passes between threads. */
export interface PackedTable {
  readonly bytes: Uint8Array;
  /** Where each string begins in `bytes`, and where the last one ends. @shape int32 [size + 1] */
  readonly starts: Int32Array;
  /** @shape int32 [size] */
  readonly hashes: Int32Array;
  /** Where each number is looked up, as the table has it. */
  readonly slots: Int32Array;
}

/** The offsets are 32 bits. */
const MOST_BYTES = 2 ** 31 - 2 ** 21;

/** Thrown where the names of a log are more than a table holds. */
export class TableFull extends Error {}

/**
 * Byte strings, numbered 0, 1, … in the order in which they are first met: a hash table with open addressing.
 *
 * Strings are compared byte by byte, so that two of one hash are never taken for one.
 */
export class ByteTable {
  size = 0;
  /** Two values a slot: number + 1, or 0 where it is free, and the hash. */
  #slots: Int32Array = new Int32Array(1 << 12);
  #hashes: Int32Array = new Int32Array(1 << 9);
  #starts: Int32Array = new Int32Array(1 << 9);
  #bytes: Buffer = Buffer.allocUnsafeSlow(1 << 14);
  #view = viewOf(this.#bytes);

  static of({ bytes, starts, hashes, slots }: PackedTable): ByteTable {
    const table = new ByteTable();
    table.size = hashes.length;
    table.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    table.#view = viewOf(bytes);
    table.#starts = starts;
    table.#hashes = hashes;
    table.#slots = slots;
    return table;
  }

  /** The number of the string from `from` to before `to`; a new one gets the next number. @param view of the bytes */
  add(bytes: Uint8Array, view: DataView, from: number, to: number, hash: number = hashBytes(view, from, to)): number {
    const found = this.#find(view, from, to, hash);
    return found >= 0 ? found : this.#insert(~found, bytes, from, to, hash);
  }

  /** The number of a text; undefined where it is not in the table. */
  codeOf(text: string): number | undefined {
    const bytes = Buffer.from(text);
    const view = viewOf(bytes);
    const found = this.#find(view, 0, bytes.length, hashBytes(view, 0, bytes.length));
    return found >= 0 ? found : undefined;
  }

  /** Whether a string of the table is the one from `from` to before `to`. */
  holds(code: number, view: DataView, from: number, to: number): boolean {
    const start = this.#starts[code];
    return this.#starts[code + 1] - start === to - from && this.#equal(start, view, from, to);
  }

  #equal(start: number, view: DataView, from: number, to: number): boolean {
    const mine = this.#view;
    let own = start;
    let at = from;
    for (; at + 4 <= to; at += 4, own += 4) if (mine.getInt32(own, true) !== view.getInt32(at, true)) return false;
    for (; at < to; at++, own++) if (mine.getUint8(own) !== view.getUint8(at)) return false;
    return true;
  }

  text(code: number): string {
    return this.#bytes.toString("utf8", this.#starts[code], this.#starts[code + 1]);
  }

  /** The number here of each string of another table. @shape int32 [other.size] */
  absorb({ bytes, starts, hashes }: PackedTable, absorb: Absorb | null = nativeScanner()?.absorb ?? null): Int32Array {
    const view = viewOf(bytes);
    const numbers = int32(hashes.length);
    for (let code = 0; code < hashes.length; code++) {
      if (absorb) {
        const state = Int32Array.of(code, this.size);
        absorb([...this.arrays(), bytes, starts, hashes, numbers, state]);
        [code, this.size] = state;
        if (code === hashes.length) break;
      }
      // Where the compiled loop stopped, this table must grow.
      numbers[code] = this.add(bytes, view, starts[code], starts[code + 1], hashes[code]);
    }
    return numbers;
  }

  /** Slots, hashes, starts and bytes, with room behind them: for the compiled loop, which puts new strings there. */
  arrays(): readonly (Int32Array | Uint8Array)[] {
    return [this.#slots, this.#hashes, this.#starts, this.#bytes];
  }

  pack(): PackedTable {
    return {
      bytes: this.#bytes.subarray(0, this.#starts[this.size]),
      starts: this.#starts.subarray(0, this.size + 1),
      hashes: this.#hashes.subarray(0, this.size),
      slots: this.#slots,
    };
  }

  /** The number of a string, or the complement of the slot where it belongs. */
  #find(view: DataView, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = (2 * hash) & mask; ; slot = (slot + 2) & mask) {
      const code = slots[slot] - 1;
      if (code < 0) return ~slot;
      if (slots[slot + 1] === hash && this.holds(code, view, from, to)) return code;
    }
  }

  #insert(slot: number, bytes: Uint8Array, from: number, to: number, hash: number): number {
    const code = this.size++;
    const start = this.#starts[code];
    const end = start + to - from;
    if (end > this.#bytes.length) {
      if (end > MOST_BYTES) throw new TableFull();
      const more = Buffer.allocUnsafeSlow(Math.min(MOST_BYTES, Math.max(2 * this.#bytes.length, end)));
      more.set(this.#bytes.subarray(0, start));
      this.#bytes = more;
      this.#view = viewOf(more);
    }
    this.#bytes.set(bytes.subarray(from, to), start);
    if (code + 2 > this.#hashes.length) {
      this.#hashes = grown(this.#hashes);
      this.#starts = grown(this.#starts);
    }
    this.#hashes[code] = hash;
    this.#starts[code + 1] = end;
    this.#slots[slot] = code + 1;
    this.#slots[slot + 1] = hash;
    if (4 * this.size > this.#slots.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    let length = this.#slots.length;
    while (length < 8 * this.size) length *= 4;
    const slots = int32(length);
    for (let code = 0; code < this.size; code++) {
      const hash = this.#hashes[code];
      let slot = (2 * hash) & (length - 1);
      while (slots[slot] !== 0) slot = (slot + 2) & (length - 1);
      slots[slot] = code + 1;
      slots[slot + 1] = hash;
    }
    this.#slots = slots;
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** 32 bits of a string, four bytes at a time; the last step mixes as MurmurHash3 does. */
export function hashBytes(view: DataView, from: number, to: number): number {
  let hash = to - from;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < to; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

export function grown(values: Int32Array): Int32Array {
  const more = int32(2 * values.length);
  more.set(values);
  return more;
}
