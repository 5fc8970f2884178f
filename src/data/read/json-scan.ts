import { RefrainError } from "../../core/errors.js";

/** A piece of a JSON document: the text of an object of the list, or what stands there instead. */
export interface Piece {
  readonly text: string;
  /** Number of the record, 1-based. */
  readonly record: number;
  /** Why it is no record. */
  readonly bad?: string;
}

const LONGEST_RECORD = 1 << 23;
const DEEPEST = 64;

/**
 * Cuts a JSON document into the objects of its list, while the text comes in; nothing but the current object is kept.
 *
 * The list may be the document, lie under one key or several ({"recenttracks": {"track": […]}}), or be cut into lists
 * of its own. The first list with an object in it is the log. Objects of other lists, and values that are no objects,
 * come out as bad.
 *
 * @param path for messages
 * @throws {RefrainError} FILE_TOO_WIDE for an object of more than 8 MiB, FILE_DAMAGED for lists in lists without end
 */
export class RecordScanner {
  readonly #path: string;
  /** Open lists and objects around the current place, outside of a record: "[" or "{". */
  readonly #open: string[] = [];
  /** Key of each open object, "[]" for a list. */
  readonly #keys: string[] = [];
  /** The piece of text at hand, and the place in it. */
  #text = "";
  #at = 0;
  /** What earlier pieces hold of the current record, string or other value: joined once, where it ends. */
  #before = "";
  /** Start of the current record, string or other value in the piece; -1 where there is none. */
  #from = -1;
  /** Open lists and objects inside the current record; 0 outside. */
  #depth = 0;
  #inString = false;
  #inScalar = false;
  #list?: string;
  #record = 0;

  constructor(path: string) {
    this.#path = path;
  }

  *push(text: string): Generator<Piece> {
    this.#text = text;
    let backslash = -1;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (this.#inString) {
        // Most of a log is text: jump to the next quote, or to the backslash that stands before it.
        const quote = text.indexOf('"', this.#at);
        if (backslash < this.#at) backslash = text.indexOf("\\", this.#at);
        if (backslash < 0) backslash = Number.POSITIVE_INFINITY;
        if (quote < 0 && backslash === Number.POSITIVE_INFINITY) this.#at = text.length - 1;
        else if (quote < 0 || backslash < quote) this.#at = backslash + 1;
        else {
          this.#at = quote;
          yield* this.#endString();
        }
      } else if (this.#depth > 0) {
        if (code === 34) this.#inString = true;
        else if (code === 123 || code === 91) this.#depth++;
        else if ((code === 125 || code === 93) && --this.#depth === 0) yield* this.#endRecord();
      } else yield* this.#outside(code);
    }
    this.#at -= text.length; // 1 where the piece ends with a backslash
    if (this.#from < 0) return;
    this.#before += text.slice(this.#from);
    this.#from = 0;
    if (this.#before.length > LONGEST_RECORD)
      throw new RefrainError(
        "FILE_TOO_WIDE",
        `${this.#path} has an object of more than ${LONGEST_RECORD} characters.`,
        {
          path: this.#path,
        },
      );
  }

  /** What is left where the text ends. */
  *end(): Generator<Piece> {
    if (this.#from >= 0) yield this.#bad("the file ends inside a record", this.#before);
    else if (this.#open.length > 0) yield this.#bad("the file ends before its list does", "");
  }

  *#outside(code: number): Generator<Piece> {
    const inList = this.#open.at(-1) === "[";
    if (this.#inScalar && (code === 44 || code === 93 || code === 125 || code <= 32)) {
      this.#inScalar = false;
      yield* this.#endValue();
    }
    if (code <= 32 || code === 44 || code === 58 || code === 0xfeff) return;
    if (code === 34) {
      this.#inString = true;
      this.#from = this.#at;
    } else if (code === 123 && inList) {
      this.#from = this.#at;
      this.#depth = 1;
    } else if (code === 123 || code === 91) {
      if (this.#open.push(code === 91 ? "[" : "{") > DEEPEST)
        throw new RefrainError("FILE_DAMAGED", `${this.#path} has lists in lists, more than ${DEEPEST}.`, {
          path: this.#path,
        });
      this.#keys.push(code === 91 ? "[]" : "");
    } else if (code === 125 || code === 93) {
      this.#keys.pop();
      if (this.#open.pop() === undefined) yield this.#bad("a bracket that closes nothing", this.#text[this.#at]);
    } else if (!this.#inScalar) {
      this.#inScalar = true;
      this.#from = this.#at;
    }
  }

  *#endString(): Generator<Piece> {
    this.#inString = false;
    if (this.#depth > 0) return;
    if (this.#open.at(-1) === "{") {
      // A key or the value behind one; a value is overwritten by the next key.
      this.#keys[this.#keys.length - 1] = this.#take().slice(1);
    } else yield* this.#endValue(1);
  }

  /** A value that is no object: bad where it is an element of the list. */
  *#endValue(more = 0): Generator<Piece> {
    const text = this.#take(more);
    const isElement = this.#open.length === 0 || this.#open.every((one) => one === "[");
    if (isElement || (this.#list !== undefined && this.#where() === this.#list && this.#open.at(-1) === "["))
      yield this.#bad("not a JSON object", text);
  }

  *#endRecord(): Generator<Piece> {
    const text = this.#take(1);
    const where = this.#where();
    this.#list ??= where;
    if (where === this.#list) yield { text, record: ++this.#record };
    else yield this.#bad(`in the list ${where || "around"} and not in ${this.#list}`, text);
  }

  /** The text from the start of the current record, string or other value to here, which is then behind us. */
  #take(more = 0): string {
    const text = this.#before + this.#text.slice(this.#from, this.#at + more);
    this.#before = "";
    this.#from = -1;
    return text;
  }

  #where(): string {
    return this.#keys.join(".");
  }

  #bad(bad: string, text: string): Piece {
    return { text, bad, record: ++this.#record };
  }
}
