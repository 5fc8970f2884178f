// One song under several names: spellings that cleaning makes the same, and titles that only look alike.
import type { EventLog } from "../../core/types.js";
import type { RawLog } from "../read.js";
import { type Example, type Finding, finding, graded, MOST_EXAMPLES } from "./finding.js";
import { hasKana, hiragana, romajiKey } from "./kana.js";
import { firstRows, type Rows } from "./rows.js";

/** In what two titles of one song differ; the least first. */
export const LIKENESSES = ["same title", "letters", "featuring", "remaster", "kana"] as const;
export type Likeness = (typeof LIKENESSES)[number];

/**
 * Rows whose item is written in another way than most rows write it, such as in full width or with more spaces. Cleaning
 * gives all of them one form.
 *
 * @returns 1 for such a row. @shape uint8 [R]
 */
export function variantRows(rows: Rows): Uint8Array {
  const { raw, item, itemIds } = rows;
  const [items, titles, artists] = (["item", "title", "artist"] as const).map((role) => raw.columns.get(role));
  const written = items
    ? (row: number) => items[row]
    : (row: number) => `${artists?.[row] ?? ""}\u0000${titles?.[row] ?? ""}`;
  const spellings = new Map<string, { item: number; count: number }>();
  for (let row = 0; row < item.length; row++) {
    if (item[row] < 0) continue;
    const known = spellings.get(written(row));
    if (known) known.count++;
    else spellings.set(written(row), { item: item[row], count: 1 });
  }
  // Of two that are as common, the one that is in the normal form already is the usual one.
  const usual = new Map<number, { text: string; count: number }>();
  for (const [text, { item, count }] of spellings) {
    const best = usual.get(item);
    if (!best || count > best.count || (count === best.count && text === itemIds[item]))
      usual.set(item, { text, count });
  }
  const variant = new Uint8Array(item.length);
  if (spellings.size > usual.size)
    for (let row = 0; row < variant.length; row++)
      if (item[row] >= 0 && usual.get(item[row])?.text !== written(row)) variant[row] = 1;
  return variant;
}

/** The finding about spellings that cleaning makes the same. @param variant what `variantRows` gave */
export function auditSpellings(rows: Rows, variant: Uint8Array): Finding[] {
  const count = variant.reduce((sum, one) => sum + one, 0);
  if (count === 0) return [];
  const items = new Set(rows.item.filter((_, row) => variant[row] === 1)).size;
  const all = variant.length + rows.raw.badRows.count;
  return [
    finding("spelling-variants", graded(count / all, 0, 0.2), count, all, "rows", {
      examples: firstRows(
        rows,
        (row) => variant[row] === 1,
        (row) => rows.itemIds[rows.item[row]],
      ),
      cleanedBy: "one form of text",
      values: { items },
    }),
  ];
}

/**
 * A title without width, case, accents, signs and spaces that do not count.
 *
 * @example plainTitle("ＫＩＣＫ  ＢＡＣＫ!") // "kick back"
 */
export function plainTitle(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}ー]+/gu, " ")
    .trim();
}

/**
 * A title without the guests that it names.
 *
 * @example withoutGuests("A - B (feat. C)") // "A - B"
 */
export function withoutGuests(title: string): string {
  return title
    .normalize("NFKC")
    .replace(/\s*[([](?:feat|ft|featuring|with)\b[^)\]]*[)\]]/gi, "")
    .replace(/\s(?:feat\.?|ft\.?|featuring)\s(?:(?! - ).)+/gi, "");
}

/**
 * A title without the words that tell one pressing of a recording from another.
 *
 * @example withoutPressing("A - B - 2011 Remastered Version") // "A - B"
 */
export function withoutPressing(title: string): string {
  return title
    .normalize("NFKC")
    .replace(/\s*[([-]\s*(?:\d{4}\s*)?(?:digital(?:ly)?\s+)?(?:re-?master(?:ed)?|リマスター)[^)\]]*[)\]]?\s*$/i, "")
    .replace(/\s*[([-]\s*(?:single|album|original)\s+(?:version|mix)[)\]]?\s*$/i, "");
}

/** Keys by growing tolerance; two items are as unlike as the first key that they share. */
const KEYS: readonly ((title: string) => string)[] = [
  (title) => title,
  plainTitle,
  (title) => plainTitle(withoutGuests(title)),
  (title) => plainTitle(withoutPressing(withoutGuests(title))),
  (title) => romajiKey(plainTitle(withoutPressing(withoutGuests(title)))),
];

/** Letters of a title that are compared; a longer one is no title. */
const LONGEST_TITLE = 300;

interface Pair {
  readonly item: number;
  /** The item that it is likely the same as: the most played one of the group. */
  readonly as: number;
  readonly likeness: Likeness;
}

/**
 * Items that are likely the same song as a more played one.
 *
 * Titles without a letter (ids that are numbers) are never alike.
 *
 * @shape plays [V]
 */
export function alikeTitles(titles: readonly string[], plays: ArrayLike<number>): Pair[] {
  const groups = new Map<string, number[]>();
  const keys = titles.map((title) =>
    /\p{L}/u.test(title) ? KEYS.map((key) => key(title.slice(0, LONGEST_TITLE))) : [],
  );
  for (let item = 0; item < titles.length; item++) {
    const last = keys[item].at(-1);
    if (!last || last.length < 2) continue;
    const group = groups.get(last);
    if (group) group.push(item);
    else groups.set(last, [item]);
  }
  const pairs: Pair[] = [];
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const falling = group.toSorted((a, b) => plays[b] - plays[a] || a - b);
    for (let at = 1; at < falling.length; at++) {
      const item = falling[at];
      let best: Pair | undefined;
      for (const as of falling.slice(0, Math.min(at, 20))) {
        const level = KEYS.findIndex((_, k) => keys[item][k] !== "" && keys[item][k] === keys[as][k]);
        if (level < 0 || (LIKENESSES[level] === "kana" && !sameInKana(keys[item][level - 1], keys[as][level - 1])))
          continue;
        if (!best || level < LIKENESSES.indexOf(best.likeness)) best = { item, as, likeness: LIKENESSES[level] };
      }
      if (best) pairs.push(best);
    }
  }
  return pairs;
}

/** Short and long vowels may differ only between kana and Latin letters: "Soon" is not "Son". */
function sameInKana(a: string, b: string): boolean {
  if (hasKana(a) !== hasKana(b)) return true;
  return hasKana(a) && hiragana(a) === hiragana(b);
}

/**
 * The finding about titles that only look alike, which cleaning keeps apart.
 *
 * Two ids with the very same title are a warning only where the log names the artist: without, they may be two songs.
 */
export function auditTitles(log: EventLog, raw?: RawLog): Finding[] {
  const plays = new Int32Array(log.itemIds.length);
  const line = new Int32Array(log.itemIds.length);
  for (let row = 0; row < log.items.length; row++) {
    plays[log.items[row]]++;
    line[log.items[row]] ||= log.lines[row];
  }
  const pairs = alikeTitles(log.itemTitles, plays);
  if (pairs.length === 0) return [];
  const of = (likeness: Likeness) => pairs.filter((pair) => pair.likeness === likeness);
  const sure = pairs.length - (raw?.columns.has("artist") ? 0 : of("same title").length);
  // Some of each kind first, the least obvious before the others.
  const kinds = LIKENESSES.toReversed().map(of);
  const ordered = [...kinds.flatMap((kind) => kind.slice(0, 2)), ...kinds.flatMap((kind) => kind.slice(2))];
  const examples: Example[] = ordered.slice(0, MOST_EXAMPLES).map(({ item, as, likeness }) => ({
    line: line[item],
    text: `${log.itemTitles[item].slice(0, 60)} ~ ${log.itemTitles[as].slice(0, 60)} (${likeness})`,
  }));
  const column = raw?.detected.roles.title;
  const mergeable = column && raw?.columns.has("item") && !raw.columns.has("artist") && sure === 0;
  return [
    finding("near-duplicate-titles", sure > 0 ? "warning" : "note", pairs.length, log.itemIds.length, "items", {
      examples,
      fix: mergeable ? `--set data.columns.item=${column}` : null,
      values: {
        plays: pairs.reduce((sum, { item }) => sum + plays[item], 0),
        ...Object.fromEntries(LIKENESSES.map((likeness) => [likeness.replace(" ", "-"), of(likeness).length])),
      },
    }),
  ];
}
