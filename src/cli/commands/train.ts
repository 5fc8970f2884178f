import type { Command } from "commander";
import { z } from "zod";
import { TECHNIQUE_NAMES } from "../../baseline/index.js";
import { RefrainError } from "../../core/errors.js";
import { over } from "../../recipes/config.js";
import { findRun, PRESETS, resumeRun, runConfig, runSchema, startRun, withPreset } from "../../recipes/index.js";
import { interruptible } from "../interruptible.js";
import { type Output, printJson } from "../output.js";
import { addPartOptions, addReadOptions, chooseDataEngine, cleaningOf, dataOf, type ReadFlags } from "../read-flags.js";
import { readJson } from "../read-json.js";
import { finishRun } from "../run-finish.js";

interface TrainFlags extends ReadFlags {
  readonly data?: string;
  readonly config?: string;
  readonly preset: string;
  readonly name?: string;
  readonly set: readonly string[];
  readonly baselines?: string;
  readonly printSchema?: boolean;
  readonly printConfig?: boolean;
}

/** `refrain train` and `refrain resume` */
export function addTrainCommands(program: Command, output: () => Output, runs: () => string): void {
  const train = program
    .command("train")
    .description("clean a log, train a model, test it against simpler ones, save the run")
    .option(
      "-d, --data <log>",
      'path or s3:// or https:// address of the log, "jkpop", or the name of a downloaded data set',
    )
    .option("-c, --config <file>", "JSON file with options; see --print-schema")
    .option("-p, --preset <name>", `start from these options: ${Object.keys(PRESETS).join(", ")}`, "default")
    .option("-n, --name <name>", "name of the run")
    .option("-b, --baselines <a,b,c>", `what to test the model against: ${TECHNIQUE_NAMES.join(", ")}`)
    .option("--print-schema", "print the JSON schema of the options and stop")
    .option("--print-config", "print all options as they would be used and stop")
    .addHelpText(
      "after",
      `
Examples:
  refrain train --data plays.csv --name mine
  refrain train --data plays.csv --user listener --item track_id --time ts --set train.epochs=5
  refrain train --data train.csv --validation v.csv --test t.csv
  refrain train --data plays.csv --set split.kind=sessions --set split.days=7
  refrain train --preset article
  refrain train --data ratings.tsv --preset movielens
  refrain train --data plays.csv --baselines popularity,personal-popularity,vstan,ease
  refrain train --data ml-1m --preset movielens           after: refrain data get ml-1m`,
    );
  addSet(addPartOptions(addReadOptions(train))).action(async (flags: TrainFlags) => {
    if (flags.printSchema) return printJson(z.toJSONSchema(runSchema, { io: "input", unrepresentable: "any" }));
    chooseDataEngine(flags);
    const config = runConfig(configOf(flags));
    if (flags.printConfig) return printJson(config);
    await finishRun(startRun(config, { runs: runs(), preset: flags.preset, signal: interruptible() }), output());
  });

  program
    .command("resume")
    .argument("[run]", "id or folder of the run; the newest interrupted one when left out")
    .description("go on with a run that was interrupted or killed")
    .action(async (run?: string) => {
      const folder = run ? findRun(runs(), run) : findUnfinished(runs());
      await finishRun(resumeRun(folder, interruptible()), output());
    });
}

/** Adds the flag that sets one option. */
export function addSet(command: Command): Command {
  return command.option(
    "-s, --set <option=value>",
    "one option, such as train.epochs=5; may be given again",
    (value: string, all: string[]) => [...all, value],
    [],
  );
}

function findUnfinished(runs: string): string {
  for (const status of ["interrupted", "training", "failed"] as const) {
    try {
      return findRun(runs, undefined, status);
    } catch {}
  }
  throw new RefrainError("RUN_NOT_FOUND", `There is no unfinished run in ${runs}.`, { runs });
}

/** A data set's protocol, then preset, file and flags: the later one wins, option by option. @throws {RefrainError} CONFIG_INVALID; FILE_NOT_FOUND */
export function configOf(flags: TrainFlags): Record<string, unknown> {
  const layers: unknown[] = [
    flags.config ? readJson(flags.config) : {},
    {
      data: { ...(flags.data ? { path: flags.data } : {}), ...dataOf(flags) },
      cleaning: cleaningOf(flags),
      ...(flags.name ? { name: flags.name } : {}),
    },
    flags.baselines === undefined ? {} : { baselines: flags.baselines.split(",").flatMap((name) => name.trim() || []) },
    ...flags.set.map(optionOf),
  ];
  return { ...withPreset(flags.preset, layers.reduce<Readonly<Record<string, unknown>>>(over, {})) };
}

/** An option that was written as "train.epochs=5". @throws {RefrainError} CONFIG_INVALID */
export function optionOf(pair: string): unknown {
  const at = pair.indexOf("=");
  if (at < 1) throw new RefrainError("CONFIG_INVALID", `--set needs option=value, got "${pair}".`);
  return pair
    .slice(0, at)
    .split(".")
    .reduceRight<unknown>((value, name) => ({ [name]: value }), parseValue(pair.slice(at + 1)));
}

function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
