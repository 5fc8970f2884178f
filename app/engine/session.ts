import { AsyncLocalStorage } from "node:async_hooks";
import { dirname } from "node:path";
import {
  type Evaluation,
  type EvaluationCase,
  evaluate,
  evaluationCases,
  LIST_LENGTH,
  loadModel,
  noteReading,
  type Prepared,
  type Protocol,
  prepare,
  RefrainError,
  type RunRecord,
  readRecord,
  runConfig,
  type SavedModel,
  StreamingModel,
  startEngine,
  type TestReading,
} from "refrain";
import { onceFor } from "./once.js";
import type { Opening, Song } from "./protocol.js";

/** A finished run, opened for questions: its model, and its log where that can still be read. */
export interface Session {
  readonly folder: string;
  readonly record: RunRecord;
  readonly saved: SavedModel;
  readonly streaming: StreamingModel;
  readonly songs: readonly Song[];
  /** Undefined where the log is gone or has changed; `note` says why. */
  readonly prepared: Prepared | undefined;
  readonly note: string | null;
  readonly cases: readonly EvaluationCase[];
  /** The test part once somebody asked for it. */
  tested: Tested | undefined;
}

/** The ranks of a run's test part, with lists of `LIST_LENGTH`, and every model that was measured on it. */
export interface Tested {
  readonly evaluation: Evaluation;
  readonly readings: readonly TestReading[];
}

const MOST_OPEN = 3;
const open = new Map<string, Promise<Session>>();

/** Opens a run once; the least recently used one is closed when there are too many. */
export async function sessionOf(folder: string): Promise<Session> {
  const found = open.get(folder) ?? load(folder);
  open.delete(folder);
  open.set(folder, found);
  for (const [other, session] of open) {
    if (open.size <= MOST_OPEN) break;
    open.delete(other);
    session.then(close).catch(() => {});
  }
  try {
    return await found;
  } catch (error) {
    open.delete(folder);
    throw error;
  }
}

/** Questions that are being answered, and the sessions that were closed meanwhile: their models may still be in use. */
let answering = 0;
const closed = new Set<Session>();
const gone = new WeakSet<Session>();

/** Who asked the question that is being answered: hears what is done before there is an answer. */
const asker = new AsyncLocalStorage<(opening: Opening) => void>();

/** Tells the one who asked what is being done. */
export function doing(opening: Opening): void {
  asker.getStore()?.(opening);
}

/** Answers a question; models that are closed meanwhile live until nothing is being answered. */
export async function answer<T>(work: () => Promise<T>, tell: (opening: Opening) => void = () => {}): Promise<T> {
  answering++;
  try {
    return await asker.run(tell, work);
  } finally {
    if (--answering === 0) {
      for (const session of closed) session.saved.model.dispose();
      closed.clear();
    }
  }
}

/** False once a session was closed: what goes on behind an answer must end then. */
export function isOpen(session: Session): boolean {
  return !gone.has(session);
}

function close(session: Session): void {
  gone.add(session);
  if (answering > 0) closed.add(session);
  else session.saved.model.dispose();
}

async function load(folder: string): Promise<Session> {
  doing({ stage: "engine" });
  await startEngine("train");
  doing({ stage: "model" });
  const record = readRecord(folder);
  const saved = loadModel(folder);
  doing({ stage: "log" });
  const { prepared, note } = await logOf(record);
  const counts = prepared?.histories.itemCounts ?? countPlays(saved);
  const songs = saved.titles.map((title, item): Song => {
    const cut = title.indexOf(" - ");
    return {
      id: saved.items.ids[item],
      title: cut < 0 ? title : title.slice(cut + 3),
      artist: cut < 0 ? "" : title.slice(0, cut),
      alias: saved.aliases[item]?.[0] ?? "",
      plays: counts[item],
      popularityRank: item,
    };
  });
  return {
    folder,
    record,
    saved,
    streaming: new StreamingModel(saved.model),
    songs,
    prepared,
    note,
    cases: prepared ? evaluationCases(prepared.histories, "test") : [],
    tested: undefined,
  };
}

async function logOf(record: RunRecord): Promise<{ prepared?: Prepared; note: string | null }> {
  try {
    const rows = (done: number) => doing({ stage: "log", done });
    const prepared = await prepare(runConfig(record.config), undefined, rows);
    if (prepared.dataHash === record.data.sha256) return { prepared, note: null };
    return { note: `${prepared.path} is not the file that the run was trained on.` };
  } catch (error) {
    if (!(error instanceof RefrainError)) throw error;
    return { note: error.message };
  }
}

function countPlays({ histories, items }: SavedModel): Int32Array {
  const counts = new Int32Array(items.size + 1);
  for (const plays of histories) for (const item of plays) counts[item]++;
  return counts;
}

/** Here every listener's whole list is looked at, whatever the run was measured by. */
export function protocolOf({ record }: Pick<Session, "record">): Protocol {
  return { ...record.config.protocol, candidates: "full" };
}

/**
 * Ranks of all test targets, worked out once per run. It counts as a reading of the test part, as on
 * the command line.
 *
 * @throws {RefrainError} RUN_NOT_FOUND without the log; as `evaluate` and `noteReading`
 */
export const testedOf: (session: Session) => Promise<Tested> = onceFor(async (session) => {
  const { folder, saved, record, prepared, note } = session;
  if (!prepared) throw new RefrainError("RUN_NOT_FOUND", note ?? `The log of ${record.id} is gone.`);
  const onProgress = (done: number, all: number) => doing({ stage: "ranks", done, all });
  const options = { listLength: LIST_LENGTH, onProgress };
  const evaluation = await evaluate(saved.scorer, prepared.histories, "test", protocolOf(session), options);
  session.tested = { evaluation, readings: noteReading(dirname(folder), prepared, record.id, "app") };
  return session.tested;
});

/** Item index of an id. @throws {RefrainError} TITLE_UNKNOWN */
export function itemOf({ saved }: Session, id: string): number {
  const item = saved.items.indexOf(id);
  if (item === 0) throw new RefrainError("TITLE_UNKNOWN", `"${id.slice(0, 60)}" is no item of this run.`, { id });
  return item;
}

/**
 * User index of an id; 0, the stand-in for new listeners, for null and for one without a play in the train part. A session is
 * played by its owner.
 */
export function userOf({ saved, prepared }: Pick<Session, "saved" | "prepared">, id: string | null): number {
  if (id === null) return 0;
  const code = prepared?.log.owners ? prepared.log.userIds.indexOf(id) : -1;
  return prepared && code >= 0 ? prepared.histories.userIndex[code] : saved.users.indexOf(id);
}
