import { RefrainError } from "../core/errors.js";
import { detectSeparator, splitLine } from "./read/fields.js";
import { readLines, type TextOptions } from "./read/text.js";

/**
 * Rows of a text file about items, with the id in the first column in the form that cleaning gives ids.
 *
 * Empty lines and lines with an open quote are left out.
 *
 * @throws {RefrainError} FILE_EMPTY without rows; FILE_* as `readLog`
 */
export async function readItemRows(path: string, options: TextOptions = {}): Promise<string[][]> {
  const lines: string[] = [];
  for await (const line of readLines(path, options, () => {}))
    if (line.trim() !== "") lines.push(line.replace(/^\uFEFF/, ""));
  if (lines.length === 0) throw new RefrainError("FILE_EMPTY", `${path} holds no rows.`, { path });
  const separator = detectSeparator(lines.slice(0, 50));
  return lines.flatMap((line) => {
    const fields = splitLine(line, separator);
    return fields ? [[fields[0].normalize("NFKC").trim().replace(/\s+/g, " "), ...fields.slice(1)]] : [];
  });
}
