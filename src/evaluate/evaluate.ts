import { checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import type { EvaluationCase, SplitPart } from "../core/types.js";
import { evaluationCases, type Histories } from "../sequence/histories.js";
import { type BootstrapOptions, bootstrapMeans, type Interval } from "./interval.js";
import { caseGains, metricNames, metricValues } from "./metrics.js";
import { countCases, describeProtocol, type Protocol, type ProtocolCard, protocolConfig } from "./protocol.js";
import { type RankOptions, rankTargets } from "./ranks.js";

/** One number of a results table, such as HR@10 with its 95 % interval. */
export interface MetricValue extends Interval {
  readonly name: string;
}

/** How good a scorer is on one part of one split. */
export interface Evaluation {
  readonly scorer: string;
  readonly protocol: ProtocolCard;
  /** In the order of `metricNames`. */
  readonly metrics: readonly MetricValue[];
  /** Rank of each case's target, in the order of `evaluationCases`. @shape float64 [N] */
  readonly ranks: Float64Array;
  /** User of each case. @shape int32 [N] */
  readonly userCodes: Int32Array;
  /** Time that scoring and ranking took; 0 where the ranks were given. */
  readonly seconds: number;
  /** 0 where the ranks were given. */
  readonly casesPerSecond: number;
}

/**
 * Ranks every case of a part over the whole catalogue and gives all metrics with intervals over users.
 *
 * @param part     "test" is for the number that is published and is read once; choose on "validation"
 * @param protocol fields that differ from the default, see `protocolSchema`
 * @throws {RefrainError} SHAPE_MISMATCH when the scorer's catalogue is not the one of the histories; EMPTY_CASES when the
 *         part has no case; CONFIG_INVALID for a wrong protocol; as `rankTargets`
 */
export async function evaluate(
  scorer: Scorer,
  histories: Histories,
  part: Exclude<SplitPart, "train">,
  protocol: Partial<Protocol> = {},
  options: RankOptions & BootstrapOptions = {},
): Promise<Evaluation> {
  checkLength(`Catalogue of ${scorer.name}`, scorer.itemCount, histories.items.size);
  const cases = evaluationCases(histories, part);
  if (cases.length === 0) throw new RefrainError("EMPTY_CASES", `The ${part} part has no case with a history.`);
  const checked = protocolConfig(protocol);
  const began = performance.now();
  const ranks = await rankTargets(scorer, cases, checked, options);
  const seconds = (performance.now() - began) / 1000;
  const userCodes = Int32Array.from(cases, ({ userCode }) => userCode);
  const card = describeProtocol(checked, histories.split, countCases(histories, part, cases));
  return {
    ...evaluateRanks(scorer.name, ranks, userCodes, card, options),
    seconds,
    casesPerSecond: cases.length / seconds,
  };
}

/**
 * The same row of a results table from ranks that are already known, such as those of a simulator's true distribution.
 *
 * @param name      name for tables; "oracle" makes `compare` give shares of it
 * @param ranks     float64 [N], 1-based, in the order of `evaluationCases`
 * @param userCodes int32 [N]
 * @throws {RefrainError} SHAPE_MISMATCH when lengths differ; EMPTY_CASES for N = 0
 */
export function evaluateRanks(
  name: string,
  ranks: Float64Array,
  userCodes: Int32Array,
  protocol: ProtocolCard,
  options: BootstrapOptions = {},
): Evaluation {
  checkLength("userCodes", userCodes.length, ranks.length);
  const metrics = metricIntervals(ranks, userCodes, metricNames(protocol.cutoffs), options);
  return { scorer: name, protocol, metrics, ranks, userCodes, seconds: 0, casesPerSecond: 0 };
}

/** Metrics of the given names with intervals. @throws {RefrainError} as `bootstrapMeans` and `caseGains` */
export function metricIntervals(
  ranks: Float64Array,
  userCodes: Int32Array,
  names: readonly string[],
  options: BootstrapOptions = {},
): MetricValue[] {
  const gains = names.map((name) => caseGains(ranks, name));
  return bootstrapMeans(gains, userCodes, options).map((interval, m) => ({ name: names[m], ...interval }));
}

/**
 * All metrics without intervals, for the training loop.
 *
 * @throws {RefrainError} EMPTY_CASES without cases; as `rankTargets`
 */
export async function validationMetrics(
  scorer: Scorer,
  cases: readonly EvaluationCase[],
  protocol: Partial<Protocol> = {},
  options: RankOptions = {},
): Promise<Record<string, number>> {
  const checked = protocolConfig(protocol);
  return metricValues(await rankTargets(scorer, cases, checked, options), checked.cutoffs);
}
