import type { EvaluationCase, SplitLog, SplitPart } from "../core/types.js";
import { int32 } from "../data/arrays/large-pages.js";
import { Vocabulary } from "./vocabulary.js";

/**
 * A split log in vocabulary indices: what training, baselines and evaluation read.
 *
 * Items that the train part does not hold are left out of histories; as a target they are index 0, a sure miss.
 */
export interface Histories {
  readonly split: SplitLog;
  /** Items of the train part, most played first. */
  readonly items: Vocabulary;
  /** Title of each item index, [V+1]; title 0 is empty. */
  readonly titles: readonly string[];
  /** Users with at least one train event. */
  readonly users: Vocabulary;
  /** User index of each user code; 0 where the user has no train event. @shape int32 [U] */
  readonly userIndex: Int32Array;
  /** Item index of each log row; 0 where unknown. @shape int32 [E] */
  readonly itemIndex: Int32Array;
  /** Plays of each item index in the train part. @shape int32 [V+1] */
  readonly itemCounts: Int32Array;
  /** 1 for each user code whose train part is trained on. @shape uint8 [U] */
  readonly trained: Uint8Array;
}

/** How many plays of the training part a user and an item need. */
export interface Support {
  /** Integer >= 1. */
  readonly minimumUserPlays: number;
  /** Integer >= 1. */
  readonly minimumItemPlays: number;
}

/**
 * Builds the vocabularies from the train part of a split and looks every event up in them.
 *
 * Where the users of the log are sessions, the user vocabulary holds their owners.
 *
 * @param support items and users with fewer plays in the train part are unknown, until every one that is left has enough
 *                (k-core); by default one play is enough. Validation and test have no say in it.
 */
export function toHistories(
  split: SplitLog,
  support: Support = { minimumUserPlays: 1, minimumItemPlays: 1 },
): Histories {
  const { log, userStart } = split;
  const { counts, trained } = trainCore(split, support);
  const owners = log.owners ?? { codes: Int32Array.from(log.userIds.keys()), ids: log.userIds };
  const ids: string[] = [];
  const ownerIndex = new Int32Array(owners.ids.length);
  for (let u = 0; u < trained.length; u++) {
    const owner = owners.codes[u];
    if (trained[u] === 1 && ownerIndex[owner] === 0) ownerIndex[owner] = ids.push(owners.ids[owner]);
  }
  const codes = mostPlayedFirst(counts);
  const indexOfCode = new Int32Array(counts.length);
  codes.forEach((code, i) => {
    indexOfCode[code] = i + 1;
  });
  return {
    split,
    items: new Vocabulary(codes.map((code) => log.itemIds[code])),
    titles: ["", ...codes.map((code) => log.itemTitles[code])],
    users: new Vocabulary(ids),
    userIndex: Int32Array.from({ length: userStart.length - 1 }, (_, u) => ownerIndex[owners.codes[u]]),
    itemIndex: lookedUp(log.items, indexOfCode),
    itemCounts: Int32Array.from([0, ...codes.map((code) => counts[code])]),
    trained,
  };
}

/** A loop, since `map` calls a function for each of millions. */
function lookedUp(codes: Int32Array, indexOfCode: Int32Array): Int32Array {
  const indices = int32(codes.length);
  for (let row = 0; row < codes.length; row++) indices[row] = indexOfCode[codes[row]];
  return indices;
}

/** The codes that were played, those of equal plays in their order. Numbers sort in a tenth of the time that a comparison takes. */
function mostPlayedFirst(counts: Int32Array): number[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const keys = Float64Array.from(counts, (count, code) => (most - count) * counts.length + code).sort();
  const played = keys.findIndex((key) => key >= most * counts.length);
  return Array.from(played < 0 ? keys : keys.subarray(0, played), (key) => key % counts.length);
}

/** Plays of each item code, and which users stay, when only the train part counts; 0 for an item with too few. */
function trainCore(
  { log, userStart, validationStart }: SplitLog,
  { minimumUserPlays, minimumItemPlays }: Support,
): { counts: Int32Array; trained: Uint8Array } {
  const trained = Uint8Array.from(validationStart, (end, u) => (end > userStart[u] ? 1 : 0));
  const { items } = log;
  const known = new Uint8Array(log.itemIds.length).fill(1);
  for (let isFirst = true; ; isFirst = false) {
    const counts = new Int32Array(log.itemIds.length);
    let changed = false;
    for (let u = 0; u < trained.length; u++) {
      if (trained[u] === 0) continue;
      const [start, end] = [userStart[u], validationStart[u]];
      let plays = isFirst ? end - start : 0;
      for (let row = start; row < end && !isFirst; row++) plays += known[items[row]];
      if (plays >= minimumUserPlays) for (let row = start; row < end; row++) counts[items[row]] += known[items[row]];
      else {
        trained[u] = 0;
        changed = true;
      }
    }
    for (let code = 0; code < counts.length; code++)
      if (counts[code] > 0 && counts[code] < minimumItemPlays) {
        known[code] = 0;
        counts[code] = 0;
        changed = true;
      }
    if (!changed) return { counts, trained };
  }
}

/**
 * The train part, one history per user (or session) that has one. `items` holds indices 1…V in time order, `times` when
 * each was heard, where the log has times.
 */
export function trainHistories(
  histories: Histories,
): { readonly user: number; readonly items: Int32Array; readonly times?: Float64Array }[] {
  const { split, userIndex, itemIndex, trained } = histories;
  const result: { user: number; items: Int32Array; times?: Float64Array }[] = [];
  for (let u = 0; u < userIndex.length; u++) {
    if (trained[u] === 0) continue;
    const [start, end] = [split.userStart[u], split.validationStart[u]];
    const all = itemIndex.subarray(start, end);
    const isKnown = (_: number, at: number) => all[at] > 0;
    const known = <T extends Int32Array | Float64Array>(values: T) =>
      (all.includes(0) ? values.filter(isKnown) : values) as T;
    const times = split.log.hasTimes ? { times: known(split.log.times.subarray(start, end)) } : {};
    result.push({ user: userIndex[u], items: known(all), ...times });
  }
  return result;
}

/** The `trainHistories` one by one, with the log row of each play. @shape items, rows int32 [plays of the history] */
export function* trainRows(histories: Histories): Generator<{ readonly items: Int32Array; readonly rows: Int32Array }> {
  const { split, itemIndex, trained } = histories;
  for (let u = 0; u < trained.length; u++) {
    if (trained[u] === 0) continue;
    const first = split.userStart[u];
    const all = new Int32Array(split.validationStart[u] - first).map((_, at) => first + at);
    const rows = all.filter((row) => itemIndex[row] > 0);
    yield { items: rows.map((row) => itemIndex[row]), rows };
  }
}

/**
 * One case for each target of a part (every event, or the last ones where the split says so): the target, and the user's known plays before it (of every earlier part).
 *
 * Where the log has times, a case has those of its plays, and is asked for at the moment when its target was heard: a service
 * knows when it is asked.
 *
 * Cases of one user are subarrays of one buffer from the same start. A case without any history is left out and counted.
 */
export function evaluationCases(histories: Histories, part: Exclude<SplitPart, "train">): EvaluationCase[] {
  const { split, userIndex, itemIndex } = histories;
  const { log } = split;
  const cases: EvaluationCase[] = [];
  for (let u = 0; u < userIndex.length; u++) {
    const end = part === "test" ? split.userStart[u + 1] : split.testStart[u];
    const start = part === "test" ? split.testStart[u] : split.validationStart[u];
    const from = Math.max(start, end - (split.lastTargets ?? end));
    if (from === end) continue;
    const known = new Int32Array(end - split.userStart[u]);
    const times = new Float64Array(log.hasTimes ? known.length : 0);
    let length = 0;
    for (let row = split.userStart[u]; row < end; row++) {
      if (row >= from && length > 0)
        cases.push({
          user: userIndex[u],
          history: known.subarray(0, length),
          target: itemIndex[row],
          userCode: u,
          row,
          ...(log.hasTimes ? { times: times.subarray(0, length), now: log.times[row] } : {}),
        });
      if (itemIndex[row] === 0) continue;
      if (log.hasTimes) times[length] = log.times[row];
      known[length++] = itemIndex[row];
    }
  }
  return cases;
}
