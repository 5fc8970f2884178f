// The side of the queue that works. The heartbeat is BullMQ's lock: a worker that does not renew it loses its job to another.
import type { Job, Worker } from "bullmq";
import { RefrainError } from "../../core/errors.js";
import type { Objective } from "../optimise.js";
import { connectRedis, type JobData, QUEUE, reasonOf } from "./queue.js";

export type WorkerEvent =
  | { readonly type: "began"; readonly job: string; readonly data: JobData }
  | { readonly type: "done"; readonly job: string; readonly data: JobData; readonly value: number }
  | { readonly type: "failed"; readonly job: string; readonly data: JobData; readonly reason: string };

export interface QueueWorkerOptions {
  readonly url: string;
  /** How the tasks of a job are worked on; called for every job. */
  readonly objectiveOf: (data: JobData) => Objective;
  /** Jobs at a time. */
  readonly parallel?: number;
  /** Seconds without a heartbeat after which another worker takes a job. */
  readonly lease?: number;
  /** Seconds without a job after which it ends; it stays where this is left out. */
  readonly idle?: number;
  /** Abort to stop: jobs stop with a checkpoint and go back to the queue. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/** Times that a job may lose its worker. */
const LOSSES = 10;

/**
 * Works on the queue until it is told to stop, or has had nothing to do for `idle` seconds.
 *
 * @throws {RefrainError} QUEUE_UNAVAILABLE
 */
export async function workOnQueue(options: QueueWorkerOptions): Promise<void> {
  const { url, objectiveOf, parallel = 1, lease = 30, idle, signal, onEvent = () => {} } = options;
  const { DelayedError, UnrecoverableError, Worker } = await import("bullmq");
  const connection = await connectRedis(url);
  const stop = new AbortController();
  let lastBusy = Date.now();
  let busy = 0;

  const work = async (job: Job<JobData>, token?: string) => {
    const { data } = job;
    const id = job.id ?? "";
    busy++;
    onEvent({ type: "began", job: id, data });
    try {
      const tell = (progress: object) => void job.updateProgress(progress).catch(() => {});
      const result = await objectiveOf(data)(data.task, { signal: stop.signal, tell });
      onEvent({ type: "done", job: id, data, value: result.value });
      return result;
    } catch (error) {
      if (stop.signal.aborted && error === stop.signal.reason) {
        await job.moveToDelayed(Date.now(), token); // back to the queue, and no attempt is lost
        throw new DelayedError();
      }
      onEvent({ type: "failed", job: id, data, reason: (error as Error).message });
      if (error instanceof RefrainError) throw new UnrecoverableError(reasonOf(error));
      throw error;
    } finally {
      busy--;
      lastBusy = Date.now();
    }
  };
  // One a place, so that the number of workers that Redis sees is the number of places.
  const workers = Array.from({ length: parallel }, (): Worker => {
    const worker = new Worker<JobData>(QUEUE, work, {
      connection,
      lockDuration: 1000 * lease,
      stalledInterval: 500 * lease,
      maxStalledCount: LOSSES,
    });
    worker.on("error", () => {}); // such as a lost connection, which it makes again by itself
    return worker;
  });
  try {
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        if (idle !== undefined && busy === 0 && Date.now() - lastBusy > 1000 * idle) end();
      }, 200);
      const end = () => {
        clearInterval(watch);
        resolve();
      };
      signal?.addEventListener("abort", end, { once: true });
      if (signal?.aborted) end();
    });
  } finally {
    stop.abort();
    await Promise.all(workers.map((worker) => worker.close().catch(() => {})));
    connection.disconnect();
  }
}
