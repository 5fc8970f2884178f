import { RefrainError } from "../core/errors.js";
import type { Vocabulary } from "./vocabulary.js";

/** One attribute of the items of a vocabulary, such as their artist. */
export interface ItemAttribute {
  readonly name: string;
  /** Value of each code; `values[0]` is empty and stands for "not known". */
  readonly values: readonly string[];
  /** Code of each item index; 0 where not known. @shape int32 [V+1] */
  readonly codes: Int32Array;
}

/**
 * Attributes of items out of a table whose first row is a header and whose first column is the id. A cell is one value, also
 * where it lists several; of two rows for one item the later counts.
 *
 * @param rows  as `readItemRows` gives them
 * @param names columns that are wanted; those that the table lacks are left out
 * @throws {RefrainError} CONFIG_INVALID when it has none of them; SHAPE_MISMATCH when no row is about an item of the vocabulary
 * @example itemAttributes([["id", "artist"], ["a", "IU"]], ["artist"], new Vocabulary(["a"]))[0].values // ["", "IU"]
 */
export function itemAttributes(
  [header = [], ...rows]: readonly (readonly string[])[],
  names: readonly string[],
  items: Vocabulary,
): ItemAttribute[] {
  const columns = header.map((name) => name.replace(/:.*$/, "").trim().toLowerCase());
  const wanted = names.map((name) => name.toLowerCase()).filter((name) => columns.indexOf(name) > 0);
  if (wanted.length === 0)
    throw new RefrainError(
      "CONFIG_INVALID",
      `model.attributes: none of ${names.join(", ")} is a column of attributes; there are ${columns.slice(1).join(", ") || "none"}.`,
    );
  // Ids are compared as cleaning leaves them.
  const itemOf = (id: string) => items.indexOf(id) || items.indexOf(id.normalize("NFKC").trim().replace(/\s+/g, " "));
  if (!rows.some(([id]) => itemOf(id) > 0))
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `None of the ${rows.length} rows of attributes is about an item of the log.`,
    );
  return wanted.map((name) => {
    const column = columns.indexOf(name);
    const codeOf = new Map<string, number>();
    const codes = new Int32Array(items.size + 1);
    for (const row of rows) {
      const [item, value] = [itemOf(row[0]), row[column]?.trim() ?? ""];
      if (item === 0) continue;
      if (value !== "" && !codeOf.has(value)) codeOf.set(value, codeOf.size + 1);
      codes[item] = codeOf.get(value) ?? 0;
    }
    return { name, values: ["", ...codeOf.keys()], codes };
  });
}
