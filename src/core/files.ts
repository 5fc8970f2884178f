import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RefrainError } from "./errors.js";

/**
 * Writes a file so that a reader sees the old content or the new one, never a part: temporary name, fsync, rename.
 *
 * @param mode permissions of the file, before the process's mask
 * @throws {RefrainError} as `writeFailure`
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  mode: number = 0o666,
): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const handle = openSync(temporary, "wx", mode);
    try {
      const parts =
        typeof content === "string" ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content;
      for (const part of parts) for (let at = 0; at < part.length; ) at += writeSync(handle, part, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (cause) {
    removeQuietly(temporary);
    throw writeFailure(path, cause);
  }
}

/** What a failed writing is told as: DISK_FULL where no space is left, else FILE_WRITE_FAILED with the system's reason. */
export function writeFailure(path: string, cause: unknown): RefrainError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new RefrainError(
    full ? "DISK_FULL" : "FILE_WRITE_FAILED",
    full ? `There is no space left for ${path}.` : `${path} could not be written: ${message}.`,
    { path },
    { cause },
  );
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself is not there, or is a file: the error that led here says so.
  }
}

/** SHA-256 of bytes or text as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
