// A small data set on a local server, and what may be on disk afterwards.
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Dataset, parseDataset } from "../../src/data/registry/descriptor.js";
import { type GetOptions, getDataset } from "../../src/data/registry/get.js";

/** A log that is a few network chunks long. */
export const LOG: Buffer = Buffer.from(
  Array.from({ length: 20_000 }, (_, n) => `u${n % 50}\ti${n % 300}\t${1_600_000_000 + n * 60}\n`).join(""),
);

export function digest(algorithm: "sha256" | "md5", bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** A descriptor of one log file. */
export function datasetOf(sources: readonly string[], fields: Partial<Dataset> = {}): Dataset {
  return parseDataset("test", {
    name: "tiny",
    title: "A tiny log",
    homepage: "https://example.org/",
    sources,
    byHand: null,
    size: { bytes: LOG.length, exact: true },
    checksum: { algorithm: "sha256", value: digest("sha256", LOG), source: "the test" },
    packing: "file",
    unpackedBytes: LOG.length,
    members: [{ from: "log.tsv", to: "log.tsv" }],
    log: "log.tsv",
    layout: null,
    rows: 20_000,
    licence: "CC0 1.0",
    terms: "No terms: it is made for a test.",
    citation: "The tests of this project.",
    recommended: { reason: "It is a test." },
    published: [],
    note: null,
    ...fields,
  });
}

/** Gets it with short waits. */
export function getTiny(dataset: Dataset, data: string, options: GetOptions = {}): ReturnType<typeof getDataset> {
  return getDataset(dataset, { data, acceptTerms: true, backoffMs: 1, attempts: 3, idleMs: 2_000, ...options });
}

/** Files of the data folder but the record: what a failure left. */
export function leftovers(data: string): string[] {
  if (!existsSync(data)) return [];
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .filter((name) => name !== join(".state", "tiny.record.json"))
    .sort();
}

/** The part of a download that can go on, with its note. */
export const PART: readonly string[] = [join(".state", "tiny.part"), join(".state", "tiny.part.json")];
export const WHOLE: readonly string[] = [join("tiny", "log.tsv"), join("tiny", "receipt.json")];
