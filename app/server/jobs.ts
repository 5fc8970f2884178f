import { basename, dirname, join } from "node:path";
import type { RunConfig } from "refrain";
import type { EpochRecord, RunNote } from "../engine/protocol.js";
import type { Job, JobState, LogLine, StepPoint } from "./contract.js";
import { readCurve, writeCurve } from "./curves.js";
import { EngineFailure, type EngineProcess, type StartEngine } from "./engine-process.js";
import type { Hub } from "./hub.js";
import { line, newsOf } from "./job-news.js";

/** Time between two steps that are told, in ms: four redraws a second, and one more at each end of an epoch. */
const TOLD_EVERY = 250;
const MOST_POINTS = 4000;
const MOST_LINES = 500;
const ENDED: readonly JobState[] = ["paused", "stopped", "finished", "failed"];

/** One training process with everything that it has said. */
export class TrainingJob {
  job: Job;
  readonly steps: StepPoint[] = [];
  readonly epochs: EpochRecord[] = [];
  readonly log: LogLine[] = [];
  readonly config: RunConfig | undefined;
  readonly #engine: EngineProcess;
  readonly #hub: Hub;
  /** Folder of the runs. */
  readonly #runs: string;
  /** Steps that are kept one of; doubled whenever there are too many points. */
  #stride = 1;
  #toldAt = 0;
  #untold: StepPoint[] = [];
  #stopping = false;
  /** When the first step of this process came, less the seconds before it. */
  #beganAt: number | undefined;

  constructor(
    id: string,
    name: string,
    runId: string | null,
    config: RunConfig | undefined,
    engine: EngineProcess,
    hub: Hub,
    runs: string,
  ) {
    this.config = config;
    this.#engine = engine;
    this.#hub = hub;
    this.#runs = runs;
    this.job = {
      id,
      runId,
      name,
      state: "preparing",
      engine: null,
      startedAt: new Date().toISOString(),
      epochs: config?.train.epochs ?? 0,
      epoch: 0,
      step: 0,
      totalSteps: 0,
      secondsLeft: null,
      positionsPerSecond: null,
      loss: null,
      evaluating: null,
      failure: null,
      resumable: false,
    };
  }

  get isLive(): boolean {
    return !ENDED.includes(this.job.state);
  }

  /** Asks for a checkpoint and an end. */
  async pause(): Promise<void> {
    if (!this.isLive) return;
    this.#tell({ state: "pausing" }, line("info", "log.pausing"));
    await this.#engine.ask("pause", null).catch(() => {});
  }

  /** Asks for a checkpoint; training goes on. */
  async checkpoint(): Promise<void> {
    if (this.isLive) await this.#engine.ask("checkpoint", null).catch(() => {});
  }

  /** Ends the process at once; what came after the last checkpoint is lost. */
  stop(): void {
    if (!this.isLive) return;
    this.#stopping = true;
    this.#engine.kill();
  }

  /** Runs until the process has answered. Never throws: what goes wrong is in the job. */
  async run(work: (engine: EngineProcess, note: (note: RunNote) => void) => Promise<null>): Promise<void> {
    try {
      await work(this.#engine, (note) => this.#hear(note));
      if (this.isLive) this.#tell({ state: "finished", secondsLeft: 0 }, line("good", "log.finished"));
    } catch (error) {
      const resumable = this.job.runId !== null;
      if (this.#stopping) this.#tell({ state: "stopped", resumable }, line("warning", "log.stopped"));
      else {
        const failure =
          error instanceof EngineFailure
            ? error.failure
            : { code: "UNEXPECTED", message: (error as Error).message, remedy: null };
        this.#tell({ state: "failed", failure, resumable }, line("error", "log.failed", { message: failure.message }));
      }
    } finally {
      this.#engine.kill();
      this.#keep();
    }
  }

  #hear(note: RunNote): void {
    if (note.type === "step") this.#step(note);
    else {
      const { change, line: said, epoch } = newsOf(note, this.job);
      if (epoch) this.epochs.push(epoch);
      if (note.type === "start") this.#forgetAfter(note.resumedFromStep);
      this.#tell(change, said, epoch ? { epoch } : {});
      if (note.type === "checkpoint") this.#keep();
    }
  }

  /** What the window showed stays with the run. */
  #keep(): void {
    if (this.job.runId !== null) writeCurve(join(this.#runs, this.job.runId), this);
  }

  /** Steps after a checkpoint are done again. */
  #forgetAfter(step: number): void {
    const kept = this.steps.filter((point) => point.step <= step);
    this.steps.splice(0, this.steps.length, ...kept);
  }

  #step(note: Extract<RunNote, { type: "step" }>): void {
    const { step, loss, learningRate, gradientNorm, positionsPerSecond } = note;
    this.#beganAt ??= performance.now() - 1000 * (this.steps.at(-1)?.seconds ?? 0);
    if (step % this.#stride === 0) {
      const seconds = (performance.now() - this.#beganAt) / 1000;
      const point = { step, loss, learningRate, gradientNorm, positionsPerSecond, seconds };
      this.steps.push(point);
      this.#untold.push(point);
      if (this.steps.length > MOST_POINTS) {
        this.#stride *= 2;
        const kept = this.steps.filter((each) => each.step % this.#stride === 0);
        this.steps.splice(0, this.steps.length, ...kept);
      }
    }
    const secondsLeft = Number.isFinite(note.secondsLeft) ? note.secondsLeft : null;
    const { totalSteps } = note;
    this.job = { ...this.job, step, totalSteps, epoch: note.epoch, loss, positionsPerSecond, secondsLeft };
    const now = performance.now();
    if (now - this.#toldAt < TOLD_EVERY) return;
    this.#toldAt = now;
    this.#tell({});
  }

  #tell(change: Partial<Job>, said?: LogLine, more: { epoch?: EpochRecord } = {}): void {
    this.job = { ...this.job, ...change };
    if (said) this.log.push(said);
    if (this.log.length > MOST_LINES) this.log.shift();
    const points = this.#untold;
    this.#untold = [];
    this.#hub.publish({
      job: this.job,
      ...(points.length > 0 ? { points } : {}),
      ...(said ? { line: said } : {}),
      ...more,
    });
  }
}

/** All training processes of this server. */
export class Jobs {
  readonly #all = new Map<string, TrainingJob>();
  readonly #hub: Hub;
  readonly #start: StartEngine;
  #count = 0;

  constructor(hub: Hub, start: StartEngine) {
    this.#hub = hub;
    this.#start = start;
  }

  train(config: RunConfig, preset: string, runs: string): TrainingJob {
    const job = this.#add(config.name, null, config, runs);
    void job.run((engine, note) => engine.ask("train", { config, preset, runs }, note));
    return job;
  }

  resume(folder: string, config: RunConfig): TrainingJob {
    const before = this.find(basename(folder)) ?? readCurve(folder);
    const job = this.#add(config.name, basename(folder), config, dirname(folder), false);
    job.steps.push(...before.steps);
    job.log.push(...before.log);
    void job.run((engine, note) => engine.ask("resume", { run: folder }, note));
    return job;
  }

  /** By id of the job, or the newest of a run. */
  find(id: string): TrainingJob | undefined {
    return this.#all.get(id) ?? [...this.#all.values()].findLast(({ job }) => job.runId === id);
  }

  get live(): TrainingJob[] {
    return [...this.#all.values()].filter((each) => each.isLive);
  }

  /** Pauses all with a checkpoint, and waits at most so long. */
  async close(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    for (const job of this.live) void job.pause();
    while (this.live.length > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const job of this.live) job.stop();
  }

  #add(name: string, runId: string | null, config: RunConfig, runs: string, asChosen = true): TrainingJob {
    const id = `job-${++this.#count}`;
    const job = new TrainingJob(id, name, runId, config, this.#start(asChosen), this.#hub, runs);
    this.#all.set(id, job);
    return job;
  }
}
