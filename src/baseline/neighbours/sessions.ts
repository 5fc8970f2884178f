import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import { topK } from "../../core/topk.js";
import type { Histories } from "../../sequence/histories.js";
import { rowScorer } from "../support.js";
import { indexSessions, type SessionIndex } from "./session-index.js";

export interface SessionKnnOptions {
  readonly kind: "sknn" | "vsknn" | "vstan";
  readonly gapMinutes: number;
  readonly longest: number;
  readonly sample: number;
  readonly neighbours: number;
  readonly lastItems: number;
  readonly positionDecay: number;
  readonly ageDecay: number;
  readonly idf: number;
}

const positive = (fallback: number, text: string) => z.number().gt(0).max(1e6).default(fallback).describe(text);

const kind = z.enum(["sknn", "vsknn", "vstan"]).default("vstan").describe("Which of the three weightings");
const options = {
  gapMinutes: positive(60, "Pause in minutes that begins a session, where the log has times"),
  longest: z.number().int().min(2).max(100_000).default(50).describe("Plays of a session at most"),
  sample: z
    .number()
    .int()
    .min(1)
    .max(1e6)
    .default(1000)
    .describe("Latest sessions that are looked at, and kept per item"),
  neighbours: z.number().int().min(1).max(100_000).default(200).describe("Most similar of them that are asked"),
  lastItems: z.number().int().min(1).max(10_000).default(10).describe("Plays at the end of the history: the session"),
  positionDecay: positive(3, "vstan: steps in which a play loses all but 1/e of its weight"),
  ageDecay: positive(90, "vstan: days in which a session loses all but 1/e, where the log has times"),
  idf: z.number().min(0).max(100).default(1).describe("vsknn, vstan: weight of the rarity of an item"),
};
const meaning = "Session-based nearest neighbours";

/** Every option, with its meaning, range and default. */
export const sessionKnnSchema: z.ZodType<SessionKnnOptions, Partial<SessionKnnOptions>> = z
  .strictObject({ kind, ...options })
  .describe(meaning);

/** The same without the kind, for the registry, where the name says it. */
export const sessionKnnOfKindSchema: z.ZodType<
  Omit<SessionKnnOptions, "kind">,
  Partial<Omit<SessionKnnOptions, "kind">>
> = z.strictObject(options).describe(meaning);

/** What the three kinds differ in; `back` is the number of steps from the end of the session, from 0. */
interface Weighting {
  /** Weight of a play of the session. */
  readonly play: (back: number, length: number, config: SessionKnnOptions) => number;
  /** Similarity from the summed weight of shared items. */
  readonly similarity: (shared: number, own: number, other: number, age: number, config: SessionKnnOptions) => number;
  /** Factor of a neighbour from the latest shared play. */
  readonly latest: (back: number) => number;
  /** Factor of an item `distance` steps from the shared play in the neighbour. */
  readonly near: (distance: number, config: SessionKnnOptions) => number;
  readonly usesIdf: boolean;
}

const KINDS: Readonly<Record<SessionKnnOptions["kind"], Weighting>> = {
  sknn: {
    play: () => 1,
    similarity: (shared, own, other) => shared / Math.sqrt(own * other),
    latest: () => 1,
    near: () => 1,
    usesIdf: false,
  },
  vsknn: {
    play: (back, length) => (length - back) / length,
    similarity: (shared, own) => shared / own,
    latest: (back) => Math.max(0, 1 - 0.1 * back),
    near: () => 1,
    usesIdf: true,
  },
  vstan: {
    play: (back, _, { positionDecay }) => Math.exp(-back / positionDecay),
    similarity: (shared, own, other, age, { ageDecay }) =>
      (shared / Math.sqrt(own * other)) * Math.exp(-age / ageDecay),
    latest: () => 1,
    near: (distance, { positionDecay }) => Math.exp(-distance / positionDecay),
    usesIdf: true,
  },
};

const NAMES = { sknn: "S-KNN", vsknn: "VS-KNN", vstan: "VSTAN" } as const;

/**
 * What past sessions hold that share items with the last plays. Of the `sample` latest such sessions the `neighbours`
 * most similar are asked: score(j) = sum over sessions n that hold j of
 * sim(n) * latest * near(distance of j from the shared play in n) * (1 + idf weight * log(S / sessions with j)).
 *
 * sknn: sim is the cosine of the sets. vsknn: late plays weigh more (linearly) in sim, and sessions that share only an
 * early play count less. vstan: plays, sessions and places in a session all fade exponentially. Sessions are the train
 * histories, cut at pauses and at `longest`. An item's list holds its `sample` latest sessions, so that time and memory
 * for a query do not grow with the log. An empty history gives popularity; the user is not looked at.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Jannach & Ludewig 2017 (S-KNN); Ludewig & Jannach 2018 (VS-KNN); Ludewig et al. 2021 (VSTAN); Kersbergen et
 *         al. 2022 (latest sessions per item)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitSessionKnn(histories: Histories, options: Partial<SessionKnnOptions> = {}): Scorer {
  const config = parseConfig("sessionKnn", sessionKnnSchema, options);
  const index = indexSessions(histories, config);
  const kind = KINDS[config.kind];
  const rarity = rarities(index, kind.usesIdf ? config.idf : 0);
  const newest = index.ended[index.ended.length - 1];
  const compare = sessionComparer(index, histories.items.size + 1, config);
  const near = Float64Array.from({ length: config.longest }, (_, distance) => kind.near(distance, config));
  const best = new Float64Array(histories.items.size + 1);
  return rowScorer(NAMES[config.kind], histories, ({ history }, row) => {
    const session = history.subarray(Math.max(0, history.length - config.lastItems));
    const { candidates, shared, sizes, latestBack, latestAt, own } = compare(session);
    if (candidates.length === 0) return;
    const similarities = Float32Array.from(candidates, (s, n) =>
      kind.similarity(shared[n], own, sizes[n], newest - index.ended[s], config),
    );
    for (const n of topK(similarities, config.neighbours)) {
      const factor = similarities[n] * kind.latest(latestBack[n]);
      const [from, end] = [index.start[candidates[n]], index.start[candidates[n] + 1]];
      // An item counts once a session, at its nearest place.
      for (let at = from; at < end; at++)
        best[index.items[at]] = Math.max(best[index.items[at]], near[Math.abs(at - latestAt[n])]);
      for (let at = from; at < end; at++) {
        const item = index.items[at];
        row[item] += factor * best[item] * rarity[item];
        best[item] = 0;
      }
    }
  });
}

/** What the sessions have in common with one: by candidate, summed weight, distinct items, and the latest shared play. */
interface Comparison {
  readonly candidates: Int32Array;
  readonly shared: Float64Array;
  readonly sizes: Int32Array;
  /** Steps of the latest shared play from the end of the session asked about. */
  readonly latestBack: Int32Array;
  /** Last place of that item in `index.items`. */
  readonly latestAt: Int32Array;
  /** Summed weight of the session asked about. */
  readonly own: number;
}

/** A function that compares a session with the latest ones that share an item; its scratch is reused. */
function sessionComparer(
  index: SessionIndex,
  width: number,
  config: SessionKnnOptions,
): (session: Int32Array) => Comparison {
  const { start, items, lists } = index;
  const { play } = KINDS[config.kind];
  const back = new Int32Array(width).fill(-1);
  const counted = new Int32Array(width).fill(-1);
  const found = new Uint8Array(start.length - 1);
  let stamp = 0;
  return (session) => {
    const met: number[] = [];
    let own = 0;
    for (let at = session.length - 1; at >= 0; at--) {
      if (back[session[at]] >= 0) continue;
      back[session[at]] = session.length - 1 - at;
      own += play(back[session[at]], session.length, config);
      for (const s of lists[session[at]]) {
        if (found[s] === 0) met.push(s);
        found[s] = 1;
      }
    }
    const all = Int32Array.from(met).sort();
    for (const s of met) found[s] = 0;
    const candidates = all.subarray(Math.max(0, all.length - config.sample));
    const n = candidates.length;
    const shared = new Float64Array(n);
    const [sizes, latestBack, latestAt] = [new Int32Array(n), new Int32Array(n).fill(-1), new Int32Array(n)];
    for (let c = 0; c < n; c++, stamp++)
      for (let at = start[candidates[c] + 1] - 1; at >= start[candidates[c]]; at--) {
        const steps = back[items[at]];
        if (counted[items[at]] === stamp) continue;
        counted[items[at]] = stamp;
        sizes[c]++;
        if (steps < 0) continue;
        shared[c] += play(steps, session.length, config);
        if (latestBack[c] >= 0 && latestBack[c] <= steps) continue;
        latestBack[c] = steps;
        latestAt[c] = at;
      }
    for (const item of session) back[item] = -1;
    return { candidates, shared, sizes, latestBack, latestAt, own };
  };
}

/** 1 + `weight` * log(S / sessions that hold the item). @shape float64 [V+1] */
function rarities({ start, items }: SessionIndex, weight: number): Float64Array {
  const last = new Int32Array(items.length === 0 ? 1 : items.reduce((max, item) => Math.max(max, item), 0) + 1).fill(
    -1,
  );
  const sessions = new Int32Array(last.length);
  for (let s = 0; s + 1 < start.length; s++)
    for (let at = start[s]; at < start[s + 1]; at++) {
      if (last[items[at]] !== s) sessions[items[at]]++;
      last[items[at]] = s;
    }
  return Float64Array.from(sessions, (n) => (n === 0 ? 1 : 1 + weight * Math.log((start.length - 1) / n)));
}
