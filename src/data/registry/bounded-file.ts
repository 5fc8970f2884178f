import { open, statfs } from "node:fs/promises";
import { RefrainError } from "../../core/errors.js";
import { writeFailure } from "../../core/files.js";

/** Bytes that are left free in any case. */
const RESERVE = 64 * 2 ** 20;
/** Free space is looked at again after so many bytes. */
const LOOK_EVERY = 32 * 2 ** 20;

/** Bytes that may still be written in a folder. */
export type FreeBytes = (folder: string) => Promise<number>;

/** What the file system of a folder has free for this user. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** @throws {RefrainError} DISK_FULL unless so many bytes and a reserve of 64 MiB are free */
export async function checkSpace(folder: string, needed: number, free: FreeBytes = freeBytes): Promise<void> {
  const left = await free(folder);
  if (left < needed + RESERVE)
    throw new RefrainError(
      "DISK_FULL",
      `${folder} needs ${mebibytes(needed + RESERVE)} MiB free, ${mebibytes(left)} are.`,
      {
        folder,
        needed: needed + RESERVE,
        left,
      },
    );
}

/** Whole mebibytes, rounded up. @example mebibytes(1048577) // 2 */
export function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

export interface BoundedOptions {
  /** Byte to go on at; what lies behind it is cut off. */
  readonly from: number;
  /** Most bytes of the whole file. */
  readonly limit: number;
  /** The error beyond the limit. */
  readonly tooLarge: () => RefrainError;
  readonly folder: string;
  readonly free?: FreeBytes;
  /** Told after each chunk how long the file is now. */
  readonly onBytes?: (size: number) => void;
}

/**
 * Writes chunks to a file as far as a limit and the disk allow, and syncs it. What is on disk stays, for the caller to keep
 * or remove.
 *
 * @returns bytes of the whole file
 * @throws {RefrainError} DISK_FULL; FILE_WRITE_FAILED; the error of `tooLarge`
 * @throws whatever the chunks throw
 */
export async function writeBounded(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { from, limit, tooLarge, folder, free, onBytes }: BoundedOptions,
): Promise<number> {
  let size = from;
  let looked = from;
  const handle = await attempt(path, () => open(path, from === 0 ? "w" : "r+"));
  try {
    await attempt(path, () => handle.truncate(from));
    for await (const chunk of chunks) {
      if (size + chunk.length > limit) throw tooLarge();
      await attempt(path, () => handle.writev([chunk], size));
      size += chunk.length;
      onBytes?.(size);
      if (size - looked < LOOK_EVERY) continue;
      looked = size;
      await checkSpace(folder, 0, free);
    }
    await attempt(path, () => handle.sync());
    return size;
  } finally {
    await handle.close();
  }
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}
