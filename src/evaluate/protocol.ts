import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { EvaluationCase, SplitLog, SplitPart } from "../core/types.js";
import type { Histories } from "../sequence/histories.js";
import { partSizes } from "../sequence/split.js";

/** How ranks are measured; what each field means stands in `protocolSchema`. */
export interface Protocol {
  readonly cutoffs: readonly number[];
  readonly seen: "keep" | "remove";
  readonly ties: "mean" | "optimistic" | "pessimistic";
  readonly candidates: "full" | "uniform" | "popularity" | "file";
  readonly negatives: number;
  readonly negativesFile: string | null;
  readonly seed: number;
}

/** Every choice about the measurement, with its meaning, range and default. */
export const protocolSchema: z.ZodType<Protocol, Partial<Protocol>> = z
  .strictObject({
    cutoffs: z
      .array(z.number().int().min(1).max(100_000))
      .min(1)
      .refine((cutoffs) => new Set(cutoffs).size === cutoffs.length, "cut-offs must differ from each other")
      .transform((cutoffs) => cutoffs.toSorted((a, b) => a - b))
      .default([1, 5, 10, 20])
      .describe("k of HR@k and its kin"),
    seen: z
      .enum(["keep", "remove"])
      .default("keep")
      .describe("remove: items of the history are no candidates, the target always is; music repeats, so keep"),
    ties: z
      .enum(["mean", "optimistic", "pessimistic"])
      .default("mean")
      .describe("Rank of a target among equal scores: the middle, the first or the last of their places"),
    candidates: z
      .enum(["full", "uniform", "popularity", "file"])
      .default("full")
      .describe(
        "full: the whole catalogue is ranked. Else the target among a sample: drawn evenly, by popularity, or read from negativesFile; such figures are larger and may change the order of models",
      ),
    negatives: z.number().int().min(1).max(100_000).default(99).describe("Items that are drawn for such a sample"),
    negativesFile: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("For candidates file: lines with a user and the items that its targets are ranked among"),
    seed: z.number().int().min(0).default(1).describe("Seed of the drawn candidates"),
  })
  .refine(
    ({ candidates, negativesFile }) => (candidates === "file") === (negativesFile !== null),
    "negativesFile goes with candidates file, and only with it",
  )
  .describe("How ranks are measured");

/** All options, with the defaults filled in and the cut-offs ascending. @throws {RefrainError} CONFIG_INVALID */
export function protocolConfig(options: Partial<Protocol> = {}): Protocol {
  return parseConfig("protocol", protocolSchema, options);
}

/** Which cases were measured. */
export interface CaseCounts {
  readonly part: Exclude<SplitPart, "train">;
  /** N: cases that were ranked. */
  readonly cases: number;
  /** Users with at least one case. */
  readonly users: number;
  /** V: items that were candidates. */
  readonly items: number;
  /** Targets of the part that are no case because nothing known was played before. */
  readonly withoutHistory: number;
  /** Cases whose target is not in the train part: sure misses, counted in N. */
  readonly unknownTargets: number;
}

/** What stands beside every figure. JSON-serialisable. */
export interface ProtocolCard extends Pick<Protocol, "cutoffs" | "seen" | "ties" | "candidates">, CaseCounts {
  /** The split in words, such as "leave-one-out". */
  readonly split: string;
  /** Where and how often a user and an item must occur, in words; absent where nobody said. */
  readonly support?: string;
  /** Users, items and plays of the clean log in all its parts; absent where nobody said. */
  readonly log?: { readonly users: number; readonly items: number; readonly events: number };
  /** Items beside the target in a sample; absent for a full ranking. */
  readonly negatives?: number;
}

/** Counts the cases of a part, as `evaluationCases` gave them. */
export function countCases(
  histories: Histories,
  part: Exclude<SplitPart, "train">,
  cases: readonly EvaluationCase[],
): CaseCounts {
  const events = partSizes(histories.split)[part];
  return {
    part,
    cases: cases.length,
    users: new Set(cases.map(({ userCode }) => userCode)).size,
    items: histories.items.size,
    withoutHistory: events - cases.length,
    unknownTargets: cases.reduce((sum, { target }) => sum + (target === 0 ? 1 : 0), 0),
  };
}

/** The protocol card: how, on what and over how many cases a figure was measured. */
export function describeProtocol(
  protocol: Protocol,
  { description: split, support, log }: Pick<SplitLog, "description" | "support"> & { readonly log?: SplitLog["log"] },
  counts: CaseCounts,
): ProtocolCard {
  const { cutoffs, seen, ties, candidates, negatives } = protocol;
  const { part, cases, users, items, withoutHistory, unknownTargets } = counts;
  return {
    split,
    ...(support ? { support } : {}),
    ...(log ? { log: logSize(log) } : {}),
    part,
    candidates,
    ...(candidates === "full" ? {} : { negatives }),
    seen,
    ties,
    cutoffs,
    cases,
    users,
    items,
    withoutHistory,
    unknownTargets,
  };
}

function logSize({ userIds, users, items }: SplitLog["log"]): NonNullable<ProtocolCard["log"]> {
  return { users: userIds.length, items: new Set(items).size, events: users.length };
}

/** Which items the target is ranked among, in words. */
const CANDIDATES: Readonly<Record<Protocol["candidates"], (items: string, negatives: string) => string>> = {
  full: (items) => `full ranking over ${items} items`,
  uniform: (items, negatives) => `SAMPLED ranking among ${negatives} items drawn evenly from ${items}`,
  popularity: (items, negatives) => `SAMPLED ranking among ${negatives} items drawn by popularity from ${items}`,
  file: (_, negatives) => `SAMPLED ranking among the ${negatives} items that a file gives each user`,
};

/** The card as one sentence, for captions. */
export function protocolSentence(card: ProtocolCard): string {
  const n = (value: number) => value.toLocaleString("en-US");
  const isFull = card.candidates === "full";
  return [
    `${card.split}, ${card.part} part`,
    ...(card.support ? [card.support] : []),
    CANDIDATES[card.candidates](n(card.items), n(card.negatives ?? 0)),
    ...(isFull ? [card.seen === "keep" ? "seen items stay candidates" : "seen items removed"] : []),
    `${card.ties} rank of ties`,
    `${n(card.cases)} cases of ${n(card.users)} users`,
    `${n(card.unknownTargets)} unknown targets counted as misses`,
    `${n(card.withoutHistory)} events without history left out`,
  ].join("; ");
}
