import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { keptLogsOf, oneForm, type ReadOptions } from "../../data/index.js";
import { isAddress, isDatasetName, keptCopies } from "../../data/registry/index.js";
import { forgetUsers } from "../../model/index.js";
import { listRuns, type RunRecord, readOptions, runHolder, trashOf } from "../../recipes/index.js";
import { openStore } from "../open-store.js";
import type { StoreName } from "../play-store.js";
import { lockState } from "../server.js";
import { type FoundLog, findInLog } from "./log-file.js";

/** What can be found of a user. */
export type TraceKind = "log" | "model" | "report" | "checkpoints" | "serving" | "mention" | "by-hand" | "training";

/** One place that holds something of the users. */
export interface Trace {
  readonly kind: TraceKind;
  readonly path: string;
  /** Plays of the users there, where that is known. */
  readonly plays: number | null;
  /** Why a log has to be changed by hand. */
  readonly reason?: FoundLog["reason"];
}

/** What was found, with what takes it away; a trace without `remove` stays. */
export interface FoundTrace extends Trace {
  readonly remove?: () => Promise<void> | void;
}

export interface ForgetOptions {
  readonly users: readonly string[];
  /** Folder of the runs. */
  readonly runs: string;
  /** Logs and exports beside those that the runs name. */
  readonly logs?: readonly string[];
  /** Folder of what `refrain export` wrote; files there that name one of the users are told. */
  readonly exports?: string;
  /** State of `refrain serve`; see its option. */
  readonly state?: string;
  readonly store?: StoreName;
  readonly redis?: string;
}

/** Files in which a name may stand. */
const TEXTS = new Set([".json", ".html", ".csv", ".tsv", ".txt", ".jsonl", ".md", ".svg"]);
const LARGEST_TEXT = 256 * 2 ** 20;

/**
 * Finds all that is kept of some users: in logs that the runs name or that are named here, uploads of the app, saved models
 * (also those in the trash), reports, checkpoints, and the state of `refrain serve`. Changes nothing.
 *
 * @throws {RefrainError} FILE_NOT_FOUND for a log that is named here; STATE_BUSY while a server has the state folder; STORE_UNAVAILABLE
 */
export async function findTraces(options: ForgetOptions): Promise<FoundTrace[]> {
  const { runs } = options;
  const users = new Set(options.users.map(oneForm));
  const folders = [runs, trashOf(runs)].flatMap((place) =>
    listRuns(place).map((record) => ({ record, folder: join(place, record.id) })),
  );
  const given = (options.logs ?? []).flatMap(filesOf);
  for (const path of given)
    if (!existsSync(path)) throw new RefrainError("FILE_NOT_FOUND", `${path} does not exist.`, { path });
  const logs = new Map<string, ReadOptions>(given.map((path) => [path, {}]));
  for (const { record } of folders) for (const path of logsOf(record)) logs.set(path, readOptions(record.config.data));
  for (const path of uploadsOf(runs)) logs.set(path, {});
  const found: FoundTrace[] = [];
  const changed = new Set<string>();
  for (const [path, how] of logs) {
    if (!existsSync(path)) continue;
    for (const { path: file, plays, remove, reason } of await findInLog(path, users, how)) {
      if (plays === 0 && !remove) continue;
      const kind = remove ? "log" : "by-hand";
      found.push({ kind, path: file, plays: Number.isNaN(plays) ? null : plays, remove, reason });
      changed.add(path);
    }
  }
  // They are made anew from the log when it is next read.
  for (const { path, plays } of await keptLogsOf(users))
    found.push({ kind: "log", path, plays, remove: () => rmSync(path, { recursive: true, force: true }) });
  for (const { record, folder } of folders) found.push(...tracesOfRun(folder, record, users, changed));
  found.push(...(await tracesOfServing(options, users)));
  // What is left of a name in a log that was read is no user: a song may be called alike.
  const known = new Set([...found.map(({ path }) => resolve(path)), ...logs.keys()]);
  found.push(...mentionsIn(runs, users, known));
  if (options.exports !== undefined) found.push(...mentionsIn(options.exports, users, known));
  return found;
}

/** Takes away what can be; gives what stays. @param onTrace told before each */
export async function removeTraces(
  traces: readonly FoundTrace[],
  onTrace: (trace: Trace) => void = () => {},
): Promise<Trace[]> {
  for (const trace of traces) {
    if (!trace.remove) continue;
    onTrace(trace);
    await trace.remove();
  }
  return traces.filter(({ remove }) => !remove);
}

/** The logs that a run was made from, on this machine. */
function logsOf({ config: { data } }: RunRecord): string[] {
  // The embedded log is simulated, and public sets are others' publications, which a checksum guards.
  if (data.path === "jkpop" || isDatasetName(data.path)) return [];
  return [data.path, data.validation, data.test].flatMap((path) => (path === null ? [] : filesOf(path)));
}

/** What a path means on this machine: of an address all copies, which are fetched anew when they are next read. */
function filesOf(path: string): string[] {
  return isAddress(path) ? keptCopies(path) : [resolve(path)];
}

/** Logs that were dropped on the app. */
function uploadsOf(runs: string): string[] {
  const folder = join(runs, ".uploads");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((place) =>
    readdirSync(join(folder, place)).map((name) => join(folder, place, name)),
  );
}

function tracesOfRun(
  folder: string,
  record: RunRecord,
  users: ReadonlySet<string>,
  changedLogs: ReadonlySet<string>,
): FoundTrace[] {
  const ofSessions = Boolean(record.config.data.sessionGapMinutes);
  const isRemoved = (id: string) => users.has(id) || (ofSessions && users.has(id.replace(/\/\d+$/, "")));
  const found = forgetUsers(folder, isRemoved, true);
  const traces: FoundTrace[] = [];
  const isHeld = runHolder(folder) !== null;
  const hasChanged = logsOf(record).some((path) => changedLogs.has(path));
  if (isHeld && hasChanged) traces.push({ kind: "training", path: folder, plays: null });
  if (found.users > 0)
    traces.push({
      kind: "model",
      path: folder,
      plays: found.plays,
      remove: () => void forgetUsers(folder, isRemoved),
    });
  // They hold a vector for each user, and the run cannot be resumed on a log that has changed.
  const checkpoints = join(folder, "checkpoints");
  if (!isHeld && hasChanged && existsSync(checkpoints) && readdirSync(checkpoints).length > 0)
    traces.push({
      kind: "checkpoints",
      path: checkpoints,
      plays: null,
      remove: () => rmSync(checkpoints, { recursive: true, force: true }),
    });
  const report = join(folder, "report.html");
  if (existsSync(report) && namesOneOf(textOf(report), users))
    traces.push({ kind: "report", path: report, plays: null, remove: () => rmSync(report, { force: true }) });
  return traces;
}

async function tracesOfServing(options: ForgetOptions, users: ReadonlySet<string>): Promise<FoundTrace[]> {
  const folder = options.state ?? join(options.runs, ".serving");
  const kinds = storesIn(folder, options);
  const traces: FoundTrace[] = [];
  for (const kind of kinds) {
    const open = async <T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> => {
      const unlock = existsSync(folder) ? lockState(folder) : () => {}; // nothing is made by looking
      try {
        const store = await openStore({ store: kind, folder, redis: options.redis, acceptLoss: true });
        try {
          return await work(store);
        } finally {
          await store.close();
        }
      } finally {
        unlock();
      }
    };
    const names = [...new Set([...options.users, ...users])]; // a server takes ids as they are
    const plays = await open(async (store) => {
      let all = 0;
      for (const user of names) all += (await store.playsOf(user)).length;
      return all;
    });
    const path = kind === "redis" ? (options.redis as string) : folder;
    const remove = () =>
      open(async (store) => {
        for (const user of names) await store.forget(user);
      });
    if (plays > 0) traces.push({ kind: "serving", path, plays, remove });
  }
  return traces;
}

/** The stores of which there are files, and Redis where it is named. */
function storesIn(folder: string, { store, redis }: ForgetOptions): StoreName[] {
  const found = new Set<StoreName>(store ? [store] : []);
  if (existsSync(join(folder, "plays.jsonl"))) found.add("memory");
  if (existsSync(join(folder, "plays.sqlite"))) found.add("sqlite");
  if (redis) found.add("redis");
  return [...found];
}

/** Other files below the runs that name one of the users: they are told, since nobody knows what they are for. */
function mentionsIn(folder: string, users: ReadonlySet<string>, known: ReadonlySet<string>): FoundTrace[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry): FoundTrace[] => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXTS.has(extname(entry.name)) || isKnown(resolve(path), known)) return [];
    if (statSync(path).size > LARGEST_TEXT || !namesOneOf(textOf(path), users)) return [];
    return [{ kind: "mention", path, plays: null }];
  });
}

/** What a file says. The library that draws a report's figures is full of short names, and of nobody's. */
function textOf(path: string): string {
  const text = readFileSync(path, "utf8");
  return extname(path) === ".html" ? text.replace(/<script>\/\*\*\s*\* plotly\.js [\s\S]*?<\/script>/g, "") : text;
}

/** True where a file is dealt with by itself, or as part of its folder. */
function isKnown(path: string, known: ReadonlySet<string>): boolean {
  if (known.has(path)) return true;
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
  return known.has(folder) && /[/\\](context\.json|plays\.jsonl|forgotten\.json)$/.test(path);
}

/** True where a name stands in a text as a word of its own, as JSON and HTML write it. */
function namesOneOf(text: string, users: ReadonlySet<string>): boolean {
  return [...users].filter(isTelling).some((user) =>
    [user, JSON.stringify(user).slice(1, -1), user.replaceAll("&", "&amp;").replaceAll("<", "&lt;")].some((form) => {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
        if (!isWord(text[at - 1]) && !isWord(text[at + form.length])) return true;
      return false;
    }),
  );
}

/** A short number stands everywhere, and means something else. */
const isTelling = (user: string): boolean => user.length >= 4 || !/^\d*$/.test(user);

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{N}_-]/u.test(letter);
