// Separated text read by DuckDB, line by line. What is plain is cut and parsed in SQL; whatever is not goes through the very
// functions that smaller logs are read with, so both ways give the same rows.
import { oneForm } from "../one-form.js";
import type { Separator } from "../read/fields.js";
import { cutRow } from "../read/table.js";
import type { BadRow, RawLog } from "../read/types.js";
import { SAMPLES } from "../report.js";
import type { Role } from "../schema.js";
import { parseTime } from "../times.js";
import { type Database, literal } from "./database.js";
import { fieldSource } from "./fields.js";
import { oddPattern } from "./odd-text.js";
import type { PlainFile } from "./plain-file.js";
import { LONGEST_LINE, NEWLINES, rowColumns, TEXTS } from "./row-columns.js";
import type { Scan } from "./scan.js";
import { rowsTable, type Source } from "./source.js";

/** Between the fields of a line that JavaScript has cut; a control character, which no text has in its one form. */
const CUT = "\x1f";
const LONGEST_SAMPLE = 120;

/**
 * A plain file of separated text as a source.
 *
 * @param head   the first rows of the log, read the usual way
 * @param trust  true as long as ASCII lines are taken to hold no control characters, which the scan then tells
 * @param scanOnce the scan of the file's bytes, begun when it is first asked for
 */
export function lineSource(
  database: Database,
  file: PlainFile,
  head: RawLog,
  trust: boolean,
  scanOnce: (separator: string) => Promise<Scan>,
): Source {
  const { separator, newline, unit } = file;
  const scan = scanOnce(separator);
  scan.catch(() => {}); // told by `finish`
  const samples = new Map<number, BadRow>();
  defineFunctions(database, file, samples);
  const some = (condition: string) => linesSql(file, trust, condition);
  const source =
    trust && separator.length === 1 && separator !== " "
      ? fieldSource(database, file, some)
      : { ...rowsTable(database, some("true")), sql: async (rows: string) => some(`number - 1 IN (${rows})`) };
  return {
    way: "lines",
    ...source,
    async finish() {
      const { sha256, plain, controls, blank, newline: found } = await scan;
      if (!plain || found !== newline) throw new NotPlain("rows");
      if (trust && (controls || blank)) throw new NotPlain("lines");
      const count = await database.number("SELECT count(*) FROM rows WHERE kind = 'b'");
      const badRows = { count, samples: [...samples.values()].sort((a, b) => a.line - b.line) };
      return { detected: head.detected, timeUnit: unit, badRows, sha256 };
    },
  };
}

/** Thrown when a file turns out not to be what its beginning says: `instead` tells how it must be read. */
export class NotPlain extends Error {
  readonly instead: "lines" | "rows";

  constructor(instead: "lines" | "rows") {
    super(`must be read by ${instead}`);
    this.instead = instead;
  }
}

function defineFunctions(
  database: Database,
  { separator, width, columns, unit }: PlainFile,
  samples: Map<number, BadRow>,
): void {
  const texts = TEXTS.flatMap((role) => columns.get(role) ?? []);
  const forms = new Map<string, string>();
  const form = (text: string) => {
    const made = forms.get(text);
    if (made !== undefined) return made;
    if (forms.size > 100_000) forms.clear();
    const fresh = oneForm(text);
    forms.set(text, fresh);
    return fresh;
  };
  const bad = (line: number, reason: string, text: string) => {
    samples.set(line, { line, reason, text: text.slice(0, LONGEST_SAMPLE) });
    if (samples.size > SAMPLES) samples.delete(Math.max(...samples.keys()));
    return `${CUT.repeat(width)}b`;
  };
  const inOrder = (line: string, number: number) => {
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() === "") return `${CUT.repeat(width)}s`;
    const fields = cutRow(text, separator, width);
    if (typeof fields === "string") return bad(number, fields, text);
    let kind = "";
    for (const at of texts) {
      const plain = form(fields[at]);
      if (plain !== fields[at] && plain !== "") kind = "r";
      fields[at] = plain;
    }
    return [...fields.map((field) => field.replaceAll(CUT, "?")), kind].join(CUT);
  };
  const kindOf = (line: string, number: number) => inOrder(line, number).split(CUT)[width];
  database.define("odd_line", ["text", "number"], "text", inOrder);
  database.define("odd_kind", ["text", "number"], "text", kindOf);
  database.define("odd_time", ["text"], "number", (text: string) => known(parseTime(text, unit)));
  database.define("odd_number", ["text"], "number", (text: string) => known(text.trim() === "" ? null : Number(text)));
}

function known(value: number | null): number | null {
  return Number.isNaN(value) ? null : value;
}

function linesSql(
  { path, newline, separator, width, columns, unit, first }: PlainFile,
  trust: boolean,
  condition: string,
): string {
  const cut = literal(separator);
  // A separator that no line holds: each line is one value, and quotes are ours to judge.
  const file = `read_csv(${literal(path)}, delim = '\x01', quote = '', escape = '', header = false, auto_detect = false,
    columns = {line: 'VARCHAR'}, new_line = '${NEWLINES[newline]}', strict_mode = false, max_line_size = ${LONGEST_LINE})`;
  const field = (role: Role) => `own_${role}`;
  // Each field is taken out of its list once, before expressions name it several times.
  const taken = [...columns].map(([role, at]) => `fields[${at + 1}] AS own_${role}`).join(", ");
  // A plain line is cut as it is, others after JavaScript has put them in order, with their kind behind the last field.
  // Lines that are few among many are brought together first, so that JavaScript is not called for each handful.
  return `
    WITH lines AS ${condition === "true" ? "NOT " : ""}MATERIALIZED (
      SELECT number, line FROM (SELECT row_number() OVER () AS number, line FROM ${file})
      WHERE number > ${first} AND ${condition})
    SELECT number - 1 AS row, number AS line, kind, ${rowColumns(columns, unit, field)}
    FROM (SELECT number, ${taken},
      CASE WHEN NOT plain THEN nullif(fields[${width + 1}], '') WHEN len(fields) <> ${width}
        THEN nullif(odd_kind(line, number::DOUBLE), '') END AS kind
    FROM (
      SELECT number, line, plain, string_split(CASE WHEN plain THEN line ELSE odd_line(line, number::DOUBLE) END,
        CASE WHEN plain THEN ${cut} ELSE '${CUT}' END) AS fields
      FROM (
        SELECT number, coalesce(line, '') AS line, line IS NOT NULL AND ${plainSql(separator, trust)} AS plain
        FROM lines)))`;
}

/** Whether a line can be cut at its separators and its texts are in their one form. */
function plainSql(separator: Separator, trust: boolean): string {
  const quotes = separator === "," || separator === ";" || separator === "|";
  const doubled = [...(quotes ? ['"'] : []), "  ", ...(separator === " " ? [] : [` ${separator}`, `${separator} `])];
  const odd = `regexp_matches(line, ${literal(oddPattern(separator))})`;
  return [
    ...doubled.map((text) => `NOT contains(line, ${literal(text)})`),
    // A line of nothing but white space is none.
    ...(separator === "\t" ? ["rtrim(line, chr(9)) <> ''"] : []),
    "NOT starts_with(line, ' ')",
    "NOT ends_with(line, ' ')",
    trust ? `CASE WHEN strlen(line) = length(line) THEN true ELSE NOT ${odd} END` : `NOT ${odd}`,
  ].join(" AND ");
}
