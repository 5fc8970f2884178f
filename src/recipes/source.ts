// The first steps of a run and of an audit, so that both read, clean and cut a log in one way.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RefrainError } from "../core/errors.js";
import type { EventLog, SplitLog } from "../core/types.js";
import {
  type CleaningReport,
  chooseEngine,
  cleanKept,
  cleanLog,
  type DataEngine,
  joinLogs,
  LARGE_LIMITS,
  MEMORY_LIMITS,
  namesSessions,
  previewOf,
  pseudonymise,
  type RawLog,
  type ReadOptions,
  readHead,
  readLog,
  readTitles,
  withoutTexts,
} from "../data/index.js";
import { fetchAddress, type GetProgress, isAddress, isDatasetName, locateDataset } from "../data/registry/index.js";
import type { Support } from "../sequence/histories.js";
import { toSessions } from "../sequence/sessions.js";
import { partNumber } from "../sequence/split-given.js";
import { type SplitConfig, type SplitContext, type SplitKind, splitKind, splitLog } from "../sequence/split-kinds.js";
import type { DataConfig, RunConfig } from "./config.js";

/** Folder of the embedded data set. */
export const JKPOP: string = fileURLToPath(new URL("../../datasets/jkpop/", import.meta.url));

/** A log as it was read, from one file or from the files of a given split. */
export interface Source {
  /** The files and folders that were read. */
  readonly paths: readonly string[];
  readonly raw: RawLog;
  readonly titles?: ReadonlyMap<string, string>;
  /** Part by line of `raw` where the log came with a split: 0 train, 1 validation, 2 test. */
  readonly partOfLine?: Uint8Array;
  /** What reads the log, and why. Where it is DuckDB, `raw` holds the first rows only. */
  readonly engine: DataEngine;
  readonly reason: string;
  /** How it is read. */
  readonly options: ReadOptions;
}

/**
 * Reads the log of a configuration. Names are taken away before anything else sees the log, where the configuration says so;
 * of a personal export, the texts of unreadable rows always are, since they may name the person.
 *
 * @throws {RefrainError} FILE_*, COLUMN_* as `readLog`; as `fetchAddress`; DATASET_MISSING, DATASET_DAMAGED; SPLIT_INVALID for a column `split` that says no part
 */
export async function readSource(
  { data, split }: Pick<RunConfig, "data" | "split">,
  onProgress?: (rows: number) => void,
  fetching: Fetching = {},
): Promise<Source> {
  const { validation, test } = data;
  if (validation && !test)
    throw new RefrainError("SPLIT_INVALID", "A validation file needs a test file beside it; there is none.");
  const located = await locate(data, fetching);
  const files = [
    { path: located.path, part: 0 },
    ...(validation ? [{ path: await localFile(validation, fetching), part: 1 }] : []),
    ...(test ? [{ path: await localFile(test, fetching), part: 2 }] : []),
  ];
  const options = { ...located.options, onProgress };
  const titles = located.titles ? await readTitles(located.titles) : undefined;
  const choice = await chooseEngine(located.path, process.env.REFRAIN_DATA_ENGINE || undefined);
  const common = { paths: files.map((file) => file.path), titles, options };
  if (choice.engine === "duckdb" && files.length === 1 && !data.pseudonymise) {
    const outOfCore = { ...options, ...LARGE_LIMITS };
    const raw = await readHead(located.path, outOfCore);
    if (!raw.detected.singleUser && !namesParts(raw, split.kind))
      return { ...common, ...choice, raw, options: outOfCore };
  }
  const engine: DataEngine = "memory";
  const reason = choice.engine === engine ? choice.reason : "memory: names, parts and personal logs need every row";
  const logs: RawLog[] = [];
  for (const file of files) logs.push(await readLog(file.path, options));
  const { raw: all, linesFrom } = joinLogs(logs);
  const partOfLine = test
    ? partByFile(
        all,
        linesFrom,
        files.map(({ part }) => part),
      )
    : partByColumn(all, split.kind);
  return { ...common, engine, reason, raw: withoutNames(all, data), partOfLine };
}

/** Told while an address is fetched, and what stops it. */
export interface Fetching {
  readonly onFetch?: (progress: GetProgress) => void;
  readonly signal?: AbortSignal;
}

/** A file of this machine, fetched first where an address names it. @throws {RefrainError} as `fetchAddress` */
export async function localFile(path: string, { onFetch, signal }: Fetching = {}): Promise<string> {
  return isAddress(path) ? fetchAddress(path, { onProgress: onFetch, signal }) : path;
}

/** The configuration with every address in it fetched and named by its file. @throws {RefrainError} as `fetchAddress` */
export async function withLocalFiles(config: RunConfig, fetching: Fetching = {}): Promise<RunConfig> {
  return onFiles(config, (path) => localFile(path, fetching));
}

/** The configuration with every path or address in it as `name` has it. Names of data sets stay. */
export async function onFiles(config: RunConfig, name: (path: string) => Promise<string>): Promise<RunConfig> {
  const data: Record<string, unknown> = { ...config.data };
  for (const field of ["path", "titles", "attributes", "validation", "test"] as const) {
    const path = config.data[field];
    if (path === null || (field === "path" && (path === "jkpop" || isDatasetName(path)))) continue;
    data[field] = await name(path);
  }
  return { ...config, data: data as unknown as DataConfig };
}

/**
 * Where the log of a configuration is: a path, an address, "jkpop", or the name of a downloaded data set, whose descriptor then names
 * columns and titles that the configuration does not.
 */
async function locate(
  data: DataConfig,
  fetching: Fetching,
): Promise<{
  readonly path: string;
  readonly titles: string | null;
  readonly options: ReadOptions;
}> {
  const { path } = data;
  const titles = data.titles && (await localFile(data.titles, fetching));
  const options = readOptions(data);
  if (path === "jkpop") return { path: join(JKPOP, "plays.csv.gz"), titles, options };
  if (!isDatasetName(path)) return { path: await localFile(path, fetching), titles, options };
  const located = locateDataset(path);
  const { dataset } = located;
  return {
    path: located.path,
    titles: titles ?? located.titles,
    options: {
      ...options,
      columns: { ...dataset.columns, ...options.columns },
      // The usual bound is against wrong files; here the publisher says how many rows there are.
      maxRows: Math.max(MEMORY_LIMITS.maxRows, dataset.rows ?? 0),
    },
  };
}

/** How a configuration says that a log is to be read. */
export function readOptions(data: DataConfig): ReadOptions {
  const { columns, encoding, format, separator, timeUnit, singleUser } = data;
  return {
    columns,
    encoding: encoding ?? undefined,
    format: format ?? undefined,
    separator: separator ?? undefined,
    timeUnit: timeUnit ?? undefined,
    singleUser,
  };
}

/** The log without what the configuration does not keep. */
function withoutNames(raw: RawLog, { pseudonymise: isWanted, keepTitles }: DataConfig): RawLog {
  const isPersonal = raw.detected.singleUser === true;
  if (isWanted) return pseudonymise(raw, { titles: isPersonal && !keepTitles });
  return isPersonal ? withoutTexts(raw) : raw;
}

/** A cleaned log, with the log as it was delivered (its first rows, where DuckDB read it). */
export interface Cleaned {
  readonly log: EventLog;
  readonly report: CleaningReport;
  readonly raw: RawLog;
  /** SHA-256 of the file, where it was a by-product. */
  readonly fileHash?: string;
}

/**
 * Cleans a source. What was detected goes along with a refusal, so that a person sees what was misread.
 *
 * @param how of a log that DuckDB reads: told the share that is done, and stopped by a signal
 * @throws {RefrainError} as `cleanLog`, with a `preview` in its details; DATABASE_UNAVAILABLE, DATABASE_FAILED
 */
export async function cleanSource(
  { raw, titles, engine, options: read, paths }: Source,
  { cleaning, split }: Pick<RunConfig, "cleaning" | "split">,
  how: { readonly onShare?: (share: number) => void; readonly signal?: AbortSignal } = {},
): Promise<Cleaned> {
  const options = split.support === "train" ? { ...cleaning, minimumUserPlays: 1, minimumItemPlays: 1 } : cleaning;
  try {
    if (engine === "memory") return { raw, ...cleanLog(raw, options, titles) };
    const large = await cleanKept(paths[0], { read, cleaning: options, titles, ...how });
    const { log, report, detected, badRows, fileHash } = large;
    return { log, report, raw: { ...raw, detected, badRows }, fileHash };
  } catch (error) {
    if (!(error instanceof RefrainError) || error.code === "CONFIG_INVALID") throw error;
    const details = { ...error.details, preview: previewOf(raw) };
    throw new RefrainError(error.code, error.message, details, { cause: error });
  }
}

/** Cuts a clean log as the configuration says, in sessions first where it asks for them. @throws {RefrainError} as `splitLog` */
export function splitSource(
  clean: EventLog,
  { raw, partOfLine }: Source,
  config: Pick<RunConfig, "cleaning" | "data" | "split">,
): { readonly split: SplitLog; readonly kind: SplitKind } {
  const { sessionGapMinutes } = config.data;
  const log = sessionGapMinutes && clean.hasTimes ? toSessions(clean, sessionGapMinutes) : clean;
  const context: SplitContext = {
    sessionGapMinutes,
    usersAreSessions: namesSessions(raw.detected.roles.user),
    ...(partOfLine ? { parts: Uint8Array.from(log.lines, (line) => partOfLine[line]) } : {}),
  };
  const split = splitLog(log, config.split, context);
  return { split: { ...split, support: supportText(config) }, kind: splitKind(log, config.split, context) };
}

/** What the training part must hold of each user and item. */
export function trainSupport({ cleaning, split }: Pick<RunConfig, "cleaning" | "split">): Support {
  const { minimumUserPlays, minimumItemPlays } = cleaning;
  return split.support === "train"
    ? { minimumUserPlays, minimumItemPlays }
    : { minimumUserPlays: 1, minimumItemPlays: 1 };
}

function supportText({ cleaning, split }: Pick<RunConfig, "cleaning" | "split">): string {
  const { minimumUserPlays, minimumItemPlays } = cleaning;
  const where = split.support === "train" ? "in the training part" : "before the split";
  return `at least ${minimumUserPlays} plays a user and ${minimumItemPlays} an item ${where}`;
}

function partByFile(raw: RawLog, linesFrom: readonly number[], parts: readonly number[]): Uint8Array {
  const partOfLine = new Uint8Array(lastLine(raw) + 1);
  linesFrom.forEach((from, file) => {
    partOfLine.fill(parts[file], from + 1);
  });
  return partOfLine;
}

/** True where the column `split` names the parts, as far as the first rows of a log tell. */
function namesParts({ columns }: RawLog, kind: SplitConfig["kind"]): boolean {
  const column = columns.get("split");
  if (!column || (kind !== "given" && kind !== "auto")) return false;
  return kind === "given" || column.every((value) => partNumber(value) !== undefined);
}

/** The parts that a column says; undefined where there is none, or where it says something else and nobody asked for it. */
function partByColumn(raw: RawLog, kind: SplitConfig["kind"]): Uint8Array | undefined {
  const column = raw.columns.get("split");
  if (!column || (kind !== "given" && kind !== "auto")) return undefined;
  const partOfLine = new Uint8Array(lastLine(raw) + 1);
  for (let row = 0; row < column.length; row++) {
    const part = partNumber(column[row]);
    if (part === undefined && kind === "auto") return undefined;
    if (part === undefined)
      throw new RefrainError(
        "SPLIT_INVALID",
        `${raw.path}:${raw.lines[row]}: the column "${raw.detected.roles.split}" must say train, validation or test, found "${column[row].slice(0, 40)}".`,
        { line: raw.lines[row] },
      );
    partOfLine[raw.lines[row]] = part;
  }
  if (kind === "auto" && !partOfLine.includes(2)) return undefined;
  return partOfLine;
}

function lastLine({ lines }: RawLog): number {
  return lines.reduce((last, line) => Math.max(last, line), 0);
}
