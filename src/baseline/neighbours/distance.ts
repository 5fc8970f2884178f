import { z } from "zod";
import { parseConfig } from "../../core/config.js";
import type { Scorer } from "../../core/scorer.js";
import type { Histories } from "../../sequence/histories.js";
import { rowScorer } from "../support.js";
import { type Similarity, userNeighbours } from "./users.js";

/** Similarity of two profiles from p q, |p|^2 and |q|^2, and whether it is 0 where they share nothing. */
const METRICS: Readonly<Record<"cosine" | "euclidean", { similarity: Similarity; overlaps: boolean }>> = {
  cosine: { similarity: (product, own, other) => product / Math.sqrt(own * other), overlaps: true },
  euclidean: {
    similarity: (product, own, other) => 1 / (1 + Math.sqrt(Math.max(0, own + other - 2 * product))),
    overlaps: false,
  },
};

export interface DistanceOptions {
  readonly metric: keyof typeof METRICS;
  readonly neighbours: number;
  readonly damping: number;
}

const metric = z.enum(["cosine", "euclidean"]).default("cosine").describe("Closeness of two profiles of play counts");
const options = {
  neighbours: z.number().int().min(1).max(100_000).default(100).describe("Nearest users who are asked"),
  damping: z.number().min(0).max(1).default(0.5).describe("Exponent of play counts: 0 counts users, 1 counts plays"),
};
const meaning = "Distance between profiles of play counts";

/** Every option, with its meaning, range and default. */
export const distanceSchema: z.ZodType<DistanceOptions, Partial<DistanceOptions>> = z
  .strictObject({ metric, ...options })
  .describe(meaning);

/** The same without the metric, for the registry, where the name says it. */
export const distanceOfMetricSchema: z.ZodType<
  Omit<DistanceOptions, "metric">,
  Partial<Omit<DistanceOptions, "metric">>
> = z.strictObject(options).describe(meaning);

/**
 * What the users play whose profiles of play counts lie nearest: score(j) = sum over the nearest users v of
 * sim(v) n(v, j)^`damping`, where sim is the cosine, or 1 / (1 + Euclidean distance), of the profiles n^damping.
 *
 * The Euclidean distance grows with the length of a history, so it finds users who played as much; it stands here
 * because it is what people try first. The user of a query is no neighbour, except where the users of the log
 * are sessions: then sessions are. An empty history gives popularity.
 *
 * @shape score: queries [N] -> float32 [N * (V + 1)]
 * @source Breese, Heckerman & Kadie 1998 (memory-based methods over vectors)
 * @throws {RefrainError} CONFIG_INVALID when an option is out of range
 */
export function fitDistance(histories: Histories, options: Partial<DistanceOptions> = {}): Scorer {
  const { metric, neighbours, damping } = parseConfig("distance", distanceSchema, options);
  const { similarity, overlaps } = METRICS[metric];
  const add = userNeighbours(histories, neighbours, (_, count) => count ** damping, similarity, overlaps);
  return rowScorer(`${metric} neighbours`, histories, add);
}
