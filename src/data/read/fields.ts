import { parse } from "csv-parse/sync";

export type Separator = "\t" | "," | ";" | "|" | " " | "::";

/** Tried in this order; the space last, since it stands inside titles. */
const SEPARATORS: readonly Separator[] = ["\t", "::", ";", "|", ",", " "];

/** The separator that cuts the first lines into the same number of fields, at least two; the most fields win a tie. */
export function detectSeparator(lines: readonly string[]): Separator {
  let best: { separator: Separator; agree: number; fields: number } | undefined;
  for (const separator of SEPARATORS) {
    const counts = lines.map((line) => splitLine(line, separator)?.length ?? 0);
    const fields = counts[0];
    if (fields < 2) continue;
    const agree = counts.filter((count) => count === fields).length / counts.length;
    if (!best || agree > best.agree + 0.1 || (agree > best.agree - 0.1 && fields > best.fields && separator !== " "))
      best = { separator, agree, fields };
  }
  return best?.separator ?? ",";
}

/**
 * The fields of one line, or undefined when its quotes do not match. A line is one record: a quoted line end would let
 * one stray quote swallow the rest of a log.
 */
export function splitLine(line: string, separator: Separator): string[] | undefined {
  if (separator === " ") return line.trim().split(/ +/);
  // Tabs are not quoted in the formats that use them (MovieLens, HetRec, RecBole): a quote there is part of a title.
  if (separator === "\t" || separator === "::" || !line.includes('"')) return line.split(separator);
  try {
    return (parse(line, { delimiter: separator, relax_column_count: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}
