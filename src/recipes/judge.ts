import { join } from "node:path";
import { readItemFields } from "../baseline/index.js";
import { RefrainError } from "../core/errors.js";
import type { Scorer } from "../core/scorer.js";
import { startEngine } from "../engine/index.js";
import {
  type AnchorMatch,
  type ComparisonTable,
  compare,
  type Evaluation,
  evaluate,
  evaluateSets,
  type ItemLabels,
  itemLabels,
  type ListMetric,
  listMetrics,
  type MetricValue,
  matchAnchors,
  type Protocol,
  type Slice,
  slices,
} from "../evaluate/index.js";
import { loadModel } from "../model/index.js";
import { evaluationCases, type Histories } from "../sequence/histories.js";
import type { RunConfig } from "./config.js";
import { type FitProgress, fitting } from "./fit.js";
import { oracle } from "./oracle.js";
import { type Prepared, preparing } from "./prepare.js";
import { readRecord } from "./run-folder.js";
import { JKPOP, localFile } from "./source.js";
import type { FetchProgress } from "./telling.js";
import { noteReading, type TestReading } from "./test-readings.js";

/** Length of the lists that are looked at beyond accuracy. */
export const LIST_LENGTH = 10;

/** All that is said about one scorer on one part. */
export interface Judged {
  readonly evaluation: Evaluation;
  /** What its lists of ten are like; see `listMetrics`. */
  readonly lists: readonly ListMetric[];
  readonly slices: readonly Slice[];
  /** One list a user, all plays of the part relevant; see `evaluateSets`. */
  readonly sets: readonly MetricValue[];
  readonly anchors: readonly AnchorMatch[];
}

/** What `judge` returns. */
export interface Judgement {
  readonly prepared: Prepared;
  readonly table: ComparisonTable;
  readonly judged: readonly Judged[];
  /** Who has read this test part, this time included; empty for validation. */
  readonly readings: readonly TestReading[];
}

export type JudgeEvent =
  | FetchProgress
  | { readonly type: "prepared"; readonly prepared: Prepared }
  | { readonly type: "evaluating"; readonly scorer: string; readonly done: number; readonly all: number }
  | FitProgress;

export interface JudgeOptions {
  /** Folder that holds the runs, where readings of test parts are noted. */
  readonly runs: string;
  /** Folder of a finished run, whose model is judged; its data, cleaning and split must be those of `config`. */
  readonly run?: string;
  readonly part: "validation" | "test";
  /** File with columns about items (artist, style), for what lists are like. */
  readonly items?: string;
  readonly signal?: AbortSignal;
}

/**
 * Measures a saved model and baselines on one part of a log, from the log on: table with intervals and paired tests, lists,
 * slices, published results that they may be compared with. The data is prepared as `config` says and baselines are fitted.
 *
 * @throws {RefrainError} as `prepare`, `loadModel` and the techniques; ARGUMENT_INVALID when the log is not the one that the
 *         run was trained on, or when there is nothing to judge
 */
export async function* judge(config: RunConfig, options: JudgeOptions): AsyncGenerator<JudgeEvent, Judgement> {
  const { runs, run, part, signal } = options;
  if (!run && config.baselines.length === 0)
    throw new RefrainError("ARGUMENT_INVALID", "There is nothing to evaluate: name a run or baselines.");
  const prepared = yield* preparing(config, signal);
  yield { type: "prepared", prepared };
  const { histories } = prepared;
  const labels = await labelsOf(config, histories, options.items);
  const all = config.baselines.length + (run ? 1 : 0);
  const judged: Judged[] = [];
  if (run) {
    checkData(run, prepared);
    await startEngine("score");
    const saved = loadModel(run);
    try {
      yield { type: "evaluating", scorer: saved.name, done: 0, all };
      judged.push(await judgeScorer(saved.scorer, prepared, part, config.protocol, labels, signal));
    } finally {
      saved.model.dispose();
    }
  }
  for (const choice of config.baselines) {
    yield { type: "evaluating", scorer: choice.name, done: judged.length, all };
    const scorer = yield* fitting(choice, histories, signal);
    judged.push(await judgeScorer(scorer, prepared, part, config.protocol, labels, signal));
  }
  const evaluations = judged.map(({ evaluation }) => evaluation);
  const full = config.protocol.candidates === "full" && part === "test";
  if (config.data.path === "jkpop" && full) evaluations.push(await oracle(histories, evaluations[0]));
  const table = compare(evaluations, { reference: evaluations[0].scorer, tests: true });
  const model = run ? readRecord(run).id : JSON.stringify(config.baselines);
  return { prepared, table, judged, readings: part === "test" ? noteReading(runs, prepared, model, "evaluate") : [] };
}

/** Everything about one scorer. @throws {RefrainError} as `evaluate` */
export async function judgeScorer(
  scorer: Scorer,
  prepared: Pick<Prepared, "histories" | "path">,
  part: "validation" | "test",
  protocol: Protocol,
  labels: ItemLabels,
  signal?: AbortSignal,
): Promise<Judged> {
  const evaluation = await evaluate(scorer, prepared.histories, part, protocol, { signal, listLength: LIST_LENGTH });
  return judgeEvaluation(evaluation, scorer, prepared, part, protocol, labels, signal);
}

/**
 * Everything else about a scorer whose cases are ranked: the command line and the app say it both by this.
 *
 * @param evaluation of the same scorer, part and protocol, with lists of `LIST_LENGTH`
 * @throws {RefrainError} as `listMetrics`, `slices` and `evaluateSets`
 */
export async function judgeEvaluation(
  evaluation: Evaluation,
  scorer: Scorer,
  { histories, path }: Pick<Prepared, "histories" | "path">,
  part: "validation" | "test",
  protocol: Protocol,
  labels: ItemLabels,
  signal?: AbortSignal,
): Promise<Judged> {
  const cases = evaluationCases(histories, part);
  const artists = labels.artists.some((artist) => artist > 0) ? labels.artists : undefined;
  const many = histories.split.lastTargets !== 1 && cases.length > new Set(evaluation.userCodes).size;
  const names = ["HR", "NDCG", "Precision", "Recall", "MAP"].map((name) => `${name}@${LIST_LENGTH}`);
  const shown = ["HR", "NDCG"].map((name) => `${name}@${protocol.cutoffs.includes(10) ? 10 : protocol.cutoffs.at(-1)}`);
  return {
    evaluation,
    lists: listMetrics(evaluation.lists as Int32Array, LIST_LENGTH, cases, histories, { labels, resamples: 200 }),
    slices: slices(cases, evaluation.ranks, histories, { artists, resamples: 200, metrics: shown }),
    sets: many ? await evaluateSets(scorer, histories, part, names, protocol, { signal, resamples: 200 }) : [],
    anchors: matchAnchors(evaluation.protocol, path, evaluation.metrics),
  };
}

/** Artists and styles of the items: from a file, the run's own table, the embedded catalogue, or titles. @throws {RefrainError} as `readItemFields` */
export async function labelsOf(
  { data }: Pick<RunConfig, "data">,
  histories: Histories,
  file?: string,
): Promise<ItemLabels> {
  const own = data.attributes && (await localFile(data.attributes));
  const path = file ?? own ?? (data.path === "jkpop" ? join(JKPOP, "catalogue.csv") : undefined);
  return itemLabels(histories, path ? await readItemFields(path, histories) : undefined);
}

/** Throws unless the log is byte for byte the one of the run: else its test plays may have been trained on. */
function checkData(run: string, { dataHash, path }: Prepared): void {
  const { data, id } = readRecord(run);
  if (data.sha256 !== dataHash)
    throw new RefrainError(
      "ARGUMENT_INVALID",
      `${path} must be the file that run ${id} was trained on, so that no test play was trained on; its content differs.`,
      { run, path },
    );
}
