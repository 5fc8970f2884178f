import type { Command } from "commander";
import { previewOf, profileLog, writeLog } from "../../data/index.js";
import { generateJkpop } from "../../data/simulator/index.js";
import { cleanSource, JKPOP, readSource, runConfig, withDatasetDefaults } from "../../recipes/index.js";
import { previewText } from "../detected-view.js";
import { fetchBar } from "../fetch-view.js";
import { interruptible } from "../interruptible.js";
import { text } from "../messages.js";
import { count, formatTable, type Output, printJson, progressBar, say, shareBar } from "../output.js";
import { addReadOptions, chooseDataEngine, cleaningOf, dataOf, type ReadFlags } from "../read-flags.js";
import { showCleaning } from "../run-view.js";

/** `refrain data describe | clean | generate` */
export function addDataCommands(program: Command, output: () => Output): void {
  const data = program.command("data").description("look at a log, clean it, or make the embedded one");

  addReadOptions(
    data
      .command("describe")
      .argument("<log>", "path or address of the log")
      .description("what a log holds, before and after cleaning"),
  ).action(async (path: string, flags: ReadFlags) => {
    const { raw, log, report } = await load(path, flags, output());
    const profile = profileLog(log);
    if (output().json) return printJson({ detected: raw.detected, cleaning: report, profile });
    say(output(), `${previewText(previewOf(raw), path)}\n`);
    showCleaning(report, output());
    const rows = Object.entries(profile).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, inWords(value)]],
    );
    say(output(), `\n${formatTable(["", ""], rows)}`);
  });

  addReadOptions(
    data
      .command("clean")
      .argument("<log>", "path or address of the log")
      .requiredOption("-o, --output <file>", "file to write: .csv, .csv.gz or .parquet")
      .description("clean a log and write the clean events"),
  ).action(async (path: string, flags: ReadFlags & { output: string }) => {
    const { log, report } = await load(path, flags, output());
    writeLog(log, flags.output);
    if (output().json) return printJson({ cleaning: report, output: flags.output });
    showCleaning(report, output());
    say(output(), text("saved", { folder: flags.output }));
  });

  data
    .command("generate")
    .description("simulate the embedded log of a year of J- and K-pop")
    .action(async () => {
      const bar = progressBar(output(), 1);
      const { rows, kinds, verified, seconds } = await generateJkpop(JKPOP, {
        onProgress: (share) => bar.update(share, ""),
      });
      bar.stop();
      if (output().json) return printJson({ rows, kinds, verified, seconds });
      say(
        output(),
        formatTable(
          ["", ""],
          Object.entries(kinds).map(([kind, n]) => [kind, count(n)]),
          [1],
        ),
      );
      say(output(), `${count(rows)} rows in ${seconds.toFixed(1)} s${verified ? ", checksums as published" : ""}`);
    });
}

/** A value of the profile for a table. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(count).join(" / ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, part]) => `${name}: ${inWords(part)}`)
      .join("  ");
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
}

async function load(path: string, flags: ReadFlags, output: Output) {
  chooseDataEngine(flags);
  const config = runConfig(withDatasetDefaults({ data: { path, ...dataOf(flags) }, cleaning: cleaningOf(flags) }));
  const signal = interruptible();
  const fetching = fetchBar(output);
  const onRows = (rows: number) => output.json || (process.stderr.isTTY && process.stderr.write(`\r${count(rows)}`));
  const source = await readSource(config, onRows, { onFetch: fetching.onProgress, signal }).finally(fetching.stop);
  say(output, text("dataEngine", { reason: source.reason }));
  const { onShare, stop } = shareBar(output);
  try {
    return await cleanSource(source, config, { onShare, signal });
  } finally {
    stop();
  }
}
