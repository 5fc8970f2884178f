// Tasks through a queue on Redis: this side asks, workers anywhere answer.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { RefrainError } from "../../core/errors.js";
import { type Objective, type TaskProgress, WorkLost, type Worth } from "../optimise.js";
import type { Task } from "../trials.js";

/** One queue for the tasks of all studies. */
export const QUEUE = "refrain-tasks";

/** What a job holds. */
export interface JobData {
  readonly begin: unknown;
  readonly task: Task;
}

export interface QueueOptions {
  readonly url: string;
  /** Of the study: the same task of the same study is the same job, however often it is asked for. */
  readonly study: string;
  readonly begin: unknown;
  /** Times that a job may be begun. */
  readonly attempts?: number;
}

/** Milliseconds between looks at the jobs. */
const LOOK = 250;
const CONNECT = 5000;
/** Seconds that finished jobs stay, for an asker that comes back. */
const KEPT = 7 * 24 * 3600;

/** A connection for BullMQ. @throws {RefrainError} QUEUE_UNAVAILABLE where no Redis answers within 5 s */
export async function connectRedis(url: string): Promise<Redis> {
  const shown = url.replace(/\/\/[^@/]*@/, "//…@"); // a password is for nobody's eyes
  const { Redis: Connection } = await import("ioredis");
  let last: Error | undefined;
  try {
    if (!/^rediss?:$/.test(new URL(url).protocol)) throw new Error("the address must begin with redis:// or rediss://");
    const redis = new Connection(url, { maxRetriesPerRequest: null, lazyConnect: true });
    redis.on("error", (error: Error) => {
      last = error;
    });
    const timeout = new Promise<never>((_, reject) =>
      setTimeout(() => reject(last ?? new Error("no answer within 5 s")), CONNECT).unref(),
    );
    await Promise.race([redis.connect().then(() => redis.ping()), timeout]).catch((error) => {
      redis.disconnect();
      throw last ?? error;
    });
    return redis;
  } catch (cause) {
    throw new RefrainError(
      "QUEUE_UNAVAILABLE",
      `No Redis at ${shown}: ${(cause as Error).message}.`,
      { url: shown },
      { cause },
    );
  }
}

/** The side that asks. `run` puts a task into the queue and waits for what a worker makes of it. */
export interface TaskQueue {
  readonly run: Objective;
  /** Workers that listen, at least 1. */
  size(): number;
  close(): Promise<void>;
}

/** @throws {RefrainError} QUEUE_UNAVAILABLE */
export async function openQueue({ url, study, begin, attempts = 4 }: QueueOptions): Promise<TaskQueue> {
  const { Queue } = await import("bullmq");
  const connection = await connectRedis(url);
  const queue: Queue<JobData, Worth> = new Queue(QUEUE, { connection });
  queue.on("error", () => {}); // it connects again by itself; until then jobs look as if nothing happened
  let workers = 1;
  const count = () =>
    queue.getWorkersCount().then(
      (found) => {
        workers = Math.max(1, found);
      },
      () => {},
    );
  await count();
  const counting = setInterval(count, 2000);

  const run: Objective = async (task, { signal, tell }) => {
    const jobId = `${study}-${task.trial}-${task.to}`;
    const add = () =>
      queue.add(
        "task",
        { begin, task },
        {
          jobId, // a job of this name that is there already is taken up, not doubled
          attempts,
          backoff: { type: "fixed", delay: 1000 },
          removeOnComplete: { age: KEPT },
          removeOnFail: { age: KEPT },
        },
      );
    await add();
    let told = "";
    for (;;) {
      if (signal.aborted) throw signal.reason; // the job stays, and its result waits for whoever asks again
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      try {
        const job = await queue.getJob(jobId);
        if (!job) {
          await add(); // Redis lost it
          continue;
        }
        const progress = JSON.stringify(job.progress);
        if (progress !== told && typeof job.progress === "object") tell(job.progress as TaskProgress);
        told = progress;
        const state = await job.getState();
        if (state === "completed") {
          const { returnvalue } = (await queue.getJob(jobId)) ?? job;
          void job.remove().catch(() => {});
          return returnvalue;
        }
        if (state === "failed") {
          const { failedReason } = (await queue.getJob(jobId)) ?? job;
          await job.remove().catch(() => {});
          throw errorOf(failedReason);
        }
      } catch (error) {
        if (error instanceof RefrainError || error instanceof WorkLost) throw error;
        // Redis is away: BullMQ connects again, and the next look tells.
      }
    }
  };
  return {
    run,
    size: () => workers,
    async close() {
      clearInterval(counting);
      await queue.close().catch(() => {});
      connection.disconnect();
    },
  };
}

const CODED = /^([A-Z]+(?:_[A-Z]+)+): /;

/** How a worker writes an error into a job, and how it is read again. */
export function reasonOf(error: unknown): string {
  return error instanceof RefrainError ? `${error.code}: ${error.message}` : (error as Error).message;
}

function errorOf(reason: string): RefrainError | WorkLost {
  const code = CODED.exec(reason)?.[1];
  return code === undefined
    ? new WorkLost(reason)
    : new RefrainError(code as RefrainError["code"], reason.slice(code.length + 2));
}
