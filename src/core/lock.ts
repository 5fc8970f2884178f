import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFailure } from "./files.js";

/**
 * Marks a folder as used by this process, by a file `lock` with its number in it.
 *
 * @param busy makes the error where another process that lives has the folder; without a number where it has just begun
 * @returns what gives the folder free
 * @throws {RefrainError} what `busy` makes; as `writeFailure`
 */
export function lockFolder(folder: string, busy: (holder?: number) => Error): () => void {
  const path = join(folder, "lock");
  const holder = folderHolder(folder);
  if (holder !== null && holder !== process.pid) throw busy(holder);
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw busy();
    rmSync(path, { force: true }); // an empty one would be nobody's
    throw writeFailure(path, cause);
  }
  return () => rmSync(path, { force: true });
}

/** The process that has a folder; null where there is none that lives. */
export function folderHolder(folder: string): number | null {
  const path = join(folder, "lock");
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  return isAlive(holder) ? holder : null;
}

/** Whether a process of this number runs. */
export function isAlive(holder: number): boolean {
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
