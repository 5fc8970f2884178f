import { RefrainError } from "../core/errors.js";
import { type Evaluation, type MetricValue, meanGains } from "./evaluate.js";
import { type BootstrapOptions, bootstrapMeans } from "./interval.js";
import type { ProtocolCard } from "./protocol.js";
import { holm, randomisationTest, userDifferences, wilcoxonTest } from "./significance.js";

export interface CompareOptions extends BootstrapOptions {
  /** Metric that sorts the rows. Default NDCG@10, or the last NDCG where that cut-off is absent. */
  readonly metric?: string;
  /** Scorer that the others are compared with. Default: none. */
  readonly reference?: string;
  /** Tests the others against the best of the rows but the oracle, see `ComparisonRow.tests`. Default false. */
  readonly tests?: boolean;
}

/** Whether a scorer differs from the best in the sorting metric, by tests of paired users. */
export interface PairedTests {
  /** Mean difference to the best with its interval; not above 0. */
  readonly difference: Omit<MetricValue, "name">;
  /**
   * p-values as they are, and after Holm's correction for the number of rows that were tested. The randomisation test is of the
   * metric itself, in which a user counts by her cases; Wilcoxon's is of users, each counting once.
   */
  readonly randomisation: { readonly p: number; readonly corrected: number };
  readonly wilcoxon: { readonly p: number; readonly corrected: number };
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
  readonly millisecondsPerUser?: number;
  readonly memoryBytes?: number;
  /** Absent in the row of the best, in that of the oracle, and where no tests were asked for. */
  readonly tests?: PairedTests;
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
  const sorted = evaluations.toSorted((a, b) => value(b) - value(a) || (a.scorer < b.scorer ? -1 : 1));
  const tested = options.tests ? sorted.filter(({ scorer }) => scorer !== "oracle") : [];
  const tests = pairedTests(tested, metric, options);
  const rows = sorted.map((each) => ({
    scorer: each.scorer,
    metrics: each.metrics,
    differences: reference && each !== reference ? differences(each, reference, names, options) : null,
    shareOfOracle: best > 0 ? value(each) / best : null,
    seconds: each.seconds,
    casesPerSecond: each.casesPerSecond,
    millisecondsPerUser: each.millisecondsPerUser,
    memoryBytes: each.memoryBytes,
    ...(tests.has(each.scorer) ? { tests: tests.get(each.scorer) } : {}),
  }));
  return { protocol, metric, reference: reference?.scorer ?? null, rows };
}

/** Tests of all but the first evaluation against it, by name. */
function pairedTests(
  [best, ...others]: readonly Evaluation[],
  metric: string,
  options: BootstrapOptions,
): Map<string, PairedTests> {
  if (others.length === 0) return new Map();
  const top = meanGains(best, metric);
  const all = others.map((each) => {
    const own = meanGains(each, metric);
    const [difference] = bootstrapMeans([own.map((gain, n) => gain - top[n])], best.userCodes, options);
    return {
      difference,
      randomisation: randomisationTest(userDifferences(own, top, best.userCodes, "sum"), { seed: options.seed }),
      wilcoxon: wilcoxonTest(userDifferences(own, top, best.userCodes)),
    };
  });
  const [randomisation, wilcoxon] = [
    holm(all.map((each) => each.randomisation)),
    holm(all.map((each) => each.wilcoxon)),
  ];
  return new Map(
    all.map((each, n) => [
      others[n].scorer,
      {
        difference: each.difference,
        randomisation: { p: each.randomisation, corrected: randomisation[n] },
        wilcoxon: { p: each.wilcoxon, corrected: wilcoxon[n] },
      },
    ]),
  );
}

function differences(
  each: Evaluation,
  reference: Evaluation,
  names: readonly string[],
  options: BootstrapOptions,
): MetricValue[] {
  const values = names.map((name) => {
    const theirs = meanGains(reference, name);
    return meanGains(each, name).map((gain, n) => gain - theirs[n]);
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
