// What the readers of zip and tar files have in common.
import { RefrainError } from "../../core/errors.js";

/** Takes an entry of an archive, or leaves it unread. */
export type Take = (name: string, size: number, open: () => AsyncIterable<Buffer>) => Promise<void>;

/** @returns an ARCHIVE_UNSAFE error */
export function unsafe(label: string, reason: string): RefrainError {
  return new RefrainError("ARCHIVE_UNSAFE", `${label} is not unpacked: ${reason}.`, { label });
}

/** A name from an archive, fit for a terminal. @example shown("a\u001b[31mb") // "a?[31mb" */
export function shown(name: string): string {
  return name.slice(0, 80).replace(/\p{C}/gu, "?");
}
