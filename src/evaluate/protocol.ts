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
  readonly candidates: "full";
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
    candidates: z.literal("full").default("full").describe("The whole catalogue is ranked"),
  })
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
export interface ProtocolCard extends Protocol, CaseCounts {
  /** The split in words, such as "leave-one-out". */
  readonly split: string;
  /** Where and how often a user and an item must occur, in words; absent where nobody said. */
  readonly support?: string;
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
  { description: split, support }: Pick<SplitLog, "description" | "support">,
  counts: CaseCounts,
): ProtocolCard {
  const { cutoffs, seen, ties, candidates } = protocol;
  const { part, cases, users, items, withoutHistory, unknownTargets } = counts;
  return {
    split,
    ...(support ? { support } : {}),
    part,
    candidates,
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

/** The card as one sentence, for captions. */
export function protocolSentence(card: ProtocolCard): string {
  const n = (value: number) => value.toLocaleString("en-US");
  return [
    `${card.split}, ${card.part} part`,
    ...(card.support ? [card.support] : []),
    `full ranking over ${n(card.items)} items`,
    card.seen === "keep" ? "seen items stay candidates" : "seen items removed",
    `${card.ties} rank of ties`,
    `${n(card.cases)} cases of ${n(card.users)} users`,
    `${n(card.unknownTargets)} unknown targets counted as misses`,
    `${n(card.withoutHistory)} events without history left out`,
  ].join("; ");
}
