// Logs that are named by an address, s3://bucket/key or https://…, and kept on this machine while they stay the same.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFailure, writeFileAtomic } from "../../core/files.js";
import { type DownloadOptions, download, Unchanged } from "./download.js";
import { readNote, removePart } from "./part.js";
import { type GetProgress, reporter } from "./progress.js";
import { fileName, remoteOf } from "./remote.js";
import { dataFolder, lockDataset, newestFirst, noteUse, type Places, placesOf } from "./store.js";

export interface FetchOptions extends Omit<DownloadOptions, "sign" | "refusal" | "known" | "onBytes"> {
  /** Folder of the data sets. Default `dataFolder()`. */
  readonly data?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Bytes at most. Default 64 GiB; what the disk has free is a bound too. */
  readonly mostBytes?: number;
  readonly onProgress?: (progress: GetProgress) => void;
}

/** What was written down when a file was put in its place. */
const receiptSchema = z.strictObject({
  format: z.literal(1),
  /** In the folder of the receipt. */
  file: z.string(),
  bytes: z.number(),
  /** ETag or date; null where the server said neither. */
  validator: z.string().nullable(),
});
type Receipt = z.infer<typeof receiptSchema>;

/** Time between two looks whether another process is done, and the longest wait for it, in ms. */
const LOOK_EVERY = 100;
const LONGEST_WAIT = 15 * 60_000;
/** No file of an address is called so. */
const RECEIPT = ".address.json";
/** The newest stay, of all addresses and of each: somebody may be reading the one before. */
const MOST_KEPT = { all: 8, each: 2 } as const;

/**
 * The file of an address on this machine. It is fetched when it is not there or is another one by now; a fetch that broke off goes
 * on where it stopped, also in another process. Nothing but a whole file is ever in its place, and another one comes beside it. Of
 * processes that want it at once, one fetches it and the others wait.
 *
 * @returns the path of the file
 * @throws {RefrainError} ADDRESS_REFUSED for an address that is none, a missing file, a wrong or missing key; DATASET_BUSY after 15
 *         minutes; and DOWNLOAD_FAILED, DOWNLOAD_REFUSED, DISK_FULL, FILE_WRITE_FAILED as `download`
 * @throws the signal's reason once it is aborted
 */
export async function fetchAddress(address: string, options: FetchOptions = {}): Promise<string> {
  const { data = dataFolder(), environment = process.env, mostBytes, onProgress, ...how } = options;
  const { url, ...remote } = remoteOf(address, environment);
  const name = nameOf(address);
  const file = fileName(url);
  const places = placesOf(name, data);
  const unlock = await lockInTurn(places, data, how.signal);
  try {
    const arrived = readNote(places.part);
    // A process that was killed had it whole, which does not tell whether it is the same by now.
    if (arrived?.complete && arrived.validator !== null) put(name, places, data, file, arrived.validator);
    const there = copiesOf(name, data).find(isWhole);
    const wanted = { name, sources: [url], size: { bytes: null, exact: false }, unpackedBytes: 0, gzip: true };
    const known = there?.receipt.validator ?? undefined;
    const onBytes = reporter(onProgress, "download");
    try {
      const verify = async () => {};
      const asked = { ...how, ...remote, known, onBytes };
      const { validator } = await download({ ...wanted, mostBytes }, places.part, verify, asked);
      return put(name, places, data, file, validator);
    } catch (cause) {
      if (!(cause instanceof Unchanged) || !there) throw cause;
      noteUse(there.folder);
      return there.path;
    }
  } finally {
    unlock();
  }
}

/** The files of an address that were fetched, the newest first, without asking whether they are still the same. */
export function keptCopies(address: string, data: string = dataFolder()): string[] {
  return copiesOf(nameOf(address), data).map(({ path }) => path);
}

/** By the address alone: where it is asked for follows from the environment. */
function nameOf(address: string): string {
  return `address-${sha256(address).slice(0, 16)}`;
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

interface Copy {
  readonly folder: string;
  readonly receipt: Receipt;
  readonly path: string;
}

function foldersOf(name: string, data: string): string[] {
  const names = existsSync(data) ? readdirSync(data).filter((each) => each.startsWith(`${name}-`)) : [];
  return newestFirst(names.map((each) => join(data, each)));
}

function copiesOf(name: string, data: string): Copy[] {
  return foldersOf(name, data).flatMap((folder) => {
    try {
      const receipt = receiptSchema.parse(JSON.parse(readFileSync(join(folder, RECEIPT), "utf8")));
      const path = join(folder, receipt.file);
      return existsSync(path) ? [{ folder, receipt, path }] : [];
    } catch {
      return []; // it is fetched anew
    }
  });
}

/** Whether a copy is as it was put: `forget` may have taken rows out. */
function isWhole({ path, receipt }: Copy): boolean {
  return statSync(path).size === receipt.bytes;
}

/** Puts a whole part in its place by one rename, and removes what is old. */
function put(name: string, places: Places, data: string, file: string, validator: string | null): string {
  const { part, work } = places;
  const bytes = statSync(part).size;
  const folder = `${places.folder}-${randomBytes(4).toString("hex")}`;
  try {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    const receipt: Receipt = { format: 1, file, bytes, validator };
    writeFileAtomic(join(work, RECEIPT), JSON.stringify(receipt));
    renameSync(part, join(work, file));
    renameSync(work, folder);
    removePart(part);
    const old = [...foldersOf("address", data).slice(MOST_KEPT.all), ...foldersOf(name, data).slice(MOST_KEPT.each)];
    for (const each of old) rmSync(each, { recursive: true, force: true });
  } catch (cause) {
    throw cause instanceof RefrainError ? cause : writeFailure(folder, cause);
  }
  return join(folder, file);
}
