// npm run bench -- ablation: what each choice about the model is worth, on the validation part alone.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  evaluationCases,
  prepare,
  RecurrentModel,
  runConfig,
  startEngine,
  toWindows,
  train,
  trainHistories,
  validationMetrics,
  withPreset,
} from "../../dist/index.js";
import { VARIANTS } from "./variants.mjs";

const root = join(import.meta.dirname, "..", "..");

export async function runAblation(args) {
  const { values: flags } = parseArgs({
    args,
    options: {
      log: { type: "string", default: "jkpop" },
      preset: { type: "string", default: "default" },
      only: { type: "string", multiple: true },
      set: { type: "string", default: "{}" },
      out: { type: "string", default: join(root, ".cache", "ablation") },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (flags.help) {
    console.log(`npm run bench -- ablation [options]
  --log FILE       the log (default jkpop, the embedded data set)
  --preset NAME    what one option at a time is changed of (default default)
  --set JSON       options for every run, such as '{"train":{"epochs":3}}'
  --only NAME      only this variant; may be given again: ${Object.keys(VARIANTS).join(", ")}
  --out FOLDER     keeps what was measured, so that an interrupted run goes on (default .cache/ablation)
bench/ABLATION.md is written anew from what is in the folder of the embedded data set.`);
    return;
  }
  const unknown = flags.only?.find((variant) => !Object.hasOwn(VARIANTS, variant));
  if (unknown) {
    console.error(`No variant is called "${unknown}". There are: ${Object.keys(VARIANTS).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const name = flags.log === "jkpop" ? "jkpop" : flags.log.replace(/^.*[/\\]/, "").replace(/\..*$/, "");
  const folder = join(flags.out, name);
  mkdirSync(folder, { recursive: true });
  const engine = await startEngine("train");
  console.log(engine.reason);
  let prepared;
  for (const variant of flags.only ?? Object.keys(VARIANTS)) {
    const path = join(folder, `${variant}.json`);
    if (existsSync(path)) continue;
    const given = { data: { path: flags.log === "jkpop" ? "jkpop" : resolve(flags.log) } };
    const options = [JSON.parse(flags.set), VARIANTS[variant].options].reduce(merged, given);
    const config = runConfig(withPreset(flags.preset, options));
    prepared ??= await prepare(config);
    const result = {
      variant,
      engine: engine.name,
      seed: config.train.seed,
      ...(await measure(config, prepared, engine)),
    };
    writeFileSync(path, JSON.stringify(result, null, 2));
    console.log(
      `${variant}: NDCG@10 ${result.ndcg.toFixed(4)}, HR@10 ${result.hr.toFixed(4)}, ${result.seconds.toFixed(0)} s`,
    );
  }
  if (name === "jkpop") writeAblation(folder);
}

/** Options of one level of sections, the later ones first. */
function merged(below, above) {
  const sections = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...sections].map((key) => [key, { ...below[key], ...above[key] }]));
}

/** Trains one model and gives the validation metrics of its best epoch. The test part is not read. */
async function measure(config, { histories }, engine) {
  const cases = evaluationCases(histories, "validation");
  const { size } = histories.items;
  const model = new RecurrentModel(config.model, size, histories.users.size, config.train.seed);
  const began = performance.now();
  let best = { ndcg: -1 };
  try {
    const events = train({
      model,
      windows: toWindows(trainHistories(histories), config.train.maxLength),
      config: config.train,
      engine: engine.name,
      validate: (scorer) => validationMetrics(scorer, cases, config.protocol),
    });
    for await (const event of events)
      if (event.type === "validation" && event.metrics["NDCG@10"] > best.ndcg)
        best = { ndcg: event.metrics["NDCG@10"], hr: event.metrics["HR@10"], epoch: event.epoch };
  } finally {
    model.dispose();
  }
  return {
    ...best,
    epochs: config.train.epochs,
    parameters: model.parameterCount,
    seconds: (performance.now() - began) / 1000,
  };
}

function writeAblation(folder) {
  const read = (variant) => {
    const path = join(folder, `${variant}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  };
  const base = read("base");
  if (!base) return;
  const number = (value) => value.toFixed(4).replace(/^0\./, ".");
  const rows = Object.entries(VARIANTS).flatMap(([variant, { what }]) => {
    const row = read(variant);
    if (!row) return [`| ${what} | not measured | | | | |`];
    const change = (100 * (row.ndcg - base.ndcg)) / base.ndcg;
    const sign = change > 0 ? "+" : change < 0 ? "−" : "";
    const cells = [
      number(row.ndcg),
      `${sign}${Math.abs(change).toFixed(1)} %`,
      number(row.hr),
      row.epoch,
      row.parameters.toLocaleString("en-US"),
    ];
    return [`| ${what} | ${cells.join(" | ")} |`];
  });
  const text = [
    "# What each choice about the model is worth",
    "",
    "Written by `npm run bench -- ablation`. Each row changes one thing of the default preset on the embedded data set and trains a",
    `model: seed ${base.seed}, ${base.epochs} epochs, ${base.engine} engine. Validation part, temporal split, full ranking, heard songs stay candidates; the`,
    "best epoch of each. The test part was not read. One seed each: differences below about 1 % may be chance. Nothing else was",
    "tuned for a variant, so a cell that wants another learning rate or more epochs stands worse here than it could.",
    "",
    "| | NDCG@10 | change | HR@10 | best epoch | weights |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  writeFileSync(join(root, "bench", "ABLATION.md"), text);
  console.log("Wrote bench/ABLATION.md");
}
