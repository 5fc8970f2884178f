import type { ItemFields } from "../../baseline/index.js";
import type { Histories } from "../../sequence/histories.js";

/** What is known about items, as codes from 1; 0 where it is not known. */
export interface ItemLabels {
  /** @shape int32 [V+1] */
  readonly artists: Int32Array;
  /** Style or genre; the first one where an item has several. @shape int32 [V+1] */
  readonly styles: Int32Array;
  /** Styles by code, as they are first written; "" for 0. */
  readonly styleNames: readonly string[];
}

const ARTIST_COLUMNS = ["artist", "artists", "artist_name"];
const STYLE_COLUMNS = ["style", "styles", "genre", "genres", "class"];

/**
 * Artists and styles of the items: from the columns of an item file, artists also from titles "artist - title".
 *
 * @param fields as `readItemFields` gives them
 * @example itemLabels({ titles: ["", "Aimyon - Marigold", "Untitled"] }).artists // Int32Array [0, 1, 0]
 */
export function itemLabels(
  { titles, items }: Pick<Histories, "titles"> & Partial<Pick<Histories, "items">>,
  fields: ItemFields = new Map(),
): ItemLabels {
  const [artistOf, styleOf] = [new Map<string, number>(), new Map<string, number>()];
  const artists = new Int32Array(titles.length);
  const styles = new Int32Array(titles.length);
  const styleNames = [""];
  for (let item = 1; item < titles.length; item++) {
    const own = fields.get(items?.ids[item] ?? "") ?? {};
    const dash = titles[item].indexOf(" - ");
    artists[item] = codeOf(firstOf(own, ARTIST_COLUMNS) ?? (dash > 0 ? titles[item].slice(0, dash) : ""), artistOf);
    const style = firstOf(own, STYLE_COLUMNS) ?? "";
    styles[item] = codeOf(style, styleOf);
    if (styles[item] === styleNames.length) styleNames.push(style.trim());
  }
  return { artists, styles, styleNames };
}

function firstOf(fields: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  const name = names.find((each) => Object.hasOwn(fields, each) && fields[each].trim() !== "");
  return name === undefined ? undefined : fields[name].split("|")[0];
}

function codeOf(label: string, codes: Map<string, number>): number {
  const plain = label.normalize("NFKC").trim().toLowerCase();
  if (plain === "") return 0;
  const code = codes.get(plain) ?? codes.size + 1;
  codes.set(plain, code);
  return code;
}
