import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { writeFileAtomic } from "../core/files.js";

/**
 * Writes a folder of files so that a reader sees all of it or nothing: in a folder beside it, which then takes its name.
 *
 * @param replace whether a folder that is there and not empty may be replaced; it stays whole until the new one is written
 * @throws {RefrainError} EXPORT_EXISTS without `replace`; FILE_WRITE_FAILED with the system's reason
 */
export function writeFolderAtomic(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
  replace: boolean,
): void {
  const isThere = existsSync(folder);
  if (isThere && !replace && !isEmptyFolder(folder))
    throw new RefrainError("EXPORT_EXISTS", `${folder} is there and holds something.`, { folder });
  const beside = (kind: string) => `${folder}.${randomBytes(4).toString("hex")}.${kind}`;
  const [fresh, old] = [beside("tmp"), beside("old")];
  try {
    mkdirSync(dirname(fresh), { recursive: true });
    mkdirSync(fresh);
    for (const [name, content] of files) writeFileAtomic(join(fresh, name), content);
    if (isThere) renameSync(folder, old);
    try {
      renameSync(fresh, folder);
    } catch (error) {
      if (isThere) renameSync(old, folder);
      throw error;
    }
    rmSync(old, { recursive: true, force: true });
  } catch (cause) {
    removeQuietly(fresh);
    if (cause instanceof RefrainError) throw cause;
    throw new RefrainError(
      "FILE_WRITE_FAILED",
      `${folder} could not be written: ${(cause as Error).message}.`,
      { folder },
      { cause },
    );
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false; // a file
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Its parent is no folder: the error that led here says so.
  }
}
