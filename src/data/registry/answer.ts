// What an answer to a request for a file says of it, and whether that is the file that was wanted.
import { RefrainError } from "../../core/errors.js";
import type { Dataset } from "./descriptor.js";
import { removePart } from "./part.js";
import type { Answer } from "./transfer.js";

/** Where the size is not known, or only about. */
const MOST_BYTES = 64 * 2 ** 30;
/** Statuses that a later attempt may not meet. */
export const LATER: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What is downloaded. */
export interface Downloadable extends Pick<Dataset, "name" | "sources" | "size" | "unpackedBytes"> {
  /** Whether an answer may say that it is gzip: the file is kept as it comes. */
  readonly gzip?: boolean;
  /** Bytes, where the size is not known. Default 64 GiB. */
  readonly mostBytes?: number;
}

/** A failure that a later attempt may not meet. */
export class Temporary extends Error {
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Byte at which the body goes on. */
export function startOf(url: string, { status, headers }: Answer, have: number, part: string): number {
  if (status === 200) return 0; // no part was asked for, ranges are not known, or the file is another one by now
  if (status === 206 && have > 0) {
    const start = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "")?.[1];
    if (start === String(have)) return have;
    removePart(part);
    throw new Temporary(`it sent bytes from ${start ?? "nowhere"} and not from ${have}`);
  }
  if (status === 416 && have > 0) {
    removePart(part);
    throw new Temporary(`it has no byte ${have}`);
  }
  if (LATER.has(status)) {
    const seconds = Number(headers["retry-after"]);
    throw new Temporary(`status ${status}`, seconds > 0 ? Math.min(60_000, 1000 * seconds) : 0);
  }
  throw new RefrainError("DOWNLOAD_FAILED", `${url} was answered with status ${status}.`, { url, status });
}

export function totalOf({ headers }: Answer, from: number): number | null {
  const length = headers["content-length"];
  return length !== undefined && /^\d+$/.test(length) ? from + Number(length) : null;
}

export function checkAnswer(
  { size, gzip, mostBytes }: Downloadable,
  url: string,
  { headers }: Answer,
  total: number | null,
): void {
  const encoding = headers["content-encoding"] ?? "identity";
  const page = /^text\/html\b/i.test(headers["content-type"] ?? "");
  if (page || !(encoding === "identity" || (gzip && encoding === "gzip")))
    throw new RefrainError(
      "DOWNLOAD_FAILED",
      `${url} was answered with ${page ? "a web page" : `bytes packed as ${encoding}`} and not with the file.`,
      { url },
    );
  if (total !== null && size.exact && total !== size.bytes) throw tooLarge(url, size.bytes as number, String(total));
  const limit = limitOf({ size, mostBytes });
  if (total !== null && total > limit) throw tooLarge(url, limit, String(total));
}

export function limitOf({
  size: { bytes, exact },
  mostBytes = MOST_BYTES,
}: Pick<Downloadable, "size" | "mostBytes">): number {
  return bytes === null ? mostBytes : exact ? bytes : 2 * bytes + 2 ** 20;
}

export function tooLarge(url: string, expected: number, found: string): RefrainError {
  return new RefrainError(
    "DOWNLOAD_REFUSED",
    `${url} should have ${expected} bytes, or at most that, and has ${found}.`,
    {
      url,
    },
  );
}

/** A strong ETag, else the date: what `If-Range` may carry. @source RFC 9110, section 13.1.5 */
export function validatorOf({ headers }: Answer): string | null {
  const { etag } = headers;
  return etag && !etag.startsWith("W/") ? etag : (headers["last-modified"] ?? null);
}
