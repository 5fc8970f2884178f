import { normaliseText, readTimes } from "../columns.js";
import type { RawLog } from "../read.js";
import { type Example, MOST_EXAMPLES } from "./finding.js";

/**
 * A raw log in numbers, before any rule took a row away. R rows as they were read.
 *
 * @shape user, item int32 [R]: codes; -1 where the field is empty
 * @shape time float64 [R]: seconds since 1970; NaN where it is none
 * @shape order int32 [R], start int32 [U+1]: rows by (user, time, row); a user's are order[start[u]] … order[start[u + 1] - 1]
 */
export interface Rows {
  readonly raw: RawLog;
  readonly user: Int32Array;
  readonly item: Int32Array;
  readonly time: Float64Array;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** True where times are calendar times. */
  readonly hasTimes: boolean;
  readonly order: Int32Array;
  readonly start: Int32Array;
}

/** Numbers the texts and sorts the rows by user and time, with the text and the times that cleaning would see. */
export function toRows(raw: RawLog): Rows {
  const text = normaliseText(raw);
  const { times, unit } = readTimes(raw);
  const [user, userIds] = coded(text.user);
  const [item, itemIds] = coded(text.item);
  const { order, start } = sortByUser(user, times, userIds.length);
  return {
    raw,
    user,
    item,
    time: times,
    userIds,
    itemIds,
    hasTimes: unit !== "none" && unit !== "order",
    order,
    start,
  };
}

function coded(values: readonly string[]): [Int32Array, string[]] {
  const codes = new Map<string, number>();
  const coded = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    let code = value === "" ? -1 : codes.get(value);
    if (code === undefined) {
      code = codes.size;
      codes.set(value, code);
    }
    coded[row] = code;
  }
  return [coded, [...codes.keys()]];
}

/** Counts users into their places, then sorts each user's rows by time where they are not in order already. */
function sortByUser(user: Int32Array, time: Float64Array, users: number): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(users + 1);
  for (const code of user) if (code >= 0) start[code + 1]++;
  for (let u = 0; u < users; u++) start[u + 1] += start[u];
  const next = start.slice();
  const order = new Int32Array(start[users]);
  for (let row = 0; row < user.length; row++) if (user[row] >= 0) order[next[user[row]]++] = row;
  for (let u = 0; u < users; u++) {
    let sorted = true;
    for (let at = start[u] + 1; at < start[u + 1] && sorted; at++) sorted = time[order[at - 1]] <= time[order[at]];
    // NaN compares as nothing, so it is sent to the end by hand.
    const key = (row: number) => (Number.isNaN(time[row]) ? Number.POSITIVE_INFINITY : time[row]);
    if (!sorted)
      order.subarray(start[u], start[u + 1]).sort((a, b) => {
        const [left, right] = [key(a), key(b)];
        return left < right ? -1 : left > right ? 1 : a - b;
      });
  }
  return { order, start };
}

/** A row as a reader of the file would find it: its line and its fields. */
export function rowExample({ raw }: Pick<Rows, "raw">, row: number, more = ""): Example {
  const fields = [...raw.columns.values()].map((column) => column[row].trim().slice(0, 60));
  return { line: raw.lines[row], text: fields.join(", ") + (more && ` (${more})`) };
}

/** The first rows for which `is` holds, as examples. */
export function firstRows(rows: Rows, is: (row: number) => boolean, more?: (row: number) => string): Example[] {
  const found: Example[] = [];
  for (let row = 0; row < rows.user.length && found.length < MOST_EXAMPLES; row++)
    if (is(row)) found.push(rowExample(rows, row, more?.(row)));
  return found;
}
