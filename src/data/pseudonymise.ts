import { oneForm } from "./one-form.js";
import type { RawLog } from "./read.js";

/**
 * The same log without the names of its users: they become p1, p2, … in the order in which they first appear.
 *
 * Spellings that cleaning makes one get one number, and a row without a user stays without, so cleaning does the same
 * as before. The texts of bad rows may hold names and are emptied. There is no way back: the pairs of names and numbers
 * are not kept.
 *
 * @param titles true: items become s1, s2, … in the same way, and titles and artists are left out
 * @returns a new log; the old one is unchanged and shares its other columns
 */
export function pseudonymise(raw: RawLog, { titles = false }: { readonly titles?: boolean } = {}): RawLog {
  const columns = new Map(raw.columns);
  const users = columns.get("user");
  if (users) columns.set("user", numbered(users, "p"));
  if (titles) {
    const [title, artist] = [columns.get("title"), columns.get("artist")];
    const named = title?.map((name, row) => (oneForm(name) && artist?.[row] ? `${artist[row]} - ${name}` : name));
    columns.set("item", numbered(columns.get("item") ?? named ?? [], "s"));
    columns.delete("title");
    columns.delete("artist");
  }
  return withoutTexts({ ...raw, columns });
}

/** The same log without the texts of its bad rows, which may hold a name. */
export function withoutTexts(raw: RawLog): RawLog {
  const { count, samples } = raw.badRows;
  return { ...raw, badRows: { count, samples: samples.map((sample) => ({ ...sample, text: "" })) } };
}

function numbered(names: readonly string[], letter: string): string[] {
  const numbers = new Map<string, string>();
  return names.map((each) => {
    const name = oneForm(each);
    if (name === "") return "";
    let number = numbers.get(name);
    if (number === undefined) {
      number = `${letter}${numbers.size + 1}`;
      numbers.set(name, number);
    }
    return number;
  });
}
