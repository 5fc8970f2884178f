import type { Histories } from "../../sequence/histories.js";
import { type SparseRows, toSparseRows } from "../sparse.js";
import type { ItemFields } from "./item-file.js";

/** Columns that are words and not labels, so that they are cut in pieces like titles. */
const TEXT_COLUMNS = new Set(["title", "movie_title", "name", "title_romanised"]);

/**
 * What is known about an item as words: "artist=YOASOBI" for each label (several are separated by "|"), the decade of a
 * year, and pieces of `letters` letters of each word of a title. A title "artist - title" gives the artist as a label.
 *
 * @param letters 0 leaves titles out
 * @example tokensOf("Aimyon - 愛を伝えたい", { year: "2019" }, 3) // ["artist=aimyon", "愛を伝", "を伝え", "伝えた", "えたい", "year=2019", "decade=201"]
 */
export function tokensOf(title: string, fields: Readonly<Record<string, string>>, letters: number): string[] {
  const tokens: string[] = [];
  const dash = title.indexOf(" - ");
  if (dash > 0 && letters > 0) tokens.push(`artist=${plain(title.slice(0, dash))}`);
  if (letters > 0) tokens.push(...pieces(dash > 0 ? title.slice(dash + 3) : title, letters));
  for (const [name, value] of Object.entries(fields)) {
    if (value.trim() === "") continue;
    if (TEXT_COLUMNS.has(name)) tokens.push(...(letters > 0 ? pieces(value, letters) : []));
    else {
      tokens.push(...value.split("|").map((label) => `${name}=${plain(label)}`));
      if (/year/.test(name) && /^\d{4}$/.test(value.trim())) tokens.push(`decade=${value.trim().slice(0, 3)}`);
    }
  }
  return tokens;
}

function plain(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

function pieces(text: string, letters: number): string[] {
  return (plain(text).match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) => {
    const all = Array.from(word);
    if (all.length <= letters) return [word];
    return Array.from({ length: all.length - letters + 1 }, (_, at) => all.slice(at, at + letters).join(""));
  });
}

/**
 * TF-IDF of the words of each item: count * (1 + log((1 + V) / (1 + items with the word))), rows scaled to length 1.
 *
 * @returns rows 0…V and the number of words W; row 0 and the rows of items without words are empty
 * @source Salton & Buckley 1988
 */
export function tfidf(
  histories: Histories,
  fields: ItemFields,
  letters: number,
): { readonly rows: SparseRows; readonly words: number } {
  const { ids } = histories.items;
  const wordOf = new Map<string, number>();
  const counts = ids.map((id, item) => {
    const row = new Map<number, number>();
    for (const token of item === 0 ? [] : tokensOf(histories.titles[item], fields.get(id) ?? {}, letters)) {
      const word = wordOf.get(token) ?? wordOf.size;
      wordOf.set(token, word);
      row.set(word, (row.get(word) ?? 0) + 1);
    }
    return row;
  });
  const documents = new Int32Array(wordOf.size);
  for (const row of counts) for (const word of row.keys()) documents[word]++;
  const rows = counts.map((row) => {
    const columns = Int32Array.from(row.keys()).sort();
    const values = Float64Array.from(columns, (w) => row.get(w)! * (1 + Math.log(ids.length / (1 + documents[w]))));
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return { columns, values: values.map((value) => value / length) };
  });
  return { rows: toSparseRows(rows), words: wordOf.size };
}
