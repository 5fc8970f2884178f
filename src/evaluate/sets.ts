// Metrics of several targets per case: one list, and all that the user played afterwards is relevant.
import { checkInteger, checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import type { EvaluationCase, SplitPart } from "../core/types.js";
import { evaluationCases, type Histories } from "../sequence/histories.js";
import type { MetricValue } from "./evaluate.js";
import { type BootstrapOptions, bootstrapMeans } from "./interval.js";
import { type Protocol, protocolConfig } from "./protocol.js";

/** Places of the relevant items in one list, rising from 1; Infinity for one that is not in the catalogue. */
export type Places = Float64Array;

/** What one case contributes to each metric at cut-off k; all in [0, 1]. */
const SET_GAINS: Readonly<Record<string, (places: Places, k: number) => number>> = {
  HR: (places, k) => (places[0] <= k ? 1 : 0),
  NDCG(places, k) {
    let [gain, ideal] = [0, 0];
    for (const [at, place] of places.entries()) {
      if (place <= k) gain += 1 / Math.log2(place + 1);
      if (at < k) ideal += 1 / Math.log2(at + 2);
    }
    return gain / ideal;
  },
  MRR: (places, k) => (places[0] <= k ? 1 / places[0] : 0),
  Precision: (places, k) => hits(places, k) / k,
  Recall: (places, k) => hits(places, k) / places.length,
  MAP: (places, k) =>
    places.reduce((sum, place, at) => sum + (place <= k ? (at + 1) / place : 0), 0) / Math.min(k, places.length),
};

const hits = (places: Places, k: number) => places.reduce((sum, place) => sum + (place <= k ? 1 : 0), 0);

/**
 * A metric of one case with several relevant items.
 *
 * NDCG has the gain of the best possible order as its ideal. MAP divides by the smaller of k and the number of relevant
 * items, so that 1 can be reached.
 *
 * @param name   "NDCG@10": HR, NDCG, MRR, Precision, Recall or MAP with a cut-off
 * @param places rising, at least one
 * @source Järvelin & Kekäläinen 2002 (NDCG); Buckley & Voorhees 2000 (average precision)
 * @throws {RefrainError} ARGUMENT_INVALID when the name is no metric; EMPTY_CASES without places
 * @example setGain(Float64Array.of(1, 3), "MAP@10") // (1 + 2 / 3) / 2
 */
export function setGain(places: Places, name: string): number {
  const [, family = "", digits] = /^(\w+)@([1-9]\d*)$/.exec(name) ?? [];
  if (!Object.hasOwn(SET_GAINS, family))
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `metric must be ${Object.keys(SET_GAINS).join(", ")} with a cut-off such as @10, got ${name}.`,
    );
  if (places.length === 0) throw new RefrainError("EMPTY_CASES", "A metric needs at least one relevant item.");
  return SET_GAINS[family](places, Number(digits));
}

/**
 * Places of the relevant items when all candidates are sorted by score, highest first.
 *
 * Of candidates with one score, relevant ones take the first places (optimistic), the last ones (pessimistic), or each the
 * middle of all their places (mean).
 *
 * @param scores   float32 [V+1]
 * @param relevant items 1…V without repeats, or 0 for one that is not in the catalogue
 * @param removed  items that are no candidates, unless they are relevant
 * @example placesOf(Float32Array.of(-Infinity, 5, 9, 7), [1, 3]) // Float64Array [2, 3]
 */
export function placesOf(
  scores: Float32Array,
  relevant: readonly number[],
  ties: Protocol["ties"] = "mean",
  removed: Iterable<number> = [],
): Places {
  const wanted = new Set(relevant);
  const out = new Set(Array.from(removed).filter((item) => !wanted.has(item)));
  const own = relevant.filter((item) => item > 0).sort((a, b) => scores[b] - scores[a]);
  const places = new Float64Array(relevant.length).fill(Number.POSITIVE_INFINITY);
  for (let from = 0; from < own.length; ) {
    const score = scores[own[from]];
    let end = from;
    while (end < own.length && scores[own[end]] === score) end++;
    let [greater, equal] = [0, 0];
    for (let item = 1; item < scores.length; item++) {
      if (scores[item] < score || out.has(item)) continue;
      if (scores[item] > score) greater++;
      else equal++;
    }
    const start = ties === "pessimistic" ? greater + equal - (end - from) : greater;
    for (let at = from; at < end; at++)
      places[at] = ties === "mean" ? greater + (equal + 1) / 2 : start + 1 + (at - from);
    from = end;
  }
  return places;
}

/**
 * One list for each user from the history before the part; every different item that the user plays in the part is
 * relevant. An item that is not in the catalogue is relevant and missed.
 *
 * @returns metrics in the order of `names`, with intervals over users
 * @throws {RefrainError} SHAPE_MISMATCH when the scorer's catalogue is not the one of the histories; EMPTY_CASES when no
 *         user has a history before the part; ARGUMENT_INVALID as `setGain`
 */
export async function evaluateSets(
  scorer: Scorer,
  histories: Histories,
  part: Exclude<SplitPart, "train">,
  names: readonly string[] = ["HR@10", "NDCG@10", "MRR@10", "Precision@10", "Recall@10", "MAP@10"],
  protocol: Partial<Protocol> = {},
  options: BootstrapOptions & { readonly signal?: AbortSignal } = {},
): Promise<MetricValue[]> {
  checkLength(`Catalogue of ${scorer.name}`, scorer.itemCount, histories.items.size);
  const { seen, ties } = protocolConfig(protocol);
  const width = scorer.itemCount + 1;
  checkInteger("items", width, 2);
  const lists = userLists(evaluationCases(histories, part));
  if (lists.length === 0) throw new RefrainError("EMPTY_CASES", `The ${part} part has no user with a history.`);
  const gains = names.map(() => new Float64Array(lists.length));
  const atOnce = Math.max(1, Math.min(256, Math.floor((1 << 23) / width)));
  for (let from = 0; from < lists.length; from += atOnce) {
    options.signal?.throwIfAborted();
    const batch = lists.slice(from, from + atOnce);
    const scores = await scorer.score(batch.map(({ query }) => query));
    for (const [n, { query, relevant }] of batch.entries()) {
      const row = scores.subarray(n * width, (n + 1) * width);
      const places = placesOf(row, relevant, ties, seen === "remove" ? query.history : []);
      names.forEach((name, m) => {
        gains[m][from + n] = setGain(places, name);
      });
    }
  }
  const users = Int32Array.from(lists, ({ query }) => query.userCode);
  return bootstrapMeans(gains, users, options).map((interval, m) => ({ name: names[m], ...interval }));
}

/** The first case of each user, and the different targets of all of them. */
function userLists(cases: readonly EvaluationCase[]): { query: EvaluationCase; relevant: number[] }[] {
  const byUser = new Map<number, { query: EvaluationCase; relevant: Set<number>; unknown: number }>();
  for (const each of cases) {
    const own = byUser.get(each.userCode) ?? { query: each, relevant: new Set<number>(), unknown: 0 };
    byUser.set(each.userCode, own);
    if (each.target > 0) own.relevant.add(each.target);
    else own.unknown++;
  }
  return Array.from(byUser.values(), ({ query, relevant, unknown }) => ({
    query,
    relevant: [...relevant, ...new Array<number>(unknown).fill(0)],
  }));
}
