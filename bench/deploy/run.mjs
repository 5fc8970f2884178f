// npm run bench -- deploy [--run FOLDER] [--items N] [--part precision|catalogue]: what deployment costs; writes bench/DEPLOY.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findRun, startEngine } from "../../dist/index.js";
import { measureCatalogue } from "./catalogue.mjs";
import { measurePrecision } from "./precision.mjs";
import { deployText } from "./text.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".cache", "bench-deploy");
const RESULTS = join(FOLDER, "results.json");
const PARTS = ["precision", "catalogue"];
/** Points that a question is answered from. */
const EXPANSIONS = [100, 200, 400, 800, 1600];
/** Items in an order that a trained table has. `{ styles: 0 }` would be numbers without any, the hardest case. */
const SHAPES = { "styles, artists, songs": {} };

/** @param args of the command line behind `deploy` */
export async function runDeploy(args) {
  const { values } = parseArgs({
    args,
    options: {
      run: { type: "string" },
      items: { type: "string", default: "1000000" },
      width: { type: "string", default: "128" },
      part: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(`npm run bench -- deploy [options]
  --run FOLDER   a finished run for the part "precision"; by default the embedded data set is trained, once
  --items N      items of the catalogue (default 1,000,000: 3 GB of memory, some 20 minutes)
  --width N      numbers of each (default 128)
  --part NAME    precision or catalogue; by default both
Needs \`npm run onnx\` once. PyTorch and faiss take part where Python can have them. What was measured stays in .cache/bench-deploy.`);
    return;
  }
  const wrong = ["items", "width"].find((name) => !/^[1-9]\d{0,8}$/.test(values[name]));
  if (wrong || ![undefined, ...PARTS].includes(values.part)) {
    console.error(
      wrong ? `--${wrong} must be a whole number, got "${values[wrong]}".` : `--part is ${PARTS.join(" or ")}.`,
    );
    process.exitCode = 2;
    return;
  }
  const parts = values.part ? [values.part] : PARTS;
  const say = (line) => console.log(line);
  mkdirSync(FOLDER, { recursive: true });
  const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
  const engine = await startEngine("train");
  results.machine = { engine: engine.reason, node: process.version };
  const keep = () => writeFileSync(RESULTS, JSON.stringify(results, null, 2));
  if (parts.includes("precision")) {
    say("precision");
    const measured = await measurePrecision(values.run ?? embeddedRun(say), FOLDER, say);
    results.precision = { ...measured, isEmbedded: values.run === undefined };
    keep();
  }
  if (parts.includes("catalogue")) {
    results.catalogue = [];
    for (const [name, shape] of Object.entries(SHAPES)) {
      say(`catalogue of ${values.items} x ${values.width}: ${name}`);
      const measured = await measureCatalogue(Number(values.items), Number(values.width), shape, EXPANSIONS, say);
      results.catalogue.push({ name, ...measured });
      keep();
    }
  }
  writeFileSync(join(ROOT, "bench", "DEPLOY.md"), deployText(results));
  say("bench/DEPLOY.md");
}

/** The embedded data set trained with the default options, once. */
function embeddedRun(say) {
  const runs = join(FOLDER, "runs");
  try {
    return findRun(runs, undefined, "finished");
  } catch {
    say("training the embedded data set with the default options");
    const args = [join(ROOT, "bin", "refrain.mjs"), "--runs", runs, "train", "--baselines", "popularity"];
    const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (status !== 0) throw new Error(`Training ended with ${status}.`);
    return findRun(runs, undefined, "finished");
  }
}
