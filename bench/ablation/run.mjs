// npm run bench -- ablation: what each choice about the model is worth, on the validation part alone.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runConfig, startEngine, withPreset } from "../../dist/index.js";
import { oneOf, readOptions } from "../flags.mjs";
import { measureValidation, merged, prepared } from "../validation.mjs";
import { VARIANTS } from "./variants.mjs";

const root = join(import.meta.dirname, "..", "..");

export async function runAblation(args) {
  const flags = readOptions(
    help(),
    {
      log: { type: "string", default: "jkpop" },
      preset: { type: "string", default: "default" },
      only: { type: "string", multiple: true },
      set: { type: "string", default: "{}" },
      out: { type: "string", default: join(root, ".cache", "ablation") },
    },
    args,
  );
  oneOf("only", flags.only, Object.keys(VARIANTS));
  const name = flags.log === "jkpop" ? "jkpop" : flags.log.replace(/^.*[/\\]/, "").replace(/\..*$/, "");
  const folder = join(flags.out, name);
  mkdirSync(folder, { recursive: true });
  const isTable = name === "jkpop" && flags.preset === "default" && flags.set === "{}";
  const engine = await startEngine("train");
  console.log(engine.reason);
  for (const variant of flags.only ?? Object.keys(VARIANTS)) {
    const path = join(folder, `${variant}.json`);
    if (existsSync(path) || (isTable && !flags.only && rowOf(variant))) continue;
    const given = { data: { path: flags.log === "jkpop" ? "jkpop" : resolve(flags.log) } };
    const options = [JSON.parse(flags.set), VARIANTS[variant].options].reduce(merged, given);
    const config = runConfig(withPreset(flags.preset, options));
    const found = await measureValidation(config, await prepared(config), engine);
    const result = { variant, engine: engine.name, seed: config.train.seed, ...found };
    writeFileSync(path, JSON.stringify(result, null, 2));
    if (isTable) keep(result);
    console.log(
      `${variant}: NDCG@10 ${result.ndcg.toFixed(4)}, HR@10 ${result.hr.toFixed(4)}, ${result.seconds.toFixed(0)} s`,
    );
  }
  if (name === "jkpop") writeAblation();
}

/** What was measured of the embedded data set, beside the code, so that the table outlives the cache. */
const measured = join(import.meta.dirname, "measured.json");

const readRows = () => JSON.parse(readFileSync(measured, "utf8"));
const rowOf = (name) => readRows().find(({ variant }) => variant === name);

function keep(row) {
  const known = readRows().filter(({ variant }) => variant !== row.variant);
  const order = Object.keys(VARIANTS);
  const rows = [...known, row].sort((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant));
  writeFileSync(`${measured}.new`, `[\n${rows.map((each) => JSON.stringify(each)).join(",\n")}\n]\n`);
  renameSync(`${measured}.new`, measured);
}

export function writeAblation() {
  const base = rowOf("base");
  if (!base) return;
  const number = (value) => value.toFixed(4).replace(/^0\./, ".");
  const rows = Object.entries(VARIANTS).flatMap(([variant, { what }]) => {
    const row = rowOf(variant);
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
    "tuned for a variant, so a cell that wants another learning rate or more epochs stands worse here than it could. All rows were measured",
    "on one machine.",
    "",
    "| | NDCG@10 | change | HR@10 | best epoch | weights |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  writeFileSync(join(root, "bench", "ABLATION.md"), text);
  console.log("Wrote bench/ABLATION.md");
}

function help() {
  return `npm run bench -- ablation [options]
  --log FILE       the log (default jkpop, the embedded data set)
  --preset NAME    what one option at a time is changed of (default default)
  --set JSON       options for every run, such as '{"train":{"epochs":3}}'
  --only NAME      only this variant; may be given again: ${Object.keys(VARIANTS).join(", ")}
  --out FOLDER     keeps what was measured, so that an interrupted run goes on (default .cache/ablation)
Rows of the embedded data set go to bench/ablation/measured.json, from which bench/ABLATION.md is written anew.`;
}
