import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { readRecord, runHolder } from "./run-folder.js";

/** Folder of deleted runs below a folder of runs. It has no run.json, so no list of runs shows it. */
export const trashOf = (runs: string): string => join(runs, ".trash");

/**
 * Moves a run to the trash in one step: it is there whole, or still in its place. Returns its id there, which has a number
 * added where the trash holds that id already.
 *
 * @throws {RefrainError} RUN_NOT_FOUND, RUN_DAMAGED; RUN_BUSY while a process trains it; FILE_WRITE_FAILED
 */
export function discardRun(folder: string): string {
  readRecord(folder);
  const holder = runHolder(folder);
  if (holder !== null)
    throw new RefrainError("RUN_BUSY", `Process ${holder} is training ${basename(folder)}.`, { folder, holder });
  return move(folder, trashOf(dirname(folder)));
}

/** Moves a run of the trash back to the others, and returns its id there. @throws {RefrainError} as `discardRun` */
export function restoreRun(runs: string, id: string): string {
  return move(inTrash(runs, id), runs);
}

/** Removes a run of the trash for good. @throws {RefrainError} RUN_NOT_FOUND, RUN_DAMAGED; FILE_WRITE_FAILED */
export function eraseRun(runs: string, id: string): void {
  const folder = inTrash(runs, id);
  written(folder, () => rmSync(folder, { recursive: true }));
}

function inTrash(runs: string, id: string): string {
  const folder = join(trashOf(runs), id);
  if (id === "" || basename(folder) !== id || dirname(folder) !== trashOf(runs))
    throw new RefrainError("RUN_NOT_FOUND", `"${id.slice(0, 80)}" is no deleted run.`, { id });
  readRecord(folder);
  return folder;
}

function move(folder: string, to: string): string {
  const id = basename(folder);
  for (let n = 1; ; n++) {
    const name = n === 1 ? id : `${id}-${n}`;
    if (existsSync(join(to, name))) continue;
    written(folder, () => {
      mkdirSync(to, { recursive: true });
      renameSync(folder, join(to, name));
    });
    return name;
  }
}

function written(folder: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    const message = `${folder} could not be moved or removed: ${(cause as Error).message}.`;
    throw new RefrainError("FILE_WRITE_FAILED", message, { folder }, { cause });
  }
}
