import { oneForm } from "../one-form.js";
import { ByteTable, grown, hashBytes, viewOf } from "./byte-table.js";

/** Between the parts of a spelling; a control character, which no plain text holds. */
const JOINT = "\x1f";
const JOINT_CODE = 0x1f;
const DASH = Buffer.from(" - ");

/** A field of a line: its bytes from `from` to before `to`, and whether it must be put in its one form first. */
export interface Field {
  from: number;
  to: number;
  odd: boolean;
}

/**
 * Texts of one column as numbers. What is written in its one form is looked up by its bytes. Any other spelling is put in that form
 * once, when it is first met, and has the number of that form from then on.
 */
export class TextCodes {
  /** The texts in their one form; the first is the empty one. */
  readonly names: ByteTable = new ByteTable();
  readonly #spellings = new ByteTable();
  /** Twice the number of the one form of each spelling, and 1 more where that is another text that is not empty. */
  #formOf: Int32Array = new Int32Array(1 << 9);
  #formCount = 0;
  readonly #quotes: boolean;
  #scratch = Buffer.allocUnsafeSlow(1 << 12);
  #view = viewOf(this.#scratch);
  /** Whether the last text was changed by its one form, and not only emptied. */
  changed = false;

  /** @param quotes whether a field may be quoted */
  constructor(quotes: boolean) {
    this.#quotes = quotes;
    this.ofForm("");
  }

  /**
   * The number of a text.
   *
   * @param view  of the bytes
   * @param guess a number that may be the right one, which is seen faster
   */
  of(bytes: Uint8Array, view: DataView, { from, to, odd }: Field, guess = 0): number {
    this.changed = false;
    if (odd) return this.#spelled(bytes, view, from, to);
    if (guess > 0 && this.names.holds(guess, view, from, to)) return guess;
    return this.names.add(bytes, view, from, to);
  }

  /** The number of "artist - title", of the title where there is no artist, and of "" where there is no title. */
  ofPair(bytes: Uint8Array, view: DataView, artist: Field, title: Field): number {
    if (!artist.odd && artist.from === artist.to && !title.odd) return this.of(bytes, view, title);
    const odd = artist.odd || title.odd;
    this.changed = false;
    if (!odd && title.from === title.to) return 0;
    const room = artist.to - artist.from + title.to - title.from + DASH.length;
    if (room > this.#scratch.length) {
      this.#scratch = Buffer.allocUnsafeSlow(2 * room);
      this.#view = viewOf(this.#scratch);
    }
    const scratch = this.#scratch;
    let length = copy(bytes, artist, scratch, 0);
    if (odd) scratch[length++] = JOINT_CODE;
    else for (const byte of DASH) scratch[length++] = byte;
    length = copy(bytes, title, scratch, length);
    if (odd) return this.#spelled(scratch, this.#view, 0, length);
    return this.names.add(scratch, this.#view, 0, length);
  }

  /** The number of a text that is in its one form. */
  ofForm(text: string): number {
    const bytes = Buffer.from(text);
    return this.names.add(bytes, viewOf(bytes), 0, bytes.length);
  }

  /** Those of the names, of the spellings, and the forms of these: for the compiled loop. */
  arrays(): readonly (Int32Array | Uint8Array)[] {
    return [...this.names.arrays(), ...this.#spellings.arrays(), this.#formOf];
  }

  #spelled(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    const hash = hashBytes(view, from, to);
    const spelling = this.#spellings.add(bytes, view, from, to, hash);
    if (spelling === this.#formCount) {
      const written = this.#spellings.text(spelling).split(JOINT);
      const parts = this.#quotes ? written.map(unquoted) : written;
      const forms = parts.map(oneForm);
      const isChanged = forms.some((form, at) => form !== parts[at] && form !== "");
      const form = this.ofForm(forms.length === 2 ? pairOf(forms[0], forms[1]) : forms[0]);
      if (this.#formCount === this.#formOf.length) this.#formOf = grown(this.#formOf);
      this.#formOf[this.#formCount++] = 2 * form + (isChanged ? 1 : 0);
    }
    const form = this.#formOf[spelling];
    this.changed = form % 2 === 1;
    return form >> 1;
  }
}

/** What stands for an artist and a title. */
export function pairOf(artist: string, title: string): string {
  return artist !== "" && title !== "" ? `${artist} - ${title}` : title;
}

function copy(from: Uint8Array, field: Field, to: Uint8Array, at: number): number {
  let end = at;
  for (let byte = field.from; byte < field.to; byte++) to[end++] = from[byte];
  return end;
}

/** A field that is quoted as a whole keeps its quotes only where some are doubled inside. */
function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
