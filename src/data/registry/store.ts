import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import { isAlive } from "../../core/lock.js";
import { keepsFiles, userFolder } from "../../core/places.js";
import { datasetNames, findDataset } from "./catalogue.js";
import type { Dataset } from "./descriptor.js";

const PACKAGE: string = fileURLToPath(new URL("../../..", import.meta.url));

/** What was written down about a data set when it was put in its place. */
export interface Receipt {
  readonly format: 1;
  readonly name: string;
  /** Address, or the file that a person handed over. */
  readonly source: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly at: string;
  /** Bytes by name. */
  readonly members: Readonly<Record<string, number>>;
}

/** What is remembered of a data set on this machine. */
export interface DatasetRecord {
  /** Digest of the terms that were accepted. */
  readonly accepted?: string;
  /** What the newest good file was; compared with where the publisher gives no checksum. */
  readonly known?: { readonly sha256: string; readonly bytes: number; readonly at: string };
}

const recordSchema: z.ZodType<DatasetRecord> = z.strictObject({
  accepted: z.string().optional(),
  known: z.strictObject({ sha256: z.string(), bytes: z.number(), at: z.string() }).optional(),
});

const receiptSchema: z.ZodType<Receipt> = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  source: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  at: z.string(),
  members: z.record(z.string(), z.number()),
});

/**
 * Folder of the downloaded data sets: REFRAIN_DATA, else `.cache/datasets` of a checkout, else a folder of this person.
 *
 * @param root folder of the package
 */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, root: string = PACKAGE): string {
  if (environment.REFRAIN_DATA) return resolve(environment.REFRAIN_DATA);
  if (keepsFiles(root)) return join(root, ".cache", "datasets");
  return join(userFolder({ environment, platform: process.platform, home: homedir() }), "datasets");
}

/** Where a data set is downloaded to, and what else belongs to it. */
export interface Places {
  /** Its members and receipt, once it is there. */
  readonly folder: string;
  readonly part: string;
  readonly work: string;
  readonly lock: string;
  /** Accepted terms and the checksum; it outlives the data. */
  readonly record: string;
}

export function placesOf(name: string, data: string): Places {
  const at = (ending: string) => join(data, ".state", `${name}.${ending}`);
  return { folder: join(data, name), part: at("part"), work: at("work"), lock: at("lock"), record: at("record.json") };
}

/** Digest of what a person agrees to; other terms must be accepted anew. */
export function termsDigest({ licence, terms }: Dataset): string {
  return sha256(`${licence}\n${terms}`);
}

/** @throws {RefrainError} DATASET_DAMAGED for a file that is not as it was written */
export function readRecord({ record }: Places): DatasetRecord {
  return existsSync(record) ? parse(record, recordSchema) : {};
}

export function writeRecord({ record }: Places, value: DatasetRecord): void {
  writeFileAtomic(record, JSON.stringify(value));
}

/** The receipt of a data set that is there. @throws {RefrainError} DATASET_DAMAGED */
export function readReceipt(name: string, data: string = dataFolder()): Receipt | undefined {
  const path = join(placesOf(name, data).folder, "receipt.json");
  return existsSync(path) ? parse(path, receiptSchema) : undefined;
}

function parse<T>(path: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new RefrainError("DATASET_DAMAGED", `${path} is not as it was written.`, { path }, { cause });
  }
}

/** A downloaded data set, ready to be read. */
export interface LocatedDataset {
  readonly dataset: Dataset;
  /** Path of the log. */
  readonly path: string;
  /** Path of the file with titles, or null. */
  readonly titles: string | null;
}

/** True for the bare name of a data set. A file of that name is meant by `./name`. @example isDatasetName("ml-1m") // true */
export function isDatasetName(path: string): boolean {
  return /^[a-z0-9-]+$/.test(path) && datasetNames().includes(path);
}

/**
 * The files of a data set that was downloaded.
 *
 * @throws {RefrainError} DATASET_UNKNOWN; DATASET_MISSING when it is not there; DATASET_DAMAGED when a file of it has gone
 */
export function locateDataset(name: string, data: string = dataFolder()): LocatedDataset {
  const dataset = findDataset(name);
  const { folder } = placesOf(name, data);
  const receipt = readReceipt(name, data);
  if (!receipt)
    throw new RefrainError(
      "DATASET_MISSING",
      `The data set ${name} is not in ${data}; get it with \`refrain data get ${name}\`.`,
      { name },
    );
  for (const member of Object.keys(receipt.members))
    if (!existsSync(join(folder, member)))
      throw new RefrainError("DATASET_DAMAGED", `${join(folder, member)} is gone.`, { name, member });
  const titles = dataset.titles && receipt.members[dataset.titles] !== undefined ? join(folder, dataset.titles) : null;
  return { dataset, path: join(folder, dataset.log), titles };
}

/** SHA-256 and MD5 of a file, as lower-case hex. */
export async function digests(path: string): Promise<{ readonly sha256: string; readonly md5: string }> {
  const [sha, md5] = [createHash("sha256"), createHash("md5")];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sha.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  return { sha256: sha.digest("hex"), md5: md5.digest("hex") };
}

/** Keeps other processes away from a data set. @returns a function that lets them in @throws {RefrainError} DATASET_BUSY, FILE_WRITE_FAILED */
export function lockDataset({ lock }: Places, data: string): () => void {
  try {
    mkdirSync(join(data, ".state"), { recursive: true });
    const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
    if (isAlive(holder))
      throw new RefrainError("DATASET_BUSY", `Process ${holder} is getting it (${lock}).`, { lock, holder });
    rmSync(lock, { force: true });
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch (cause) {
    if (cause instanceof RefrainError) throw cause;
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && syscall === "open")
      throw new RefrainError("DATASET_BUSY", `Another process took ${lock} just now.`, { lock }, { cause });
    throw new RefrainError("FILE_WRITE_FAILED", `${data} cannot be used: ${message}.`, { data }, { cause });
  }
  return () => rmSync(lock, { force: true });
}

/** Folders by when they were last used, the newest first. */
export function newestFirst(folders: readonly string[]): string[] {
  const ages = new Map(folders.map((folder) => [folder, statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
  return [...folders].sort((a, b) => (ages.get(b) ?? 0) - (ages.get(a) ?? 0));
}

/** Notes that a folder is used now. */
export function noteUse(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {} // a disk that may only be read
}
