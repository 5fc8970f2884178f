import { RefrainError } from "../core/errors.js";
import type { Evaluation, MetricValue } from "./evaluate.js";
import { type BootstrapOptions, bootstrapMeans } from "./interval.js";
import { caseGains } from "./metrics.js";
import type { ProtocolCard } from "./protocol.js";

export interface CompareOptions extends BootstrapOptions {
  /** Metric that sorts the rows. Default NDCG@10, or the last NDCG where that cut-off is absent. */
  readonly metric?: string;
  /** Scorer that the others are compared with. Default: none. */
  readonly reference?: string;
}

/** One scorer in a results table. */
export interface ComparisonRow {
  readonly scorer: string;
  readonly metrics: readonly MetricValue[];
  /** This scorer - reference on the same cases; null in the reference's own row and without a reference. */
  readonly differences: readonly MetricValue[] | null;
  /** Sorting metric over that of the evaluation named "oracle"; null without one or where the oracle has 0. */
  readonly shareOfOracle: number | null;
  readonly seconds: number;
  readonly casesPerSecond: number;
}

/** A results table as plain JSON. */
export interface ComparisonTable {
  readonly protocol: ProtocolCard;
  readonly metric: string;
  readonly reference: string | null;
  /** Best first. */
  readonly rows: readonly ComparisonRow[];
}

/**
 * Puts evaluations of the same cases side by side, best first, with paired differences to a reference.
 *
 * @throws {RefrainError} EMPTY_CASES without evaluations; SHAPE_MISMATCH when two do not have the same protocol card and
 *         cases; ARGUMENT_INVALID when two have one name, or the reference or the metric is none of theirs
 */
export function compare(evaluations: readonly Evaluation[], options: CompareOptions = {}): ComparisonTable {
  if (evaluations.length === 0) throw new RefrainError("EMPTY_CASES", "A comparison needs at least one evaluation.");
  for (const each of evaluations) checkSameCases(evaluations[0], each);
  const byName = new Map(evaluations.map((each) => [each.scorer, each]));
  if (byName.size < evaluations.length)
    throw invalid(`names of scorers must differ, got ${evaluations.map(({ scorer }) => scorer).join(", ")}.`);
  const { protocol, metrics } = evaluations[0];
  const names = metrics.map(({ name }) => name);
  const metric = options.metric ?? defaultMetric(names);
  if (!names.includes(metric)) throw invalid(`metric must be one of ${names.join(", ")}, got ${metric}.`);
  const reference = options.reference === undefined ? undefined : byName.get(options.reference);
  if (options.reference !== undefined && !reference)
    throw invalid(`reference must be one of ${[...byName.keys()].join(", ")}, got ${options.reference}.`);

  const value = (each: Evaluation) => each.metrics.find(({ name }) => name === metric)!.value;
  const oracle = byName.get("oracle");
  const best = oracle ? value(oracle) : 0;
  const rows = evaluations
    .toSorted((a, b) => value(b) - value(a) || (a.scorer < b.scorer ? -1 : 1))
    .map((each) => ({
      scorer: each.scorer,
      metrics: each.metrics,
      differences: reference && each !== reference ? differences(each, reference, names, options) : null,
      shareOfOracle: best > 0 ? value(each) / best : null,
      seconds: each.seconds,
      casesPerSecond: each.casesPerSecond,
    }));
  return { protocol, metric, reference: reference?.scorer ?? null, rows };
}

function differences(
  each: Evaluation,
  reference: Evaluation,
  names: readonly string[],
  options: BootstrapOptions,
): MetricValue[] {
  const values = names.map((name) => {
    const theirs = caseGains(reference.ranks, name);
    return caseGains(each.ranks, name).map((gain, n) => gain - theirs[n]);
  });
  return bootstrapMeans(values, each.userCodes, options).map((interval, m) => ({ name: names[m], ...interval }));
}

function defaultMetric(names: readonly string[]): string {
  return names.includes("NDCG@10") ? "NDCG@10" : names.findLast((name) => name.startsWith("NDCG@"))!;
}

function checkSameCases(first: Evaluation, other: Evaluation): void {
  const card = JSON.stringify(other.protocol) === JSON.stringify(first.protocol);
  const { userCodes } = other;
  if (card && userCodes.length === first.userCodes.length && userCodes.every((code, n) => code === first.userCodes[n]))
    return;
  throw new RefrainError(
    "SHAPE_MISMATCH",
    `${first.scorer} and ${other.scorer} must be evaluated on the same cases by the same protocol, got another ${card ? "set of cases" : "protocol card"}.`,
    { first: first.protocol, other: other.protocol },
  );
}

function invalid(message: string): RefrainError {
  return new RefrainError("ARGUMENT_INVALID", `Comparison: ${message}`);
}
