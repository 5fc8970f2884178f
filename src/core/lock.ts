import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Marks a folder as used by this process, by a file `lock` with its number in it.
 *
 * @param busy makes the error where another process that lives has the folder
 * @returns what gives the folder free
 */
export function lockFolder(folder: string, busy: (holder: number) => Error): () => void {
  const path = join(folder, "lock");
  const holder = folderHolder(folder);
  if (holder !== null && holder !== process.pid) throw busy(holder);
  rmSync(path, { force: true });
  const handle = openSync(path, "wx");
  writeFileSync(handle, String(process.pid));
  closeSync(handle);
  return () => rmSync(path, { force: true });
}

/** The process that has a folder; null where there is none that lives. */
export function folderHolder(folder: string): number | null {
  const path = join(folder, "lock");
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  if (!Number.isInteger(holder) || holder <= 0) return null;
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? holder : null;
  }
}
