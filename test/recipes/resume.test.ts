import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFileAtomic } from "../../src/core/files.js";
import { readEpochs, readRecord, resumeRun, runConfig, runHolder, startRun } from "../../src/recipes/index.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { shortTraining, smallModel } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

test("a run that goes on says so while it trains, and who trains it", { timeout: 60_000 }, async () => {
  await withFolder(async (folder) => {
    const { log } = markovWorld({ users: 12, items: 8, plays: 14 });
    const rows = Array.from(log.users, (user, row) => `u${user},i${log.items[row]},${1.6e9 + 3600 * row}`);
    const path = join(folder, "log.csv");
    writeFileAtomic(path, ["user,item,time", ...rows].join("\n"));
    const config = runConfig({ name: "x", data: { path }, model: smallModel(), train: shortTraining({ epochs: 2 }) });
    const pausing = new AbortController();
    let run = "";
    for await (const event of startRun(config, { runs: join(folder, "runs"), signal: pausing.signal })) {
      if (event.type === "prepared") run = event.folder;
      if (event.type === "validation") pausing.abort();
    }
    expect([readRecord(run).status, runHolder(run), readEpochs(run).length]).toEqual(["interrupted", null, 1]);
    const again = resumeRun(run);
    await again.next();
    expect([readRecord(run).status, runHolder(run)]).toEqual(["training", process.pid]);
    await again.return();
    writeFileAtomic(join(run, "lock"), "no number");
    expect(runHolder(run)).toBeNull();
  });
});
