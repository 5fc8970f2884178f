// The table and the figure of a run.
import { writeFileSync } from "node:fs";
import { cpus, platform, release } from "node:os";
import { basename, join } from "node:path";
import { median, spread } from "./statistics.mjs";

const titles = {
  refrain: "Refrain, native",
  wasm: "Refrain, WASM",
  torch: "PyTorch as it comes",
  "torch-best": "PyTorch at its best",
  "torch-bfloat16": "PyTorch, rounding to bfloat16",
  "torch-sparse": "PyTorch, SparseAdam",
  layers: "tfjs-layers, native",
};

export function writeResults(folder, { machine, rows, scoring, recipe, flags }) {
  const parts = [
    table(machine, rows, flags),
    scoring ? scoringTable(scoring) : "",
    recipe ? recipeTable(recipe, flags) : "",
  ];
  writeFileSync(join(folder, "RESULTS.md"), parts.filter(Boolean).join("\n"));
  writeFileSync(join(folder, "results.svg"), figure(rows));
  console.log(`Written: ${join("bench", "RESULTS.md")}, ${join("bench", "results.svg")}`);
}

function table(machine, rows, { rounds, seconds }) {
  const names = Object.keys(titles).filter((name) => rows.some((row) => row.times[name]));
  const versions = rows[0].versions;
  const lines = [
    "# Training steps, side by side",
    "",
    `Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${rounds} rounds of about ${seconds} s for each peer, in turn.`,
    `Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${platform()} ${release()}, Node ${process.version}; ${versions.refrain?.version ?? ""}${versions.torch ? `; PyTorch ${versions.torch.version}` : ""}.`,
    `Best product of 1024 x 1024: ${machine.gflops.toFixed(0)} GFLOP/s; best addition: ${machine.gigabytes.toFixed(0)} GB/s. The floor of a step is its products at the`,
    "first rate, which is that of float32, plus its weights and moments at the second. Same weights and batch for all; first losses agree within 1e-4.",
    "",
    "One whole step (embedding, LSTM, softmax over all items or a sampled one, gradients, Adam), ms: median [least, most].",
    "",
    `| B/T/D/H/V | floor | ${names.map((name) => titles[name]).join(" | ")} |`,
    `|---|---|${names.map(() => "---|").join("")}`,
    ...rows.map(
      ({ shape, floor, times }) =>
        `| ${shape} | ${floor.toFixed(1)} | ${names.map((name) => (times[name] ? `${median(times[name]).toFixed(1)} ${spread(times[name])}` : "")).join(" | ")} |`,
    ),
    "",
    "How many times as long as Refrain on the native engine; in the column of Refrain, as its floor.",
    "",
    `| B/T/D/H/V | ${names.map((name) => titles[name]).join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...rows.map(({ shape, floor, times }) => {
      const ours = median(times.refrain);
      const cell = (name) => {
        if (!times[name]) return "";
        return (name === "refrain" ? ours / floor : median(times[name]) / ours).toFixed(2);
      };
      return `| ${shape} | ${names.map(cell).join(" | ")} |`;
    }),
    "",
    "PyTorch at its best: memory kept by glibc (`MALLOC_MMAP_THRESHOLD_` and its kin) and fused Adam. Refrain runs with the same",
    "memory settings. PyTorch that rounds to bfloat16 (`set_float32_matmul_precision`, medium) does less exact work than the others;",
    "its first losses are within 1e-2. On matrix tiles Refrain's products keep 16 to 17 of the 24 bits of float32 (bf16x3).",
    "",
    "![Times of a step](results.svg)",
    "",
  ];
  return lines.join("\n");
}

/** One more play of one user, and the ranking of many. */
function scoringTable({ rows, ranking, D, H }) {
  return [
    "## Scoring",
    "",
    `One more play of one user through the state of an LSTM (D ${D}, H ${H}), scores of all items, and the best ten, ms:`,
    "",
    "| items | Refrain, native | PyTorch at its best | ratio |",
    "|---|---|---|---|",
    ...rows.map(({ V, times }) => {
      const cell = (list) => (list ? `${median(list).toFixed(2)} ${spread(list, 2)}` : "");
      const ratio = times["torch-best"] ? (median(times["torch-best"]) / median(times.refrain)).toFixed(2) : "";
      return `| ${V.toLocaleString("en")} | ${cell(times.refrain)} | ${cell(times["torch-best"])} | ${ratio} |`;
    }),
    "",
    `Ranks of one target for 6,040 users over 3,416 items once the states are known: ${median(ranking).toFixed(0)} ms ${spread(ranking)}.`,
    "",
  ].join("\n");
}

/** A share of an epoch by the preset movielens. */
function recipeTable({ rates, loss }, { log }) {
  const ours = median(rates.refrain);
  return [
    "## One epoch of a real log",
    "",
    `Every eighth batch of an epoch by the preset movielens on \`${basename(log)}\`, the same batches and first weights for all (loss of the first batch ${loss.toFixed(4)}):`,
    "",
    "| | targets per second | times as fast as Refrain |",
    "|---|---|---|",
    ...Object.entries(rates).map(
      ([name, list]) =>
        `| ${titles[name]} | ${median(list).toFixed(0)} ${spread(list, 0)} | ${(median(list) / ours).toFixed(2)} |`,
    ),
    "",
  ].join("\n");
}

const colours = {
  refrain: "#0072B2",
  wasm: "#56B4E9",
  torch: "#D55E00",
  "torch-best": "#E69F00",
  "torch-bfloat16": "#F0E442",
  "torch-sparse": "#CC79A7",
  layers: "#009E73",
};

/** Bars on a logarithmic axis, one group for each shape. */
function figure(rows) {
  const [left, right, height] = [240, 640, 22];
  const most = Math.max(...rows.flatMap(({ times }) => Object.values(times).map(median)));
  const width = (ms) => (Math.log10(Math.max(1, ms)) / Math.log10(most)) * right;
  const bar = (y, name, ms) =>
    [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${titles[name]}</text>`,
      `<rect x="${left}" y="${y}" width="${width(ms).toFixed(1)}" height="${height - 6}" fill="${colours[name]}"/>`,
      `<text x="${left + width(ms) + 6}" y="${y + 13}">${ms.toFixed(1)} ms</text>`,
    ].join("");
  let y = 34;
  const lines = [`<text x="16" y="22">One training step by B/T/D/H/V, median, logarithmic scale</text>`];
  for (const { shape, times } of rows) {
    y += height;
    lines.push(`<text x="16" y="${y}" font-weight="600">${shape}</text>`);
    y += 8;
    for (const [name, list] of Object.entries(times)) {
      lines.push(bar(y, name, median(list)));
      y += height;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 ${y + 12}" font-family="system-ui, sans-serif" font-size="13" role="img">
<title>One training step of Refrain and its peers, in milliseconds</title>
<rect width="1000" height="${y + 12}" fill="#fff"/>
${lines.join("\n")}
</svg>
`;
}
