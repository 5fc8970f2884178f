import {
  type EvaluationCase,
  evaluationCases,
  loadModel,
  type Prepared,
  prepare,
  RefrainError,
  type RunRecord,
  rankCases,
  readRecord,
  runConfig,
  type SavedModel,
  StreamingModel,
  startEngine,
  tieRanks,
} from "refrain";
import type { Song } from "./protocol.js";

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
  /** Ranks of the test cases once somebody asked for them. @shape float64 [N] */
  ranks: Float64Array | undefined;
  /** The first items of each case's list, known with the ranks; 0 where a list is shorter. @shape int32 [N * LISTED] */
  lists: Int32Array | undefined;
}

/** Items of a list that are kept with the ranks. */
export const LISTED = 10;

const MOST_OPEN = 3;
const open = new Map<string, Promise<Session>>();
const ranking = new WeakMap<Session, Promise<Float64Array>>();

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

/** Frees a model, once nobody ranks with it any more. */
async function close(session: Session): Promise<void> {
  await ranking.get(session)?.catch(() => {});
  session.saved.model.dispose();
}

async function load(folder: string): Promise<Session> {
  await startEngine("train");
  const record = readRecord(folder);
  const saved = loadModel(folder);
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
    ranks: undefined,
    lists: undefined,
  };
}

async function logOf(record: RunRecord): Promise<{ prepared?: Prepared; note: string | null }> {
  try {
    const prepared = await prepare(runConfig(record.config));
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

/** Ranks of all test targets, worked out once per run; anew where that failed. */
export function ranksOf(session: Session): Promise<Float64Array> {
  const running = ranking.get(session) ?? rank(session);
  ranking.set(session, running);
  return running;
}

async function rank(session: Session): Promise<Float64Array> {
  try {
    const { saved, cases, record } = session;
    // Here every listener's whole list is looked at, whatever the run was measured by.
    const protocol = { ...record.config.protocol, candidates: "full" as const };
    const { first, last, lists } = await rankCases(saved.scorer, cases, protocol, { listLength: LISTED });
    session.lists = lists;
    session.ranks = tieRanks({ first, last }, protocol.ties ?? "mean");
    return session.ranks;
  } catch (error) {
    ranking.delete(session);
    throw error;
  }
}

/** Item index of an id. @throws {RefrainError} TITLE_UNKNOWN */
export function itemOf({ saved }: Session, id: string): number {
  const item = saved.items.indexOf(id);
  if (item === 0) throw new RefrainError("TITLE_UNKNOWN", `"${id.slice(0, 60)}" is no item of this run.`, { id });
  return item;
}

/** User index of an id; 0, the stand-in for new listeners, for null and for one without a play in the train part. */
export function userOf({ saved }: Pick<Session, "saved">, id: string | null): number {
  return id === null ? 0 : saved.users.indexOf(id);
}
