import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256, writeFileAtomic } from "../core/files.js";
import type { Prepared } from "./prepare.js";

/** One model whose figures on a test part somebody has seen. */
export interface TestReading {
  /** What was measured: a run by its id, or a technique with its options. */
  readonly model: string;
  /** The command that read it first; "app" for the window. */
  readonly by: "train" | "evaluate" | "compare" | "app";
  /** When it was read first, ISO 8601. */
  readonly first: string;
  readonly times: number;
}

/**
 * Notes that a model was measured on a test part, and gives all models that were, the first one first.
 *
 * A test part is meant to be read once: whoever reads it for many models and takes the best reports luck. It cannot be kept
 * from the one who holds the file, so it is counted: by the file's hash and the split, across all runs of a folder. To read
 * it again for the same model tells nothing new and counts as the same reading.
 *
 * @throws {RefrainError} FILE_WRITE_FAILED
 */
export function noteReading(
  runs: string,
  prepared: Pick<Prepared, "dataHash" | "histories">,
  model: string,
  by: TestReading["by"],
): TestReading[] {
  const folder = folderOf(runs, prepared);
  const path = join(folder, `${sha256(model).slice(0, 16)}.json`);
  const before = existsSync(path) ? read(path) : undefined;
  const reading: TestReading = {
    model,
    by: before?.by ?? by,
    first: before?.first ?? new Date().toISOString(),
    times: (before?.times ?? 0) + 1,
  };
  writeFileAtomic(path, `${JSON.stringify(reading)}\n`);
  return readings(runs, prepared);
}

/** All models that were measured on a test part, the first one first. */
export function readings(runs: string, prepared: Pick<Prepared, "dataHash" | "histories">): TestReading[] {
  const folder = folderOf(runs, prepared);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => read(join(folder, name)) ?? [])
    .sort((a, b) => (a.first < b.first ? -1 : 1));
}

function folderOf(runs: string, { dataHash, histories }: Pick<Prepared, "dataHash" | "histories">): string {
  return join(runs, "test-readings", sha256(`${dataHash} ${histories.split.description}`).slice(0, 16));
}

function read(path: string): TestReading | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as TestReading;
  } catch {
    return undefined; // Damaged by hand: then this model is not counted, and its next reading writes it anew.
  }
}
