// npm run bench: training steps of Refrain, PyTorch and tfjs-layers in turn, in one run.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { torchPython } from "../venv.mjs";
import { writeData } from "./data.mjs";
import { readFlags } from "./flags.mjs";
import { measureMachine } from "./machine.mjs";
import { writeResults } from "./results.mjs";
import { compareRecipe } from "./run-recipe.mjs";
import { compareScoring } from "./run-scoring.mjs";
import { bytesOf, flopsOf, nameOf, shapes } from "./shapes.mjs";
import { median, pause, spread } from "./statistics.mjs";
import { keepMemory, Worker } from "./worker.mjs";

const here = import.meta.dirname;
const PEERS_IN_PYTHON = ["torch", "torch-best", "torch-bfloat16", "torch-sparse"];
const flags = readFlags();

const wants = (name) => !flags.peers || flags.peers.includes(name);
const python = PEERS_IN_PYTHON.some(wants) ? torchPython() : undefined;
const peer = join(here, "peer.py");
const all = {
  refrain: () => new Worker(process.execPath, [join(here, "ours.mjs")], { REFRAIN_ENGINE: "native", ...keepMemory }),
  wasm: () => new Worker(process.execPath, [join(here, "ours.mjs")], { REFRAIN_ENGINE: "wasm" }),
  ...(python && {
    torch: () => new Worker(python, [peer, "plain"]),
    "torch-best": () => new Worker(python, [peer, "fused"], keepMemory),
    "torch-bfloat16": () => new Worker(python, [peer, "bfloat16"], keepMemory),
    "torch-sparse": () => new Worker(python, [peer, "sparse"], keepMemory),
  }),
  layers: () => new Worker(process.execPath, [join(here, "layers.mjs")], { REFRAIN_ENGINE: "native" }),
};

/** How far first losses may be apart, where it is not 1e-4: rounding to bfloat16 keeps 8 of 24 bits. */
const LOSS_APART = { "torch-bfloat16": 1e-2 };

/** Who takes part in a shape: what would need minutes for a step, or says nothing, is left out. */
function takesPart(name, { V, K }) {
  if (!wants(name)) return false;
  if (name === "layers") return !K && V < 10_000;
  if (name === "wasm") return !K && V < 10_000;
  if (name === "torch-sparse") return K !== undefined;
  return true;
}

const machine = await measureMachine();
console.log(
  `${cpus()[0].model}, ${cpus().length} cores: ${machine.gflops.toFixed(0)} GFLOP/s, ${machine.gigabytes.toFixed(0)} GB/s`,
);
const rows = [];
for (const shape of shapes) {
  if (flags.only && !flags.only.some((wanted) => nameOf(shape).startsWith(wanted))) continue;
  rows.push(await compareOn(shape));
}
const scoring = flags.whole ? await compareScoring(flags.rounds, keepMemory) : undefined;
const recipe = flags.log ? await compareRecipe(flags.log, flags.rounds, keepMemory, flags.peers) : undefined;
if (flags.write) writeResults(join(here, ".."), { machine, rows, scoring, recipe, flags });

async function compareOn(shape) {
  const folder = mkdtempSync(join(tmpdir(), "refrain-bench-"));
  const workers = new Map();
  try {
    writeData(folder, shape);
    const steps = new Map();
    const firstLoss = new Map();
    const versions = new Map();
    for (const [name, start] of Object.entries(all)) {
      if (!takesPart(name, shape)) continue;
      const worker = start();
      try {
        versions.set(name, await worker.ask({ do: "prepare", folder }));
        const first = await worker.ask({ do: "step", steps: 1 });
        firstLoss.set(name, first.losses[0]);
        const warm = await worker.ask({ do: "step", steps: 2 });
        steps.set(name, Math.max(1, Math.round((1000 * flags.seconds) / warm.ms)));
        workers.set(name, worker);
      } catch (error) {
        worker.end();
        if (name === "refrain") throw error;
        console.log(`  ${name} does not take part: ${error.message}`);
      }
    }
    const times = new Map([...workers.keys()].map((name) => [name, []]));
    for (let round = 0; round < flags.rounds; round++)
      for (const [name, worker] of workers) {
        await pause();
        times.get(name).push((await worker.ask({ do: "step", steps: steps.get(name) })).ms);
      }
    const ours = firstLoss.get("refrain") ?? [...firstLoss.values()][0];
    for (const [name, loss] of firstLoss)
      if (Math.abs(loss - ours) > (LOSS_APART[name] ?? 1e-4))
        throw new Error(`${name} has the loss ${loss} on this batch, Refrain ${ours}.`);
    const floor =
      (1000 * flopsOf(shape)) / (machine.gflops * 1e9) + (1000 * bytesOf(shape)) / (machine.gigabytes * 1e9);
    const row = {
      shape: nameOf(shape),
      floor,
      loss: ours,
      times: Object.fromEntries(times),
      versions: Object.fromEntries(versions),
    };
    console.log(`${row.shape}: floor ${floor.toFixed(1)} ms, first loss ${ours.toFixed(4)}`);
    for (const [name, list] of times) console.log(`  ${name.padEnd(12)} ${median(list).toFixed(1)} ms ${spread(list)}`);
    return row;
  } finally {
    for (const worker of workers.values()) worker.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
