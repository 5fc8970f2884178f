import { oneForm } from "./one-form.js";
import type { RawLog } from "./read.js";

/**
 * The same log without the names of its users: they become p1, p2, … in the order in which they first appear.
 *
 * Spellings that cleaning makes one get one number, and a row without a user stays without, so cleaning does the same
 * as before. The texts of bad rows may hold names and are emptied. Titles and artists stay as they are. There is no way
 * back: the pairs of names and numbers are not kept.
 *
 * @returns a new log; the old one is unchanged and shares its other columns
 */
export function pseudonymise(raw: RawLog): RawLog {
  const numbers = new Map<string, string>();
  const users = raw.columns.get("user")?.map((user) => {
    const name = oneForm(user);
    if (name === "") return "";
    let number = numbers.get(name);
    if (number === undefined) {
      number = `p${numbers.size + 1}`;
      numbers.set(name, number);
    }
    return number;
  });
  const { count, samples } = raw.badRows;
  return {
    ...raw,
    columns: users ? new Map([...raw.columns, ["user", users]]) : raw.columns,
    badRows: { count, samples: samples.map((sample) => ({ ...sample, text: "" })) },
  };
}
