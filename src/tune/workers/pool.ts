// Child processes of this machine as whoever trains: as many at a time as its memory holds.
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { RefrainError } from "../../core/errors.js";
import { CannotWork, type Objective, WorkLost, type Worth } from "../optimise.js";
import type { Order, Report } from "./child.js";

export interface PoolOptions {
  /** Module that calls `serveTasks`. */
  readonly entry: URL;
  /** What every task brings, so that a child can make the objective; plain JSON. */
  readonly begin: unknown;
  /** Processes at most; by default one for each processor. */
  readonly most?: number;
}

/** Share of the free memory that trials may take. */
const SHARE = 0.8;

/**
 * Processes that may work at a time: one until it is known what one takes, then as many as the memory holds.
 *
 * @param peak      most memory that one took so far, bytes; 0 while unknown
 * @param available memory that is free beside the `busy` ones, bytes
 * @example poolSize({ most: 8, peak: 2e9, available: 5e9, busy: 1 }) // 3
 */
export function poolSize(of: {
  readonly most: number;
  readonly peak: number;
  readonly available: number;
  readonly busy: number;
}): number {
  if (of.peak === 0) return 1;
  return Math.max(1, Math.min(of.most, of.busy + Math.floor((SHARE * of.available) / of.peak)));
}

interface Slot {
  readonly child: ChildProcess;
  report: (report: Report) => void;
  ended: (how: string) => void;
}

/** Child processes that are kept from task to task, so that the log is read once by each. */
export class ProcessPool {
  readonly #options: PoolOptions;
  readonly #idle: Slot[] = [];
  readonly #busy = new Set<Slot>();
  #most: number;
  #peak = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#most = options.most ?? availableParallelism();
  }

  /** Tasks that may run at a time now. */
  size(): number {
    const idle = this.#idle.length * this.#peak; // what they hold is theirs already
    const available = process.availableMemory() + idle;
    return poolSize({ most: this.#most, peak: this.#peak, available, busy: this.#busy.size });
  }

  /** Runs a task in a child of its own. */
  readonly run: Objective = (task, { signal, tell }) => {
    const slot = this.#idle.pop() ?? this.#start();
    this.#busy.add(slot);
    const give = (order: Order) => slot.child.connected && slot.child.send(order);
    return new Promise<Worth>((resolve, reject) => {
      const stop = () => give({ type: "stop" });
      const end = (settle: () => void, reusable: boolean) => {
        signal.removeEventListener("abort", stop);
        this.#busy.delete(slot);
        if (reusable) this.#idle.push(slot);
        settle();
      };
      slot.report = (report) => {
        if (report.type === "progress") tell(report.progress);
        else if (report.type === "result") {
          this.#peak = Math.max(this.#peak, report.peakBytes);
          end(() => resolve(report.result), true);
        } else if (report.type === "stopped") end(() => reject(signal.reason), true);
        else if (report.type === "refused") {
          const error = new RefrainError(report.code, report.message);
          end(() => reject(report.all ? new CannotWork(error) : error), true);
        } else end(() => reject(Object.assign(new Error(report.message), { stack: report.stack })), true);
      };
      slot.ended = (how) => {
        // The system ends processes when memory runs out; so from now on there is one less.
        if (this.#busy.size > 1) this.#most = Math.min(this.#most, this.#busy.size - 1);
        end(
          () => reject(signal.aborted ? signal.reason : new WorkLost(`The process of trial ${task.trial} ${how}.`)),
          false,
        );
      };
      signal.addEventListener("abort", stop, { once: true });
      give({ type: "task", begin: this.#options.begin, task });
      if (signal.aborted) stop();
    });
  };

  /** Ends all children. */
  close(): void {
    for (const { child } of [...this.#idle, ...this.#busy]) child.disconnect();
    this.#idle.length = 0;
  }

  #start(): Slot {
    // Threads are shared out, so that as many processes as processors do not get in each other's way.
    const threads = Math.max(1, Math.floor(availableParallelism() / this.#most));
    const child = fork(this.#options.entry, [], {
      env: { TF_NUM_INTRAOP_THREADS: String(threads), ...process.env },
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const slot: Slot = { child, report: () => {}, ended: () => {} };
    child.on("message", (report: Report) => slot.report(report));
    child.on("error", () => {});
    child.once("exit", (code, signal) => {
      const at = this.#idle.indexOf(slot);
      if (at >= 0) this.#idle.splice(at, 1);
      else slot.ended(signal ? `was ended by ${signal}` : `ended with ${code}`);
    });
    return slot;
  }
}
