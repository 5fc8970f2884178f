import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EventLog } from "../core/types.js";
import { type CleaningReport, type DataEngine, loadLog, type RawLog, readTitles } from "../data/index.js";
import { readCatalogue } from "../data/simulator/index.js";
import { type Histories, toHistories } from "../sequence/histories.js";
import { toSessions } from "../sequence/sessions.js";
import { leaveOneOut, splitByShare } from "../sequence/split.js";
import type { RunConfig } from "./config.js";

/** Folder of the embedded data set. */
export const JKPOP: string = fileURLToPath(new URL("../../datasets/jkpop/", import.meta.url));

/** A log made ready for training, with what was done to it. */
export interface Prepared {
  readonly path: string;
  /** SHA-256 of the file. */
  readonly dataHash: string;
  readonly raw: RawLog;
  /** What read the log, and why. */
  readonly dataEngine: DataEngine;
  readonly dataReason: string;
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
  const path = embedded ? join(JKPOP, "plays.csv.gz") : data.path;
  const titles = data.titles ? await readTitles(data.titles) : undefined;
  const read = { columns: data.columns, encoding: data.encoding ?? undefined };
  const { log: clean, report, raw, engine, reason, fileHash } = await loadLog(path, { read, cleaning, titles, signal });
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
  const dataHash = fileHash ?? (await hashFile(path));
  return { path, dataHash, dataEngine: engine, dataReason: reason, raw, log, report, histories, aliases };
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
