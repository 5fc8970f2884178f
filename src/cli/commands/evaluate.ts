import { type Command, Option } from "commander";
import { RefrainError } from "../../core/errors.js";
import { exportUsers } from "../../evaluate/index.js";
import { over } from "../../recipes/config.js";
import {
  type FetchProgress,
  findRun,
  type JudgeEvent,
  type Judgement,
  judge,
  type RunConfig,
  readRecord,
  runConfig,
} from "../../recipes/index.js";
import { withFetchBar } from "../fetch-view.js";
import { interruptible } from "../interruptible.js";
import { judgeTables, readingLines, showTables } from "../judge-view.js";
import { text } from "../messages.js";
import { bold, count, duration, faint, type Output, printJson, say } from "../output.js";
import { addPartOptions, addReadOptions, type ReadFlags } from "../read-flags.js";
import { addSet, configOf, optionOf } from "./train.js";

interface EvaluateFlags extends ReadFlags {
  readonly data?: string;
  readonly config?: string;
  readonly preset: string;
  readonly set: readonly string[];
  readonly baselines?: string;
  readonly part: "validation" | "test";
  readonly items?: string;
  readonly export?: string;
}

/** `refrain evaluate` */
export function addEvaluateCommand(program: Command, output: () => Output, runs: () => string): void {
  const evaluate = program
    .command("evaluate")
    .argument("[run]", "id or folder of the run; the newest finished one when left out and no --data is given")
    .description(
      "measure a run's model and baselines on a part of its log: accuracy, lists, slices, tests, published results",
    )
    .option("-d, --data <log>", "instead of a run: measure baselines on this log")
    .option("-c, --config <file>", "with --data: JSON file with options")
    .option("-p, --preset <name>", "with --data: start from these options", "default")
    .option("-b, --baselines <a,b,c>", 'what stands beside the model; by default the run\'s own; "none" for none')
    .addOption(new Option("--part <part>", "which part").choices(["validation", "test"]).default("test"))
    .option("--items <file>", "file with columns about items, such as artist and style")
    .option("--export <file>", "write the metrics of every user; .parquet, else CSV")
    .addHelpText(
      "after",
      `
Examples:
  refrain evaluate                                  the newest run on its test part
  refrain evaluate mine --part validation --baselines ease,vstan
  refrain evaluate mine --set protocol.candidates=uniform   SAMPLED, for old tables only
  refrain evaluate --data plays.csv --baselines popularity,markov --export users.parquet

Every model that is measured on a test part is counted, and more than one is warned about: choose on validation.`,
    );
  addSet(addPartOptions(addReadOptions(evaluate))).action(async (run: string | undefined, flags: EvaluateFlags) => {
    const folder = run || !flags.data ? findRun(runs(), run, "finished") : undefined;
    const config = folder ? ofRun(folder, flags) : runConfig(configOf(flags));
    const options = { ...flags, runs: runs(), run: folder, signal: interruptible() };
    const judgement = await watched(withFetchBar(judge(config, options), output()), output());
    const { table, judged, prepared, readings } = judgement;
    if (flags.export)
      exportUsers(
        flags.export,
        judged.map(({ evaluation }) => evaluation),
        prepared.log.userIds,
      );
    if (output().json) return printJson(plain(judgement));
    if (folder) say(output(), bold(readRecord(folder).id));
    showTables(judgeTables(table, judged), output());
    for (const line of readingLines(readings)) say(output(), line);
    if (flags.export) say(output(), text("measure.exported", { path: flags.export }));
  });
}

/** The configuration that a run was made with; only its protocol and baselines may be others. @throws {RefrainError} CONFIG_INVALID */
function ofRun(folder: string, { baselines, set }: EvaluateFlags): RunConfig {
  const { config } = readRecord(folder);
  const names = baselines?.split(",").flatMap((name) => (name.trim() === "none" ? [] : name.trim() || []));
  const wrong = set.find((option) => !option.startsWith("protocol."));
  if (wrong !== undefined)
    throw new RefrainError(
      "CONFIG_INVALID",
      `--set of a run may change its protocol alone, got "${wrong.slice(0, 60)}".`,
    );
  const layers = [names ? { baselines: names } : {}, ...set.map(optionOf)];
  return runConfig(layers.reduce<Readonly<Record<string, unknown>>>(over, { ...config }));
}

/** Tells what happens meanwhile, and gives the result. */
async function watched(
  events: AsyncGenerator<Exclude<JudgeEvent, FetchProgress>, Judgement>,
  output: Output,
): Promise<Judgement> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    if (value.type === "prepared") {
      const { path, histories } = value.prepared;
      const sizes = { users: count(histories.users.size), items: count(histories.items.size) };
      say(output, text("measure.preparing", { path, ...sizes, split: histories.split.description }));
    } else if (value.type === "evaluating")
      say(output, faint(text("evaluating", { scorer: value.scorer, done: value.done + 1, all: value.all })));
    else say(output, faint(text("fitting", { ...value, left: duration(value.secondsLeft) })));
  }
}

/** What JSON holds: the results table with all that belongs to it, without arrays as long as the part. */
function plain({ table, judged, readings }: Judgement): unknown {
  const scorers = judged.map(({ evaluation, lists, slices, sets, anchors }) => ({
    scorer: evaluation.scorer,
    lists,
    slices,
    sets,
    anchors,
  }));
  return { ...table, scorers, readings };
}
