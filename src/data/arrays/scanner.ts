// Lines of separated text, byte by byte, into columns of numbers. What is plain is cut here; any other line goes through the very
// functions that smaller logs are read with.
import { oneForm } from "../one-form.js";
import { cutRow } from "../read/table.js";
import type { BadRow } from "../read/types.js";
import { SAMPLES } from "../report.js";
import { isNumberUnit, parseTime, unitsPerSecond } from "../times.js";
import { LONGEST_LINE, NotScannable, SLACK } from "./blocks.js";
import { LineCutter } from "./line-cutter.js";
import { TitleKeeper } from "./met-titles.js";
import { nativeScanner, type ScanLines } from "./native.js";
import { plainNumber, plainTime } from "./numbers.js";
import { columnsOf, KIND, type LineFormat, type Piece } from "./piece.js";
import { type Field, pairOf, TextCodes } from "./text-codes.js";

const [NEWLINE, RETURN] = [10, 13];
const LONGEST_SAMPLE = 120;
/** Room of the first columns, and of those of a log of millions. */
const [LEAST_LINES, MOST_LINES] = [1 << 14, 1 << 20];

/** Cuts blocks of lines, and numbers the texts that it meets. */
export class Scanner {
  readonly users: TextCodes;
  readonly items: TextCodes;
  /** Titles that are not in their one form, to count them; the others are read once it is known which are wanted. */
  readonly #titles?: TextCodes;
  readonly #format: LineFormat;
  readonly #scanLines: ScanLines | null;
  /** The format for the compiled loop. */
  readonly #numbers: Int32Array;
  readonly #quotes: boolean;
  readonly #cutter: LineCutter;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Lines of several blocks behind each other: thousands of small arrays would keep the collector busy. */
  #columns = columnsOf(0);
  #room = 0;
  /** Where the block's lines begin in the columns, and where the next one goes. */
  #first = 0;
  #next = 0;
  #bad: BadRow[] = [];
  readonly #keeper: TitleKeeper;

  /** @param scanLines the compiled loop, where there is one */
  constructor(format: LineFormat, scanLines: ScanLines | null = nativeScanner()?.scanLines ?? null) {
    const { separator, width, unit, user, item, title, artist, time, duration, rating } = format;
    this.#scanLines = scanLines;
    const perSecond = isNumberUnit(unit) ? unitsPerSecond(unit) : 0;
    this.#numbers = Int32Array.of(
      separator.charCodeAt(0),
      width,
      perSecond,
      user,
      item,
      title,
      artist,
      time,
      duration,
      rating,
    );
    this.#format = format;
    this.#quotes = separator !== "\t";
    this.users = new TextCodes(this.#quotes);
    this.items = new TextCodes(this.#quotes);
    if (item >= 0 && title >= 0) this.#titles = new TextCodes(this.#quotes);
    this.#cutter = new LineCutter(separator, width);
    this.#keeper = new TitleKeeper(format, this.#cutter);
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
    this.#first = this.#next;
    this.#bad = [];
    const known = this.items.names.size;
    let at = 0;
    if (isFirst && bytes[0] === 0xef) {
      this.#grow();
      at = this.#oddLine(0, this.#next++, true);
    }
    while (at < bytes.length) {
      if (this.#next >= this.#room) this.#grow();
      if (this.#scanLines) at = this.#natively(this.#scanLines, at);
      // Where the compiled loop stopped, a table or the columns must grow.
      if (at < bytes.length && this.#next < this.#room) at = this.#line(at, this.#next++);
    }
    return this.#piece(known);
  }

  /** Reads the line that begins at `start`; the beginning of the next one. */
  #line(start: number, line: number): number {
    const end = this.#cutter.cut(start);
    return end >= 0 && this.#take(start, line) ? end : this.#oddLine(start, line);
  }

  /** Reads lines from `at` on, as many as there is room for; the beginning of the first that is left. */
  #natively(scanLines: ScanLines, at: number): number {
    const state = Int32Array.of(at, this.#next, this.users.names.size, this.items.names.size);
    scanLines({
      bytes: this.#bytes,
      format: this.#numbers,
      state,
      columns: Object.values(this.#columns),
      codes: [this.users, this.items, this.#titles ?? this.items].flatMap((codes) => codes.arrays()),
    });
    const [end, lines, users, items] = state;
    this.users.names.size = users;
    this.items.names.size = items;
    const { kinds, starts } = this.#columns;
    const own = kinds.subarray(0, lines);
    for (let line = own.indexOf(KIND.aside, this.#next); line >= 0; line = own.indexOf(KIND.aside, line + 1))
      this.#line(starts[line], line);
    this.#next = lines;
    return end;
  }

  /** Reads the fields that were found; false where the line may be empty, or must be read the other way. */
  #take(start: number, at: number): boolean {
    const bytes = this.#bytes;
    const view = this.#view;
    const { fields } = this.#cutter;
    const { user, item, title, artist, time, duration, rating, unit } = this.#format;
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
  #oddLine(at: number, line: number, isMarked = false): number {
    const end = this.#bytes.indexOf(NEWLINE, at);
    const text = this.#bytes.toString("utf8", at, this.#bytes[end - 1] === RETURN && end > at ? end - 1 : end);
    if (text.includes("\r") || end - at > LONGEST_LINE) throw new NotScannable();
    const { separator, width, unit, user, item, title, artist, time, duration, rating } = this.#format;
    const columns = this.#columns;
    columns.users[line] = columns.items[line] = 0;
    columns.starts[line] = ~at;
    const row = isMarked ? text.replace(/^\uFEFF/, "") : text;
    const fields = row.trim() === "" ? undefined : cutRow(row, separator, width);
    if (!Array.isArray(fields)) {
      columns.kinds[line] = fields === undefined ? KIND.empty : KIND.bad;
      if (fields !== undefined && this.#bad.length < SAMPLES)
        this.#bad.push({ line: line - this.#first + 1, reason: fields, text: row.slice(0, LONGEST_SAMPLE) });
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

  /** Makes room for more lines than those that were met, in new columns; the block's own are taken along. */
  #grow(): void {
    const [first, next] = [this.#first, this.#next];
    this.#room = Math.min(MOST_LINES, Math.max(LEAST_LINES, 8 * this.#room)) + next - first;
    const columns = columnsOf(this.#room);
    for (const [name, values] of Object.entries(this.#columns))
      columns[name as keyof typeof columns].set(values.subarray(first, next));
    this.#columns = columns;
    this.#first = 0;
    this.#next = next - first;
  }

  /** @param known number of items that were known before the block */
  #piece(known: number): Piece {
    const own = <T extends Int32Array | Float64Array | Uint8Array>(values: T) =>
      values.subarray(this.#first, this.#next) as T;
    const { kinds, users, items, starts, times, durations, ratings } = this.#columns;
    return {
      kinds: own(kinds),
      users: own(users),
      items: own(items),
      times: own(times),
      ...(this.#titles
        ? {
            starts: own(starts),
            titles: this.#keeper.titlesOf(this.#bytes, own(items), own(starts), known, this.items.names.size),
          }
        : {}),
      ...(this.#format.duration >= 0 ? { durations: own(durations) } : {}),
      ...(this.#format.rating >= 0 ? { ratings: own(ratings) } : {}),
      bad: this.#bad,
    };
  }
}

/** @param text of a field @returns NaN where it is blank or no number, as `numbers` of the small way */
function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
