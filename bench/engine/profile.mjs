// npm run bench -- profile: the time of a step by operation, beside the least that its products could take.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { writeData } from "./data.mjs";
import { readProfileFlags } from "./flags.mjs";
import { measureMachine } from "./machine.mjs";
import { nameOf, shapes } from "./shapes.mjs";
import { Worker } from "./worker.mjs";

const here = import.meta.dirname;

/** Floating point operations of the products in each operation. @param C numbers per row that the items are scored by */
const flops = {
  RefrainLinearCrossEntropy: ({ N, V, C, targets }) => 3 * 2 * (targets ?? N) * C * (V + 1),
  RefrainLstm: ({ N, D, H }) => 2 * N * (D + H) * 4 * H,
  RefrainLstmGradient: ({ N, H }) => 2 * N * H * 4 * H,
  RefrainTopItems: ({ N, V, D }) => 2 * N * D * (V + 1),
  RefrainRecurrentGradients: ({ N, D, H }) => 2 * N * (2 * D + H) * 4 * H,
};

/** @param args what the command line says after "profile" */
export async function runProfile(args) {
  const flags = readProfileFlags(args);
  const machine = await measureMachine();
  const parts = [
    "# Where the time of a step goes",
    "",
    `Made by \`npm run bench -- profile\` on ${new Date().toISOString().slice(0, 10)}. Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${machine.gflops.toFixed(0)} GFLOP/s.`,
    "The floor is what the products in an operation take at that rate. Times are means, in ms per step.",
    "",
  ];
  for (const shape of shapes.filter(({ K }) => !K)) {
    const ask = { do: "profile", steps: Math.max(5, Math.round(4e9 / (shape.B * shape.T * shape.V * shape.H))) };
    const size = { N: shape.B * shape.T, D: shape.D, H: shape.H, V: shape.V, C: shape.H };
    const answer = await inFolder(async (folder) => {
      writeData(folder, shape);
      return await asked("ours.mjs", { do: "prepare", folder }, { do: "step", steps: 3 }, ask);
    });
    parts.push(table(`Step ${nameOf(shape)}`, answer, size, machine));
  }
  if (flags.log) {
    const answer = await inFolder((folder) =>
      asked("recipe.mjs", { do: "prepare", file: flags.log, folder, every: 16 }, { do: "profile" }),
    );
    parts.push(table("Preset movielens on the log, mean of its batches", answer, answer.size, machine));
  }
  parts.push(await wasmTable());
  const one = { V: 3416, D: 128, H: 128 };
  const play = await asked("scoring.mjs", { do: "prepare", ...one }, { do: "profile", steps: 2000 });
  parts.push(table("One play and its list of ten, 3,416 items, LSTM 128/128", play, { N: 1, ...one }, machine));
  writeFileSync(join(here, "..", "PROFILE.md"), parts.join("\n"));
  console.log(parts.join("\n"));
}

/** The step that WASM is compared by, beside what WASM's own products reach. */
async function wasmTable() {
  const shape = shapes.find((each) => nameOf(each) === "128/50/64/128/3416");
  const machine = await askedOn("wasm", "ours.mjs", { do: "machine" });
  const answer = await inFolder(async (folder) => {
    writeData(folder, shape);
    return await askedOn("wasm", "ours.mjs", { do: "prepare", folder }, { do: "profile", steps: 3 });
  });
  const title = `Step ${nameOf(shape)} on WASM, whose best product here is ${machine.gflops.toFixed(1)} GFLOP/s`;
  return table(title, answer, {}, machine);
}

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "refrain-profile-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The answer to the last of some questions. */
function asked(script, ...questions) {
  return askedOn("native", script, ...questions);
}

async function askedOn(engine, script, ...questions) {
  const worker = new Worker(process.execPath, [join(here, script)], { REFRAIN_ENGINE: engine });
  try {
    let answer;
    for (const question of questions) answer = await worker.ask(question);
    return answer;
  } finally {
    worker.end();
  }
}

function table(title, { ms, operations }, size, { gflops }) {
  const floorOf = (operation) => (flops[operation.name]?.(size) ?? operation.flops) / gflops / 1e6;
  const inside = total(operations, "ms");
  const floors = operations.reduce((sum, operation) => sum + floorOf(operation), 0);
  const [large, small] = [operations.slice(0, 8), operations.slice(8)];
  const row = (name, calls, time, floor) =>
    `| ${name} | ${calls} | ${time.toFixed(2)} | ${((100 * time) / ms).toFixed(0)} % | ${floor ? floor.toFixed(2) : ""} | ${floor ? (time / floor).toFixed(2) : ""} |`;
  return [
    `## ${title}`,
    "",
    "| operation | calls | ms | share | floor | times the floor |",
    "|---|---|---|---|---|---|",
    ...large.map((operation) =>
      row(operation.name.replace("Refrain", ""), operation.calls.toFixed(0), operation.ms, floorOf(operation)),
    ),
    ...(small.length > 0
      ? [row(`${small.length} others`, total(small, "calls").toFixed(0), total(small, "ms"), 0)]
      : []),
    row("JavaScript between them", "", ms - inside, 0),
    row("all", "", ms, floors),
    "",
  ].join("\n");
}

const total = (operations, of) => operations.reduce((sum, operation) => sum + operation[of], 0);
