import { join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import type { ItemLabels } from "../../evaluate/index.js";
import {
  type ComparisonTable,
  compare,
  drawCandidates,
  type Evaluation,
  overSeeds,
  validationMetrics,
} from "../../evaluate/index.js";
import { evaluationCases, type Histories } from "../../sequence/histories.js";
import { type SearchHistories, withoutTest } from "../../sequence/without-test.js";
import { type Point, search, type Trial } from "../../tune/index.js";
import type { FitProgress } from "../fit.js";
import { type Judged, judgeScorer, labelsOf } from "../judge.js";
import { oracle } from "../oracle.js";
import { contentHash, type Prepared, preparing } from "../prepare.js";
import { withAbsolutePaths } from "../run.js";
import { newRunId } from "../run-folder.js";
import type { FetchProgress } from "../telling.js";
import { noteReading, type TestReading } from "../test-readings.js";
import { codeVersion, ResultCache } from "./cache.js";
import type { CompareConfig } from "./config.js";
import { type Contestant, contestantOf, type Fitted } from "./contestants.js";

/** One model of a finished comparison. */
export interface ComparedModel {
  readonly name: string;
  readonly kind: Contestant["kind"];
  /** Best first; values are of the validation part. */
  readonly trials: readonly Trial[];
  /** Why it has no result, where it could not be fitted. */
  readonly failed?: string;
  /** What the test part says of the best trial; absent where it failed. */
  readonly judged?: Judged;
}

/** A finished comparison. */
export interface Comparison {
  readonly id: string;
  readonly config: CompareConfig;
  readonly data: { readonly path: string; readonly sha256: string };
  readonly code: string;
  readonly table: ComparisonTable;
  readonly models: readonly ComparedModel[];
  readonly readings: readonly TestReading[];
  readonly userIds: readonly string[];
}

export type CompareEvent =
  | FetchProgress
  | { readonly type: "prepared"; readonly prepared: Prepared; readonly models: readonly string[] }
  | FitProgress
  | {
      readonly type: "trial";
      readonly model: string;
      readonly number: number;
      readonly of: number;
      readonly trial: Trial;
      /** Of all models, about; NaN while nothing is known. */
      readonly secondsLeft: number;
    }
  | { readonly type: "failed"; readonly model: string; readonly reason: string }
  | { readonly type: "tested"; readonly model: string; readonly done: number; readonly all: number }
  | { readonly type: "results"; readonly comparison: Comparison }
  | { readonly type: "saved"; readonly folder: string }
  | { readonly type: "interrupted" };

export interface CompareModelsOptions {
  /** Folder that holds the runs; comparisons and their cache are in its subfolder `comparisons`. */
  readonly runs: string;
  /** Abort to stop; finished trials are kept, and the same call goes on from them. */
  readonly signal?: AbortSignal;
}

/**
 * Compares models on one log by one protocol. Each is searched on validation within the same budget; then the best
 * configuration of each is measured on the test part, once for each seed.
 *
 * The search works on histories that the test part was cut out of. Each result is kept under the hash of data, choices and
 * code, so the same call again takes what is known, and an interrupted one goes on. The folder gets comparison.json.
 *
 * @throws {RefrainError} as `prepare`; CONFIG_INVALID for a name that means nothing or a run of another split; EMPTY_CASES
 *         when no model could be fitted
 */
export async function* compareModels(
  options: CompareConfig,
  { runs, signal }: CompareModelsOptions,
): AsyncGenerator<CompareEvent, void> {
  const config = { ...options, run: withAbsolutePaths(options.run) };
  try {
    const prepared = yield* preparing(config.run, signal);
    const contestants = config.models.map((name) => contestantOf(name, config, runs, prepared.dataHash));
    yield { type: "prepared", prepared, models: contestants.map(({ name }) => name) };
    const work = new Work(config, prepared, join(runs, "comparisons", "cache"), signal);
    const found: ComparedModel[] = [];
    for (const [place, each] of contestants.entries()) found.push(yield* searchOne(work, each, place));
    const comparison = yield* testAll(work, contestants, found, runs);
    yield { type: "results", comparison };
    const folder = join(runs, "comparisons", comparison.id);
    writeFileAtomic(join(folder, "comparison.json"), `${JSON.stringify(plainComparison(comparison), null, 2)}\n`);
    yield { type: "saved", folder };
  } catch (error) {
    if (signal?.aborted !== true || error !== signal.reason) throw error;
    yield { type: "interrupted" };
  }
}

/** What all steps share. */
class Work {
  readonly cache: ResultCache;
  readonly blind: SearchHistories;
  readonly #began = performance.now();
  readonly #common: string;
  #done = 0;

  constructor(
    readonly config: CompareConfig,
    readonly prepared: Prepared,
    cache: string,
    readonly signal?: AbortSignal,
  ) {
    this.cache = new ResultCache(cache);
    this.blind = withoutTest(prepared.histories);
    const { data, cleaning, split, protocol } = config.run;
    const { latest: _, ...rules } = cleaning; // by default it is tomorrow's
    this.#common = JSON.stringify([
      codeVersion(),
      contentHash(prepared),
      { ...data, path: "" },
      rules,
      split,
      protocol,
    ]);
  }

  keyOf(what: "trial" | "test", { identity, kind }: Contestant, options: Point, seed: number): string {
    const chooses = kind === "preset" ? this.config.metric : null;
    return sha256(JSON.stringify([this.#common, what, identity, options, seed, chooses]));
  }

  /** Where a trained model is kept: it does not depend on what it is measured for. */
  modelFolder(each: Contestant, options: Point, seed: number): string {
    return this.cache.folderOf(this.keyOf("trial", each, options, seed));
  }

  /** Counts a trial, and gives the time left if the trials to come take as long as those behind. */
  secondsLeft(model: number, trial: number): number {
    this.#done++;
    const left = this.config.trials - trial + (this.config.models.length - model - 1) * this.config.trials;
    return ((performance.now() - this.#began) / 1000 / this.#done) * left;
  }
}

/** Searches one model. What it is given holds no test part. */
async function* searchOne(work: Work, each: Contestant, place: number): AsyncGenerator<CompareEvent, ComparedModel> {
  const { config, blind, signal } = work;
  const [seed] = config.seeds;
  const cases = evaluationCases(blind, "validation");
  const candidates = await drawCandidates(config.run.protocol, blind);
  const objective = async function* (options: Point): AsyncGenerator<CompareEvent, Omit<Trial, "options">> {
    signal?.throwIfAborted();
    const key = work.keyOf("trial", each, options, seed);
    const known = work.cache.get<{ value: number; seconds: number }>(key);
    if (known) return { ...known, cached: true };
    const began = performance.now();
    const fitted: Fitted = yield* each.fit(options, seed, blind, work.modelFolder(each, options, seed), signal);
    try {
      const metrics = await validationMetrics(fitted.scorer, cases, config.run.protocol, { candidates, signal });
      const result = { value: metrics[config.metric], seconds: (performance.now() - began) / 1000 };
      work.cache.set(key, result);
      return { ...result, cached: false };
    } finally {
      fitted.dispose();
    }
  };
  const tell = (trial: Trial, number: number, of: number): CompareEvent => ({
    type: "trial",
    model: each.name,
    number,
    of,
    trial,
    secondsLeft: work.secondsLeft(place, number),
  });
  const budget = { trials: config.trials, seconds: 60 * config.minutes, seed: config.seed };
  try {
    const trials = yield* search(each.space, objective, budget, tell);
    return { name: each.name, kind: each.kind, trials };
  } catch (error) {
    if (!(error instanceof RefrainError)) throw error;
    yield { type: "failed", model: each.name, reason: error.message };
    return { name: each.name, kind: each.kind, trials: [], failed: error.message };
  }
}

/** Reads the test part: for the best trial of each model, with every seed. */
async function* testAll(
  work: Work,
  contestants: readonly Contestant[],
  found: readonly ComparedModel[],
  runs: string,
): AsyncGenerator<CompareEvent, Comparison> {
  const { config, prepared } = work;
  const { histories } = prepared;
  const labels = await labelsOf(config.run, histories);
  const models: ComparedModel[] = [];
  let readings: TestReading[] = [];
  for (const [at, each] of contestants.entries()) {
    const [best] = found[at].trials;
    if (!best) {
      models.push(found[at]);
      continue;
    }
    const seeds = each.seeded ? config.seeds : [config.seeds[0]];
    const judged: Judged[] = [];
    for (const seed of seeds) judged.push(yield* testOne(work, each, best.options, seed, labels, histories));
    const evaluation = overSeeds(judged.map((one) => one.evaluation));
    models.push({ ...found[at], judged: { ...judged[0], evaluation } });
    readings = noteReading(runs, prepared, JSON.stringify([each.identity, best.options]), "compare");
    yield { type: "tested", model: each.name, done: at + 1, all: contestants.length };
  }
  const evaluations = models.flatMap(({ judged }) => (judged ? [judged.evaluation] : []));
  if (evaluations.length === 0)
    throw new RefrainError(
      "EMPTY_CASES",
      `No model of the comparison could be fitted: ${models.map(({ failed }) => failed).join(" ")}`,
    );
  if (config.run.data.path === "jkpop" && config.run.protocol.candidates === "full")
    evaluations.push(await oracle(histories, evaluations[0]));
  const table = compare(evaluations, { metric: config.metric, tests: true });
  return {
    id: newRunId(config.run.name),
    config,
    data: { path: prepared.path, sha256: prepared.dataHash },
    code: codeVersion(),
    table,
    models,
    readings,
    userIds: prepared.log.userIds,
  };
}

async function* testOne(
  work: Work,
  each: Contestant,
  options: Point,
  seed: number,
  labels: ItemLabels,
  histories: Histories,
): AsyncGenerator<CompareEvent, Judged> {
  const { config, prepared, signal } = work;
  signal?.throwIfAborted();
  const key = work.keyOf("test", each, options, seed);
  const known = work.cache.get<Judged>(key);
  if (known) return known;
  const fitted = yield* each.fit(options, seed, histories, work.modelFolder(each, options, seed), signal);
  try {
    const judged = await judgeScorer(fitted.scorer, prepared, "test", config.run.protocol, labels, signal);
    const { lists: _, ...evaluation } = judged.evaluation;
    const named: Judged = { ...judged, evaluation: { ...evaluation, scorer: each.name } as Evaluation };
    work.cache.set(key, named);
    return named;
  } finally {
    fitted.dispose();
  }
}

/** What the file holds: no arrays as long as the test part, which the cache has. */
function plainComparison({ models, userIds: _, ...comparison }: Comparison): unknown {
  const plain = models.map(({ judged, ...model }) => {
    if (!judged) return model;
    const { evaluation, ...rest } = judged;
    const { ranks: __, userCodes: ___, otherSeeds: ____, lists: _____, ...figures } = evaluation;
    return { ...model, judged: { ...rest, evaluation: figures } };
  });
  return { format: 1, ...comparison, models: plain };
}
