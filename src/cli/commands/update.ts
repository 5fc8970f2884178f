import type { Command } from "commander";
import { findRun, type UpdateEvent, type UpdateResult, updateRun } from "../../recipes/index.js";
import { interruptible } from "../interruptible.js";
import { text } from "../messages.js";
import { bold, count, duration, type Output, printJson, progressBar, say } from "../output.js";
import { addReadOptions, chooseDataEngine, dataOf, type ReadFlags } from "../read-flags.js";

interface UpdateFlags extends ReadFlags {
  readonly data: string;
  readonly epochs?: number;
  readonly rate?: number;
  readonly guardShare?: number;
}

/** `refrain update` */
export function addUpdateCommand(program: Command, output: () => Output, runs: () => string): void {
  const update = program
    .command("update")
    .argument("[run]", "id or folder of the run; the newest finished one when left out")
    .description("teach a finished run new plays, items and listeners; kept, as a new run, only if it is no worse")
    .requiredOption("-d, --data <log>", "log with the new plays")
    .option("--epochs <n>", "rounds at most", Number)
    .option("--rate <share>", "step size as a share of the run's own", Number)
    .option("--guard-share <share>", "share of the new plays, the latest, that decides, between 0 and 1", Number)
    .addHelpText(
      "after",
      `
Examples:
  refrain update --data this-week.csv
  refrain update mine --data all-plays.csv          plays that the run knows already are left out
  refrain update mine --data new.csv --epochs 5 --guard-share 0.3

The old run stays as it is. Exit code 0 also where the guard says no; --json tells "kept".`,
    );
  addReadOptions(update).action(async (run: string | undefined, flags: UpdateFlags) => {
    chooseDataEngine(flags);
    const { data, epochs, rate, guardShare } = flags;
    const options = { data, epochs, rate, guardShare, reading: dataOf(flags), runs: runs(), signal: interruptible() };
    const result = await watched(updateRun(findRun(runs(), run, "finished"), options), output());
    if (output().json) return printJson(result);
    const { metric, before, after, kept, folder } = result;
    const values = { metric, before: before.toFixed(4), after: after.toFixed(4) };
    say(output(), bold(text(kept ? "deploy.kept" : "deploy.refused", values)));
    if (folder) say(output(), text("deploy.folder", { folder }));
  });
}

/** Tells what happens meanwhile, and gives the result. */
async function watched(events: AsyncGenerator<UpdateEvent, UpdateResult>, output: Output): Promise<UpdateResult> {
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (value.type === "plays") {
        const { training, validation, known, rare, newItems, newUsers } = value;
        const counts = { training, validation, known, rare, newItems, newUsers };
        const shown = Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, count(n)]));
        say(output, `${text("deploy.plays", shown)}\n${text("deploy.fresh", shown)}`);
      } else if (value.type === "before")
        say(output, text("deploy.before", { ...value, value: value.value.toFixed(4), cases: count(value.cases) }));
      else if (value.type === "step") {
        bar ??= progressBar(output, value.totalSteps);
        bar.update(value.step, text("timeLeft", { left: duration(value.secondsLeft) }));
      } else if (value.type === "validation") {
        bar?.stop();
        bar = undefined;
        const [name, metric] =
          Object.entries(value.metrics).find(([each]) => each === "NDCG@10") ?? Object.entries(value.metrics)[0];
        const best = value.best ? text("best") : "";
        say(
          output,
          text("epoch", {
            epoch: value.epoch,
            loss: value.trainingLoss.toFixed(3),
            metrics: `${name} ${metric.toFixed(4)}`,
            best,
          }),
        );
      }
    }
  } finally {
    bar?.stop();
  }
}
