// Separated text cut by DuckDB's own reader, which is several times as fast as cutting lines. What it might cut or read in another
// way than the usual readers do is set aside, and read line by line.
import type { Role } from "../schema.js";
import { type Database, literal } from "./database.js";
import { oddPattern } from "./odd-text.js";
import type { PlainFile } from "./plain-file.js";
import { LONGEST_LINE, NEWLINES, rowColumns, TEXTS, textColumns } from "./row-columns.js";
import { isAmong, NUMBERS, type Source } from "./source.js";

/**
 * A source whose plain lines DuckDB cuts. Rows are numbered by their place in a table, which keeps the order of the file, so both
 * threads read.
 *
 * It holds only where every line is a row: the reader leaves blank lines out, which the scan tells.
 *
 * @param odd the lines of the rows for which a condition on `number` holds as rows, by way of JavaScript
 */
export function fieldSource(
  database: Database,
  file: PlainFile,
  odd: (condition: string) => string,
): Omit<Source, "way" | "finish"> {
  const { columns, unit } = file;
  const field = (role: Role) => `c${columns.get(role)}`;
  const from = fieldsSql(file);
  let last = 0;
  return {
    async prepare() {
      const known = (["duration", "rating"] as const)
        .filter((role) => columns.has(role))
        .map((role) => ` AND (${field(role)} = '' OR ${role} IS NOT NULL)`);
      await database.run(
        `CREATE TABLE cut AS SELECT ${NUMBERS}, coalesce(plain AND time IS NOT NULL${known.join("")}, false) AS plain
         FROM (SELECT *, ${rowColumns(columns, unit, field, false)}, ${plainSql(file)} AS plain FROM ${from})`,
      );
      last = (await database.number("SELECT count(*) FROM cut")) - 1;
      const condition = await isAmong(
        database,
        "number - 1",
        `SELECT rowid FROM cut WHERE NOT plain AND rowid >= ${file.first}`,
        last,
      );
      await database.run(`CREATE TABLE odd AS ${odd(condition)}`);
      await database.run(
        `CREATE VIEW rows AS
         SELECT rowid::INTEGER AS row, (rowid + 1)::INTEGER AS line, NULL::VARCHAR AS kind, u, i, time, duration, rating, titled
         FROM cut WHERE plain AND rowid >= ${file.first}
         UNION ALL SELECT row::INTEGER, line::INTEGER, kind, ${NUMBERS} FROM odd`,
      );
    },
    async drop() {
      await database.run("DROP VIEW rows");
      for (const table of ["cut", "odd"]) await database.run(`DROP TABLE ${table}`);
    },
    async sql(rows) {
      const { user, item, title } = textColumns(columns, field);
      const wanted = await isAmong(database, "row", `SELECT rowid FROM cut WHERE plain AND rowid IN (${rows})`, last);
      return `
        SELECT * FROM (SELECT row_number() OVER () - 1 AS row, ${user} AS user, ${item} AS item, ${title} AS title FROM ${from})
        WHERE ${wanted}
        UNION ALL SELECT row, user, item, title FROM odd WHERE row IN (${rows})`;
    },
  };
}

/** The fields of every line as c0, c1, …; a missing one is NULL, and one column more than there are tells of lines with more. */
function fieldsSql({ path, newline, separator, width }: PlainFile): string {
  const names = Array.from({ length: width + 1 }, (_, at) => `c${at}: 'VARCHAR'`);
  return `read_csv(${literal(path)}, delim = ${literal(separator)}, quote = '', escape = '', header = false, auto_detect = false,
    columns = {${names.join(", ")}}, new_line = '${NEWLINES[newline]}', strict_mode = false, null_padding = true,
    nullstr = '\x02', max_line_size = ${LONGEST_LINE})`;
}

/** Whether a line has as many fields as there are columns, no quoted ones, and texts that are in their one form if it is ASCII. */
function plainSql({ separator, width, columns }: PlainFile): string {
  const all = Array.from({ length: width }, (_, at) => `c${at}`);
  const texts = TEXTS.flatMap((role) => columns.get(role) ?? []).map((at) => `c${at}`);
  const odd = literal(oddPattern(separator));
  const conditions = [
    `c${width - 1} IS NOT NULL`,
    `c${width} IS NULL`,
    ...(separator === "\t" ? [] : all.map((name) => `NOT starts_with(${name}, '"')`)),
    ...texts.flatMap((name) => [
      `NOT contains(${name}, '  ')`,
      `NOT starts_with(${name}, ' ')`,
      `NOT ends_with(${name}, ' ')`,
      `CASE WHEN strlen(${name}) = length(${name}) THEN true ELSE NOT regexp_matches(${name}, ${odd}) END`,
    ]),
    // A line of nothing but white space is none.
    `(${texts.map((name) => `${name} <> ''`).join(" OR ")})`,
  ];
  return `coalesce(${conditions.join(" AND ")}, false)`;
}
