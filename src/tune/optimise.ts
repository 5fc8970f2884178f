import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { checkInteger, checkNumber } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import { unitsOf } from "./halving.js";
import type { StudyStore } from "./store.js";
import { beat, bestOf, claim, fail, finish, giveBack } from "./study.js";
import type { Change, StudyTrial, Task, TaskResult } from "./trials.js";

/** How far a piece of work is. */
export interface TaskProgress {
  /** Units done, with parts of one. */
  readonly units: number;
  /** Best value so far, where there is one. */
  readonly value?: number;
}

/**
 * Trains one trial from `task.from` to `task.to` units and says what it is worth then. It sees nothing but its task.
 *
 * It throws the signal's reason when it was told to stop, a RefrainError when the options cannot work (the trial has failed),
 * and `WorkLost` when whoever worked on it went away (it is taken up again). Anything else ends the search, `CannotWork` with
 * its cause.
 */
export type Objective = (
  task: Task,
  tools: { readonly signal: AbortSignal; tell(progress: TaskProgress): void },
) => Promise<Worth>;

/** What an objective says; the seconds are measured where it does not say them. */
export type Worth = Omit<TaskResult, "seconds"> & { readonly seconds?: number };

/** Whoever worked on a task is gone, by no fault of its options: the process was killed, the machine is away. */
export class WorkLost extends Error {
  override readonly name = "WorkLost";
}

/** Whoever works cannot work on any task of the study, such as with other data; `cause` says why. Another one may be able to. */
export class CannotWork extends Error {
  override readonly name = "CannotWork";

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

export type StudyEvent =
  | { readonly type: "trial-started"; readonly task: Task }
  | {
      readonly type: "trial-progress";
      readonly task: Task;
      readonly progress: TaskProgress;
      readonly secondsLeft: number;
    }
  | {
      readonly type: "trial-result";
      readonly task: Task;
      readonly trial: StudyTrial;
      /** The best trial of the study so far. */
      readonly best: StudyTrial;
      readonly secondsLeft: number;
    }
  | { readonly type: "trial-failed"; readonly task: Task; readonly reason: string }
  | { readonly type: "trial-lost"; readonly task: Task; readonly reason: string };

export interface OptimiseOptions {
  /** Trials of the study at most, with those that it has; integer >= 1. */
  readonly trials: number;
  /** Seconds after which no new task starts. */
  readonly seconds?: number;
  /** Tasks at a time, asked before each; by default one. */
  readonly parallel?: () => number;
  /** Abort to stop: tasks are told, and the study can go on later. */
  readonly signal?: AbortSignal;
  /** Seconds without a sign of life after which a trial is taken from its process; > 0. */
  readonly lease?: number;
  /** Processes in a row that a trial may lose before it counts as failed. */
  readonly retries?: number;
}

/** Seconds between looks at what other processes did. */
const LOOK = 0.5;

/**
 * Works on a study until all its trials are done, and yields what happens; the study holds the trials.
 *
 * Several processes may work on one study file at once: each takes the next task for itself. A trial whose process died goes
 * on elsewhere after `lease` seconds, at once where the process was on this machine. Each result is counted once.
 *
 * @throws {RefrainError} ARGUMENT_INVALID for an option out of range
 * @throws whatever else the objective throws, when the other tasks have stopped
 */
export async function* optimise(
  store: StudyStore,
  objective: Objective,
  { trials, seconds = Number.POSITIVE_INFINITY, parallel = () => 1, signal, lease = 60, retries = 3 }: OptimiseOptions,
): AsyncGenerator<StudyEvent, void> {
  checkInteger("trials", trials, 1, 100_000);
  if (seconds !== Number.POSITIVE_INFINITY) checkNumber("seconds", seconds, 0, Number.MAX_VALUE);
  checkNumber("lease", lease, 0.01, 1e6);
  checkInteger("retries", retries, 0, 1000);
  const owner = `${hostname()}/${process.pid}/${randomBytes(4).toString("hex")}`;
  const began = Date.now();
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const running = new Map<number, { readonly task: Task; units: number }>();
  const events: StudyEvent[] = [];
  let crash: { readonly error: unknown } | undefined;
  let stirred = false;
  let resolveWait = () => {};
  const wake = () => {
    stirred = true;
    resolveWait();
  };
  const push = (event: StudyEvent) => {
    events.push(event);
    wake();
  };
  const secondsLeft = () => leftOf(store, trials, [...running.values()], Math.max(1, parallel()));

  const works = new Set<Promise<void>>();
  const work = async (task: Task) => {
    const from = performance.now();
    const change = <T>(of: (all: readonly StudyTrial[]) => Change<T>) => store.update(of);
    const tell = (progress: TaskProgress) => {
      const own = running.get(task.trial);
      if (own) own.units = progress.units;
      push({ type: "trial-progress", task, progress, secondsLeft: secondsLeft() });
    };
    try {
      const given = await objective(task, { signal: stop.signal, tell });
      const result = { ...given, seconds: given.seconds ?? (performance.now() - from) / 1000 };
      if (!Number.isFinite(result.value))
        throw new RefrainError("LOSS_NOT_FINITE", `The value of trial ${task.trial} is ${result.value}.`);
      const trial = change((all) => finish(store.definition, all, task, result));
      running.delete(task.trial);
      const best = bestOf(store.trials());
      if (trial && best) push({ type: "trial-result", task, trial, best, secondsLeft: secondsLeft() });
    } catch (error) {
      running.delete(task.trial);
      const reason = (error as Error).message;
      if (error instanceof RefrainError) {
        if (change((all) => fail(all, task, reason))) push({ type: "trial-failed", task, reason });
      } else if (error instanceof WorkLost) {
        const after = change((all) => giveBack(all, task, "lost", retries));
        if (after) push({ type: after.status === "failed" ? "trial-failed" : "trial-lost", task, reason });
      } else {
        change((all) => giveBack(all, task, "kept", retries));
        if (!(stop.signal.aborted && error === stop.signal.reason)) {
          crash ??= { error: error instanceof CannotWork ? error.cause : error };
          stop.abort(error);
        }
      }
    }
    wake();
  };

  const heart = setInterval(() => store.update((all) => beat(all, owner, Date.now())), (1000 * lease) / 3);
  try {
    for (let next: Task | "wait" | "done" = "wait"; ; ) {
      const late = Date.now() - began > 1000 * seconds;
      while (!stop.signal.aborted && !late && running.size < Math.max(1, parallel())) {
        const now = Date.now();
        const isLost = (trial: StudyTrial) =>
          trial.owner !== owner && (now - trial.seen > 1000 * lease || isDead(trial));
        next = store.update((all) => claim(store.definition, all, { owner, now, trials, isLost, retries }));
        if (typeof next === "string") break;
        running.set(next.trial, { task: next, units: next.from });
        push({ type: "trial-started", task: next });
        const done: Promise<void> = work(next).finally(() => works.delete(done));
        works.add(done);
      }
      while (events.length > 0) yield events.shift() as StudyEvent;
      if (running.size === 0 && (stop.signal.aborted || late || next === "done")) break;
      if (!stirred)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000 * LOOK);
          resolveWait = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      stirred = false;
    }
    while (events.length > 0) yield events.shift() as StudyEvent;
  } finally {
    clearInterval(heart);
    signal?.removeEventListener("abort", abort);
    stop.abort(); // where the caller left in the middle
    await Promise.allSettled(works); // each gives its trial back
  }
  if (crash) throw crash.error;
}

/** True where the owner was a process of this machine that is no more. */
function isDead({ owner }: StudyTrial): boolean {
  const [host, process_] = (owner ?? "").split("/");
  const pid = Number(process_);
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Seconds until the study is done, at the pace of the results that it has; NaN before the first. */
function leftOf(
  store: StudyStore,
  trials: number,
  running: readonly { readonly task: Task; readonly units: number }[],
  parallel: number,
): number {
  const { halving, reference } = store.definition;
  const all = store.trials();
  const results = all.flatMap((each) => each.results);
  const done = all.reduce((sum, { units }) => sum + units, 0);
  if (done === 0) return Number.NaN;
  const pace = results.reduce((sum, { seconds }) => sum + seconds, 0) / done;
  const begun = running.reduce((sum, { task, units }) => sum + units - task.from, 0);
  const whole = unitsOf(halving, trials, reference !== undefined);
  return (pace * Math.max(0, whole - done - begun)) / parallel;
}
