// npm run bench -- deploy: what deployment costs; writes bench/DEPLOY.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findRun, startEngine } from "../../dist/index.js";
import { oneOf, readOptions, wholeNumber } from "../flags.mjs";
import { measureCatalogue } from "./catalogue.mjs";
import { measurePrecision } from "./precision.mjs";
import { deployText } from "./text.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".cache", "bench-deploy");
/** What was measured, beside the code, so that one half can be measured again without the other. */
const RESULTS = join(import.meta.dirname, "measured.json");
/** Points that a question is answered from. */
const EXPANSIONS = [100, 200, 400, 800, 1600];
/** Items in an order that a trained table has. `{ styles: 0 }` would be numbers without any, the hardest case. */
const SHAPES = { "styles, artists, songs": {} };

const PARTS = ["precision", "catalogue"];
const HELP = `npm run bench -- deploy [options]
  --run FOLDER   the run whose exports are measured (default: the embedded data set trained with the default options)
  --items N      items of the catalogue that is searched (default 1000000: 3 GB of memory, some 20 minutes)
  --width N      numbers per item (default 128)
  --note TEXT    what a reader of the table must know, such as other work on the machine
  --part NAME    ${PARTS.join(" or ")}; default both
Writes bench/deploy/measured.json and bench/DEPLOY.md. Installs ONNX Runtime (npm run onnx) where it is missing. PyTorch and
faiss take part where Python can have them.

  npm run bench -- deploy --part catalogue --items 100000`;

/** @param args of the command line behind `deploy` */
export async function runDeploy(args) {
  const flags = readOptions(
    HELP,
    {
      run: { type: "string" },
      items: { type: "string", default: "1000000" },
      width: { type: "string", default: "128" },
      part: { type: "string", multiple: true },
      note: { type: "string" },
    },
    args,
  );
  oneOf("part", flags.part, PARTS);
  const parts = flags.part ?? PARTS;
  const [items, width] = ["items", "width"].map((name) => wholeNumber(name, flags[name]));
  const say = (line) => console.log(line);
  if (parts.includes("precision") && !existsSync(join(ROOT, "tools", "onnx", "node_modules"))) installOnnx();
  mkdirSync(FOLDER, { recursive: true });
  const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
  const engine = await startEngine("train");
  results.machine = { engine: engine.reason, node: process.version };
  if (flags.note !== undefined) results.note = flags.note;
  const keep = () => {
    writeFileSync(`${RESULTS}.new`, `${JSON.stringify(results, null, 2)}\n`);
    renameSync(`${RESULTS}.new`, RESULTS);
  };
  if (parts.includes("precision")) {
    say("precision");
    const measured = await measurePrecision(flags.run ?? embeddedRun(say), FOLDER, say);
    results.precision = { ...measured, isEmbedded: flags.run === undefined };
    keep();
  }
  if (parts.includes("catalogue")) {
    results.catalogue = [];
    for (const [name, shape] of Object.entries(SHAPES)) {
      say(`catalogue of ${items} x ${width}: ${name}`);
      const measured = await measureCatalogue(items, width, shape, EXPANSIONS, say);
      results.catalogue.push({ name, ...measured });
      keep();
    }
  }
  writeFileSync(join(ROOT, "bench", "DEPLOY.md"), deployText(results));
  say("bench/DEPLOY.md");
}

function installOnnx() {
  const { status } = spawnSync("npm", ["run", "--silent", "onnx"], {
    cwd: ROOT,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("ONNX Runtime could not be installed; `npm run onnx` says why.");
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
