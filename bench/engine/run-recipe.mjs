// A share of one epoch of a real log by the same recipe: Refrain and PyTorch in turn.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { torchPython } from "../venv.mjs";
import { median, pause, spread } from "./statistics.mjs";
import { Worker } from "./worker.mjs";

const here = import.meta.dirname;
/** Every eighth batch of an epoch is work enough for one turn. */
const every = 8;

export async function compareRecipe(file, rounds, keepMemory, peers) {
  const python = torchPython();
  const folder = mkdtempSync(join(tmpdir(), "refrain-bench-"));
  const all = {
    refrain: () =>
      new Worker(process.execPath, [join(here, "recipe.mjs")], { REFRAIN_ENGINE: "native", ...keepMemory }),
    ...(python && {
      torch: () => new Worker(python, [join(here, "recipe-peer.py"), "plain"]),
      "torch-best": () => new Worker(python, [join(here, "recipe-peer.py"), "fused"], keepMemory),
    }),
  };
  const names = Object.keys(all).filter((name) => !peers || peers.includes(name));
  const workers = Object.fromEntries(names.map((name) => [name, all[name]()]));
  try {
    const rates = {};
    let first;
    for (const [name, worker] of Object.entries(workers)) {
      const { loss } = await worker.ask({ do: "prepare", file, folder, every });
      first ??= loss;
      if (Math.abs(loss - first) > 1e-4)
        throw new Error(`${name} has the loss ${loss} on the first batch, Refrain ${first}.`);
      await worker.ask({ do: "epoch" });
      rates[name] = [];
    }
    for (let round = 0; round < rounds; round++)
      for (const [name, worker] of Object.entries(workers)) {
        await pause();
        const { seconds, targets } = await worker.ask({ do: "epoch" });
        rates[name].push(targets / seconds);
      }
    console.log("one epoch by the preset movielens, targets per second:");
    for (const [name, list] of Object.entries(rates))
      console.log(`  ${name.padEnd(12)} ${median(list).toFixed(0)} ${spread(list, 0)}`);
    return { rates, loss: first };
  } finally {
    for (const worker of Object.values(workers)) worker.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
