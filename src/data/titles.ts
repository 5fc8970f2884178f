import { RefrainError } from "../core/errors.js";
import { detectSeparator, splitLine } from "./read/fields.js";
import { readLines, type TextOptions } from "./read/text.js";
import { plainName } from "./schema.js";

/**
 * Names of items from a file of its own: id -> "artist - title" or title.
 *
 * @param columns names of the columns; by default the first column is the id, and "title", "name" or "movie_title" the title
 * @throws {RefrainError} COLUMN_UNKNOWN; FILE_* as `readLog`
 */
export async function readTitles(
  path: string,
  columns: { readonly id?: string; readonly title?: string; readonly artist?: string } = {},
  options: TextOptions = {},
): Promise<Map<string, string>> {
  const lines: string[] = [];
  for await (const line of readLines(path, options, () => {}))
    if (line.trim() !== "") lines.push(line.replace(/^\uFEFF/, ""));
  if (lines.length === 0) throw new RefrainError("FILE_EMPTY", `${path} holds no rows.`, { path });
  const separator = detectSeparator(lines.slice(0, 50));
  const header = splitLine(lines[0], separator) ?? [];
  const find = (wanted: readonly string[]) =>
    header.findIndex((name) => wanted.includes(name) || wanted.includes(plainName(name)));
  const id = columns.id ? find([columns.id]) : 0;
  const title = find(columns.title ? [columns.title] : ["title", "name", "movietitle"]);
  const artist = find(columns.artist ? [columns.artist] : ["artist"]);
  if (id < 0 || title < 0)
    throw new RefrainError("COLUMN_UNKNOWN", `${path} has no id and title columns; it has ${header.join(", ")}.`, {
      header,
    });
  const titles = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const fields = splitLine(line, separator);
    if (!fields?.[title]) continue;
    const name = fields[title].normalize("NFKC").trim();
    titles.set(
      fields[id].normalize("NFKC").trim(),
      artist >= 0 && fields[artist] ? `${fields[artist]} - ${name}` : name,
    );
  }
  return titles;
}
