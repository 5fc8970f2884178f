import { type Command, Option } from "commander";
import { loadLog, profileLog, type ReadOptions, readTitles, writeLog } from "../../data/index.js";
import { generateJkpop } from "../../data/simulator/index.js";
import { JKPOP } from "../../recipes/index.js";
import { detectedText } from "../detected-view.js";
import { interruptible } from "../interruptible.js";
import { text } from "../messages.js";
import { count, duration, formatTable, type Output, printJson, progressBar, say } from "../output.js";
import { showCleaning } from "../run-view.js";

/** Options that say how to read a log; the same for `data` and `train`. */
export function addReadOptions(command: Command): Command {
  return command
    .option("--user <column>", "column of the user (or session)")
    .option("--item <column>", "column of the item")
    .option("--time <column>", "column of the time")
    .option("--title <column>", "column of the title")
    .option("--artist <column>", "column of the artist")
    .option("--duration <column>", "column of the milliseconds played")
    .option("--titles-file <file>", "file with the titles of items, where the log has only ids")
    .option(
      "--encoding <name>",
      "text encoding, such as shift_jis, euc-kr, gb18030, where the one that is found is wrong",
    )
    .addOption(
      new Option("--data-engine <name>", "what reads the log; by default its size decides").choices([
        "memory",
        "duckdb",
      ]),
    )
    .option("--max-bad-share <share>", "share of unreadable rows above which cleaning refuses, 0 to 1", Number);
}

export interface ReadFlags {
  readonly titlesFile?: string;
  readonly encoding?: string;
  readonly maxBadShare?: number;
  /** Memory or duckdb; changes no result, so it is no part of a configuration. */
  readonly dataEngine?: string;
  readonly [name: string]: unknown;
}

const ROLES = ["user", "item", "time", "title", "artist", "duration"] as const;

/** The column mapping that a command line gives. */
export function columnsOf(flags: ReadFlags): Record<string, string> {
  return Object.fromEntries(
    ROLES.flatMap((role) => (typeof flags[role] === "string" ? [[role, flags[role] as string]] : [])),
  );
}

/** The cleaning options that a command line gives. */
export function cleaningOf({ maxBadShare }: ReadFlags): { readonly maxBadShare?: number } {
  return maxBadShare === undefined ? {} : { maxBadShare };
}

/** `refrain data describe | clean | generate` */
export function addDataCommands(program: Command, output: () => Output): void {
  const data = program.command("data").description("look at a log, clean it, or make the embedded one");

  addReadOptions(
    data
      .command("describe")
      .argument("<log>", "path of the log")
      .description("what a log holds, before and after cleaning"),
  ).action(async (path: string, flags: ReadFlags) => {
    const { raw, log, report } = await load(path, flags, output());
    const profile = profileLog(log);
    if (output().json) return printJson({ detected: raw.detected, cleaning: report, profile });
    say(output(), `${detectedText(path, raw.detected)}\n`);
    const roleNames = [...raw.columns.keys()];
    const preview = Array.from({ length: Math.min(3, raw.lines.length) }, (_, row) =>
      roleNames.map((role) => (raw.columns.get(role)?.[row] ?? "").slice(0, 40)),
    );
    say(output(), `${formatTable(roleNames, preview)}\n`);
    showCleaning(report, output());
    const rows = Object.entries(profile).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, inWords(value)]],
    );
    say(output(), `\n${formatTable(["", ""], rows)}`);
  });

  addReadOptions(
    data
      .command("clean")
      .argument("<log>", "path of the log")
      .requiredOption("-o, --output <file>", "CSV to write; .gz compresses")
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
  const options: ReadOptions = {
    columns: columnsOf(flags),
    encoding: flags.encoding,
    onProgress: (rows) => output.json || (process.stderr.isTTY && process.stderr.write(`\r${count(rows)}`)),
  };
  const titles = flags.titlesFile ? await readTitles(flags.titlesFile) : undefined;
  const began = performance.now();
  let bar: ReturnType<typeof progressBar> | undefined;
  const onShare = (share: number) => {
    bar ??= progressBar(output, 1);
    const left = ((performance.now() - began) / 1000) * (1 / share - 1);
    bar.update(share, text("timeLeft", { left: duration(left) }));
  };
  const onChoice = (reason: string) => say(output, text("dataEngine", { reason }));
  try {
    const cleaning = cleaningOf(flags);
    return await loadLog(
      path,
      { read: options, cleaning, titles, onShare, onChoice, signal: interruptible() },
      flags.dataEngine ?? process.env.REFRAIN_DATA,
    );
  } finally {
    bar?.stop();
  }
}
