import type { Command } from "commander";
import { RefrainError } from "../../core/errors.js";
import { protocolSentence } from "../../evaluate/index.js";
import { findRun, listRuns, readRecord, resultRows } from "../../recipes/index.js";
import { text } from "../messages.js";
import { bold, duration, faint, formatTable, type Output, printJson, say } from "../output.js";

/** `refrain runs` and `refrain evaluate` */
export function addRunCommands(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("runs")
    .description("list the runs, newest first")
    .action(() => {
      const all = listRuns(runs());
      if (output().json) return printJson(all);
      if (all.length === 0)
        return say(
          output(),
          `No runs in ${runs()} yet. Start one: npm start, or npx refrain train --data your-log.csv`,
        );
      const rows = all.map((run) => [
        run.id,
        run.status,
        run.preset,
        run.engine.name,
        run.best ? `${run.best.metric} ${run.best.value.toFixed(4)}` : "",
        run.seconds.training ? duration(run.seconds.training) : "",
      ]);
      say(output(), formatTable(["run", "status", "preset", "engine", "best validation", "training"], rows));
    });

  program
    .command("evaluate")
    .argument("[run]", "id or folder of the run; the newest finished one when left out")
    .description("show the test results of a run, with baselines, intervals and protocol")
    .action((run?: string) => {
      const record = readRecord(findRun(runs(), run, "finished"));
      if (!record.results)
        throw new RefrainError("RUN_NOT_FOUND", `Run ${record.id} has no results yet: it is ${record.status}.`);
      if (output().json) return printJson(record.results);
      const { header, rows } = resultRows(record.results, text);
      say(output(), `${bold(record.id)}\n${formatTable(header, rows)}`);
      say(output(), faint(text("intervals", { protocol: protocolSentence(record.results.protocol) })));
    });
}
