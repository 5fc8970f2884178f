import type { EvaluationCase, SplitLog, SplitPart } from "../core/types.js";
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
}

/** Builds the vocabularies from the train part of a split and looks every event up in them. */
export function toHistories(split: SplitLog): Histories {
  const { log, userStart, validationStart } = split;
  const counts = new Int32Array(log.itemIds.length);
  const trained: string[] = [];
  const userIndex = new Int32Array(log.userIds.length);
  for (let u = 0; u < userIndex.length; u++) {
    for (let row = userStart[u]; row < validationStart[u]; row++) counts[log.items[row]]++;
    if (validationStart[u] > userStart[u]) userIndex[u] = trained.push(log.userIds[u]);
  }
  const codes = Array.from(counts.keys()).filter((code) => counts[code] > 0);
  codes.sort((a, b) => counts[b] - counts[a] || a - b);
  const indexOfCode = new Int32Array(counts.length);
  codes.forEach((code, i) => {
    indexOfCode[code] = i + 1;
  });
  return {
    split,
    items: new Vocabulary(codes.map((code) => log.itemIds[code])),
    titles: ["", ...codes.map((code) => log.itemTitles[code])],
    users: new Vocabulary(trained),
    userIndex,
    itemIndex: log.items.map((code) => indexOfCode[code]),
    itemCounts: Int32Array.from([0, ...codes.map((code) => counts[code])]),
  };
}

/** The train part, one history per user that has one. `items` holds indices 1…V in time order. */
export function trainHistories(histories: Histories): { readonly user: number; readonly items: Int32Array }[] {
  const { split, userIndex, itemIndex } = histories;
  const result: { user: number; items: Int32Array }[] = [];
  for (let u = 0; u < userIndex.length; u++)
    if (userIndex[u] > 0)
      result.push({ user: userIndex[u], items: itemIndex.subarray(split.userStart[u], split.validationStart[u]) });
  return result;
}

/**
 * One case for each event of a part: the target, and the user's known plays before it (of every earlier part).
 *
 * Cases of one user are subarrays of one buffer from the same start. A case without any history is left out and counted.
 */
export function evaluationCases(histories: Histories, part: Exclude<SplitPart, "train">): EvaluationCase[] {
  const { split, userIndex, itemIndex } = histories;
  const cases: EvaluationCase[] = [];
  for (let u = 0; u < userIndex.length; u++) {
    const from = part === "test" ? split.testStart[u] : split.validationStart[u];
    const end = part === "test" ? split.userStart[u + 1] : split.testStart[u];
    if (from === end) continue;
    const known = new Int32Array(end - split.userStart[u]);
    let length = 0;
    for (let row = split.userStart[u]; row < end; row++) {
      if (row >= from && length > 0)
        cases.push({
          user: userIndex[u],
          history: known.subarray(0, length),
          target: itemIndex[row],
          userCode: u,
          row,
        });
      if (itemIndex[row] > 0) known[length++] = itemIndex[row];
    }
  }
  return cases;
}
