import { RefrainError } from "../core/errors.js";

/** What a column of a log is for. */
export type Role =
  | "user"
  | "item"
  | "time"
  | "order"
  | "day"
  | "month"
  | "year"
  | "title"
  | "artist"
  | "duration"
  | "rating"
  | "split";

/** Column name of each role; what is left out is detected. */
export type ColumnMapping = Partial<Readonly<Record<Role, string>>>;

/** Names that say a role, compared without case, spaces, `_`, `-`, `//` and RecBole's `:type`. First names win. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  user: [
    "user",
    "userid",
    "username",
    "listener",
    "sessionid",
    "session",
    "streamid",
    "customerid",
    "visitorid",
    "用户",
    "用户id",
    "ユーザー",
    "사용자",
  ],
  item: [
    "item",
    "itemid",
    "track",
    "trackid",
    "trackuri",
    "song",
    "songid",
    "artistid",
    "movieid",
    "productid",
    "masterMetadataTrackName",
    "歌曲",
    "歌曲id",
    "曲",
    "곡",
  ].map((n) => n.toLowerCase()),
  time: [
    "time",
    "timestamp",
    "ts",
    "playedat",
    "listenedat",
    "startedat",
    "datetime",
    "date",
    "endtime",
    "时间",
    "日時",
    "시간",
  ],
  order: ["order", "position", "index", "step", "顺序"],
  day: ["day"],
  month: ["month"],
  year: ["year"],
  title: ["title", "trackname", "songname", "itemname", "movietitle", "name", "标题", "歌名"],
  artist: ["artist", "artistname", "singer", "歌手"],
  duration: ["msplayed", "durationms", "playedms", "playtimems"],
  rating: ["rating", "score", "评分"],
  split: ["split"],
};

/** Names of the user column that say that each of its values is one session. */
const SESSION_NAMES: readonly string[] = ["session", "sessionid", "streamid"];

/** True where the name of the user column says sessions. @example namesSessions("SessionId") // true */
export function namesSessions(column: string | undefined): boolean {
  return column !== undefined && SESSION_NAMES.includes(plainName(column));
}

/** A column name in the form that `NAMES` compares. */
export function plainName(name: string): string {
  return name
    .normalize("NFKC")
    .trim()
    .replace(/:[a-z_]+$/i, "")
    .replace(/[\s_\-/.]/g, "")
    .toLowerCase();
}

/** True where a line's fields name at least two roles, so that it must be a header. */
export function looksLikeHeader(fields: readonly string[]): boolean {
  const names = new Set(fields.map(plainName));
  return Object.values(NAMES).filter((known) => known.some((name) => names.has(name))).length >= 2;
}

/**
 * Finds the column number of each role: mapped ones by their exact name, the others by their known names.
 *
 * An item needs a name or a title; without an item column, "artist - title" is the item.
 *
 * @param singleUser true where a log without a user column is one person's
 * @throws {RefrainError} COLUMN_UNKNOWN for a mapped name that is not there, or when no user or item column is found;
 *         COLUMN_AMBIGUOUS when two columns have one name that is needed. Details of COLUMN_UNKNOWN have the header
 */
export function findColumns(
  header: readonly string[],
  mapping: ColumnMapping,
  singleUser = false,
): ReadonlyMap<Role, number> {
  const plain = header.map(plainName);
  const found = new Map<Role, number>();
  const columns = header
    .map((name) => `"${name.slice(0, 40)}"`)
    .slice(0, 20)
    .join(", ");
  for (const role of Object.keys(NAMES) as Role[]) {
    const wanted = mapping[role];
    let at = -1;
    if (wanted !== undefined) {
      at = header.indexOf(wanted);
      if (at < 0) at = plain.indexOf(plainName(wanted));
      if (at < 0)
        throw new RefrainError("COLUMN_UNKNOWN", `The ${role} column "${wanted}" is not among ${columns}.`, {
          role,
          wanted,
          header,
        });
    } else for (const name of NAMES[role]) if (at < 0) at = plain.indexOf(name);
    if (at < 0) continue;
    if (plain.indexOf(plain[at], at + 1) >= 0 && (role === "user" || role === "item" || role === "time"))
      throw new RefrainError("COLUMN_AMBIGUOUS", `Two columns are called "${header[at]}", needed as ${role}.`, {
        role,
      });
    found.set(role, at);
  }
  if (!found.has("user") && !singleUser)
    throw new RefrainError("COLUMN_UNKNOWN", `No column names the user. Columns are ${columns}.`, { header });
  if (!found.has("item") && !found.has("title"))
    throw new RefrainError("COLUMN_UNKNOWN", `No column names the item. Columns are ${columns}.`, { header });
  if (found.has("item") && found.get("item") === found.get("title")) found.delete("title");
  return found;
}
