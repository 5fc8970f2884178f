import { existsSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import {
  changeMarks,
  discardRun,
  eraseRun,
  listRuns,
  RefrainError,
  type RunConfig,
  type RunMarks,
  type RunRecord,
  readEpochs,
  readMarks,
  readRecord,
  restoreRun,
  runHolder,
  trashOf,
} from "refrain";
import { commandOf, optionsOf } from "./command.js";
import type { References, RunDetail, RunRow, RunState } from "./contract.js";
import { readCurve } from "./curves.js";
import type { Jobs, TrainingJob } from "./jobs.js";

/** The runs of one folder, and what this server trains in it. */
export class RunStore {
  readonly folder: string;
  readonly #jobs: Jobs;

  constructor(folder: string, jobs: Jobs) {
    this.folder = resolve(folder);
    this.#jobs = jobs;
  }

  rows(): RunRow[] {
    return listRuns(this.folder).map((record) => this.#row(record));
  }

  /** Deleted runs, which can be brought back. */
  deleted(): RunRow[] {
    const trash = trashOf(this.folder);
    return listRuns(trash).map((record) => this.#row(record, trash));
  }

  /** Tags, pins or archives a run. @throws {RefrainError} RUN_NOT_FOUND */
  mark(id: string, change: Partial<RunMarks>): RunMarks {
    return changeMarks(this.folderOf(id), change);
  }

  /** Moves a run to the trash, and returns its id there. @throws {RefrainError} RUN_NOT_FOUND; RUN_BUSY */
  discard(id: string): string {
    if (this.#jobs.find(id)?.isLive) throw new RefrainError("RUN_BUSY", `${id} is being trained.`, { id });
    return discardRun(this.folderOf(id));
  }

  /** Brings a deleted run back, and returns its id. @throws {RefrainError} RUN_NOT_FOUND */
  restore(id: string): string {
    return restoreRun(this.folder, id);
  }

  /** Removes a deleted run for good. @throws {RefrainError} RUN_NOT_FOUND */
  erase(id: string): void {
    eraseRun(this.folder, id);
  }

  /** A run or a job with its curves. @throws {RefrainError} RUN_NOT_FOUND */
  detail(id: string): RunDetail {
    const job = this.#jobs.find(id);
    const runId = job?.job.runId ?? (job ? null : id);
    const record = runId === null ? null : readRecord(this.folderOf(runId));
    const row = record && this.#row(record);
    const config = record?.config ?? job?.config;
    const shown = job ?? readCurve(this.folderOf(runId as string));
    const epochs = record ? readEpochs(this.folderOf(record.id)) : [];
    return {
      row,
      record,
      epochs: epochs.length > 0 ? epochs : (job?.epochs ?? []),
      job: job?.job ?? null,
      steps: shown.steps,
      log: shown.log,
      command: config ? commandOf(config, record?.preset ?? "default", startOf(record, job)) : null,
      options: config ? optionsOf(config, startOf(record, job)) : [],
      resumable: row !== null && row.state !== "finished" && row.state !== "elsewhere" && !job?.isLive,
      references: config ? this.#referencesOf(record, config) : null,
    };
  }

  /** Folder of a run by its id, which must not lead out of the folder of the runs. @throws {RefrainError} RUN_NOT_FOUND */
  folderOf(id: string): string {
    const folder = resolve(this.folder, id);
    const inside = folder.startsWith(this.folder + sep) && basename(folder) === id;
    if (!inside || !existsSync(join(folder, "run.json")))
      throw new RefrainError("RUN_NOT_FOUND", `No run "${id.slice(0, 80)}" in ${this.folder}.`, { id });
    return folder;
  }

  /** Lines to hold a curve against: what simpler methods and the oracle reach on the test part of the same log. */
  #referencesOf(record: RunRecord | null, config: RunConfig): References | null {
    const wanted = testPartOf(config);
    const same = (other: RunRecord) =>
      other.results !== undefined &&
      (record === null || other.data.sha256 === record.data.sha256) &&
      testPartOf(other.config) === wanted;
    const source = record?.results ? record : listRuns(this.folder).find(same);
    if (!source?.results) return null;
    const rows = source.results.rows.map(({ scorer, metrics }) => ({
      scorer,
      metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    }));
    return { run: source.id, own: source.results.reference, rows };
  }

  #row(record: RunRecord, runs = this.folder): RunRow {
    const { config, results, counts } = record;
    const folder = join(runs, record.id);
    const name = results?.reference ?? config.model.cell.toUpperCase();
    const own = results?.rows.find(({ scorer }) => scorer === name);
    const job = this.#jobs.find(record.id);
    return {
      id: record.id,
      name: config.name,
      state: stateOf(record, folder, job),
      startedAt: record.startedAt,
      preset: record.preset,
      engine: record.engine.name,
      data: config.data.path,
      scorer: name,
      epochs: config.train.epochs,
      best: record.best ?? null,
      test: Object.fromEntries((own?.metrics ?? []).map(({ name, value }) => [name, value])),
      shareOfOracle: own?.shareOfOracle ?? null,
      newOnly: config.protocol.seen === "remove",
      trainingSeconds: record.seconds.training ?? null,
      users: counts.users ?? 0,
      items: counts.items ?? 0,
      events: counts.events ?? 0,
      jobId: job?.isLive ? job.job.id : null,
      ...readMarks(folder),
    };
  }
}

/** All that decides what is tested on, as one text. The latest believable time is left out: by default it is tomorrow's. */
function testPartOf({ data, cleaning, split, protocol }: RunConfig): string {
  return JSON.stringify([data, { ...cleaning, latest: 0 }, split, protocol]);
}

function startOf(record: RunRecord | null, job: TrainingJob | undefined): Date {
  const at = record?.startedAt ?? job?.job.startedAt;
  return at === undefined ? new Date() : new Date(at);
}

/** A job that lives trains, whatever the record says; else "training" is only true while a process holds the lock. */
function stateOf(record: RunRecord, folder: string, job: TrainingJob | undefined): RunState {
  if (job?.isLive) return "training";
  if (record.status !== "training") return record.status;
  return runHolder(folder) === null ? "interrupted" : "elsewhere";
}
