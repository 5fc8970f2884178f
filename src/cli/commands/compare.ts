import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { exportUsers } from "../../evaluate/index.js";
import {
  type CompareEvent,
  type Comparison,
  compareConfig,
  compareModels,
  compareSchema,
  QUICK_MODELS,
  writeReport,
} from "../../recipes/index.js";
import { compareParts, compareTables } from "../compare-view.js";
import { withFetchBar } from "../fetch-view.js";
import { interruptible } from "../interruptible.js";
import { readingLines, showTables } from "../judge-view.js";
import { language, text } from "../messages.js";
import { bold, count, duration, faint, type Output, printJson, progressBar, say } from "../output.js";
import { addPartOptions, addReadOptions, type ReadFlags } from "../read-flags.js";
import { INTERRUPTED } from "../run-finish.js";
import { addSet, configOf } from "./train.js";

interface CompareFlags extends ReadFlags {
  readonly data?: string;
  readonly config?: string;
  readonly preset: string;
  readonly name?: string;
  readonly set: readonly string[];
  readonly models?: string;
  readonly trials?: string;
  readonly minutes?: string;
  readonly metric?: string;
  readonly seeds?: string;
  readonly searchSeed?: string;
  readonly export?: string;
  readonly printSchema?: boolean;
}

/** `refrain compare` */
export function addCompareCommand(program: Command, output: () => Output, runs: () => string): void {
  const command = program
    .command("compare")
    .description("search any models on validation within one budget, then test the best of each: table, tests, report")
    .option("-m, --models <a,b,c>", `techniques, presets or runs; by default ${QUICK_MODELS.join(",")}`)
    .option(
      "-d, --data <log>",
      'path or s3:// or https:// address of the log, "jkpop", or the name of a downloaded data set',
    )
    .option("-c, --config <file>", "JSON file with the options of a run: data, cleaning, split, protocol")
    .option("-p, --preset <name>", "take data, split and protocol from this preset", "default")
    .option("-n, --name <name>", "name of the comparison")
    .option("--trials <n>", "configurations tried of each model, the defaults among them (5)")
    .option("--minutes <n>", "minutes of trials of each model after which no new one starts (1)")
    .option("--metric <name>", "validation metric that chooses (NDCG@10)")
    .option("--seeds <a,b,c>", "seeds of the models that have one; the table holds means (1)")
    .option("--search-seed <n>", "seed of the search (1)")
    .option("--export <file>", "write the metrics of every user; .parquet, else CSV")
    .option("--print-schema", "print the JSON schema of the options and stop")
    .addHelpText(
      "after",
      `
Examples:
  refrain compare                                           quick techniques on the embedded set, a few minutes
  refrain compare --models markov,ease,default --seeds 1,2,3
  refrain compare --data ml-1m --preset movielens --models popularity,ease,sasrec,lrurec --trials 1
  refrain compare --models mine,personal-popularity         a finished run by its name, beside a technique

Ctrl-C keeps what is done; the same command goes on from there. Results are kept under the hash of data, options and code.`,
    );
  addSet(addPartOptions(addReadOptions(command))).action(async (flags: CompareFlags) => {
    if (flags.printSchema) return printJson(z.toJSONSchema(compareSchema, { io: "input", unrepresentable: "any" }));
    const config = compareConfig(optionsOf(flags));
    const comparison = await watched(compareModels(config, { runs: runs(), signal: interruptible() }), output());
    if (!comparison) {
      say(output(), text("measure.goOn"));
      if (output().json) printJson({ interrupted: true });
      process.exitCode = INTERRUPTED;
      return;
    }
    const { id, models, table, readings, userIds } = comparison;
    const folder = join(runs(), "comparisons", id);
    const report = join(folder, "report.html");
    writeReport(report, text("measure.comparison", { name: id }), language(), compareParts(comparison));
    if (flags.export)
      exportUsers(
        flags.export,
        models.flatMap(({ judged }) => (judged ? [judged.evaluation] : [])),
        userIds,
      );
    if (output().json) return printJson({ folder, report, table, readings, models: models.map(summaryOf) });
    showTables(compareTables(comparison), output());
    for (const line of readingLines(readings, true)) say(output(), line);
    if (flags.export) say(output(), text("measure.exported", { path: flags.export }));
    say(output(), `\n${bold(text("report", { path: report }))}`);
  });
}

/** The options of a comparison that the flags give; a wrong number is for the schema to refuse. */
function optionsOf(flags: CompareFlags): Record<string, unknown> {
  const { models, trials, minutes, metric, seeds, searchSeed } = flags;
  const list = (value: string) => value.split(",").flatMap((each) => each.trim() || []);
  const given = {
    models: models === undefined ? undefined : list(models),
    trials: trials === undefined ? undefined : Number(trials),
    minutes: minutes === undefined ? undefined : Number(minutes),
    metric,
    seeds: seeds === undefined ? undefined : list(seeds).map(Number),
    seed: searchSeed === undefined ? undefined : Number(searchSeed),
  };
  const own = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(own), run: configOf(flags) };
}

function summaryOf({ name, kind, trials, failed }: Comparison["models"][number]): unknown {
  return { name, kind, failed, best: trials[0] ?? null, trials: trials.length };
}

/** Tells what happens meanwhile; the comparison, or undefined where it was interrupted. */
async function watched(events: AsyncIterable<CompareEvent>, output: Output): Promise<Comparison | undefined> {
  let comparison: Comparison | undefined;
  let models: readonly string[] = [];
  let bar: ReturnType<typeof progressBar> | undefined;
  const line = (words: string) => {
    bar?.stop();
    bar = undefined;
    say(output, words);
  };
  for await (const event of withFetchBar(events, output)) {
    if (event.type === "prepared") {
      models = event.models;
      const { path, histories } = event.prepared;
      const sizes = { users: count(histories.users.size), items: count(histories.items.size) };
      line(text("measure.preparing", { path, ...sizes, split: histories.split.description }));
    } else if (event.type === "fitting") {
      bar ??= progressBar(output, 1);
      bar.update(event.done / event.all, text("fitting", { ...event, left: duration(event.secondsLeft) }));
    } else if (event.type === "trial") {
      const { model, number, of, trial, secondsLeft } = event;
      const words = { model, at: models.indexOf(model) + 1, models: models.length, number, of };
      const known = trial.cached ? text("measure.known") : duration(trial.seconds);
      line(
        text("measure.trial", { ...words, value: trial.value.toFixed(4) }) +
          faint(` ${known}; ${text("timeLeft", { left: duration(secondsLeft) })}`),
      );
    } else if (event.type === "failed") line(text("measure.failed", { model: event.model, reason: event.reason }));
    else if (event.type === "tested") line(faint(text("measure.tested", { ...event })));
    else if (event.type === "results") comparison = event.comparison;
    else if (event.type === "saved") line(text("saved", { folder: event.folder }));
  }
  bar?.stop();
  return comparison;
}
