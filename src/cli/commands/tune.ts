import { basename, join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { tune, tuneConfig, tuneReport, tuneSchema, writeReport } from "../../recipes/index.js";
import { summaryLines } from "../../recipes/tune/report.js";
import { RECURRENT_OPTIONS } from "../../tune/index.js";
import { interruptible } from "../interruptible.js";
import { language, text } from "../messages.js";
import { wholeFlag } from "../number-flags.js";
import { bold, duration, type Output, printJson, say } from "../output.js";
import { addPartOptions, addReadOptions, chooseDataEngine, type ReadFlags } from "../read-flags.js";
import { readJson } from "../read-json.js";
import { INTERRUPTED } from "../run-finish.js";
import { showTune } from "../tune-view.js";
import { addSet, configOf } from "./train.js";

interface TuneFlags extends ReadFlags {
  readonly data?: string;
  readonly config?: string;
  readonly preset: string;
  readonly name?: string;
  readonly set: readonly string[];
  readonly space?: string;
  readonly trials?: string;
  readonly sampler?: string;
  readonly halving: boolean;
  readonly firstEpochs?: string;
  readonly eta?: string;
  readonly minutes?: string;
  readonly searchSeed?: string;
  readonly study?: string;
  readonly processes?: string;
  readonly queue?: string;
  readonly shared?: string;
  readonly printSpace?: boolean;
  readonly printSchema?: boolean;
}

/** `refrain tune` */
export function addTuneCommand(program: Command, output: () => Output, runs: () => string): void {
  const command = program
    .command("tune")
    .description("search the options of a recurrent model on validation; write the best as a file to train from")
    .option(
      "-d, --data <log>",
      'path or s3:// or https:// address of the log, "jkpop", or the name of a downloaded data set',
    )
    .option("-c, --config <file>", "JSON file with the options of a run")
    .option("-p, --preset <name>", "start from these options", "default")
    .option("-n, --name <name>", "name of the search")
    .option("--space <file>", "JSON file with what may be tried; see --print-space")
    .option("--trials <n>", "trials at most, the options as given among them (20)")
    .option("--sampler <name>", "tpe or random (tpe)")
    .option("--no-halving", "train every trial in full")
    .option("--first-epochs <n>", "epochs before a trial is judged for the first time (1)")
    .option("--eta <n>", "one trial in so many goes on, with so many times the epochs (3)")
    .option("--minutes <n>", "minutes after which no new task starts")
    .option("--search-seed <n>", "seed of the draws (1)")
    .option("--study <file>", "study file (SQLite); several processes may share it")
    .option(
      "--processes <n>",
      "child processes at most; 0 trains in this one; by default what processors and memory allow",
    )
    .option("--queue <url>", "redis://…: workers train instead, see `refrain worker --help`")
    .option("--shared <folder>", "folder that all workers see, for log and checkpoints (<runs>/shared)")
    .option("--print-space", "print what is tried by default and stop")
    .option("--print-schema", "print the JSON schema of the options and stop")
    .addHelpText(
      "after",
      `
Examples:
  refrain tune                                              20 trials on the embedded set
  refrain tune --data plays.csv --trials 50 --minutes 120
  refrain tune --data ml-1m --preset movielens --set train.epochs=9 --trials 30
  refrain tune --print-space > space.json                   then edit it, and: refrain tune --space space.json
  refrain tune --study mine.sqlite                          twice at once: both take trials of one study
  refrain tune --queue redis://host:6379 --shared /mnt/refrain
  refrain train --config runs/tuning/<search>/best.json     the best, trained and tested

Ctrl-C keeps trials and checkpoints; the same command goes on from there. The test part of the log is never read.`,
    );
  addSet(addPartOptions(addReadOptions(command))).action(async (flags: TuneFlags) => {
    if (flags.printSpace) return printJson(RECURRENT_OPTIONS);
    if (flags.printSchema) return printJson(z.toJSONSchema(tuneSchema, { io: "input", unrepresentable: "any" }));
    chooseDataEngine(flags);
    const config = tuneConfig(optionsOf(flags));
    const { study, queue, shared } = flags;
    const processes = flags.processes === undefined ? undefined : wholeFlag("--processes", flags.processes, 0, 1000);
    const events = tune(config, { runs: runs(), study, queue, shared, processes, signal: interruptible() });
    const { folder, result, file } = await showTune(events, config.trials, output());
    if (!result) {
      if (folder) say(output(), text("tune.goOn", { folder }));
      if (output().json) printJson({ folder, interrupted: true });
      process.exitCode = INTERRUPTED;
      return;
    }
    const report = join(folder, "report.html");
    writeReport(
      report,
      text("tune.title", { name: basename(folder) }),
      language(),
      tuneReport(result, language(), file, duration),
    );
    const { trials, best, reference, definition } = result;
    if (output().json)
      return printJson({ folder, config: file, report, metric: definition.metric, best, reference, trials });
    for (const line of summaryLines(result, language(), duration)) say(output(), line);
    say(output(), `\n${bold(text("report", { path: report }))}\n${text("tune.next", { file })}`);
  });
}

/** The options of a search that the flags give; a wrong number is for the schema to refuse. */
function optionsOf(flags: TuneFlags): Record<string, unknown> {
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const given = {
    trials: number(flags.trials),
    sampler: flags.sampler,
    firstEpochs: flags.halving ? number(flags.firstEpochs) : 10_000,
    eta: number(flags.eta),
    minutes: number(flags.minutes),
    seed: number(flags.searchSeed),
    space: flags.space === undefined ? undefined : readJson(flags.space),
  };
  const own = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(own), run: configOf(flags) };
}
