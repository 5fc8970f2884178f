import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import { readCatalogue } from "./catalogue.js";
import { KINDS } from "./dirt.js";
import { simulate } from "./simulate.js";
import { truthText } from "./truth.js";

/** Seed of the data set that the datasheet describes. */
export const JKPOP_SEED = 2025;

export interface GenerateOptions {
  /** Default `JKPOP_SEED`. Another seed gives another world, for which no digest is recorded. */
  readonly seed?: number;
  /** Called with the share that is done, in [0, 1]. */
  readonly onProgress?: (share: number) => void;
}

/** What was written. */
export interface Generated {
  readonly rows: number;
  /** Rows of each kind, in the order of `KINDS`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** SHA-256 of the uncompressed plays.csv and truth.csv. */
  readonly digests: Readonly<Record<"plays.csv" | "truth.csv", string>>;
  /** Whether the digests were compared with SHA256SUMS: false for another seed, or where there is no such file. */
  readonly verified: boolean;
  readonly seconds: number;
}

/**
 * Makes plays.csv.gz and truth.csv.gz of the jkpop data set from the catalogue.csv beside them.
 *
 * Promised equal on every machine are the uncompressed files: zlib versions compress differently. Digests of them are in
 * SHA256SUMS; `gunzip -c plays.csv.gz | sha256sum` gives the same.
 *
 * @throws {RefrainError} as `readCatalogue`; CHECKSUM_MISMATCH, before anything is written, when the files are not the
 *         recorded ones; FILE_WRITE_FAILED
 */
export async function generateJkpop(folder: string, options: GenerateOptions = {}): Promise<Generated> {
  const { seed = JKPOP_SEED, onProgress } = options;
  const began = performance.now();
  const { plays, truth } = simulate(readCatalogue(join(folder, "catalogue.csv")), {
    seed,
    onProgress: (share) => onProgress?.(0.8 * share),
  });
  const files = { "plays.csv": plays, "truth.csv": truthText(truth) } as const;
  const digests = { "plays.csv": sha256(files["plays.csv"]), "truth.csv": sha256(files["truth.csv"]) };
  const recorded = seed === JKPOP_SEED ? recordedDigests(folder) : undefined;
  for (const [name, found] of Object.entries(digests))
    if (recorded && recorded.get(name) !== found)
      throw new RefrainError("CHECKSUM_MISMATCH", `${name} must have SHA-256 ${recorded.get(name)}, got ${found}.`, {
        name,
        found,
      });
  for (const [name, text] of Object.entries(files))
    writeFileAtomic(join(folder, `${name}.gz`), gzipSync(text, { level: 4 }));
  const kinds: Record<string, number> = {};
  for (const kind of KINDS) kinds[kind] = 0;
  for (const kind of truth.kind.subarray(2)) kinds[KINDS[kind]]++;
  onProgress?.(1);
  return {
    rows: truth.kind.length - 2,
    kinds,
    digests,
    verified: recorded !== undefined,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Digests of SHA256SUMS by file name. */
function recordedDigests(folder: string): Map<string, string> | undefined {
  const path = join(folder, "SHA256SUMS");
  if (!existsSync(path)) return undefined;
  const rows = readFileSync(path, "utf8").trim().split("\n");
  return new Map(rows.map((row) => row.split("  ").reverse() as [string, string]));
}
