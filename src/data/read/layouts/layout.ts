import type { Role } from "../../schema.js";
import type { Separator } from "../fields.js";

/** Which column plays which role. */
export type Roles = Readonly<Partial<Record<Role, string>>>;

/** What the columns of a service's export or of a published data set mean. One file for each source. */
export interface Layout {
  /** Told as `detected.layout`. */
  readonly name: string;
  /** Names for the columns of a file that has none, or undefined where these rows are not in this layout. */
  headerOf?(rows: readonly (readonly string[])[], separator: Separator): readonly string[] | undefined;
  /** Roles of the columns, undefined where this is not the layout; "by name" leaves it to the usual names. */
  rolesOf(names: ReadonlySet<string>): Roles | "by name" | undefined;
  /** One person's own export: without a column of users every row is of the user "me". */
  readonly personal?: true;
  /** What a person should know about every log in this layout. */
  readonly note?: string;
  /** Of the members of a zip or folder in this layout, those that are the log; the others are copies or parts of it. */
  membersOf?(names: readonly string[]): readonly string[];
}

/** True where all of the names are there. */
export function hasAll(names: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.every((name) => names.has(name));
}

/** True where at least this share of the rows passes; one broken row must not hide a layout. */
export function most<T>(rows: readonly T[], test: (row: T) => boolean, share = 0.8): boolean {
  return rows.length > 0 && rows.filter(test).length >= share * rows.length;
}

/** 2009-05-04T23:08:57Z and its like, at the beginning of a field. */
export const ISO_TIME: RegExp = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
