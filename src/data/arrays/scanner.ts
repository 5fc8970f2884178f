// Lines of separated text, byte by byte, into columns of numbers. What is plain is cut here; any other line goes through the very
// functions that smaller logs are read with.
import { oneForm } from "../one-form.js";
import type { Separator } from "../read/fields.js";
import { cutRow } from "../read/table.js";
import type { BadRow } from "../read/types.js";
import { SAMPLES } from "../report.js";
import { parseTime, type TimeUnit } from "../times.js";
import { LONGEST_LINE, NotScannable, SLACK } from "./blocks.js";
import { LineCutter } from "./line-cutter.js";
import { plainNumber, plainTime } from "./numbers.js";
import { type Field, pairOf, TextCodes } from "./text-codes.js";

/** How the lines of a file are written. Columns are numbers of fields, -1 where the file has none. */
export interface LineFormat {
  /** One character. */
  readonly separator: Separator;
  /** Number of columns. */
  readonly width: number;
  readonly unit: TimeUnit;
  readonly user: number;
  readonly item: number;
  readonly title: number;
  readonly artist: number;
  readonly time: number;
  readonly duration: number;
  readonly rating: number;
}

/** What became of a line; up to `repaired` it is a row. */
export const KIND = { plain: 0, repaired: 1, bad: 2, empty: 3 } as const;

/** The lines of a block as columns, one value for each line. @shape [lines] each */
export interface Piece {
  readonly kinds: Uint8Array;
  users: Int32Array;
  items: Int32Array;
  /** Where the line begins in the block, as `~` of that where it has no title. Absent where an item is its title, or has none. */
  readonly starts?: Int32Array;
  /** Seconds; NaN where unknown, as in the other columns of numbers. */
  times: Float64Array;
  durations?: Float64Array;
  ratings?: Float64Array;
  /** The first bad rows; `line` counts from 1 in the block. */
  readonly bad: readonly BadRow[];
}

const [NEWLINE, RETURN] = [10, 13];
const LONGEST_SAMPLE = 120;

/** Cuts blocks of lines, and numbers the texts that it meets. */
export class Scanner {
  readonly users: TextCodes;
  readonly items: TextCodes;
  /** Titles that are not in their one form, to count them; the others are read once it is known which are wanted. */
  readonly #titles?: TextCodes;
  readonly #format: LineFormat;
  readonly #quotes: boolean;
  readonly #cutter: LineCutter;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #lines = 0;
  #room = 0;
  #columns = columnsOf(0);
  #bad: BadRow[] = [];

  constructor(format: LineFormat) {
    const { separator, width, item, title } = format;
    this.#format = format;
    this.#quotes = separator !== "\t";
    this.users = new TextCodes(this.#quotes);
    this.items = new TextCodes(this.#quotes);
    if (item >= 0 && title >= 0) this.#titles = new TextCodes(this.#quotes);
    this.#cutter = new LineCutter(separator, width);
  }

  /**
   * Cuts a block of whole lines.
   *
   * @param bytes ends with a newline, and has `SLACK` bytes behind it in its buffer
   * @param isFirst whether it is the beginning of the file
   * @throws NotScannable; TableFull
   */
  scan(bytes: Buffer, isFirst: boolean): Piece {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length + SLACK);
    this.#cutter.begin(bytes, this.#view);
    this.#lines = 0;
    this.#bad = [];
    let at = 0;
    if (isFirst && bytes[0] === 0xef) at = this.#oddLine(0, true);
    while (at < bytes.length) {
      if (this.#lines >= this.#room) this.#grow(at);
      const end = this.#cutter.cut(at);
      at = end < 0 || !this.#take(at) ? this.#oddLine(at) : end;
    }
    return this.#piece();
  }

  /** Reads the fields that were found; false where the line may be empty, or must be read the other way. */
  #take(start: number): boolean {
    const bytes = this.#bytes;
    const view = this.#view;
    const { fields } = this.#cutter;
    const { user, item, title, artist, time, duration, rating, unit } = this.#format;
    const at = this.#lines;
    const columns = this.#columns;
    if (title < 0 && artist >= 0 && fields[artist].odd) return false; // only told, and rare
    const code = this.users.of(bytes, view, fields[user], at > 0 ? columns.users[at - 1] : 0);
    if (code === 0) return false;
    let changed = this.users.changed;
    if (item >= 0) {
      columns.items[at] = this.items.of(bytes, view, fields[item]);
      changed ||= this.items.changed;
    }
    if (title >= 0) {
      const [by, named] = [artist >= 0 ? fields[artist] : undefined, fields[title]];
      if (this.#titles && !named.odd && !by?.odd) columns.starts[at] = named.from < named.to ? start : ~start;
      else {
        const naming = this.#titles ?? this.items;
        const text = by ? naming.ofPair(bytes, view, by, named) : naming.of(bytes, view, named);
        changed ||= naming.changed;
        if (this.#titles) columns.starts[at] = text === 0 ? ~start : start;
        else columns.items[at] = text;
      }
    }
    columns.users[at] = code;
    columns.kinds[at] = changed ? KIND.repaired : KIND.plain;
    const { from, to } = fields[time];
    const seconds = plainTime(bytes, from, to, unit);
    columns.times[at] = Number.isNaN(seconds) ? parseTime(this.#textOf(fields[time]), unit) : seconds;
    if (duration >= 0) columns.durations[at] = this.#number(fields[duration]);
    if (rating >= 0) columns.ratings[at] = this.#number(fields[rating]);
    this.#lines++;
    return true;
  }

  #number(field: Field): number {
    const value = plainNumber(this.#bytes, field.from, field.to);
    return Number.isNaN(value) ? numberOf(this.#textOf(field)) : value;
  }

  #textOf({ from, to }: Field): string {
    const text = this.#bytes.toString("utf8", from, to);
    return this.#quotes && text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  /** Reads the line at `at` as the usual readers do; the beginning of the next one. @param isMarked whether a byte order mark may begin it */
  #oddLine(at: number, isMarked = false): number {
    const end = this.#bytes.indexOf(NEWLINE, at);
    const text = this.#bytes.toString("utf8", at, this.#bytes[end - 1] === RETURN && end > at ? end - 1 : end);
    if (text.includes("\r") || end - at > LONGEST_LINE) throw new NotScannable();
    if (this.#lines >= this.#room) this.#grow(at);
    const { separator, width, unit, user, item, title, artist, time, duration, rating } = this.#format;
    const columns = this.#columns;
    const line = this.#lines++;
    columns.users[line] = columns.items[line] = 0;
    columns.starts[line] = ~at;
    const row = isMarked ? text.replace(/^\uFEFF/, "") : text;
    const fields = row.trim() === "" ? undefined : cutRow(row, separator, width);
    if (!Array.isArray(fields)) {
      columns.kinds[line] = fields === undefined ? KIND.empty : KIND.bad;
      if (fields !== undefined && this.#bad.length < SAMPLES)
        this.#bad.push({ line: line + 1, reason: fields, text: row.slice(0, LONGEST_SAMPLE) });
      return end + 1;
    }
    let changed = false;
    const form = (column: number) => {
      if (column < 0) return "";
      const own = oneForm(fields[column]);
      changed ||= own !== fields[column] && own !== "";
      return own;
    };
    columns.users[line] = this.users.ofForm(form(user));
    const named = pairOf(form(artist), form(title));
    columns.items[line] = this.items.ofForm(item >= 0 ? form(item) : named);
    if (named !== "") columns.starts[line] = at;
    columns.kinds[line] = changed ? KIND.repaired : KIND.plain;
    columns.times[line] = parseTime(fields[time], unit);
    columns.durations[line] = duration >= 0 ? numberOf(fields[duration]) : Number.NaN;
    columns.ratings[line] = rating >= 0 ? numberOf(fields[rating]) : Number.NaN;
    return end + 1;
  }

  /** Makes room for the lines of the rest of the block, by the length of those before. */
  #grow(at: number): void {
    const [lines, length] = [this.#lines, this.#bytes.length];
    this.#room = lines < 1000 ? Math.max(2 * lines, 1 << 14) : Math.ceil(((lines + 1) * length * 1.1) / at);
    const columns = columnsOf(this.#room);
    for (const [name, values] of Object.entries(this.#columns))
      columns[name as keyof typeof columns].set(values.subarray(0, lines));
    this.#columns = columns;
  }

  #piece(): Piece {
    const lines = this.#lines;
    const { kinds, users, items, starts, times, durations, ratings } = this.#columns;
    return {
      kinds: kinds.slice(0, lines),
      users: users.slice(0, lines),
      items: items.slice(0, lines),
      times: times.slice(0, lines),
      ...(this.#titles ? { starts: starts.slice(0, lines) } : {}),
      ...(this.#format.duration >= 0 ? { durations: durations.slice(0, lines) } : {}),
      ...(this.#format.rating >= 0 ? { ratings: ratings.slice(0, lines) } : {}),
      bad: this.#bad,
    };
  }
}

function columnsOf(length: number) {
  return {
    kinds: new Uint8Array(length),
    users: new Int32Array(length),
    items: new Int32Array(length),
    starts: new Int32Array(length),
    times: new Float64Array(length),
    durations: new Float64Array(length),
    ratings: new Float64Array(length),
  };
}

/** @param text of a field @returns NaN where it is blank or no number, as `numbers` of the small way */
function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
