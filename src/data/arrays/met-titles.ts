// Titles of items that a thread meets for the first time, kept while their line is at hand: most are those of the first row that is
// left, and the file need not be read again for them.
import type { LineCutter } from "./line-cutter.js";
import type { LineFormat, MetTitles } from "./piece.js";
import type { Field } from "./text-codes.js";

/** What a thread keeps at most; the titles beyond that are read later. */
const MOST_BYTES = 1 << 25;
const DASH = Buffer.from(" - ");

export class TitleKeeper {
  readonly #title: number;
  readonly #artist: number;
  readonly #cutter: LineCutter;
  #kept = 0;

  /** @param cutter that has begun with the block of each call */
  constructor({ title, artist }: LineFormat, cutter: LineCutter) {
    this.#title = title;
    this.#artist = artist;
    this.#cutter = cutter;
  }

  /**
   * The titles of the items from number `first` to before `end`, as far as they are plainly written.
   *
   * @param items  of the lines of a block
   * @param starts of the lines, as `Piece` has them
   */
  titlesOf(bytes: Buffer, items: Int32Array, starts: Int32Array, first: number, end: number): MetTitles {
    const lineOf = new Int32Array(end - first).fill(-1);
    for (let line = 0; line < items.length; line++) {
      const number = items[line] - first;
      if (number >= 0 && lineOf[number] < 0 && starts[line] >= 0) lineOf[number] = line;
    }
    const found: { item: number; line: number; start: number }[] = [];
    let scratch = Buffer.allocUnsafe(1 << 16);
    let length = 0;
    const { fields } = this.#cutter;
    const put = ({ from, to }: Field) => {
      length += bytes.copy(scratch, length, from, to);
    };
    for (let number = 0; number < lineOf.length && this.#kept + length < MOST_BYTES; number++) {
      const line = lineOf[number];
      if (line < 0 || this.#cutter.cut(starts[line]) < 0) continue;
      const [title, artist] = [fields[this.#title], this.#artist < 0 ? undefined : fields[this.#artist]];
      if (title.odd || artist?.odd) continue;
      const most = title.to - title.from + DASH.length + (artist ? artist.to - artist.from : 0);
      if (length + most > scratch.length) scratch = Buffer.concat([scratch], 2 * (length + most));
      found.push({ item: first + number, line, start: length });
      if (artist && artist.from < artist.to) {
        put(artist);
        scratch.set(DASH, length);
        length += DASH.length;
      }
      put(title);
    }
    this.#kept += length;
    return {
      items: Int32Array.from(found, ({ item }) => item),
      lines: Int32Array.from(found, ({ line }) => line),
      bytes: new Uint8Array(scratch.subarray(0, length)),
      starts: Int32Array.from([...found.map(({ start }) => start), length]),
    };
  }
}
