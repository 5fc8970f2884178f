import { join } from "node:path";
import { CannotWork, type Objective } from "../../tune/index.js";
import { ProcessPool } from "../../tune/workers/pool.js";
import { type WorkerEvent, workOnQueue } from "../../tune/workers/queue-worker.js";
import { fromShared } from "./shared.js";
import type { TrialBegin } from "./trial.js";
import { TRIAL_PROCESS } from "./tune.js";

export interface TuneWorkerOptions {
  /** Address of the Redis that `tune` was given. */
  readonly queue: string;
  /** The folder that `tune` was given, as this machine sees it. */
  readonly shared: string;
  /** Trials at a time. */
  readonly parallel: number;
  /** Seconds without work after which it ends; it stays where this is left out. */
  readonly idle?: number;
  readonly lease?: number;
  /** Abort to stop: trials keep their checkpoints and go back to the queue. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/**
 * Trains trials of whatever studies are in the queue, in child processes, so that its heartbeat never waits for a long step.
 *
 * @throws {RefrainError} QUEUE_UNAVAILABLE
 */
export async function tuneWorker({ queue, shared, parallel, ...rest }: TuneWorkerOptions): Promise<void> {
  let kept: { readonly key: string; readonly pool: Promise<ProcessPool> } | undefined;
  const old: Promise<ProcessPool>[] = [];
  const poolFor = (begin: TrialBegin): Promise<ProcessPool> => {
    const key = JSON.stringify(begin);
    if (kept?.key !== key) {
      if (kept) old.push(kept.pool); // tasks of another study may still run in it
      const pool = fromShared(begin.config, shared).then((config) => {
        const local: TrialBegin = { ...begin, config, folder: join(shared, "trials") };
        return new ProcessPool({ entry: TRIAL_PROCESS, begin: local, most: parallel });
      });
      // Without the files this worker can do nothing for the study, and looks again with the next task.
      pool.catch(() => {
        kept = undefined;
      });
      kept = { key, pool };
    }
    return kept.pool;
  };
  try {
    await workOnQueue({
      url: queue,
      parallel,
      ...rest,
      objectiveOf: ({ begin }): Objective => {
        const pool = poolFor(begin as TrialBegin).catch((error) => {
          throw new CannotWork(error);
        });
        return async (task, tools) => (await pool).run(task, tools);
      },
    });
  } finally {
    for (const pool of [...old, ...(kept ? [kept.pool] : [])]) await pool.then((each) => each.close()).catch(() => {});
  }
}
