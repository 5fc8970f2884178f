import { rmSync } from "node:fs";
import { join } from "node:path";
import { RefrainError } from "../../core/errors.js";
import { sha256, writeFileAtomic } from "../../core/files.js";
import type { GetProgress } from "../../data/registry/index.js";
import {
  bestOf,
  type Objective,
  openStudy,
  optimise,
  type StudyDefinition,
  type StudyEvent,
  type StudyStore,
  type StudyTrial,
  studyDefinition,
} from "../../tune/index.js";
import { ProcessPool } from "../../tune/workers/pool.js";
import { openQueue } from "../../tune/workers/queue.js";
import { codeVersion } from "../compare/cache.js";
import type { RunConfig } from "../config.js";
import { contentHash, type Prepared, prepare } from "../prepare.js";
import { withAbsolutePaths } from "../run.js";
import { withLocalFiles } from "../source.js";
import { type FetchProgress, telling } from "../telling.js";
import { referenceOf, type TuneConfig, trialConfig } from "./config.js";
import { share } from "./shared.js";
import { choicesOf, type TrialBegin, trialKey, trialObjective } from "./trial.js";

/** A finished search. */
export interface TuneResult {
  readonly definition: StudyDefinition;
  readonly trials: readonly StudyTrial[];
  /** The one with the best validation value. */
  readonly best: StudyTrial;
  /** Trial 0: the options as they were given; undefined where it failed. */
  readonly reference: StudyTrial | undefined;
  /** What a run is trained with: `refrain train --config FILE`. */
  readonly config: RunConfig;
  readonly data: { readonly path: string; readonly sha256: string };
}

export type TuneEvent =
  | FetchProgress
  | {
      readonly type: "prepared";
      readonly prepared: Prepared;
      readonly definition: StudyDefinition;
      readonly folder: string;
      /** Trials that the study had already. */
      readonly known: readonly StudyTrial[];
    }
  | StudyEvent
  | { readonly type: "results"; readonly result: TuneResult }
  /** `config` is the file to train from. */
  | { readonly type: "saved"; readonly folder: string; readonly config: string }
  | { readonly type: "interrupted"; readonly folder: string };

export interface TuneOptions {
  /** Folder that holds the runs; studies are in its subfolder `tuning`. */
  readonly runs: string;
  /** Study file; by default study.sqlite in a folder named by what is searched, so that the same call goes on. */
  readonly study?: string;
  /** Child processes at most; 0 trains in this process. By default as many as processors and memory allow. */
  readonly processes?: number;
  /** Address of a Redis, whose workers train instead. */
  readonly queue?: string;
  /** Folder that this process and all workers of the queue see; by default `shared` below `runs`. */
  readonly shared?: string;
  /** Abort to stop: trials keep their checkpoints, and the same call goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Searches the options of a recurrent model: draws trials, trains them a little, trains the best of them further, and writes
 * the best configuration to best.json. Only the validation part is seen: what trials are given holds no test part.
 *
 * Trial 0 has the options as they are and is always trained in full. The same call goes on with a study that was stopped, and
 * several processes may work on one study at once.
 *
 * @throws {RefrainError} as `prepare`, `openStudy` and `openQueue`; STUDY_EMPTY when no trial came to a value
 */
export async function* tune(options: TuneConfig, settings: TuneOptions): AsyncGenerator<TuneEvent, void> {
  const { runs, signal } = settings;
  const config = { ...options, run: withAbsolutePaths(options.run) };
  let folder = "";
  let store: StudyStore | undefined;
  let workers: Workers | undefined;
  try {
    // One question to each address: trials that asked once more might get another file.
    const here = { ...config, run: yield* fetchingAll(config.run, signal) };
    const prepared = await prepare(here.run, signal);
    const content = contentHash(prepared);
    const definition = definitionOf(config, content);
    folder = join(runs, "tuning", `${config.run.name}-${sha256(JSON.stringify(definition)).slice(0, 8)}`);
    store = await openStudy(settings.study ?? join(folder, "study.sqlite"), definition);
    yield { type: "prepared", prepared, definition, folder, known: store.trials() };
    workers = await workersOf(here, store.id, content, folder, settings);
    yield* optimise(store, workers.run, {
      trials: config.trials,
      seconds: config.minutes === null ? undefined : 60 * config.minutes,
      parallel: workers.size,
      signal,
    });
    signal?.throwIfAborted();
    const result = resultOf(config, store, prepared);
    const file = join(folder, "best.json");
    writeFileAtomic(file, `${JSON.stringify(result.config, null, 2)}\n`);
    if (!result.trials.some(({ status }) => status === "running" || status === "waiting"))
      for (const trial of result.trials)
        rmSync(join(workers.folder, trialKey(trialConfig(config.run, trial.options), content), "checkpoints"), {
          recursive: true,
          force: true,
        });
    yield { type: "results", result };
    yield { type: "saved", folder, config: file };
  } catch (error) {
    if (signal?.aborted !== true || error !== signal.reason) throw error;
    yield { type: "interrupted", folder };
  } finally {
    await workers?.close();
    store?.close();
  }
}

/** As `withLocalFiles`, and says how far it is. */
function fetchingAll(config: RunConfig, signal?: AbortSignal): AsyncGenerator<FetchProgress, RunConfig> {
  return telling((tell) => {
    const onFetch = (progress: GetProgress) => tell({ type: "fetching", ...progress });
    return withLocalFiles(config, { onFetch, signal });
  });
}

/** What the study file is bound to. */
function definitionOf(config: TuneConfig, dataHash: string): StudyDefinition {
  const { run, space, sampler, seed, eta, firstEpochs } = config;
  return studyDefinition({
    space,
    sampler,
    seed,
    halving: { first: Math.min(firstEpochs, run.train.epochs), last: run.train.epochs, eta },
    metric: run.train.metric,
    reference: referenceOf(config),
    identity: sha256(JSON.stringify([codeVersion(), dataHash, choicesOf(run)])),
  });
}

/** Whoever trains, and where they keep what they train. */
interface Workers {
  readonly run: Objective;
  readonly size: () => number;
  readonly folder: string;
  close(): Promise<void> | void;
}

async function workersOf(
  { run: config }: TuneConfig,
  study: string,
  dataHash: string,
  folder: string,
  { runs, processes, queue, shared = join(runs, "shared") }: TuneOptions,
): Promise<Workers> {
  const code = codeVersion();
  if (queue !== undefined) {
    // Folders are the worker's own affair: it knows where it sees the shared one.
    const begin: TrialBegin = { config: await share(config, shared), dataHash, code, folder: "" };
    const { run, size, close } = await openQueue({ url: queue, study, begin });
    return { run, size, close, folder: join(shared, "trials") };
  }
  const trials = join(folder, "trials");
  const begin: TrialBegin = { config, dataHash, code, folder: trials };
  if (processes === 0) {
    const run = await trialObjective(begin);
    return { run, size: () => 1, folder: trials, close() {} };
  }
  const pool = new ProcessPool({ entry: TRIAL_PROCESS, begin, most: processes });
  return { run: pool.run, size: () => pool.size(), folder: trials, close: () => pool.close() };
}

/** The module that trains in a process of its own. */
export const TRIAL_PROCESS: URL = new URL("./trial-process.js", import.meta.url);

function resultOf({ run }: TuneConfig, store: StudyStore, { path, dataHash }: Prepared): TuneResult {
  const trials = store.trials();
  const best = bestOf(trials);
  if (!best) {
    const reasons = trials.flatMap(({ reason }) => reason ?? []).slice(0, 3);
    throw new RefrainError(
      "STUDY_EMPTY",
      `None of ${trials.length} trials came to a value. ${reasons.join(" ")}`.trim(),
    );
  }
  const reference = trials.find(({ number, status }) => number === 0 && status !== "failed");
  return {
    definition: store.definition,
    trials,
    best,
    reference,
    config: trialConfig(run, best.options),
    data: { path, sha256: dataHash },
  };
}
