import { RefrainError } from "../../../core/errors.js";
import { findColumns, type Role } from "../../schema.js";
import type { Separator } from "../fields.js";
import type { ReadOptions } from "../types.js";
import { LASTFM_1K, LASTFM_HETREC, LASTFM_SCROBBLES } from "./lastfm.js";
import type { Layout } from "./layout.js";
import { LISTENBRAINZ } from "./listenbrainz.js";
import { MOVIELENS } from "./movielens.js";
import { GRU4REC, KKBOX, MELON, RECBOLE, YOOCHOOSE } from "./research.js";
import { SPOTIFY_ACCOUNT, SPOTIFY_EXTENDED } from "./spotify.js";

export type { Layout } from "./layout.js";

/** Tried in this order. */
export const LAYOUTS: readonly Layout[] = [
  SPOTIFY_EXTENDED,
  SPOTIFY_ACCOUNT,
  LISTENBRAINZ,
  LASTFM_1K,
  LASTFM_HETREC,
  RECBOLE,
  GRU4REC,
  YOOCHOOSE,
  MOVIELENS,
  KKBOX,
  MELON,
  LASTFM_SCROBBLES,
];

/** Names for the columns of rows without a header, where a layout knows them. */
export function headerOf(rows: readonly (readonly string[])[], separator: Separator): readonly string[] | undefined {
  for (const layout of LAYOUTS) {
    const header = layout.headerOf?.(rows, separator);
    if (header) return header;
  }
  return undefined;
}

/** What the columns of a log are for. */
export interface Meaning {
  readonly layout?: Layout;
  /** Number in the header by role. */
  readonly columns: ReadonlyMap<Role, number>;
  readonly singleUser: boolean;
}

/**
 * The roles of columns: by the known layouts, else by their names; what the options name comes first.
 *
 * @throws {RefrainError} COLUMN_UNKNOWN, COLUMN_AMBIGUOUS as `findColumns`
 */
export function meaningOf(header: readonly string[], options: ReadOptions): Meaning {
  const names = new Set(header);
  const mapped = options.columns ?? {};
  for (const layout of LAYOUTS) {
    const roles = layout.rolesOf(names);
    if (!roles) continue;
    if (roles === "by name") return { layout, columns: findColumns(header, mapped), singleUser: false };
    const columns = new Map<Role, number>();
    for (const [role, name] of Object.entries({ ...roles, ...mapped }) as [Role, string | undefined][]) {
      if (name === undefined) continue;
      const at = header.indexOf(name);
      if (at >= 0) columns.set(role, at);
      // A layout's own names may be absent (msPlayed in old exports); what a person names must be there.
      else if (mapped[role] !== undefined)
        throw new RefrainError("COLUMN_UNKNOWN", `The ${role} column "${name}" is not in this ${layout.name} log.`, {
          role,
          header,
        });
    }
    const singleUser = !columns.has("user");
    if (singleUser && !layout.personal)
      throw new RefrainError("COLUMN_UNKNOWN", `No column names the user of this ${layout.name} log.`);
    return { layout, columns, singleUser };
  }
  const columns = findColumns(header, mapped, options.singleUser);
  return { columns, singleUser: !columns.has("user") };
}
