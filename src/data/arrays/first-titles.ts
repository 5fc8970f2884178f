// Titles of items, once it is known which rows are left: nearly every row repeats a title that is known, and to find that out in a
// table took as long as all else that is done with a row. What the threads did not keep is read from the file again.
import { oneForm } from "../one-form.js";
import { cutRow } from "../read/table.js";
import { BLOCK_BYTES, Blocks, NotScannable, SLACK } from "./blocks.js";
import { LineCutter } from "./line-cutter.js";
import type { LineFormat } from "./piece.js";
import type { Rows, TitledLines } from "./rows.js";
import { type Field, pairOf } from "./text-codes.js";

const [NEWLINE, RETURN] = [10, 13];
/** So many lines of a block are read one by one, more with the whole block. */
const SINGLE = 200;

/**
 * The title in the first row of each item that has one; empty where none has.
 *
 * @param rows  those that are left
 * @param lines of the file, from blocks of `blockBytes`
 * @param size  number of item codes
 * @throws NotScannable where the file is another one by now
 */
export function firstTitles(
  path: string,
  format: LineFormat,
  { items, rows }: Pick<Rows, "items" | "rows">,
  lines: TitledLines,
  size: number,
  blockBytes: number = BLOCK_BYTES,
): string[] {
  const first = firstTitled({ items, rows }, lines, size);
  const titles: string[] = new Array(size).fill("");
  takeKnown(titles, first, lines);
  // As row * size + item, in the order of the rows: both are far below 2^53.
  const wanted = Float64Array.from(
    Array.from(first.keys()).filter((item) => first[item] >= 0),
    (item) => first[item] * size + item,
  ).sort();
  const { firsts, starts, places } = lines;
  const blocks = new Blocks(path, blockBytes);
  try {
    const reader = new TitleReader(format);
    for (let block = 0, at = 0; at < wanted.length; block++) {
      const end = block + 1 < firsts.length ? firsts[block + 1] : Number.POSITIVE_INFINITY;
      const from = at;
      while (at < wanted.length && Math.floor(wanted[at] / size) < end) at++;
      const isWhole = at - from > SINGLE;
      if (isWhole) reader.begin(blocks.read(block), block === 0);
      for (const key of wanted.subarray(from, at)) {
        const row = Math.floor(key / size);
        const start = starts[block][row - firsts[block]];
        if (!isWhole) reader.begin(blocks.line(places[block] + start), places[block] + start === 0);
        titles[key - row * size] = reader.at(isWhole ? start : 0);
      }
    }
  } finally {
    blocks.close();
  }
  return titles;
}

/** The first row of each item that has a title; -1 where none has. @shape int32 [size] */
function firstTitled({ items, rows }: Pick<Rows, "items" | "rows">, lines: TitledLines, size: number): Int32Array {
  const first = new Int32Array(size).fill(-1);
  for (let at = 0; at < items.length; at++) {
    const [item, row] = [items[at], rows[at]];
    if (first[item] < 0 || row < first[item]) first[item] = row;
  }
  const others = new Uint8Array(size);
  for (let item = 0; item < size; item++)
    if (first[item] >= 0 && !isTitled(lines, first[item])) [first[item], others[item]] = [-1, 1];
  if (!others.includes(1)) return first;
  for (let at = 0; at < items.length; at++) {
    const [item, row] = [items[at], rows[at]];
    if (others[item] === 1 && (first[item] < 0 || row < first[item]) && isTitled(lines, row)) first[item] = row;
  }
  return first;
}

/** Takes the titles that the threads kept, and marks their items as done. */
function takeKnown(titles: string[], first: Int32Array, { firsts, titles: kept }: TitledLines): void {
  kept.forEach(({ items, lines, bytes, starts }, block) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < items.length; at++) {
      if (first[items[at]] !== firsts[block] + lines[at]) continue;
      titles[items[at]] = text.toString("utf8", starts[at], starts[at + 1]);
      first[items[at]] = -1;
    }
  });
}

function isTitled({ firsts, starts }: TitledLines, row: number): boolean {
  let [low, high] = [0, firsts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (firsts[middle] <= row) low = middle;
    else high = middle - 1;
  }
  return starts[low][row - firsts[low]] >= 0;
}

/** Reads the artist and title of single lines. */
class TitleReader {
  readonly #format: LineFormat;
  readonly #cutter: LineCutter;
  #bytes: Buffer = Buffer.alloc(0);
  #isFirst = false;

  constructor(format: LineFormat) {
    this.#format = format;
    this.#cutter = new LineCutter(format.separator, format.width);
  }

  /** @param isFirst whether it is the beginning of the file, which a byte order mark may begin */
  begin(bytes: Buffer, isFirst: boolean): void {
    this.#isFirst = isFirst;
    this.#bytes = bytes;
    this.#cutter.begin(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length + SLACK));
  }

  /** What stands for the artist and title of the line that begins at `start`. */
  at(start: number): string {
    const { title, artist } = this.#format;
    if (!(start < this.#bytes.length)) throw new NotScannable();
    const { fields } = this.#cutter;
    if (this.#cutter.cut(start) < 0 || fields[title].odd || (artist >= 0 && fields[artist].odd))
      return this.#slowly(start);
    const text = ({ from, to }: Field) => this.#bytes.toString("utf8", from, to);
    return pairOf(artist >= 0 ? text(fields[artist]) : "", text(fields[title]));
  }

  #slowly(start: number): string {
    const { title, artist, separator, width } = this.#format;
    const end = this.#bytes.indexOf(NEWLINE, start);
    const line = this.#bytes.toString("utf8", start, this.#bytes[end - 1] === RETURN ? end - 1 : end);
    const fields = cutRow(this.#isFirst && start === 0 ? line.replace(/^\uFEFF/, "") : line, separator, width);
    if (!Array.isArray(fields)) throw new NotScannable();
    return pairOf(artist >= 0 ? oneForm(fields[artist]) : "", oneForm(fields[title]));
  }
}
