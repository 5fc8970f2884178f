import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../core/errors.js";
import { writeFailure, writeFileAtomic } from "../core/files.js";
import { folderHolder, lockFolder } from "../core/lock.js";
import type { CleaningReport } from "../data/index.js";
import type { ComparisonTable } from "../evaluate/index.js";
import type { RunConfig } from "./config.js";

/** What a run is and how it went: `run.json` in its folder. */
export interface RunRecord {
  readonly format: 1;
  readonly id: string;
  readonly status: "training" | "interrupted" | "failed" | "finished";
  readonly startedAt: string;
  readonly config: RunConfig;
  readonly preset: string;
  /** `attributes`: hash of their table, where the model takes some. */
  readonly data: { readonly path: string; readonly sha256: string; readonly attributes?: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: { readonly name: string; readonly version: string };
  readonly cleaning: CleaningReport;
  readonly counts: Readonly<Record<string, number>>;
  readonly best?: { readonly epoch: number; readonly value: number; readonly metric: string };
  readonly seconds: Readonly<Record<string, number>>;
  readonly results?: ComparisonTable;
  /** Of a run that `updateRun` made: the run it was taught from, and what the guard measured. */
  readonly updatedFrom?: {
    readonly run: string;
    readonly metric: string;
    readonly before: number;
    readonly after: number;
    readonly cases: number;
    readonly newItems: number;
    readonly newUsers: number;
  };
}

/** One epoch in `history.json`, for curves. */
export interface EpochRecord {
  readonly epoch: number;
  readonly step: number;
  readonly trainingLoss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A name that sorts by time: 2025-11-24T09-05-03-jkpop. */
export function newRunId(name: string, now: Date = new Date()): string {
  return `${now.toISOString().slice(0, 19).replaceAll(":", "-")}-${name}`;
}

/** Creates the folder of a new run; a number is added where the id is taken. @throws {RefrainError} as `writeFailure` */
export function createRunFolder(runs: string, id: string): string {
  for (let n = 1; ; n++) {
    const folder = join(runs, n === 1 ? id : `${id}-${n}`);
    try {
      mkdirSync(runs, { recursive: true });
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure(folder, error);
    }
  }
}

/** Writes `run.json`. */
export function writeRecord(folder: string, record: RunRecord): void {
  writeFileAtomic(join(folder, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** Reads `run.json`. @throws {RefrainError} RUN_NOT_FOUND, RUN_DAMAGED */
export function readRecord(folder: string): RunRecord {
  const path = join(folder, "run.json");
  if (!existsSync(path))
    throw new RefrainError("RUN_NOT_FOUND", `${folder} is no run: it has no run.json.`, { folder });
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RunRecord;
  } catch (cause) {
    throw new RefrainError("RUN_DAMAGED", `${path} is not readable JSON.`, { path }, { cause });
  }
}

/** The epochs that a run has behind it; none before the first one is done. */
export function readEpochs(folder: string): EpochRecord[] {
  const path = join(folder, "history.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as EpochRecord[]) : [];
}

/** All runs of a folder, newest first; folders without a readable record are left out. */
export function listRuns(runs: string): RunRecord[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .sort()
    .reverse()
    .flatMap((id) => {
      try {
        return [{ ...readRecord(join(runs, id)), id }];
      } catch {
        return [];
      }
    });
}

/**
 * The folder of a run by path, id or the end of an id; the newest finished one when nothing is named.
 *
 * @throws {RefrainError} RUN_NOT_FOUND
 */
export function findRun(runs: string, wanted?: string, status?: RunRecord["status"]): string {
  if (wanted && existsSync(join(wanted, "run.json"))) return wanted;
  const all = listRuns(runs).filter((run) =>
    wanted ? run.id === wanted || run.id.endsWith(wanted) : !status || run.status === status,
  );
  if (all.length === 0)
    throw new RefrainError(
      "RUN_NOT_FOUND",
      wanted
        ? `No run "${wanted}" in the folder ${runs}, and no run.json in ${wanted}.`
        : `There is no ${status ?? ""} run in ${runs}.`,
      { runs, wanted },
    );
  return join(runs, all[0].id);
}

/**
 * Marks a run as being trained by this process.
 *
 * @throws {RefrainError} RUN_BUSY while another process that lives has it; as `writeFailure`
 */
export function lockRun(folder: string): () => void {
  return lockFolder(folder, (holder) => {
    const who = holder === undefined ? "Another process has just begun to train" : `Process ${holder} is training`;
    return new RefrainError("RUN_BUSY", `${who} ${folder}.`, { folder, holder });
  });
}

/** The process that trains a run; null where there is none that lives. */
export const runHolder: (folder: string) => number | null = folderHolder;
