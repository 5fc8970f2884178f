// Logs that are named by an address, s3://bucket/key or https://…, and kept on this machine while they stay the same.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import { type DownloadOptions, download, Unchanged } from "./download.js";
import { removePart } from "./part.js";
import { objectOf, type Remote } from "./s3.js";
import { dataFolder, lockDataset, type Places, placesOf } from "./store.js";

export interface FetchOptions extends Omit<DownloadOptions, "sign" | "refusal" | "known"> {
  /** Folder of the data sets. Default `dataFolder()`. */
  readonly data?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Bytes at most. Default 64 GiB; what the disk has free is a bound too. */
  readonly mostBytes?: number;
}

/** What was written down when a file was put in its place. */
const receiptSchema = z.strictObject({
  format: z.literal(1),
  address: z.string(),
  /** In the folder of the receipt. */
  file: z.string(),
  bytes: z.number(),
  /** ETag or date; null where the server said neither. */
  validator: z.string().nullable(),
});
type Receipt = z.infer<typeof receiptSchema>;

const RECEIPT = "address.json";
/** Time between two looks whether another process is done, and the longest wait for it, in ms. */
const LOOK_EVERY = 100;
const LONGEST_WAIT = 15 * 60_000;

/** True for what is fetched and not opened. @example isAddress("s3://bucket/plays.csv.gz") // true */
export function isAddress(path: string): boolean {
  return /^(s3|https?):\/\//i.test(path);
}

/**
 * The file of an address on this machine. It is fetched when it is not there or is another one by now; a fetch that broke off goes
 * on where it stopped, also in another process. Nothing but a whole file is ever in its place. Of processes that want it at once, one
 * fetches it and the others wait.
 *
 * @returns the path of the file
 * @throws {RefrainError} ADDRESS_REFUSED for an address that is none, a missing file, a wrong or missing key; DATASET_BUSY after 15 minutes; and
 *         DOWNLOAD_FAILED, DOWNLOAD_REFUSED, DISK_FULL, FILE_WRITE_FAILED as `download`
 * @throws the signal's reason once it is aborted
 */
export async function fetchAddress(address: string, options: FetchOptions = {}): Promise<string> {
  const { data = dataFolder(), environment = process.env, mostBytes, ...how } = options;
  const remote = remoteOf(address, environment);
  const name = nameOf(remote);
  const places = placesOf(name, data);
  mkdirSync(data, { recursive: true });
  const unlock = await lockInTurn(places, data, how.signal);
  try {
    const there = readReceipt(places);
    const wanted = { name, sources: [remote.url], size: { bytes: null, exact: false }, unpackedBytes: 0, gzip: true };
    const { sign, refusal } = remote;
    const known = there?.validator ?? undefined;
    try {
      const verify = async () => {};
      const { validator } = await download({ ...wanted, mostBytes }, places.part, verify, {
        ...how,
        sign,
        refusal,
        known,
      });
      return put(places, {
        format: 1,
        address,
        file: fileName(remote.url),
        bytes: statSync(places.part).size,
        validator,
      });
    } catch (cause) {
      if (!(cause instanceof Unchanged) || !there) throw cause;
      return join(places.folder, there.file);
    }
  } finally {
    unlock();
  }
}

/** The file of an address that was fetched, without asking whether it is still the same; undefined where there is none. */
export function keptCopy(
  address: string,
  { data = dataFolder(), environment = process.env }: FetchOptions = {},
): string | undefined {
  const places = placesOf(nameOf(remoteOf(address, environment)), data);
  const receipt = readReceipt(places);
  return receipt && join(places.folder, receipt.file);
}

/** As `lockDataset`, once the others who fetch the same address are done. */
async function lockInTurn(places: Places, data: string, signal?: AbortSignal): Promise<() => void> {
  for (const until = performance.now() + LONGEST_WAIT; ; await wait(LOOK_EVERY, undefined, { signal })) {
    try {
      return lockDataset(places, data);
    } catch (error) {
      const busy = error instanceof RefrainError && error.code === "DATASET_BUSY";
      if (!busy || performance.now() > until) throw error;
    }
  }
}

function remoteOf(address: string, environment: NodeJS.ProcessEnv): Remote {
  return /^s3:/i.test(address) ? objectOf(address, environment) : pageOf(address);
}

function nameOf({ url }: Remote): string {
  return `address-${sha256(url).slice(0, 16)}`;
}

/** The request for a plain address. */
function pageOf(address: string): Remote {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isNear = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (!url || url.username || url.password || !(url.protocol === "https:" || isNear))
    throw new RefrainError("ADDRESS_REFUSED", `${address} is no https:// address without a password in it.`, {
      address,
    });
  return {
    url: url.href,
    refusal(status) {
      const reason = status === 404 || status === 410 ? "there is no such file" : "the server refused";
      return new RefrainError("ADDRESS_REFUSED", `${address} was not given: ${reason} (status ${status}).`, {
        address,
        status,
      });
    },
  };
}

/** Puts a whole part in its place by one rename. */
function put({ folder, part, work }: Places, receipt: Receipt): string {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  renameSync(part, join(work, receipt.file));
  writeFileAtomic(join(work, RECEIPT), JSON.stringify(receipt));
  rmSync(folder, { recursive: true, force: true });
  renameSync(work, folder);
  removePart(part);
  return join(folder, receipt.file);
}

/** The receipt of a file that is there as it was put. */
function readReceipt({ folder }: Places): Receipt | undefined {
  const path = join(folder, RECEIPT);
  if (!existsSync(path)) return undefined;
  try {
    const receipt = receiptSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    return statSync(join(folder, receipt.file)).size === receipt.bytes ? receipt : undefined;
  } catch {
    return undefined; // it is fetched anew
  }
}

/** The last part of a path, whose ending tells how a file is packed. */
function fileName(url: string): string {
  const last = decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");
  return (
    last
      .replace(/[^\p{L}\p{N}._-]+/gu, "_")
      .replace(/^\.+/, "")
      .slice(-80) || "log"
  );
}
