// A file that is on its way, and the note beside it.
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFileAtomic } from "../../core/files.js";

/** What is known of a part beside it: an answer with the same validator goes on where the part ends. */
export interface PartNote {
  readonly url: string;
  readonly validator: string | null;
  readonly complete: boolean;
}

/** Bytes of a file, 0 where there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export function readNote(part: string): PartNote | undefined {
  try {
    return existsSync(part) ? (JSON.parse(readFileSync(`${part}.json`, "utf8")) as PartNote) : undefined;
  } catch {
    return undefined; // without its note a part is begun anew
  }
}

export function writeNote(part: string, note: PartNote): void {
  writeFileAtomic(`${part}.json`, JSON.stringify(note));
}

/** Removes a part and its note. */
export function removePart(part: string): void {
  rmSync(part, { force: true });
  rmSync(`${part}.json`, { force: true });
}
