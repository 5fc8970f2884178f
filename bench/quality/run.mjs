// npm run bench -- quality: the models on the logs that published tables are about, each with its target.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../../dist/index.js";
import { oneOf, readOptions, wholeNumber } from "../flags.mjs";
import { measureValidation, merged, prepared } from "../validation.mjs";
import { LINES, QUICK, SETS } from "./lines.mjs";
import { configOf, isHere, measureLine } from "./measure.mjs";
import { measureMoves } from "./moves.mjs";
import { keepMeasured, readMeasured } from "./store.mjs";
import { writeQuality } from "./table.mjs";
import { measureTimes } from "./time.mjs";

const root = join(import.meta.dirname, "..", "..");
/** Largest difference of a metric between two runs of one line and seed on different processors, of its value. */
const SAME = 0.03;

export async function runQuality(args) {
  const flags = readOptions(
    HELP,
    {
      data: { type: "string", default: "data" },
      set: { type: "string", multiple: true },
      line: { type: "string", multiple: true },
      seed: { type: "string", multiple: true },
      try: { type: "string" },
      preset: { type: "string" },
      quick: { type: "boolean", default: false },
      times: { type: "boolean", default: false },
      moves: { type: "boolean", default: false },
      out: { type: "string", default: join(root, ".cache", "quality") },
    },
    args,
  );
  oneOf("set", flags.set, Object.keys(SETS));
  oneOf("line", flags.line, Object.keys(LINES));
  for (const seed of flags.seed ?? []) wholeNumber("seed", seed, 0);
  mkdirSync(flags.out, { recursive: true });
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Error("interrupted")));
  const how = { folder: flags.data, out: flags.out, signal: controller.signal, tell: teller() };
  if (flags.quick) return quick(how);
  if (flags.try !== undefined) return tryOptions(flags);
  if (flags.times) return times(flags.data);
  if (flags.moves) {
    const found = await measureMoves(how);
    if (found) keepMeasured(found);
    return writeQuality(root, readMeasured());
  }
  for (const [name, { set, seeds }] of Object.entries(LINES)) {
    if (flags.line ? !flags.line.includes(name) : flags.set && !flags.set.includes(set)) continue;
    if (!isHere(set, flags.data)) {
      console.log(`${name}: left out, its log is not below ${flags.data}`);
      continue;
    }
    for (const seed of flags.seed?.map(Number) ?? seeds) {
      const row = await measureLine(name, seed, how);
      if (!row) return console.log("Interrupted; the same command goes on.");
      keepMeasured({ rows: [row] });
      console.log(`${name}, seed ${seed}: ${shownText(name, row)}`);
    }
  }
  writeQuality(root, readMeasured());
}

/** Trains a model with other options and says what validation says of it. */
async function tryOptions(flags) {
  const [set] = flags.set ?? [];
  const line = Object.values(LINES).find((each) => each.set === set && !each.blend);
  if (!line || flags.set.length > 1) {
    console.error("--try needs one --set NAME.");
    process.exitCode = 2;
    return;
  }
  const given = JSON.parse(flags.try);
  const preset = flags.preset ?? line.preset;
  const options = flags.preset ? given : merged(line.options, given);
  const engine = await startEngine("train");
  for (const seed of flags.seed?.map(Number) ?? [1]) {
    const config = configOf({ ...line, preset, options }, seed, flags.data);
    const found = await measureValidation(config, await prepared(config), engine, ({ epoch, metrics, seconds }) =>
      console.log(
        `  epoch ${epoch}: NDCG@10 ${metrics["NDCG@10"].toFixed(4)}, HR@10 ${metrics["HR@10"].toFixed(4)}, ${seconds.toFixed(0)} s`,
      ),
    );
    keepMeasured({ tries: [{ set, preset, options, seed, ...found }] });
    console.log(
      `${set} ${JSON.stringify(options)}: NDCG@10 ${found.ndcg.toFixed(4)}, HR@10 ${found.hr.toFixed(4)}, epoch ${found.epoch}`,
    );
  }
  writeQuality(root, readMeasured());
}

/** Measures the quick line anew and holds it against its row. */
async function quick(how) {
  const { line, seed } = QUICK;
  const known = readMeasured().rows.find((row) => row.line === line && row.seed === seed);
  if (!known || !isHere(LINES[line].set, how.folder)) {
    console.error(known ? `The log of ${line} is not below ${how.folder}; see --data.` : `${line} has no row yet.`);
    process.exitCode = 2;
    return;
  }
  const out = mkdtempSync(join(tmpdir(), "refrain-quality-"));
  try {
    const began = performance.now();
    const row = await measureLine(line, seed, { ...how, out });
    if (!row) return;
    console.log(`${line}, seed ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s: ${shownText(line, row)}`);
    for (const metric of LINES[line].shown) {
      const [now, before] = [row, known].map(({ scorers, model }) => scorers[model].metrics[metric].value);
      const isSame = Math.abs(now / before - 1) <= SAME;
      console.log(
        `${metric}: ${now.toFixed(4)}, in bench/QUALITY.md ${before.toFixed(4)}: ${isSame ? "agrees" : "DIFFERS"}`,
      );
      if (!isSame) process.exitCode = 1;
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Time to quality, beside PyTorch. */
async function times(folder) {
  if (!isHere("ml-1m", folder)) {
    console.error(`The log of ml-1m is not below ${folder}; see --data.`);
    process.exitCode = 2;
    return;
  }
  keepMeasured({ times: await measureTimes(folder) });
  writeQuality(root, readMeasured());
}

function shownText(name, { scorers, model }) {
  return LINES[name].shown.map((metric) => `${metric} ${scorers[model].metrics[metric].value.toFixed(4)}`).join(", ");
}

/** Says what a long run does, with the time left, about every ten seconds. */
function teller() {
  let last = 0;
  return (event) => {
    if (event.type === "validation")
      console.log(
        `  epoch ${event.epoch}: NDCG@10 ${event.metrics["NDCG@10"].toFixed(4)}, HR@10 ${event.metrics["HR@10"].toFixed(4)}, ${event.seconds.toFixed(0)} s`,
      );
    if (event.type === "evaluating") console.log(`  testing ${event.scorer}`);
    if (event.type !== "step" || performance.now() - last < 10_000) return;
    last = performance.now();
    if (process.stderr.isTTY)
      process.stderr.write(
        `  epoch ${event.epoch}, loss ${event.loss.toFixed(3)}, ${event.secondsLeft.toFixed(0)} s left\r`,
      );
  };
}

const HELP = `npm run bench -- quality [options]
  --data FOLDER   holds the logs (default data); lines whose log is not there are left out
  --set NAME      only lines of this set; may be given again: ${Object.keys(SETS).join(", ")}
  --line NAME     only this line; may be given again: ${Object.keys(LINES).join(", ")}
  --seed N        only this seed; may be given again
  --quick         measures ${QUICK.line} anew (about a minute) and compares it with its row; exit 1 where they differ
  --times         times one LSTM to a validation NDCG@10 on MovieLens-1M, in turn with PyTorch
  --moves         HR@10 on jkpop by how the simulator chose each play, beside the oracle, on validation
  --try JSON      with one --set: trains with other options and measures them on validation; the test part is not read
  --preset NAME   with --try: another preset, without the options of the line
  --out FOLDER    keeps runs, so that an interrupted one goes on (default .cache/quality)
Writes bench/quality/measured.json and bench/QUALITY.md.
Examples: npm run bench -- quality --data ../data --set ml-100k
          npm run bench -- quality --data ../data --set lastfm --try '{"model":{"hiddenSize":64}}'`;
