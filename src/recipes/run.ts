import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { RefrainError } from "../core/errors.js";
import type { TrainingEvent } from "../core/events.js";
import { sha256, writeFileAtomic } from "../core/files.js";
import { isAddress, isDatasetName } from "../data/registry/index.js";
import { type Engine, startEngine, tf } from "../engine/index.js";
import { type ComparisonTable, compare, type Evaluation, evaluate } from "../evaluate/index.js";
import { MODEL_FORMAT, modelScorer, RecurrentModel, saveModel, sequenceLayers } from "../model/index.js";
import { CheckpointStore, train } from "../train/index.js";
import { type RunConfig, runConfig } from "./config.js";
import { type FitProgress, fitting } from "./fit.js";
import { oracle } from "./oracle.js";
import { knownPlays, type Prepared, preparing } from "./prepare.js";
import {
  createRunFolder,
  type EpochRecord,
  lockRun,
  newRunId,
  type RunRecord,
  readEpochs,
  readRecord,
  writeRecord,
} from "./run-folder.js";
import type { FetchProgress } from "./telling.js";
import { noteReading } from "./test-readings.js";
import { trainingInput } from "./training.js";

/** What a whole run says: its stages, then everything that training says. */
export type RunEvent =
  | FetchProgress
  | { readonly type: "prepared"; readonly prepared: Prepared; readonly engine: Engine; readonly folder: string }
  | TrainingEvent
  | { readonly type: "evaluating"; readonly scorer: string; readonly done: number; readonly all: number }
  | FitProgress
  | { readonly type: "results"; readonly table: ComparisonTable }
  | { readonly type: "saved"; readonly folder: string }
  | { readonly type: "interrupted"; readonly folder: string };

export interface RunOptions {
  /** Folder that holds the runs. */
  readonly runs: string;
  readonly preset?: string;
  /** Abort to stop with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Asked after each step; true saves a checkpoint there and goes on. */
  readonly wantsCheckpoint?: () => boolean;
}

/**
 * Trains, tests against the baselines and saves, in a new folder below `options.runs`.
 *
 * @throws {RefrainError} as its steps
 * @throws the signal's reason when it is aborted before there is a folder
 */
export async function* startRun(
  options: RunConfig,
  { runs, preset, ...how }: RunOptions,
): AsyncGenerator<RunEvent, void> {
  const config = withAbsolutePaths(options);
  const prepared = yield* preparing(config, how.signal); // before the engine, which takes a second that a wrong path need not cost
  const engine = await startEngine("train");
  const folder = createRunFolder(runs, newRunId(config.name));
  const { histories } = prepared;
  const record: RunRecord = {
    format: 1,
    id: basename(folder),
    status: "training",
    startedAt: new Date().toISOString(),
    config,
    preset: preset ?? "default",
    data: {
      path: prepared.path,
      sha256: prepared.dataHash,
      ...(prepared.attributesHash !== null && { attributes: prepared.attributesHash }),
    },
    versions: versions(),
    engine: { name: engine.name, version: engine.version },
    cleaning: prepared.report,
    counts: { users: histories.users.size, items: histories.items.size, events: prepared.log.users.length },
    seconds: {},
  };
  yield* continueRun(folder, record, prepared, engine, how);
}

/**
 * Goes on with a run that was interrupted or killed.
 *
 * @param wantsCheckpoint as for `startRun`
 * @throws {RefrainError} RUN_NOT_FOUND; RUN_BUSY; CHECKPOINT_MISMATCH when the data or the engine are not the run's
 */
export async function* resumeRun(
  folder: string,
  signal?: AbortSignal,
  wantsCheckpoint?: RunOptions["wantsCheckpoint"],
): AsyncGenerator<RunEvent, void> {
  const record = readRecord(folder);
  if (record.status === "finished")
    throw new RefrainError("ARGUMENT_INVALID", `${folder} is finished; there is nothing to resume.`);
  const prepared = yield* preparing(runConfig(record.config), signal);
  if (prepared.dataHash !== record.data.sha256)
    throw new RefrainError("CHECKPOINT_MISMATCH", `${prepared.path} is not the file that the run was started with.`, {
      folder,
    });
  if (record.data.attributes !== undefined && prepared.attributesHash !== record.data.attributes)
    throw new RefrainError("CHECKPOINT_MISMATCH", "The table of attributes is not the one that the run began with.", {
      folder,
    });
  process.env.REFRAIN_ENGINE ??= record.engine.name;
  const engine = await startEngine("train");
  yield* continueRun(folder, record, prepared, engine, { signal, wantsCheckpoint });
}

async function* continueRun(
  folder: string,
  started: RunRecord,
  prepared: Prepared,
  engine: Engine,
  { signal, wantsCheckpoint }: Pick<RunOptions, "signal" | "wantsCheckpoint">,
): AsyncGenerator<RunEvent, void> {
  const unlock = lockRun(folder);
  const { config } = started;
  const { histories } = prepared;
  const model = new RecurrentModel(
    config.model,
    histories.items.size,
    histories.users.size,
    config.train.seed,
    prepared.attributes,
  );
  let record: RunRecord = { ...started, status: "training" };
  try {
    writeRecord(folder, record);
    yield { type: "prepared", prepared, engine, folder };
    const { name: _, baselines, ...choices } = config; // neither changes what is trained
    const fingerprint = sha256(JSON.stringify([choices, started.data.sha256, engine.name, MODEL_FORMAT]));
    const checkpoints = new CheckpointStore(join(folder, "checkpoints"), fingerprint);
    const epochs: EpochRecord[] = readEpochs(folder);
    const input = await trainingInput(config, histories, model, engine.name);
    const events = train({ ...input, checkpoints, signal, wantsCheckpoint });
    for await (const event of events) {
      if (event.type === "validation") {
        const { epoch, step, trainingLoss, metrics, seconds } = event;
        epochs.splice(epoch - 1, epochs.length, { epoch, step, trainingLoss, metrics, seconds });
        writeFileAtomic(join(folder, "history.json"), JSON.stringify(epochs));
      }
      if (event.type === "end") {
        const status = event.reason === "interrupted" ? "interrupted" : "training";
        const best = { epoch: event.bestEpoch, value: event.bestValue, metric: config.train.metric };
        record = { ...record, status, best, seconds: { ...record.seconds, training: event.seconds } };
        writeRecord(folder, record);
      }
      yield event;
      if (event.type === "end" && event.reason === "interrupted") return yield { type: "interrupted", folder };
    }
    const name = sequenceLayers[config.model.cell].title;
    saveModel(folder, model, {
      name,
      items: histories.items,
      users: histories.users,
      titles: histories.titles,
      aliases: prepared.aliases,
      ...knownPlays(histories),
      windowLength: config.train.maxLength,
    });
    const began = performance.now();
    const evaluations: Evaluation[] = [];
    const all = 1 + baselines.length;
    yield { type: "evaluating", scorer: name, done: 0, all };
    const scorer = modelScorer(model, name, config.train.maxLength);
    evaluations.push(await evaluate(scorer, histories, "test", config.protocol, { signal }));
    for (const [at, choice] of baselines.entries()) {
      yield { type: "evaluating", scorer: choice.name, done: at + 1, all };
      const baseline = yield* fitting(choice, histories, signal);
      evaluations.push(await evaluate(baseline, histories, "test", config.protocol, { signal }));
    }
    if (config.data.path === "jkpop") evaluations.push(await oracle(histories, evaluations[0]));
    const table = compare(evaluations, { reference: name, metric: "HR@10" });
    noteReading(dirname(folder), prepared, started.id, "train");
    record = {
      ...record,
      status: "finished",
      results: table,
      seconds: { ...record.seconds, evaluation: (performance.now() - began) / 1000 },
    };
    writeRecord(folder, record);
    checkpoints.clear();
    yield { type: "results", table };
    yield { type: "saved", folder };
  } catch (error) {
    const interrupted = signal?.aborted === true && error === signal.reason;
    try {
      writeRecord(folder, { ...record, status: interrupted ? "interrupted" : "failed" });
    } catch {
      // A full disk has no place for this either. The old record says "training" without a process: that is interrupted too.
    }
    if (!interrupted) throw error;
    yield { type: "interrupted", folder };
  } finally {
    model.dispose();
    unlock();
  }
}

/** The same with paths that still hold when the run is resumed from another folder. */
export function withAbsolutePaths(config: RunConfig): RunConfig {
  const { path, titles, attributes, validation, test } = config.data;
  const absolute = (file: string | null) => (file === null || isAddress(file) ? file : resolve(file));
  const data = {
    ...config.data,
    path: path === "jkpop" || isDatasetName(path) || isAddress(path) ? path : resolve(path),
    titles: absolute(titles),
    attributes: absolute(attributes),
    validation: absolute(validation),
    test: absolute(test),
  };
  return { ...config, data };
}

function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return {
    refrain: own.version,
    node: process.version,
    tfjs: tf.version.tfjs,
    platform: `${process.platform}-${process.arch}`,
  };
}
