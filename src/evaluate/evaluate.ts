import { checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import type { EvaluationCase, SplitPart } from "../core/types.js";
import { evaluationCases, type Histories } from "../sequence/histories.js";
import { drawCandidates } from "./candidates.js";
import { type BootstrapOptions, bootstrapMeans, type Interval } from "./interval.js";
import { caseGains, metricNames, metricValues } from "./metrics.js";
import { countCases, describeProtocol, type Protocol, type ProtocolCard, protocolConfig } from "./protocol.js";
import { type Ranking, type RankOptions, rankCases, rankTargets, tieRanks } from "./ranks.js";

/** One number of a results table, such as HR@10 with its 95 % interval. */
export interface MetricValue extends Interval {
  readonly name: string;
  /** The value if targets stood first, and last, among equal scores; absent where that is not known. */
  readonly optimistic?: number;
  readonly pessimistic?: number;
  /** Standard deviation of the value over seeds; absent for one seed. */
  readonly deviation?: number;
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
  /** Ranks of the same model trained with other seeds, see `overSeeds`. @shape float64 [N] each */
  readonly otherSeeds?: readonly Float64Array[];
  /** The best K items of each case, where they were asked for. @shape int32 [N * K] */
  readonly lists?: Int32Array;
  /** Time that scoring and ranking took; 0 where the ranks were given. */
  readonly seconds: number;
  /** 0 where the ranks were given. */
  readonly casesPerSecond: number;
  /** Time for all cases of a user, on average; 0 where the ranks were given. */
  readonly millisecondsPerUser: number;
  /** Most memory that the whole process held meanwhile (resident set); 0 where the ranks were given. */
  readonly memoryBytes: number;
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
  const candidates = options.candidates ?? (await drawCandidates(checked, histories));
  let memoryBytes = process.memoryUsage.rss();
  const onProgress = (done: number, total: number) => {
    memoryBytes = Math.max(memoryBytes, process.memoryUsage.rss());
    options.onProgress?.(done, total);
  };
  const began = performance.now();
  const ranking = await rankCases(scorer, cases, checked, { ...options, candidates, onProgress });
  const seconds = (performance.now() - began) / 1000;
  const userCodes = Int32Array.from(cases, ({ userCode }) => userCode);
  const card = describeProtocol(checked, histories.split, countCases(histories, part, cases));
  const row = evaluateRanks(scorer.name, tieRanks(ranking, checked.ties), userCodes, card, options);
  return {
    ...row,
    metrics: withTies(row.metrics, ranking),
    ...(options.listLength ? { lists: ranking.lists } : {}),
    seconds,
    casesPerSecond: cases.length / seconds,
    millisecondsPerUser: (1000 * seconds) / card.users,
    memoryBytes,
  };
}

/** Metrics with their values at both ends of ties. */
function withTies(metrics: readonly MetricValue[], { first, last }: Ranking): MetricValue[] {
  const mean = (ranks: Float64Array, name: string) =>
    caseGains(ranks, name).reduce((sum, gain) => sum + gain, 0) / ranks.length;
  return metrics.map((metric) => ({
    ...metric,
    optimistic: mean(first, metric.name),
    pessimistic: mean(last, metric.name),
  }));
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
  const speed = { seconds: 0, casesPerSecond: 0, millisecondsPerUser: 0, memoryBytes: 0 };
  return { scorer: name, protocol, metrics, ranks, userCodes, ...speed };
}

/**
 * One row for a model that was trained with several seeds: its metrics are means over seeds, with the standard deviation
 * over seeds, and intervals over users of that mean. Lists, time and memory are those of the first.
 *
 * @throws {RefrainError} EMPTY_CASES without evaluations; SHAPE_MISMATCH when they are not of the same cases
 */
export function overSeeds(evaluations: readonly Evaluation[], options: BootstrapOptions = {}): Evaluation {
  if (evaluations.length === 0) throw new RefrainError("EMPTY_CASES", "A mean over seeds needs at least one of them.");
  const [first, ...others] = evaluations;
  for (const other of others) checkLength(`Ranks of ${other.scorer}`, other.ranks.length, first.ranks.length);
  if (others.length === 0) return first;
  const otherSeeds = others.map(({ ranks }) => ranks);
  const names = first.metrics.map(({ name }) => name);
  const gains = names.map((name) => meanGains({ ranks: first.ranks, otherSeeds }, name));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const metrics = bootstrapMeans(gains, first.userCodes, options).map((interval, m): MetricValue => {
    const all = evaluations.map((each) => each.metrics[m]);
    const values = all.map(({ value }) => value);
    const variance = values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
    return {
      name: names[m],
      ...interval,
      optimistic: mean(all.map(({ value, optimistic = value }) => optimistic)),
      pessimistic: mean(all.map(({ value, pessimistic = value }) => pessimistic)),
      deviation: Math.sqrt(variance),
    };
  });
  return { ...first, metrics, otherSeeds };
}

/** What each case contributes to a metric, its mean over the seeds. @throws {RefrainError} as `caseGains` */
export function meanGains(
  { ranks, otherSeeds = [] }: Pick<Evaluation, "ranks" | "otherSeeds">,
  name: string,
): Float64Array {
  const all = [ranks, ...otherSeeds].map((each) => caseGains(each, name));
  return all[0].map((_, n) => all.reduce((sum, gains) => sum + gains[n], 0) / all.length);
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
