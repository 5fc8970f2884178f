import { join } from "node:path";
import type { Command } from "commander";
import { tuneWorker } from "../../recipes/index.js";
import { interruptible } from "../interruptible.js";
import { text } from "../messages.js";
import { numberFlag, wholeFlag } from "../number-flags.js";
import { type Output, printJson, say } from "../output.js";

interface WorkerFlags {
  readonly queue: string;
  readonly shared?: string;
  readonly parallel: string;
  readonly idle?: string;
  readonly lease: string;
}

/** `refrain worker` */
export function addWorkerCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("worker")
    .description("train trials of `refrain tune --queue` on this machine")
    .requiredOption("--queue <url>", "redis://[user:password@]host:port, the same as tune has")
    .option("--shared <folder>", "the folder that tune has, as this machine sees it (<runs>/shared)")
    .option("--parallel <n>", "trials at a time; fewer while memory is short", "1")
    .option("--idle <seconds>", "end after so long without work; by default it stays")
    .option("--lease <seconds>", "silence after which another worker takes a trial", "30")
    .addHelpText(
      "after",
      `
Examples:
  refrain worker --queue redis://host:6379 --shared /mnt/refrain
  refrain worker --queue redis://host:6379 --shared /mnt/refrain --parallel 2 --idle 300

It trains trials of any study in the queue. Ctrl-C stops it with checkpoints, and others go on with its trials; so do they, after
--lease seconds, when it is killed. All workers and tune must have the same version of Refrain.`,
    )
    .action(async (flags: WorkerFlags) => {
      const shared = flags.shared ?? join(runs(), "shared");
      const parallel = wholeFlag("--parallel", flags.parallel, 1, 1000);
      const idle = flags.idle === undefined ? undefined : numberFlag("--idle", flags.idle, 0, 1e7);
      const lease = numberFlag("--lease", flags.lease, 0.5, 1e5);
      const shown = flags.queue.replace(/\/\/[^@/]*@/, "//…@");
      say(output(), text("tune.worker", { queue: shown, shared, parallel }));
      let done = 0;
      await tuneWorker({
        queue: flags.queue,
        shared,
        parallel,
        idle,
        lease,
        signal: interruptible(),
        onEvent: (event) => {
          const { trial, from, to } = event.data.task;
          const words = { trial, from, to, study: event.job.slice(0, 8) };
          if (event.type === "began") say(output(), text("tune.workerBegan", words));
          else if (event.type === "done") {
            done++;
            say(output(), text("tune.workerDone", { ...words, value: event.value.toFixed(4) }));
          } else say(output(), text("tune.workerFailed", { ...words, reason: event.reason }));
        },
      });
      say(output(), text("tune.workerEnded"));
      if (output().json) printJson({ done });
    });
}
