import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { generateJkpop } from "../../data/simulator/index.js";
import { JKPOP, runConfig, startRun } from "../../recipes/index.js";
import { interruptible } from "../interruptible.js";
import type { Output } from "../output.js";
import { finishRun } from "../run-finish.js";

/** `refrain demo`, which is `npm start`: the main job on the embedded data set, with a report at the end. */
export function addDemoCommand(program: Command, output: () => Output, runs: () => string): void {
  program
    .command("demo")
    .description("the whole job on the embedded data set: clean, train, test, recommend, report")
    .addHelpText("after", () => `\nWhat else there is, through npx refrain:\n\n${program.helpInformation()}`)
    .action(async () => {
      if (!existsSync(join(JKPOP, "plays.csv.gz"))) await generateJkpop(JKPOP);
      const config = runConfig({ name: "demo", data: { path: "jkpop" } });
      await finishRun(startRun(config, { runs: runs(), signal: interruptible() }), output());
    });
}
