// The columns of a row in SQL, out of the fields of a line.
import type { Role } from "../schema.js";
import { isNumberUnit, type TimeUnit, unitsPerSecond } from "../times.js";
import { double } from "./database.js";

export const TEXTS: readonly Role[] = ["user", "item", "title", "artist"];
export const LONGEST_LINE: number = 1 << 20;
/** The newline that DuckDB is told, or none where it is not to read the lines. */
export const NEWLINES = { "\n": "\\n", "\r\n": "\\r\\n" } as const;

/**
 * user, item, title, titled, time, duration and rating as a list of SELECT.
 *
 * @param field SQL that gives the text of a column with this role
 * @param ask   whether JavaScript is asked about times and numbers that SQL does not know; they are NULL where not
 */
export function rowColumns(
  columns: ReadonlyMap<Role, number>,
  unit: TimeUnit,
  field: (role: Role) => string,
  ask = true,
): string {
  const { user, item, title } = textColumns(columns, field);
  const titled = columns.has("title") ? field("title") : item;
  const number = (role: Role) => (columns.has(role) ? numberSql(field(role), ask) : "NULL::DOUBLE");
  return `${user} AS user, ${item} AS item, ${title} AS title, ${titled} <> '' AS titled,
    ${timeSql(field("time"), unit, ask)} AS time, ${number("duration")} AS duration, ${number("rating")} AS rating`;
}

/** The texts alone; "" where there is no such column. */
export function textColumns(
  columns: ReadonlyMap<Role, number>,
  field: (role: Role) => string,
): { readonly user: string; readonly item: string; readonly title: string } {
  const text = (role: Role) => (columns.has(role) ? field(role) : "''");
  const [artist, title] = [text("artist"), text("title")];
  const named = columns.has("artist")
    ? `CASE WHEN ${artist} <> '' AND ${title} <> '' THEN ${artist} || ' - ' || ${title} ELSE ${title} END`
    : title;
  const item = columns.has("item") ? field("item") : named;
  return { user: text("user"), item, title: columns.has("title") ? named : item };
}

/** A number that is written as SQL itself would write it is the same in JavaScript; others are asked there. */
function numberSql(field: string, ask: boolean): string {
  return `CASE WHEN ${field} = '' THEN NULL
    WHEN TRY_CAST(${field} AS BIGINT)::VARCHAR = ${field} THEN TRY_CAST(${field} AS BIGINT)::DOUBLE
    ELSE ${ask ? `odd_number(${field})` : "NULL"} END`;
}

/** Also for times: seconds as an integer, or a date and a time to the second, with or without T and Z. */
function timeSql(field: string, unit: TimeUnit, ask: boolean): string {
  const asked = ask ? `odd_time(${field})` : "NULL";
  if (isNumberUnit(unit))
    return `CASE WHEN TRY_CAST(${field} AS BIGINT)::VARCHAR = ${field}
      THEN TRY_CAST(${field} AS BIGINT)::DOUBLE / ${double(unitsPerSecond(unit))} ELSE ${asked} END`;
  return `CASE WHEN regexp_full_match(${field}, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}Z?')
    THEN coalesce(epoch(TRY_CAST(${field} AS TIMESTAMP)), ${asked}) ELSE ${asked} END`;
}
