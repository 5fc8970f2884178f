import { readTimes } from "./columns.js";
import type { Detected, RawLog } from "./read.js";

/** What was found out about a log and its first rows, for a person who checks it. */
export interface Preview {
  readonly path: string;
  readonly detected: Detected;
  /** How times are written; "none" where only the order of the lines is known. */
  readonly timeUnit: string;
  readonly roles: readonly string[];
  /** The first rows, one text for each of `roles`, cut to 40 characters. */
  readonly rows: readonly (readonly string[])[];
}

const ROWS = 3;
const LONGEST = 40;

/** The preview of a log as it was read. */
export function previewOf(raw: RawLog): Preview {
  const roles = [...raw.columns.keys()];
  const rows = Array.from({ length: Math.min(ROWS, raw.lines.length) }, (_, row) =>
    roles.map((role) => (raw.columns.get(role)?.[row] ?? "").slice(0, LONGEST)),
  );
  return { path: raw.path, detected: raw.detected, timeUnit: readTimes(raw).unit, roles, rows };
}
