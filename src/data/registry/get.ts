import { lstatSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { writeFileAtomic } from "../../core/files.js";
import type { Dataset } from "./descriptor.js";
import { type DownloadOptions, download } from "./download.js";
import { removePart } from "./part.js";
import { type GetProgress, reporter } from "./progress.js";
import {
  type DatasetRecord,
  dataFolder,
  digests,
  lockDataset,
  type Places,
  placesOf,
  type Receipt,
  readReceipt,
  readRecord,
  termsDigest,
  writeRecord,
} from "./store.js";
import { unpack } from "./unpack.js";

export interface GetOptions extends Omit<DownloadOptions, "onBytes"> {
  /** A file that a person fetched; it is left where it is. */
  readonly from?: string;
  /** True where the person has read the terms and agrees. Remembered. */
  readonly acceptTerms?: boolean;
  /** True to put it in its place once more although it is there. */
  readonly again?: boolean;
  /** True to take other bytes than those of the last download, where the publisher gives no checksum. */
  readonly acceptChange?: boolean;
  /** Folder of the data sets. Default `dataFolder()`. */
  readonly data?: string;
  readonly onProgress?: (progress: GetProgress) => void;
}

/** True when the terms, as they stand in the descriptor, were accepted on this machine. */
export function termsAccepted(dataset: Dataset, data: string = dataFolder()): boolean {
  return readRecord(placesOf(dataset.name, data)).accepted === termsDigest(dataset);
}

/**
 * Gets a data set into its folder: terms, download or a given file, checksum, unpacking, and one rename at the end. Whatever
 * goes wrong, the folder holds the old data set, the new one or none. An interrupted download is gone on with next time.
 *
 * @throws {RefrainError} TERMS_NOT_ACCEPTED; DATASET_BY_HAND; DATASET_BUSY; DATASET_CHANGED for other bytes than the
 *         checksum's; FILE_NOT_FOUND for `from`; and as `download` and `unpack`
 * @throws the signal's reason once it is aborted
 */
export async function getDataset(dataset: Dataset, options: GetOptions = {}): Promise<Receipt> {
  const { data = dataFolder(), from, signal } = options;
  const places = placesOf(dataset.name, data);
  const there = readReceiptOrNone(dataset.name, data);
  if (there && !options.again && from === undefined) return there;
  if (from === undefined && dataset.byHand !== null)
    throw new RefrainError(
      "DATASET_BY_HAND",
      `The data set ${dataset.name} is not for downloading by itself. ${dataset.byHand}`,
      {
        name: dataset.name,
      },
    );
  if (!options.acceptTerms && !termsAccepted(dataset, data))
    throw new RefrainError(
      "TERMS_NOT_ACCEPTED",
      `The terms of ${dataset.name} (${dataset.licence}) are not accepted yet.`,
      {
        name: dataset.name,
      },
    );
  if (from !== undefined) checkFile(from);
  const unlock = lockDataset(places, data);
  try {
    writeRecord(places, { ...readRecord(places), accepted: termsDigest(dataset) });
    removeFolder(places.work); // of a process that was killed
    let sums = { sha256: "", md5: "" };
    const verify = async (path: string) => {
      signal?.throwIfAborted();
      reporter(options.onProgress, "check")(0, null);
      sums = await digests(path);
      checkSum(dataset, readRecord(places), sums, from ?? path, options.acceptChange === true);
    };
    let file = from ?? places.part;
    let source = from ?? "";
    if (from === undefined) {
      const onBytes = reporter(options.onProgress, "download");
      source = (await download(dataset, places.part, verify, { ...options, onBytes })).url;
      file = places.part;
    } else await verify(from);
    const { size } = statSync(file);
    mkdirSync(places.work, { recursive: true });
    const members = await unpacked(dataset, file, places, from === undefined, options);
    const at = new Date().toISOString();
    const receipt: Receipt = { format: 1, name: dataset.name, source, bytes: size, sha256: sums.sha256, at, members };
    writeFileAtomic(join(places.work, "receipt.json"), `${JSON.stringify(receipt, null, 2)}\n`);
    signal?.throwIfAborted();
    replaceFolder(places);
    writeRecord(places, { ...readRecord(places), known: { sha256: sums.sha256, bytes: size, at } });
    removePart(places.part);
    return receipt;
  } finally {
    removeFolder(places.work);
    unlock();
  }
}

/** Unpacks to the work folder. A downloaded file that turns out bad is removed, so that the next call starts anew. */
async function unpacked(dataset: Dataset, file: string, { work, part }: Places, own: boolean, options: GetOptions) {
  const label = own ? `The file of ${dataset.name}` : file;
  try {
    return await unpack(dataset, file, work, label, { ...options, onBytes: reporter(options.onProgress, "unpack") });
  } catch (error) {
    const bad = ["ARCHIVE_UNSAFE", "ARCHIVE_INCOMPLETE", "FILE_DAMAGED"];
    if (own && error instanceof RefrainError && bad.includes(error.code)) removePart(part);
    throw error;
  }
}

function checkSum(
  { name, checksum }: Dataset,
  { known }: DatasetRecord,
  sums: { readonly sha256: string; readonly md5: string },
  path: string,
  acceptChange: boolean,
): void {
  const changed = (what: string, expected: string, found: string) =>
    new RefrainError("DATASET_CHANGED", `${basename(path)} of ${name} has ${what} ${found}, expected ${expected}.`, {
      name,
      expected,
      found,
    });
  if (checksum.value !== null) {
    const found = sums[checksum.algorithm];
    if (found !== checksum.value) throw changed(checksum.algorithm, `${checksum.value} (${checksum.source})`, found);
  } else if (known && known.sha256 !== sums.sha256 && !acceptChange)
    throw changed("sha256", `${known.sha256} as on ${known.at.slice(0, 10)}`, sums.sha256);
}

/** A receipt that cannot be read must not keep the data set from being got again. */
function readReceiptOrNone(name: string, data: string): Receipt | undefined {
  try {
    return readReceipt(name, data);
  } catch {
    return undefined;
  }
}

function checkFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path });
  if (!stat.isFile()) throw new RefrainError("FILE_UNREADABLE", `${path} is no file.`, { path });
}

/** The old data set goes aside, the new one takes its place; on failure the old one comes back. */
function replaceFolder({ folder, work }: Places): void {
  const old = `${work}.old`;
  removeFolder(old);
  const had = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  try {
    if (had) renameSync(folder, old);
    renameSync(work, folder);
  } catch (cause) {
    if (had && !lstatSync(folder, { throwIfNoEntry: false })) renameSync(old, folder);
    throw new RefrainError("FILE_WRITE_FAILED", `${folder}: ${(cause as Error).message}.`, { folder }, { cause });
  }
  removeFolder(old);
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
