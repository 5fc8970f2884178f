import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EventLog } from "../core/types.js";
import { type CleaningReport, cleanLog, type RawLog, type ReadOptions, readLog, readTitles } from "../data/index.js";
import { isDatasetName, locateDataset } from "../data/registry/index.js";
import { readCatalogue } from "../data/simulator/index.js";
import { type Histories, toHistories } from "../sequence/histories.js";
import { toSessions } from "../sequence/sessions.js";
import { leaveOneOut, splitByShare } from "../sequence/split.js";
import type { DataConfig, RunConfig } from "./config.js";

/** Folder of the embedded data set. */
export const JKPOP: string = fileURLToPath(new URL("../../datasets/jkpop/", import.meta.url));

/** The default of `ReadOptions.maxRows`. */
const USUAL_ROWS = 20_000_000;

/** A log made ready for training, with what was done to it. */
export interface Prepared {
  readonly path: string;
  /** SHA-256 of the file. */
  readonly dataHash: string;
  readonly raw: RawLog;
  readonly log: EventLog;
  readonly report: CleaningReport;
  readonly histories: Histories;
  /** Other names of each item index, [V+1]. */
  readonly aliases: readonly (readonly string[])[];
}

/**
 * Reads, cleans, cuts and indexes the log of a configuration.
 *
 * @throws {RefrainError} as its steps
 * @throws the signal's reason once it is aborted
 */
export async function prepare(config: RunConfig, signal?: AbortSignal): Promise<Prepared> {
  const { data, cleaning } = config;
  const embedded = data.path === "jkpop";
  const { path, titlesPath, options } = sourceOf(data);
  const raw = await readLog(path, options);
  const titles = titlesPath ? await readTitles(titlesPath) : undefined;
  await breathe(signal);
  const { log: clean, report } = cleanLog(raw, cleaning, titles);
  await breathe(signal);
  const log = data.sessionGapMinutes && clean.hasTimes ? toSessions(clean, data.sessionGapMinutes) : clean;
  const { kind } = config.split;
  const split =
    kind === "time" || (kind === "auto" && log.hasTimes)
      ? splitByShare(log, config.split.validationShare, config.split.testShare)
      : leaveOneOut(log);
  const histories = toHistories(split);
  const others = embedded ? romanisedNames() : new Map<string, string[]>();
  const aliases = histories.items.ids.map((id) => others.get(id) ?? []);
  return { path, dataHash: await hashFile(path), raw, log, report, histories, aliases };
}

/** A log's file, the file with its titles, and how they are read. */
export interface LogSource {
  readonly path: string;
  readonly titlesPath: string | null;
  readonly options: ReadOptions;
}

/**
 * Where the log of a configuration is: a path, "jkpop", or the name of a downloaded data set, whose descriptor then names
 * columns and titles that the configuration does not.
 *
 * @throws {RefrainError} DATASET_MISSING; DATASET_DAMAGED
 */
export function sourceOf({ path, columns, titles, encoding }: DataConfig): LogSource {
  const options = { columns, encoding: encoding ?? undefined };
  if (path === "jkpop") return { path: join(JKPOP, "plays.csv.gz"), titlesPath: titles, options };
  if (!isDatasetName(path)) return { path, titlesPath: titles, options };
  const located = locateDataset(path);
  const { dataset } = located;
  return {
    path: located.path,
    titlesPath: titles ?? located.titles,
    options: {
      ...options,
      columns: { ...dataset.columns, ...columns },
      // The usual bound is against wrong files; here the publisher says how many rows there are.
      maxRows: Math.max(USUAL_ROWS, dataset.rows ?? 0),
    },
  };
}

/** All known plays of each user index, from every part. @shape [U+1] */
export function knownPlays({ split, userIndex, itemIndex, users }: Histories): number[][] {
  const plays: number[][] = Array.from({ length: users.size + 1 }, () => []);
  for (let u = 0; u < userIndex.length; u++)
    if (userIndex[u] > 0)
      plays[userIndex[u]] = Array.from(itemIndex.subarray(split.userStart[u], split.userStart[u + 1])).filter(
        (item) => item > 0,
      );
  return plays;
}

/** Lets a signal arrive between two long steps. */
async function breathe(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function romanisedNames(): Map<string, string[]> {
  return new Map(
    readCatalogue(join(JKPOP, "catalogue.csv")).map((song) => [
      song.id.normalize("NFKC").trim().replace(/\s+/g, " "),
      [song.titleRomanised, `${song.artistRomanised} - ${song.titleRomanised}`],
    ]),
  );
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
