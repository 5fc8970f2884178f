import { RefrainError } from "../../core/errors.js";
import type { Role } from "../schema.js";
import { type BadRow, ME, MEMORY_LIMITS, type ReadOptions } from "./types.js";

const SAMPLES = 5;
const LONGEST_SAMPLE = 120;

/**
 * Where every reader puts its rows: columns of strings by role, and the count of what could not be read.
 *
 * Several files may be put into one collector; a column that one of them lacks is empty there.
 *
 * @throws {RefrainError} FILE_TOO_LARGE from `add` and `bad` when there are more rows than allowed
 */
export class Collector {
  readonly columns: Map<Role, string[]> = new Map();
  readonly lines: number[] = [];
  readonly samples: BadRow[] = [];
  badCount = 0;
  /** Added to each line number, so that the lines of several files do not meet. */
  linesFrom = 0;
  /** Largest line number so far. */
  lastLine = 0;
  /** Rows so far, without the bad ones. */
  rows = 0;
  readonly #path: string;
  readonly #options: ReadOptions;
  readonly #maxRows: number;
  /** Columns in the order of the fields of `add`; the others get "". */
  #current: { readonly role: Role; readonly column: string[] }[] = [];
  #absent: string[][] = [];
  #me?: string[];
  /** Ids and titles come again and again: one copy of each keeps the memory low. */
  readonly #copies = new Map<string, string>();

  constructor(path: string, options: ReadOptions) {
    this.#path = path;
    this.#options = options;
    this.#maxRows = options.maxRows ?? MEMORY_LIMITS.maxRows;
  }

  /** Says which roles the fields of the next rows have. @param singleUser every row belongs to the one user "me" */
  begin(roles: readonly Role[], singleUser = false): void {
    for (const role of singleUser ? (["user", ...roles] as const) : roles)
      if (!this.columns.has(role)) this.columns.set(role, new Array(this.lines.length).fill(""));
    this.#current = roles.map((role) => ({ role, column: this.columns.get(role) as string[] }));
    this.#me = singleUser ? this.columns.get("user") : undefined;
    const used = new Set<string[] | undefined>([...this.#current.map(({ column }) => column), this.#me]);
    this.#absent = [...this.columns.values()].filter((column) => !used.has(column));
    this.linesFrom = this.lastLine;
  }

  /** @param fields one for each role of `begin` */
  add(line: number, fields: readonly string[]): void {
    this.#count(line);
    for (let at = 0; at < fields.length; at++) {
      const { role, column } = this.#current[at];
      column.push(role === "time" ? fields[at] : this.#shared(fields[at]));
    }
    this.#me?.push(ME);
    for (const column of this.#absent) column.push("");
    this.lines.push(line + this.linesFrom);
    if (++this.rows % 100_000 === 0) this.#options.onProgress?.(this.rows);
  }

  /** A row that could not be read. The text is cut to 120 characters. */
  bad(line: number, reason: string, text: string): void {
    this.#count(line);
    if (++this.badCount > SAMPLES) return;
    this.samples.push({ line: line + this.linesFrom, reason, text: text.slice(0, LONGEST_SAMPLE) });
  }

  #count(line: number): void {
    if (this.rows + this.badCount >= this.#maxRows)
      throw new RefrainError("FILE_TOO_LARGE", `${this.#path} holds more than ${this.#maxRows} rows.`, {
        path: this.#path,
        maxRows: this.#maxRows,
      });
    if (line + this.linesFrom > this.lastLine) this.lastLine = line + this.linesFrom;
  }

  #shared(text: string): string {
    const copy = this.#copies.get(text);
    if (copy !== undefined) return copy;
    if (this.#copies.size <= 1_000_000) this.#copies.set(text, text);
    return text;
  }
}
