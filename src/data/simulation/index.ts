import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import { splitLine } from "../read/fields.js";
import { type RowKind, type SimulatedLog, simulateLog, trackOf } from "./log.js";
import type { Song } from "./world.js";

export { type RowKind, type SimulatedLog, type Song, simulateLog, trackOf };

/** The catalogue of real songs. @throws {RefrainError} FILE_NOT_FOUND */
export function readCatalogue(folder: string): Song[] {
  const path = join(folder, "catalogue.csv");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path }, { cause });
  }
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [artist, artistRomanised, title, titleRomanised, country, year, style, mood] = splitLine(
        line,
        ",",
      ) as string[];
      return { artist, artistRomanised, title, titleRomanised, country, year: Number(year), style, mood };
    });
}

/**
 * Simulates the embedded log into `plays.csv.gz` and `truth.csv.gz` beside the catalogue.
 *
 * @throws {RefrainError} CHECKSUM_MISMATCH when the bytes are not the published ones (file SHA256SUMS)
 */
export function generateJkpop(
  folder: string,
  onProgress?: (done: number, all: number) => void,
): SimulatedLog["counts"] {
  const { csv, truth, counts } = simulateLog(readCatalogue(folder), { onProgress });
  const sums = readFileSync(join(folder, "SHA256SUMS"), "utf8");
  for (const [name, text] of [
    ["plays.csv", csv],
    ["truth.csv", truth],
  ]) {
    if (!sums.includes(`${sha256(text)}  ${name}`))
      throw new RefrainError("CHECKSUM_MISMATCH", `The simulated ${name} differs from the published one.`, {
        name,
        found: sha256(text),
      });
    writeFileAtomic(join(folder, `${name}.gz`), gzipSync(text));
  }
  return counts;
}

/** What the simulator knew about each line of `plays.csv`. Arrays are indexed by line number; NaN where it is no play. */
export interface Truth {
  readonly kinds: readonly (RowKind | undefined)[];
  /** Rank of the play by the true probabilities, 1-based. */
  readonly oracleRank: Float64Array;
  readonly expectedHr10: Float64Array;
  readonly expectedNdcg10: Float64Array;
  /** How the song was chosen: "first", "refrain", "run" or "pick". */
  readonly moves: readonly string[];
}

/** Reads `truth.csv.gz`. @throws {RefrainError} FILE_NOT_FOUND */
export function readTruth(folder: string): Truth {
  const path = join(folder, "truth.csv.gz");
  let text: string;
  try {
    text = gunzipSync(readFileSync(path)).toString("utf8");
  } catch (cause) {
    throw new RefrainError(
      "FILE_NOT_FOUND",
      `${path} cannot be read: run \`refrain data generate\`.`,
      { path },
      { cause },
    );
  }
  const rows = text.trim().split("\n").slice(1);
  const size = rows.length + 2;
  const number = () => new Float64Array(size).fill(Number.NaN);
  const [oracleRank, expectedHr10, expectedNdcg10] = [number(), number(), number()];
  const kinds = new Array<RowKind | undefined>(size);
  const moves = new Array<string>(size).fill("");
  for (const row of rows) {
    const [line, kind, rank, hr10, ndcg10, , , move] = row.split(",");
    const at = Number(line);
    kinds[at] = kind as RowKind;
    if (rank === "") continue;
    oracleRank[at] = Number(rank);
    expectedHr10[at] = Number(hr10);
    expectedNdcg10[at] = Number(ndcg10);
    moves[at] = move;
  }
  return { kinds, oracleRank, expectedHr10, expectedNdcg10, moves };
}
