import type { EventLog } from "../../core/types.js";
import { type Rows, reorderRuns, type Texts } from "./rows.js";

/**
 * Clean rows as events: users in the order in which the file first names them, items in the order in which the sorted log does.
 *
 * @param rows by user, time and place; they are used up
 * @param titles of item codes, where the log has them
 * @param names  of items whose log has only ids, see `readTitles`
 */
export function eventsOf(
  rows: Rows,
  texts: Texts,
  hasTimes: boolean,
  titles?: readonly string[],
  names?: ReadonlyMap<string, string>,
): EventLog {
  const userCodes = usersByPlace(rows, texts.users.size);
  const userOf = inverse(userCodes, texts.users.size);
  const { users, items, times, rows: lines } = rows;
  const itemOf = new Int32Array(texts.items.size).fill(-1);
  const itemCodes: number[] = [];
  for (let at = 0; at < users.length; at++) {
    users[at] = userOf[users[at]];
    const code = items[at];
    if (itemOf[code] < 0) itemOf[code] = itemCodes.push(code) - 1;
    items[at] = itemOf[code];
    lines[at]++;
  }
  const itemIds = itemCodes.map((code) => texts.items.text(code));
  const itemTitles = itemIds.map((id, at) => {
    const given = names?.get(id);
    if (given !== undefined) return given || id;
    return titles?.[itemCodes[at]] || id;
  });
  return {
    users: owned(users),
    items: owned(items),
    times: owned(times),
    userIds: Array.from(userCodes, (code) => texts.users.text(code)),
    itemIds,
    itemTitles,
    lines: owned(lines),
    hasTimes,
  };
}

/** Puts the users in the order of their first rows. @returns their codes in that order */
function usersByPlace(rows: Rows, size: number): Int32Array {
  const first = new Int32Array(size).fill(-1);
  const codes: number[] = [];
  for (let at = 0; at < rows.users.length; at++) {
    const code = rows.users[at];
    if (first[code] < 0) codes.push(code);
    if (first[code] < 0 || rows.rows[at] < first[code]) first[code] = rows.rows[at];
  }
  const ordered = Int32Array.from(codes).sort((a, b) => first[a] - first[b]);
  if (ordered.some((code, at) => code !== codes[at])) {
    const starts = new Int32Array(size + 1);
    for (const code of rows.users) starts[code + 1]++;
    for (let code = 0; code < size; code++) starts[code + 1] += starts[code];
    reorderRuns(
      rows,
      Array.from(ordered, (code) => [starts[code], starts[code + 1]]),
    );
  }
  return ordered;
}

function inverse(codes: Int32Array, size: number): Int32Array {
  const places = new Int32Array(size);
  codes.forEach((code, place) => {
    places[code] = place;
  });
  return places;
}

/** A column that does not hold on to much more memory than it shows. */
function owned<T extends Int32Array | Float64Array>(values: T): T {
  return (values.byteLength > 0.8 * values.buffer.byteLength ? values : values.slice()) as T;
}
