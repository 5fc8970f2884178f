import { checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { EvaluationCase } from "../core/types.js";
import type { Histories } from "../sequence/histories.js";
import { type MetricValue, metricIntervals } from "./evaluate.js";
import type { BootstrapOptions } from "./interval.js";

export interface SliceOptions extends BootstrapOptions {
  /** Names of metrics. Default HR@10 and NDCG@10. */
  readonly metrics?: readonly string[];
  /** First length of each history bucket after the first, ascending integers >= 2. Default 5, 20, 50, 200. */
  readonly lengths?: readonly number[];
  /** Artist of each item index from 1, 0 where unknown: then new songs are parted by whether the artist is new. [V+1] */
  readonly artists?: Int32Array;
}

/** Metrics of some of the cases. */
export interface Slice {
  readonly by: "history length" | "target popularity" | "repeat" | "activity" | "cold user" | "cold item";
  /** Such as "5-19", "head" or "repeat". */
  readonly name: string;
  readonly cases: number;
  readonly users: number;
  /** Share of all cases, in (0, 1]. */
  readonly share: number;
  readonly metrics: readonly MetricValue[];
}

/** Train plays of a target below which it is cold. */
const COLD_PLAYS = 5;

/**
 * Metrics by length of the history, by popularity of the target, by whether the target was played before, by how active the
 * listener is, and for cold listeners and items.
 *
 * Repeat: the target was played before; new: it was not; with artists, explore: it was not, but its artist was, and new
 * artist: neither was. Activity: thirds of the users by the length of their first history in these cases. Cold: a user
 * without a train play; an item with fewer than 5.
 * Popularity: items from the most played on are the head until they hold a third of the train plays, the middle until
 * they hold two thirds, then the tail; a target that is not in the train part is "unknown". The slices of one kind are
 * disjoint and cover all cases; a slice without cases is left out.
 *
 * @param cases as `evaluationCases` gave them
 * @param ranks float64 [N] of the same cases
 * @throws {RefrainError} SHAPE_MISMATCH when cases and ranks differ in length; ARGUMENT_INVALID for wrong lengths or a
 *         name that is no metric
 */
export function slices(
  cases: readonly EvaluationCase[],
  ranks: Float64Array,
  histories: Histories,
  options: SliceOptions = {},
): Slice[] {
  const { metrics = ["HR@10", "NDCG@10"], lengths = [5, 20, 50, 200] } = options;
  checkLength("ranks", ranks.length, cases.length);
  if (lengths.some((length, i) => !Number.isInteger(length) || length <= (i === 0 ? 1 : lengths[i - 1])))
    throw new RefrainError("ARGUMENT_INVALID", `lengths must be ascending integers >= 2, got ${lengths.join(", ")}.`);
  const popularity = popularityBuckets(histories.itemCounts);
  const kinds: [Slice["by"], readonly string[], (each: EvaluationCase) => number][] = [
    ["history length", lengthNames(lengths), ({ history }) => lengths.filter((from) => history.length >= from).length],
    ["target popularity", ["head", "middle", "tail", "unknown"], ({ target }) => popularity[target]],
    options.artists
      ? ["repeat", ["repeat", "explore", "new artist"], repeatBucket(options.artists)]
      : ["repeat", ["repeat", "new"], ({ history, target }) => (history.includes(target) ? 0 : 1)],
    ["activity", ["least active third", "middle third", "most active third"], activityBucket(cases)],
    ["cold user", ["cold", "known"], ({ user }) => (user === 0 ? 0 : 1)],
    ["cold item", ["cold", "known"], ({ target }) => (histories.itemCounts[target] < COLD_PLAYS ? 0 : 1)],
  ];
  return kinds.flatMap(([by, names, bucketOf]) => {
    const members: number[][] = names.map(() => []);
    cases.forEach((each, n) => {
      members[bucketOf(each)].push(n);
    });
    return names.flatMap((name, bucket): Slice[] => {
      const at = members[bucket];
      if (at.length === 0) return [];
      const userCodes = Int32Array.from(at, (n) => cases[n].userCode);
      const values = metricIntervals(
        Float64Array.from(at, (n) => ranks[n]),
        userCodes,
        metrics,
        options,
      );
      const share = at.length / cases.length;
      return [{ by, name, cases: at.length, users: new Set(userCodes).size, share, metrics: values }];
    });
  });
}

/** 0 repeat, 1 new song of an artist that was played, 2 new artist or an unknown one. */
function repeatBucket(artists: Int32Array): (each: EvaluationCase) => number {
  return ({ history, target }) => {
    if (history.includes(target)) return 0;
    return artists[target] > 0 && history.some((item) => artists[item] === artists[target]) ? 1 : 2;
  };
}

/** Third of the users, by their plays before the part, that a case's user is in. */
function activityBucket(cases: readonly EvaluationCase[]): (each: EvaluationCase) => number {
  const plays = new Map<number, number>();
  for (const { userCode, history } of cases)
    plays.set(userCode, Math.min(plays.get(userCode) ?? history.length, history.length));
  const sorted = Float64Array.from(plays.values()).sort();
  const bounds = [1, 2].map((third) => sorted[Math.floor((third * sorted.length) / 3)]);
  return ({ userCode }) => bounds.filter((bound) => (plays.get(userCode) as number) >= bound).length;
}

/** 0 head, 1 middle, 2 tail of each item index, which run from the most played on; 3 for index 0. @shape int8 [V+1] */
export function popularityBuckets(itemCounts: Int32Array): Int8Array {
  const plays = itemCounts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  return Int8Array.from(itemCounts, (count, item) => {
    if (item === 0) return 3;
    const bucket = Math.min(2, Math.floor((3 * before) / plays));
    before += count;
    return bucket;
  });
}

function lengthNames(lengths: readonly number[]): string[] {
  const name = (from: number, to: number | undefined) =>
    to === undefined ? `${from}+` : to - 1 === from ? `${from}` : `${from}-${to - 1}`;
  return [1, ...lengths].map((from, i) => name(from, lengths[i]));
}
