import type { Command } from "commander";
import { auditData, runConfig, writeReport } from "../../recipes/index.js";
import { auditParts, showAudit } from "../audit-view.js";
import { fetchBar } from "../fetch-view.js";
import { interruptible } from "../interruptible.js";
import { language, text } from "../messages.js";
import { count, type Output, printJson, say, shareBar } from "../output.js";
import { addPartOptions, addReadOptions, chooseDataEngine, type ReadFlags } from "../read-flags.js";
import { configOf } from "./train.js";

interface AuditFlags extends ReadFlags {
  readonly config?: string;
  readonly preset: string;
  readonly set: readonly string[];
  readonly report?: string;
}

/** `refrain data audit` */
export function addAuditCommand(program: Command, output: () => Output): void {
  const data = program.commands.find((command) => command.name() === "data") as Command;
  const audit = data
    .command("audit")
    .argument("<log>", 'path or address of the log, or "jkpop" for the embedded one')
    .description("what is wrong with a log and its split, with the rows to blame and the options that help")
    .option("-c, --config <file>", "JSON file with the options of a run")
    .option("-p, --preset <name>", "start from the options of this preset", "default")
    .option(
      "-s, --set <option=value>",
      "one option as for train, such as split.kind=leave-one-out; may be given again",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option("--report <file>", "write a page with figures, one HTML file");
  addPartOptions(addReadOptions(audit)).action(async (path: string, flags: AuditFlags) => {
    chooseDataEngine(flags);
    const config = runConfig(configOf({ ...flags, data: path }));
    const progress = process.stderr.isTTY && !output().json && !output().quiet;
    const { onShare, stop } = shareBar(output());
    const onProgress = (rows: number) => progress && process.stderr.write(`\r${count(rows)}`);
    const fetching = fetchBar(output());
    const onFetch = fetching.onProgress;
    const found = await auditData(config, onProgress, { onFetch, onShare, signal: interruptible() }).finally(() => {
      fetching.stop();
      stop();
    });
    if (progress) process.stderr.write("\r\u001b[K");
    if (flags.report)
      writeReport(flags.report, text("audit.title", { path: found.path }), language(), auditParts(found));
    if (output().json) return printJson(plain(found));
    showAudit(found, output());
    if (flags.report) say(output(), text("report", { path: flags.report }));
  });
}

/** What JSON holds: no columns as long as the log. */
function plain({ events, ...found }: Awaited<ReturnType<typeof auditData>>) {
  if (!events) return { ...found, profile: null };
  const { profile, gaps, signal, drift } = events;
  const { newRows: _, ...change } = drift ?? { newRows: [] };
  return { ...found, profile, gaps, signal, drift: drift ? change : null };
}
