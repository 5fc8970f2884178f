import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../core/files.js";
import type { EventLog } from "../core/types.js";
import type { CleaningReport, DataEngine, RawLog } from "../data/index.js";
import { readItemRows } from "../data/index.js";
import { readCatalogue } from "../data/simulator/index.js";
import { type ItemAttribute, itemAttributes } from "../sequence/attributes.js";
import { type Histories, toHistories } from "../sequence/histories.js";
import type { SplitKind } from "../sequence/split-kinds.js";
import { breathe } from "./breathe.js";
import type { RunConfig } from "./config.js";
import { cleanSource, type Fetching, JKPOP, localFile, readSource, splitSource, trainSupport } from "./source.js";
import { type FetchProgress, telling } from "./telling.js";

/** A log made ready for training, with what was done to it. */
export interface Prepared {
  readonly path: string;
  /** SHA-256 of the file, or of all files. */
  readonly dataHash: string;
  readonly raw: RawLog;
  /** What read the log, and why. */
  readonly dataEngine: DataEngine;
  readonly dataReason: string;
  readonly log: EventLog;
  readonly report: CleaningReport;
  readonly histories: Histories;
  /** The kind of the split, also where the configuration says auto. */
  readonly splitKind: SplitKind;
  /** Other names of each item index, [V+1]. */
  readonly aliases: readonly (readonly string[])[];
  /** Attributes of the items that the model takes. */
  readonly attributes: readonly ItemAttribute[];
  /** SHA-256 of the table that they are from; null where the model takes none. */
  readonly attributesHash: string | null;
}

/**
 * Reads, cleans, cuts and indexes the log of a configuration.
 *
 * @param onProgress told how many rows are read
 * @param onFetch told how far the fetch of an address is
 * @throws {RefrainError} as its steps
 * @throws the signal's reason once it is aborted
 */
export async function prepare(
  config: RunConfig,
  signal?: AbortSignal,
  onProgress?: (rows: number) => void,
  onFetch?: Fetching["onFetch"],
): Promise<Prepared> {
  const source = await readSource(config, onProgress, { onFetch, signal });
  await breathe(signal);
  const { log: clean, report, raw, fileHash } = await cleanSource(source, config, { signal });
  await breathe(signal);
  const { split, kind } = splitSource(clean, source, config);
  const histories = toHistories(split, trainSupport(config));
  const others = config.data.path === "jkpop" ? romanisedNames() : new Map<string, string[]>();
  const aliases = histories.items.ids.map((id) => others.get(id) ?? []);
  const dataHash = fileHash ?? (await hashFiles(source.paths));
  return {
    path: source.paths[0],
    dataHash,
    dataEngine: source.engine,
    dataReason: source.reason,
    raw,
    log: split.log,
    report,
    histories,
    splitKind: kind,
    aliases,
    ...(await readAttributes(config, histories, { onFetch, signal })),
  };
}

/** As `prepare`, and says how far the fetch of an address is. */
export function preparing(config: RunConfig, signal?: AbortSignal): AsyncGenerator<FetchProgress, Prepared> {
  return telling((tell) => prepare(config, signal, undefined, (progress) => tell({ type: "fetching", ...progress })));
}

/** All known plays of each user index, from every part and session, and when they were heard. @shape [U+1] each */
export function knownPlays({ split, userIndex, itemIndex, users }: Histories): {
  readonly histories: number[][];
  readonly times?: number[][];
} {
  const { log, userStart } = split;
  const none = () => Array.from({ length: users.size + 1 }, (): number[] => []);
  const [histories, times] = [none(), none()];
  for (let u = 0; u < userIndex.length; u++)
    if (userIndex[u] > 0)
      for (let row = userStart[u]; row < userStart[u + 1]; row++)
        if (itemIndex[row] > 0) {
          histories[userIndex[u]].push(itemIndex[row]);
          times[userIndex[u]].push(log.times[row]);
        }
  return log.hasTimes ? { histories, times } : { histories };
}

/** SHA-256 over all content that a result on this data follows from: the log, and attributes where the model takes some. */
export function contentHash({ dataHash, attributesHash }: Pick<Prepared, "dataHash" | "attributesHash">): string {
  return attributesHash === null ? dataHash : sha256(`${dataHash}\n${attributesHash}`);
}

/** The attributes that the model's options name; none where no table is given. */
async function readAttributes(
  { data, model }: RunConfig,
  { items }: Histories,
  fetching: Fetching,
): Promise<Pick<Prepared, "attributes" | "attributesHash">> {
  const names = model.attributes.split(",").flatMap((name) => name.trim() || []);
  const given = data.attributes ?? (data.path === "jkpop" ? join(JKPOP, "catalogue.csv") : undefined);
  if (given === undefined || names.length === 0) return { attributes: [], attributesHash: null };
  const path = await localFile(given, fetching);
  const attributes = itemAttributes(await readItemRows(path), names, items);
  return { attributes, attributesHash: await hashFiles([path]) };
}

function romanisedNames(): Map<string, string[]> {
  return new Map(
    readCatalogue(join(JKPOP, "catalogue.csv")).map((song) => [
      song.id.normalize("NFKC").trim().replace(/\s+/g, " "),
      [song.titleRomanised, `${song.artistRomanised} - ${song.titleRomanised}`],
    ]),
  );
}

/** SHA-256 of one file as it is; of a folder or several paths, that of the hashes of all files in the order of their names. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [path],
  );
  const hashes: string[] = [];
  for (const file of files) {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    hashes.push(hash.digest("hex"));
  }
  return hashes.length === 1 ? hashes[0] : sha256(hashes.join("\n"));
}
