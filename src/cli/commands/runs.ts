import type { Command } from "commander";
import { listRuns } from "../../recipes/index.js";
import { duration, formatTable, type Output, printJson, say } from "../output.js";

/** `refrain runs` */
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
}
