import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RefrainError } from "../../core/errors.js";
import {
  checkAnswer,
  type Downloadable,
  LATER,
  limitOf,
  startOf,
  Temporary,
  tooLarge,
  totalOf,
  validatorOf,
} from "./answer.js";
import { checkSpace, type FreeBytes, writeBounded } from "./bounded-file.js";
import { readNote, removePart, sizeOf, writeNote } from "./part.js";
import { type Answer, get, transferAgent } from "./transfer.js";

const MOST_ATTEMPTS = 100;
const IDLE_MS = 30_000;
const MOST_TEXT = 4096;

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are there, and that there will be; null where the server does not say. */
  readonly onBytes?: (done: number, total: number | null) => void;
  /** Told before each new attempt. */
  readonly onRetry?: (reason: string, seconds: number) => void;
  /** Milliseconds without a byte after which an attempt has failed. Default 30,000. */
  readonly idleMs?: number;
  /** Attempts at one address without progress between them. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one, 30 s at most. Default 1,000. */
  readonly backoffMs?: number;
  readonly free?: FreeBytes;
  /** Headers that a request also needs, such as a signature. With them no redirect is followed. */
  readonly sign?: (url: string) => Promise<Record<string, string>>;
  /** The error for a status that no later attempt changes; the beginning of the answer tells why. */
  readonly refusal?: (status: number, headers: Answer["headers"], text: string) => RefrainError;
  /** ETag or date of the file that is there already: it is not sent again where it is the same. */
  readonly known?: string;
}

/** Thrown where the file is the one that is `known`. */
export class Unchanged extends Error {}

/**
 * Downloads the file of a data set to `part`, from the first of its addresses that gives it whole. An earlier part is gone
 * on with when the server still has the same file. The part stays when the network fails or the signal is aborted; bytes
 * that `verify` refuses are removed.
 *
 * @param verify throws a coded error for bytes that are not the data set's; then the next address is tried
 * @returns the address that gave the file, and the ETag or date that it had there
 * @throws Unchanged where the server says that the file is the `known` one
 * @throws {RefrainError} DOWNLOAD_FAILED; DOWNLOAD_REFUSED; DISK_FULL; FILE_WRITE_FAILED; that of `verify`
 * @throws the signal's reason once it is aborted
 */
export async function download(
  dataset: Downloadable,
  part: string,
  verify: (part: string) => Promise<void>,
  options: DownloadOptions = {},
): Promise<{ readonly url: string; readonly validator: string | null }> {
  const failures: RefrainError[] = [];
  for (const url of dataset.sources)
    try {
      let resumed = await fromAddress(dataset, url, part, options);
      for (;;)
        try {
          await verify(part);
          return { url, validator: readNote(part)?.validator ?? null };
        } catch (error) {
          if (!(error instanceof RefrainError)) throw error;
          removePart(part);
          if (!resumed) throw error;
          resumed = await fromAddress(dataset, url, part, options); // the bytes of an earlier part may be the bad ones
        }
    } catch (error) {
      if (!(error instanceof RefrainError) || STOPS.has(error.code)) throw error;
      failures.push(error);
    }
  const worst = failures.find(({ code }) => code !== "DOWNLOAD_FAILED") ?? failures[0];
  throw failures.length === 1
    ? worst
    : new RefrainError(worst.code, failures.map(({ message }) => message).join(" "), { name: dataset.name });
}

/** What another address cannot help. */
const STOPS = new Set(["DISK_FULL", "FILE_WRITE_FAILED"]);

/** Attempts at one address. @returns true when bytes of an earlier call are in the part */
async function fromAddress(
  dataset: Downloadable,
  url: string,
  part: string,
  options: DownloadOptions,
): Promise<boolean> {
  const { signal, attempts = 5, backoffMs = 1000, idleMs = IDLE_MS } = options;
  const resumed = sizeOf(part) > 0;
  const agent = await transferAgent(idleMs);
  let furthest = sizeOf(part);
  let failed = 0;
  try {
    for (let attempt = 1; ; attempt++)
      try {
        await once(dataset, url, part, agent, options);
        return resumed;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Temporary)) throw error;
        failed = sizeOf(part) > furthest ? 1 : failed + 1;
        furthest = Math.max(furthest, sizeOf(part));
        if (failed >= attempts || attempt === MOST_ATTEMPTS)
          throw new RefrainError("DOWNLOAD_FAILED", `${url} failed ${failed} times: ${error.message}.`, { url });
        const pause = Math.max(error.retryAfterMs, Math.min(30_000, backoffMs * 2 ** (failed - 1)));
        options.onRetry?.(error.message, pause / 1000);
        await wait(pause, undefined, { signal });
      }
  } finally {
    agent.destroy().catch(() => {}); // not waited for: a tunnel that is being made would hold it up
  }
}

/** One request, and its body to the part. */
async function once(
  dataset: Downloadable,
  url: string,
  part: string,
  agent: Awaited<ReturnType<typeof transferAgent>>,
  { signal, onBytes, free, idleMs = IDLE_MS, sign, refusal, known }: DownloadOptions,
): Promise<void> {
  const note = readNote(part);
  const mine = note?.url === url && note.validator !== null ? note : undefined;
  if (mine?.complete) return;
  const have = mine ? sizeOf(part) : 0;
  const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "refrain" };
  if (mine?.validator && have > 0) Object.assign(headers, { range: `bytes=${have}-`, "if-range": mine.validator });
  if (known !== undefined && have === 0)
    headers[/^(W\/)?"/.test(known) ? "if-none-match" : "if-modified-since"] = known;
  if (sign) Object.assign(headers, await sign(url));
  const redirects = sign ? { redirects: 0 } : {};
  const answer = await get(url, { headers, agent, idleMs, signal, ...redirects }).catch((error: Error) => {
    throw error instanceof RefrainError ? error : connectionError(url, error);
  });
  try {
    if (answer.status === 304 && known !== undefined) throw new Unchanged();
    if (refusal && answer.status >= 300 && answer.status !== 416 && !LATER.has(answer.status))
      throw refusal(answer.status, answer.headers, await beginningOf(answer));
    const from = startOf(url, answer, have, part);
    const total = totalOf(answer, from);
    checkAnswer(dataset, url, answer, total);
    await checkSpace(dirname(part), (total ?? dataset.size.bytes ?? 0) - from + dataset.unpackedBytes, free);
    const validator = validatorOf(answer);
    writeNote(part, { url, validator, complete: false });
    const limit = limitOf(dataset);
    const size = await writeBounded(part, readable(answer), {
      from,
      limit,
      folder: dirname(part),
      free,
      tooLarge: () => tooLarge(url, limit, `more than ${limit}`),
      onBytes: (done) => onBytes?.(done, total),
    });
    if (total !== null && size !== total) throw new Temporary(`it ended after ${size} of ${total} bytes`);
    writeNote(part, { url, validator, complete: true });
  } catch (error) {
    if (error instanceof RefrainError && error.code === "DOWNLOAD_REFUSED") removePart(part);
    throw error;
  } finally {
    answer.body.destroy();
  }
}

/** The body; a broken connection becomes a failure that may pass. */
async function* readable({ body }: Answer): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Temporary(`the connection broke off: ${(error as Error).message}`);
  }
}

/** The first kilobytes of an answer, which may be none. */
async function beginningOf(answer: Answer): Promise<string> {
  let text = "";
  for await (const chunk of readable(answer)) {
    text += chunk.toString("utf8");
    if (text.length > MOST_TEXT) break;
  }
  return text.slice(0, MOST_TEXT);
}

/** Certificates do not get better by waiting. */
function connectionError(url: string, error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (error.name === "AbortError") return error;
  if (!/CERT|TLS|SSL|UNABLE_TO|INVALID/.test(code ?? "")) return new Temporary(error.message || code || "no answer");
  return new RefrainError("DOWNLOAD_FAILED", `${url}: ${error.message}.`, { url }, { cause: error });
}
