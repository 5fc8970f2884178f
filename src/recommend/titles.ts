import { distance } from "fastest-levenshtein";
import { RefrainError } from "../core/errors.js";

/** What a person may type for an item: titles and other names by item index 1…V; entry 0 is empty. */
export type ItemNames = readonly (readonly string[])[];

/**
 * The item that a person means: an exact name first (without case, width and spaces), then the only one that contains it.
 *
 * Where several items have the same name the most played one is taken: indices follow plays in training.
 *
 * @throws {RefrainError} TITLE_UNKNOWN with the nearest names
 */
export function findTitle(wanted: string, names: ItemNames): number {
  const text = plain(wanted);
  const all = names.map((own) => own.map(plain));
  const exact = all.findIndex((own) => text !== "" && own.includes(text));
  if (exact > 0) return exact;
  const containing = text === "" ? [] : [...all.keys()].filter((item) => all[item].some((name) => name.includes(text)));
  if (containing.length === 1) return containing[0];
  const near = containing.length > 1 ? containing.slice(0, 5) : nearest(text, all, 5);
  const suggestions = near.map((item) => `"${names[item][0]}"`);
  const which = containing.length > 1 ? "fits several items" : "is not among the items";
  throw new RefrainError("TITLE_UNKNOWN", `"${wanted.slice(0, 60)}" ${which}. Nearest: ${suggestions.join(", ")}.`, {
    wanted,
    suggestions,
  });
}

/** Items whose names contain a text, most played first. */
export function searchTitles(wanted: string, names: ItemNames, limit = 20): number[] {
  const text = plain(wanted);
  return [...names.keys()]
    .filter((item) => item > 0 && names[item].some((name) => plain(name).includes(text)))
    .slice(0, limit);
}

/** The names under which an item "artist - title" can be asked for. */
export function namesOf(title: string, aliases: readonly string[] = []): string[] {
  const cut = title.indexOf(" - ");
  return cut < 0 ? [title, ...aliases] : [title, title.slice(cut + 3), ...aliases];
}

function plain(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase().trim();
  return folded.replace(/[\s'’"“”!?！？.,、。・~〜]/g, "") || folded; // "???" is a title too
}

function nearest(text: string, all: readonly (readonly string[])[], count: number): number[] {
  const far = all.map((own) =>
    Math.min(
      Number.MAX_SAFE_INTEGER,
      ...own.map((name) => distance(text, name) / Math.max(1, name.length, text.length)),
    ),
  );
  return [...all.keys()]
    .slice(1)
    .sort((a, b) => far[a] - far[b] || a - b)
    .slice(0, count);
}
