import { checkInteger, checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import { topK } from "../core/topk.js";
import type { EvaluationCase } from "../core/types.js";
import type { Candidates } from "./candidates.js";
import { type Protocol, protocolConfig } from "./protocol.js";

/** Scores held at once: 2^23 floats are 32 MiB. */
const SCORES_AT_ONCE = 1 << 23;
/** Cases in a batch at most, so that progress and abort stay prompt for small catalogues. */
const CASES_AT_ONCE = 4096;

export interface RankOptions {
  /** Cases scored together, integer >= 1. Default: what 32 MiB of scores hold, at most 4096. */
  readonly batchSize?: number;
  /** The items that each target is ranked among, where that is not the whole catalogue; see `drawCandidates`. */
  readonly candidates?: Candidates;
  /** K: how many of the best items of each case are kept, integer >= 0. Default 0: none. */
  readonly listLength?: number;
  /** Called after each batch with the cases done and N. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Abort to stop after the batch in flight. */
  readonly signal?: AbortSignal;
}

/** Where the target of each case stands. */
export interface Ranking {
  /** Rank if the target goes before all others of its score. @shape float64 [N] */
  readonly first: Float64Array;
  /** Rank if it goes behind them. @shape float64 [N] */
  readonly last: Float64Array;
  /** The best K items of each case, best first, 0 where there are no more; empty for K = 0. @shape int32 [N * K] */
  readonly lists: Int32Array;
}

/**
 * Rank of each case's target among all candidates, best = 1.
 *
 * With `g` candidates scored higher and `e` others scored the same, the rank is 1 + g (optimistic), 1 + g + e
 * (pessimistic) or 1 + g + e / 2 (mean, so it may end in .5). A constant scorer therefore lands in the middle and not
 * on top. A target that is not in the vocabulary has rank Infinity and is not scored.
 *
 * Cases of one user go to the scorer side by side and, where a batch can hold them, in one call, so that a recurrent
 * scorer reads their common history once.
 *
 * @shape cases [N] -> float64 [N], in the order of the cases
 * @throws {RefrainError} SHAPE_MISMATCH when a target is outside the scorer's catalogue or the scores do not fit the
 *         cases; ARGUMENT_INVALID when a score is NaN or infinite, or the protocol's candidates are not given
 * @throws the signal's reason once it is aborted
 */
export async function rankTargets(
  scorer: Scorer,
  cases: readonly EvaluationCase[],
  protocol: Partial<Protocol> = {},
  options: RankOptions = {},
): Promise<Float64Array> {
  return tieRanks(await rankCases(scorer, cases, protocol, options), protocolConfig(protocol).ties);
}

/** One rank of each case by a tie policy. @shape -> float64 [N] */
export function tieRanks({ first, last }: Pick<Ranking, "first" | "last">, ties: Protocol["ties"]): Float64Array {
  if (ties === "mean") return first.map((rank, n) => (rank + last[n]) / 2);
  return ties === "optimistic" ? first : last;
}

/** As `rankTargets`, with both ends of ties and the lists. @throws {RefrainError} as `rankTargets` */
export async function rankCases(
  scorer: Scorer,
  cases: readonly EvaluationCase[],
  protocol: Partial<Protocol> = {},
  options: RankOptions = {},
): Promise<Ranking> {
  const { seen, candidates: which } = protocolConfig(protocol);
  const width = scorer.itemCount + 1;
  const {
    batchSize = Math.max(1, Math.min(CASES_AT_ONCE, Math.floor(SCORES_AT_ONCE / width))),
    candidates,
    listLength = 0,
    onProgress,
    signal,
  } = options;
  checkInteger("batchSize", batchSize, 1);
  checkInteger("listLength", listLength, 0, 10_000);
  if (which !== "full" && !candidates)
    throw new RefrainError("ARGUMENT_INVALID", `Ranking among ${which} candidates needs them: see drawCandidates.`);
  const first = new Float64Array(cases.length).fill(Number.POSITIVE_INFINITY);
  const last = first.slice();
  const lists = new Int32Array(cases.length * listLength);
  const order = knownByUser(cases, scorer, listLength > 0);
  const mask = new Int32Array(width);
  let done = cases.length - order.length;
  for (let start = 0; start < order.length; ) {
    signal?.throwIfAborted();
    const end = batchEnd(order, cases, start, batchSize);
    const batch = Array.from(order.subarray(start, end), (at) => cases[at]);
    const scores = await scorer.score(batch);
    checkLength(`Scores of ${scorer.name}`, scores.length, batch.length * width);
    for (let n = 0; n < batch.length; n++) {
      const at = order[start + n];
      const row = scores.subarray(n * width, (n + 1) * width);
      const { target, history } = batch[n];
      if (!allFinite(row)) throw notFinite(scorer, row, batch[n]);
      if (target > 0) {
        const own = which === "full" ? undefined : candidates?.(batch[n], at);
        const { greater, equal } = own
          ? countAmong(own, row, target)
          : countAll(row, target, seen === "remove" ? history : NONE, mask);
        first[at] = 1 + greater;
        last[at] = 1 + greater + equal;
      }
      if (listLength > 0) lists.set(bestItems(row, batch[n], seen, listLength), at * listLength);
    }
    done += batch.length;
    start = end;
    onProgress?.(done, cases.length);
    if (start < order.length) await breathe();
  }
  return { first, last, lists };
}

const NONE = new Int32Array(0);

interface Counts {
  /** Candidates with a higher score than the target. */
  readonly greater: number;
  /** Other candidates with the same score. */
  readonly equal: number;
}

/** Whether all scores but that of padding are finite. */
function allFinite(row: Float32Array): boolean {
  let zero = 0;
  for (let item = 1; item < row.length; item++) zero += row[item] * 0; // NaN once a score is NaN or infinite
  return zero === 0;
}

/** Counts over the catalogue without the items of `removed`, the target apart. @param mask all 0, and so again after */
function countAll(row: Float32Array, target: number, removed: Int32Array, mask: Int32Array): Counts {
  const own = row[target];
  let greater = 0;
  let equal = -1; // the target equals itself
  for (let item = 1; item < row.length; item++) {
    const score = row[item];
    if (score > own) greater++;
    else if (score === own) equal++;
  }
  mask[target] = 1;
  for (const item of removed) {
    if (mask[item] === 1) continue;
    mask[item] = 1;
    if (row[item] > own) greater--;
    else if (row[item] === own) equal--;
  }
  mask[target] = 0;
  for (const item of removed) mask[item] = 0;
  return { greater, equal };
}

function countAmong(candidates: Int32Array, row: Float32Array, target: number): Counts {
  const own = row[target];
  let greater = 0;
  let equal = 0;
  for (const item of candidates) {
    if (item === target) continue;
    if (row[item] > own) greater++;
    else if (row[item] === own) equal++;
  }
  return { greater, equal };
}

/** What a listener would be shown: the target too where it was heard, only if heard items stay. */
function bestItems(row: Float32Array, { history }: EvaluationCase, seen: Protocol["seen"], k: number): Int32Array {
  if (seen === "keep") return topK(row, k);
  const left = row.slice();
  for (const item of history) left[item] = Number.NEGATIVE_INFINITY;
  return topK(left, k);
}

/** Positions of the cases whose target is known (or of all), cases of one user side by side. */
function knownByUser(cases: readonly EvaluationCase[], scorer: Scorer, all: boolean): Int32Array {
  const order: number[] = [];
  let sorted = true;
  for (let at = 0; at < cases.length; at++) {
    const { target, userCode, row } = cases[at];
    if (!(target >= 0 && target <= scorer.itemCount))
      throw new RefrainError(
        "SHAPE_MISMATCH",
        `The target of log row ${row} must be an item from 0 to ${scorer.itemCount}, the catalogue of ${scorer.name}, got ${target}.`,
        { row, target },
      );
    if (target === 0 && !all) continue;
    if (order.length > 0 && cases[order[order.length - 1]].userCode > userCode) sorted = false;
    order.push(at);
  }
  const positions = Int32Array.from(order);
  return sorted ? positions : positions.sort((a, b) => cases[a].userCode - cases[b].userCode || a - b);
}

/** Where the batch from `start` on ends: between two users, unless one user alone fills it. */
function batchEnd(order: Int32Array, cases: readonly EvaluationCase[], start: number, batchSize: number): number {
  const full = start + batchSize;
  if (full >= order.length) return order.length;
  const next = cases[order[full]].userCode;
  let end = full;
  while (end > start && cases[order[end - 1]].userCode === next) end--;
  return end > start ? end : full;
}

function notFinite(scorer: Scorer, row: Float32Array, { row: logRow }: EvaluationCase): RefrainError {
  const item = row.findIndex((score, at) => at > 0 && !Number.isFinite(score));
  return new RefrainError(
    "ARGUMENT_INVALID",
    `Scores of ${scorer.name} must be finite, got ${row[item]} for item ${item} in the case of log row ${logRow}.`,
    { scorer: scorer.name, item, row: logRow },
  );
}

/** Lets timers and signals run between two batches. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
