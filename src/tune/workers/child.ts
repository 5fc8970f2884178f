// What a process that trains trials and the one that started it say to each other.
import type { ErrorCode } from "../../core/errors.js";
import { RefrainError } from "../../core/errors.js";
import type { Objective, TaskProgress, Worth } from "../optimise.js";
import type { Task } from "../trials.js";

/** To the child. */
export type Order = { readonly type: "task"; readonly begin: unknown; readonly task: Task } | { readonly type: "stop" };

/** From the child. */
export type Report =
  | { readonly type: "progress"; readonly progress: TaskProgress }
  | { readonly type: "result"; readonly result: Worth; readonly peakBytes: number }
  | { readonly type: "stopped" }
  /** The options of the trial cannot work, or (`all`) no trial can here. */
  | { readonly type: "refused"; readonly code: ErrorCode; readonly message: string; readonly all: boolean }
  | { readonly type: "crashed"; readonly message: string; readonly stack?: string };

/**
 * Serves tasks to the process that started this one, one at a time, and ends with it.
 *
 * @param start makes the objective from what the first task of a study brings; it is kept while that stays the same
 */
export function serveTasks(start: (begin: unknown) => Promise<Objective>): void {
  // The callback takes the error of a parent that went away meanwhile; this process ends with it.
  const say = (report: Report) => process.connected && process.send?.(report, undefined, undefined, () => {});
  let kept: { readonly key: string; readonly objective: Promise<Objective> } | undefined;
  let stop: AbortController | undefined;
  const run = async (begin: unknown, task: Task) => {
    const controller = new AbortController();
    stop = controller;
    let started = false;
    try {
      const key = JSON.stringify(begin);
      if (kept?.key !== key) kept = { key, objective: start(begin) };
      // Reading a large log takes minutes, which a stop does not wait for; what is read is kept.
      const objective = await orAborted(kept.objective, controller.signal);
      started = true;
      const tell = (progress: TaskProgress) => say({ type: "progress", progress });
      const result = await objective(task, { signal: controller.signal, tell });
      say({ type: "result", result, peakBytes: 1024 * process.resourceUsage().maxRSS });
    } catch (error) {
      const { message, stack } = error as Error;
      const stopped = controller.signal.aborted && error === controller.signal.reason;
      if (!started && !stopped) kept = undefined;
      if (stopped) say({ type: "stopped" });
      else if (error instanceof RefrainError) say({ type: "refused", code: error.code, message, all: !started });
      else say({ type: "crashed", message, stack });
    }
  };
  // Ctrl-C in a terminal reaches the whole group; the one who started this process decides what it means.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  process.on("disconnect", () => process.exit(0));
  process.on("message", (order: Order) => {
    if (order.type === "stop") stop?.abort();
    else void run(order.begin, order.task);
  });
}

/** The value of a promise, or the reason of the signal where that comes first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => {}); // it may fail when nobody waits for it any more
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return await Promise.race([promise, aborted]);
}
