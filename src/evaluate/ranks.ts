import { checkInteger, checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import type { EvaluationCase } from "../core/types.js";
import { type Protocol, protocolConfig } from "./protocol.js";

/** Scores held at once: 2^23 floats are 32 MiB. */
const SCORES_AT_ONCE = 1 << 23;
/** Cases in a batch at most, so that progress and abort stay prompt for small catalogues. */
const CASES_AT_ONCE = 4096;

export interface RankOptions {
  /** Cases scored together, integer >= 1. Default: what 32 MiB of scores hold, at most 4096. */
  readonly batchSize?: number;
  /** Called after each batch with the cases done and N. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Abort to stop after the batch in flight. */
  readonly signal?: AbortSignal;
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
 *         cases; ARGUMENT_INVALID when a score is NaN or infinite
 * @throws the signal's reason once it is aborted
 */
export async function rankTargets(
  scorer: Scorer,
  cases: readonly EvaluationCase[],
  protocol: Partial<Protocol> = {},
  options: RankOptions = {},
): Promise<Float64Array> {
  const { seen, ties } = protocolConfig(protocol);
  const width = scorer.itemCount + 1;
  const {
    batchSize = Math.max(1, Math.min(CASES_AT_ONCE, Math.floor(SCORES_AT_ONCE / width))),
    onProgress,
    signal,
  } = options;
  checkInteger("batchSize", batchSize, 1);
  const ranks = new Float64Array(cases.length).fill(Number.POSITIVE_INFINITY);
  const order = knownByUser(cases, scorer);
  const known = new Int32Array(width);
  let stamp = 0;
  let done = cases.length - order.length;
  for (let start = 0; start < order.length; ) {
    signal?.throwIfAborted();
    const end = batchEnd(order, cases, start, batchSize);
    const batch = Array.from(order.subarray(start, end), (at) => cases[at]);
    const scores = await scorer.score(batch);
    checkLength(`Scores of ${scorer.name}`, scores.length, batch.length * width);
    for (let n = 0; n < batch.length; n++) {
      const row = scores.subarray(n * width, (n + 1) * width);
      const { target, history } = batch[n];
      const own = row[target];
      let greater = 0;
      let equal = -1; // the target equals itself
      let finite = 0;
      for (let item = 1; item < width; item++) {
        const score = row[item];
        if (score > own) greater++;
        else if (score === own) equal++;
        finite += score * 0; // NaN once a score is NaN or infinite
      }
      if (finite !== 0) throw notFinite(scorer, row, batch[n]);
      if (seen === "remove") {
        stamp++;
        known[target] = stamp;
        for (const item of history) {
          if (known[item] === stamp) continue;
          known[item] = stamp;
          if (row[item] > own) greater--;
          else if (row[item] === own) equal--;
        }
      }
      ranks[order[start + n]] = 1 + greater + (ties === "mean" ? equal / 2 : ties === "optimistic" ? 0 : equal);
    }
    done += batch.length;
    start = end;
    onProgress?.(done, cases.length);
    if (start < order.length) await breathe();
  }
  return ranks;
}

/** Positions of the cases whose target is known, cases of one user side by side. */
function knownByUser(cases: readonly EvaluationCase[], scorer: Scorer): Int32Array {
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
    if (target === 0) continue;
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
