import { freemem } from "node:os";
import type { EventLog } from "../../core/types.js";
import type { PlainFile } from "../large/plain-file.js";
import type { CleaningOptions } from "../options.js";
import type { RawLog } from "../read/types.js";
import { type CleaningReport, cleaningReport, refuseBadRows, settingsFor } from "../report.js";
import type { Role } from "../schema.js";
import { NotScannable } from "./blocks.js";
import { eventsOf } from "./events.js";
import { firstTitles } from "./first-titles.js";
import { nativeScanner } from "./native.js";
import type { LineFormat } from "./piece.js";
import { joinPieces } from "./rows.js";
import { applyRules } from "./rules-arrays.js";
import { hashFile, type ScanOptions, scanText } from "./scan.js";

/** About what share of the whole each step is done at, for the time left. */
export const DONE = { reading: 0.55, rules: 0.75, names: 0.88, sorting: 1 } as const;
/** Bytes that a row takes at most while it is read, sorted and cleaned, with its share of the names: measured from 2 to 20 million. */
const ROW_BYTES = 90;
/** 21 million rows, where half of what is free allows them. */
const MEMORY = 1.9e9;

/** True where the rows of a file can be held as columns of numbers, by the length of its first lines. */
export function fitsInArrays(
  { size, lineBytes, separator }: PlainFile,
  memory: number = Math.min(MEMORY, freemem() / 2),
): boolean {
  return separator.length === 1 && separator !== " " && (size / lineBytes) * ROW_BYTES <= memory;
}

export interface InArrays {
  readonly log: EventLog;
  readonly report: CleaningReport;
  readonly head: RawLog;
  readonly detected: RawLog["detected"];
  readonly badRows: RawLog["badRows"];
  readonly lastTime: number;
  /** SHA-256 of the file. */
  readonly fileHash: string;
  readonly way: "arrays";
}

/** @see cleanLargeLog */
type How = ScanOptions & { readonly titles?: ReadonlyMap<string, string> };

/**
 * Reads and cleans a plain file in memory, as columns of numbers: the same log and report as `readLog` and `cleanLog` give, in a
 * tenth of the time.
 *
 * @param head the first rows of the log, read the usual way
 * @returns undefined where the file is not what its beginning says
 * @throws {RefrainError} FILE_UNREADABLE, and as `cleanLog`
 * @throws the signal's reason once it is aborted
 */
export async function cleanInArrays(
  file: PlainFile,
  head: RawLog,
  options: CleaningOptions,
  how: How,
): Promise<InArrays | undefined> {
  const over = new AbortController();
  const signal = how.signal ? AbortSignal.any([over.signal, how.signal]) : over.signal;
  try {
    return await clean(file, head, options, { ...how, signal });
  } catch (cause) {
    if (cause instanceof NotScannable) return undefined;
    throw cause;
  } finally {
    over.abort();
  }
}

async function clean(file: PlainFile, head: RawLog, options: CleaningOptions, how: How): Promise<InArrays> {
  const format = formatOf(file);
  const onShare = (share: number) => how.onShare?.(DONE.reading * share);
  const scanned = await scanText(file.path, format, { ...how, onShare });
  // From here on one thread works, so there is a processor left.
  const fileHash = hashFile(file.path, how.signal);
  fileHash.catch(() => {}); // told in the end
  const { rows, texts, lines, badRows, repaired } = joinPieces(scanned, file.first);
  nativeScanner()?.giveBackMemory();
  const counts = { path: file.path, rows: rows.rows.length, badRows, timeUnit: file.unit };
  refuseBadRows(counts, options.maxBadShare);
  const settings = settingsFor(options, file.unit, head.detected.singleUser);
  const lastTime = lastOf(rows.times);
  const removed = applyRules(rows, texts, settings);
  rows.durations = rows.ratings = undefined; // only the rules ask for them
  const report = cleaningReport(counts, repaired, removed, rows.rows.length);
  how.onShare?.(DONE.rules);
  how.signal?.throwIfAborted();
  const titles = lines && firstTitles(file.path, format, rows, lines, texts.items.size, how.blockBytes);
  how.onShare?.(DONE.names);
  const log = eventsOf(rows, texts, settings.hasTimes, titles, how.titles);
  how.onShare?.(DONE.sorting);
  return { log, report, head, detected: head.detected, badRows, lastTime, fileHash: await fileHash, way: "arrays" };
}

/** The greatest of some times; 0 where none is known. */
function lastOf(times: Float64Array): number {
  let last = 0;
  for (const time of times) if (time > last) last = time;
  return last;
}

function formatOf({ separator, width, unit, columns }: PlainFile): LineFormat {
  const at = (role: Role) => columns.get(role) ?? -1;
  return {
    separator,
    width,
    unit,
    user: at("user"),
    item: at("item"),
    title: at("title"),
    artist: at("artist"),
    time: at("time"),
    duration: at("duration"),
    rating: at("rating"),
  };
}
