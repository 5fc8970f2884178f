import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFileAtomic } from "../../src/core/files.js";
import { type RunEvent, runConfig, runOnce } from "../../src/recipes/index.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { shortTraining, smallModel } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";

useEngine();

test("a finished run is found and told again; another configuration is trained", { timeout: 60_000 }, async () => {
  await withFolder(async (folder) => {
    const { log } = markovWorld({ users: 12, items: 8, plays: 14 });
    const rows = Array.from(log.users, (user, row) => `u${user},i${log.items[row]},${1.6e9 + 3600 * row}`);
    const path = join(folder, "log.csv");
    writeFileAtomic(path, ["user,item,time", ...rows].join("\n"));
    const config = (epochs: number) =>
      runConfig({ name: "x", data: { path }, model: smallModel(), train: shortTraining({ epochs }) });
    const once = async (epochs: number) => {
      const events: RunEvent[] = [];
      for await (const event of runOnce(config(epochs), { runs: join(folder, "runs") })) events.push(event);
      return events;
    };
    const of = (events: readonly RunEvent[], type: string) => events.filter((event) => event.type === type);

    const first = await once(2);
    const second = await once(2);
    expect(of(first, "step").length).toBeGreaterThan(0);
    expect(of(second, "step")).toEqual([]);
    expect(second.map(({ type }) => type)).toEqual(["validation", "validation", "end", "results", "saved"]);
    for (const type of ["validation", "results", "saved"]) expect(of(second, type)).toEqual(of(first, type));
    const [told, again] = [first, second].map((events) => of(events, "end")[0]);
    expect(again).toEqual({ ...told, seconds: expect.any(Number) });
    expect(of(await once(1), "step").length).toBeGreaterThan(0);
  });
});
