import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { type ErrorCode, RefrainError } from "../core/errors.js";
import type { Preview } from "../data/index.js";
import { addAuditCommand } from "./commands/audit.js";
import { addCompareCommand } from "./commands/compare.js";
import { addDataCommands } from "./commands/data.js";
import { addDatasetCommands } from "./commands/datasets.js";
import { addDemoCommand } from "./commands/demo.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addExportCommand } from "./commands/export.js";
import { addForgetCommand } from "./commands/forget.js";
import { addRecommendCommand } from "./commands/recommend.js";
import { addRunCommands } from "./commands/runs.js";
import { addServeCommand } from "./commands/serve.js";
import { addTrainCommands } from "./commands/train.js";
import { addTuneCommand } from "./commands/tune.js";
import { addUpdateCommand } from "./commands/update.js";
import { addWorkerCommand } from "./commands/worker.js";
import { previewText } from "./detected-view.js";
import { systemLanguage, text, useLanguage } from "./messages.js";
import { INTERRUPTED } from "./run-finish.js";

/** Exit codes: 0 done, 1 unexpected error, 2 wrong option, 3 unusable data or run, 4 engine, 130 interrupted. */
const EXIT_CODES: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: 2,
  TERMS_NOT_ACCEPTED: 2,
  ARGUMENT_INVALID: 2,
  ENGINE_UNAVAILABLE: 4,
  ADDRESS_UNUSABLE: 2,
};
const DATA_ERROR = 3;

/** Runs the command line and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("refrain");
  const flags = () =>
    program.opts() as { json?: boolean; quiet?: boolean; debug?: boolean; runs: string; lang?: string };
  const output = () => ({ json: flags().json === true, quiet: flags().quiet === true });
  const runs = () => flags().runs;
  program
    .description("Build, understand and trust a recurrent recommender.")
    .version(
      (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version,
    )
    .option("--json", "print one JSON document and nothing else")
    .option("--quiet", "print nothing but errors")
    .option("--runs <folder>", "folder of the runs", "runs")
    .addOption(new Option("--lang <language>", "by default the terminal's").choices(["en", "zh"]))
    .option("--debug", "show the stack trace of an error")
    .addHelpText(
      "after",
      `
Examples:
  npm start                                             the whole job on the embedded data set
  npx refrain data describe plays.csv                   what a log holds
  npx refrain data audit plays.csv                      what is wrong with it, and what helps
  npx refrain train --data plays.csv                    train on your own log
  npx refrain data get ml-1m                            a public data set; then: train --data ml-1m
  npx refrain recommend --titles "夜に駆ける" "Dynamite"  the next songs, with reasons
  npx refrain serve                                     recommendations over HTTP, learning from each play
  npx refrain forget --user u01964                      what is kept of a listener; --yes removes it

Environment:
  REFRAIN_ENGINE=native|wasm|cpu   which engine runs the tensors
  REFRAIN_LANG=en|zh               language
  REFRAIN_DATA=FOLDER              where downloaded data sets and clean forms of large logs are kept
  REFRAIN_KEEP_LOGS=off            keep no clean forms of large logs

Exit codes: 0 done, 1 unexpected error, 2 wrong option, 3 unusable data or run, 4 engine not available, 130 interrupted.`,
    )
    .hook("preAction", () => {
      const { lang } = flags();
      useLanguage(lang === "en" || lang === "zh" ? lang : systemLanguage());
    })
    .configureOutput({ outputError: (message, write) => write(message) })
    .exitOverride();
  addDemoCommand(program, output, runs);
  addDataCommands(program, output);
  addAuditCommand(program, output);
  addDatasetCommands(program, output);
  addTrainCommands(program, output, runs);
  addRunCommands(program, output, runs);
  addEvaluateCommand(program, output, runs);
  addCompareCommand(program, output, runs);
  addTuneCommand(program, output, runs);
  addWorkerCommand(program, output, runs);
  addRecommendCommand(program, output, runs);
  addServeCommand(program, output, runs);
  addForgetCommand(program, output, runs);
  addUpdateCommand(program, output, runs);
  addExportCommand(program, output, runs);
  // A closed pipe (`refrain … | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, flags());
  }
}

function report(error: unknown, flags: { json?: boolean; quiet?: boolean; debug?: boolean }): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if ((error as Error).name === "AbortError") return INTERRUPTED; // Ctrl-C before there was anything to save
  const known = error instanceof RefrainError ? error : undefined;
  const message = (error as Error).message;
  if (flags.json)
    process.stderr.write(
      `${JSON.stringify({ error: known?.code ?? "UNEXPECTED", message, remedy: known?.remedy, found: known?.details.preview })}\n`,
    );
  else if (known) {
    const { preview } = known.details;
    // What was found in the file goes before the refusal, so that a person sees what was misread.
    if (preview && !flags.quiet) process.stdout.write(`${previewText(preview as Preview)}\n${text("misread")}\n`);
    process.stderr.write(`Error ${known.code}: ${message}\n${known.remedy}\n`);
  } else process.stderr.write(`Unexpected error: ${message}\nRun again with --debug and report what it prints.\n`);
  if (flags.debug) process.stderr.write(`${(error as Error).stack}\n`);
  return known ? (EXIT_CODES[known.code] ?? DATA_ERROR) : 1;
}
