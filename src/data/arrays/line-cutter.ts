import type { Separator } from "../read/fields.js";
import { LONGEST_LINE, NotScannable } from "./blocks.js";
import type { Field } from "./text-codes.js";

/** What a byte means for a field: it ends there, must be put in its one form, may have to be, or sends the line the slow way. */
const [END, ODD, SPACE, SLOW] = [1, 2, 4, 8];
const [NEWLINE, RETURN, QUOTE, BLANK] = [10, 13, 34, 32];

/** Cuts plain lines into fields, byte by byte where something may be odd and four bytes at a time elsewhere. */
export class LineCutter {
  /** The fields of the line that was cut last; written anew for each. */
  readonly fields: readonly Field[];
  readonly #classes = new Uint8Array(256);
  readonly #quotes: boolean;
  /** The separator in each of four bytes. */
  readonly #separators: number;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param separator one character @param width number of fields */
  constructor(separator: Separator, width: number) {
    this.fields = Array.from({ length: width }, () => ({ from: 0, to: 0, odd: false }));
    this.#quotes = separator !== "\t";
    this.#separators = Math.imul(separator.charCodeAt(0), 0x01010101);
    this.#classes.fill(ODD, 0, 32).fill(ODD, 127);
    this.#classes[BLANK] = SPACE;
    // The readers refuse lines with a zero; 31 stands between the parts of a spelling.
    this.#classes[0] = this.#classes[31] = ODD | SLOW;
    for (const end of [separator.charCodeAt(0), NEWLINE, RETURN]) this.#classes[end] = END;
  }

  /** @param bytes a block of lines that ends with a newline @param view of them, with `SLACK` bytes more */
  begin(bytes: Buffer, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
  }

  /**
   * Finds the fields of the line at `start`; the beginning of the next line, or -1 where the line is not plain.
   *
   * @throws NotScannable for a carriage return that ends no line, and for a line that is too long
   */
  cut(start: number): number {
    const bytes = this.#bytes;
    const classes = this.#classes;
    const view = this.#view;
    const separators = this.#separators;
    const { fields } = this;
    const width = fields.length;
    let at = start;
    for (let number = 0; ; number++) {
      if (number === width) return -1;
      let from = at;
      let seen = 0;
      let to: number;
      if (this.#quotes && bytes[at] === QUOTE) {
        let isDoubled = false;
        for (at++; ; at++) {
          const byte = bytes[at];
          if (byte === QUOTE) {
            if (bytes[at + 1] !== QUOTE) break;
            isDoubled = true;
            at++;
          } else if (byte === NEWLINE || byte === RETURN) return -1;
          else seen |= classes[byte];
        }
        // Without doubled quotes the text is what stands between them.
        to = isDoubled ? at + 1 : at;
        if (isDoubled) seen |= ODD;
        else from++;
        at++;
        if ((classes[bytes[at]] & END) === 0) return -1;
        seen &= ~END;
      } else {
        for (;;) {
          if (isPlain(view.getInt32(at, true), separators)) at += 4;
          else {
            const kind = classes[bytes[at]];
            if ((kind & END) !== 0) break;
            seen |= kind;
            at++;
          }
        }
        to = at;
      }
      if ((seen & SLOW) !== 0) return -1;
      const field = fields[number];
      field.from = from;
      field.to = to;
      field.odd = (seen & ODD) !== 0 || ((seen & SPACE) !== 0 && this.#hasStraySpace(from, to));
      const end = bytes[at++];
      if (end !== NEWLINE && end !== RETURN) continue;
      if (number !== width - 1) return -1;
      if (at - start > LONGEST_LINE) throw new NotScannable();
      if (end === NEWLINE) return at;
      if (bytes[at] !== NEWLINE) throw new NotScannable();
      return at + 1;
    }
  }

  #hasStraySpace(from: number, to: number): boolean {
    const bytes = this.#bytes;
    if (bytes[from] === BLANK || bytes[to - 1] === BLANK) return true;
    for (let at = from + 1; at < to; at++) if (bytes[at] === BLANK && bytes[at - 1] === BLANK) return true;
    return false;
  }
}

/**
 * True where four bytes are all above the comma (0x2c), below 0x7f, and no separators: nothing that this file looks for.
 *
 * @source S. E. Anderson, Bit Twiddling Hacks, "determine if a word has a byte less than n"
 */
function isPlain(word: number, separators: number): boolean {
  const other = word ^ separators;
  const odd = ((word - 0x2d2d2d2d) & ~word) | (word + 0x01010101) | word | ((other - 0x01010101) & ~other);
  return (odd & 0x80808080) === 0;
}
