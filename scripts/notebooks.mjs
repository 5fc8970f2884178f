// `npm run notebooks`: runs all notebooks through Jupyter and writes them in both languages; `--help` says what else it does.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { labMessages } from "./lab/messages.mjs";
import { ensureLab, labEnvironment, labPlaces } from "./lab/setup.mjs";
import { firstDifference, machineHere, outputsOf } from "./notebooks/outputs.mjs";
import {
  LANGUAGES,
  notebookNames,
  notebookPath,
  readSource,
  toNotebook,
  toText,
  twice,
  withSolutions,
} from "./notebooks/source.mjs";
import { main as setUp } from "./setup/main.mjs";

const HELP = `npm run notebooks -- [options] [NAME ...]   runs notebooks through Jupyter and writes them, English and Chinese
npm run notebooks -- build [NAME ...]     only builds them from notebooks/source; outputs of unchanged cells stay

  --check       writes nothing; fails where code or outputs are not what is committed. On the kind of machine that wrote
                them outputs must be the same to the last byte, elsewhere the same in kind
  --solutions   runs the solutions of the exercises too, and writes nothing
  --twice       runs each cell twice in a row, and writes nothing
  -h, --help    this text

REFRAIN_QUICK=1 trains for a few steps only and compares nothing: it shows that all cells run.
Example: npm run notebooks -- 04-train`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { flags, building, names } = readArguments();
const quick = process.env.REFRAIN_QUICK === "1";
let failed = 0;

if (building) for (const name of names) write(name, ...kept(name));
else {
  if ((await setUp([])) !== 0) process.exit(1);
  try {
    ensureLab(root, { t: labMessages(process.env) });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  for (const name of names) finish(name, execute(name));
  console.log(`${names.length - failed} of ${names.length} notebooks are as they should be.`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** What the call asks for; a word that is no notebook and an unknown flag end it. */
function readArguments() {
  const all = notebookNames(root);
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        check: { type: "boolean" },
        solutions: { type: "boolean" },
        twice: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const building = positionals[0] === "build";
    const named = building ? positionals.slice(1) : positionals;
    const unknown = named.find((name) => !all.includes(name));
    if (unknown) throw new Error(`No notebook is called "${unknown}". There are: ${all.join(", ")}`);
    return { flags: values, building, names: named.length > 0 ? named : all };
  } catch (error) {
    // Node explains at length how an argument could begin with a dash; no notebook does.
    const isFlag = error.code?.startsWith("ERR_PARSE_ARGS");
    console.error(isFlag ? `${error.message.split(". ")[0]}. See: npm run notebooks -- --help` : error.message);
    process.exit(2);
  }
}

/** Outputs of a run, by number of the code cell; undefined where a cell failed. */
function execute(name) {
  const folder = join(root, ".cache", "lab", "run");
  const path = join(folder, `${name}.ipynb`);
  const solved = flags.solutions ? withSolutions(readSource(root, name)) : readSource(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, toText(toNotebook(flags.twice ? twice(solved) : solved, "en")));
  const python = labPlaces(root).python;
  const run = [join(root, "tools", "jupyter", "run.py"), "--folder", join(root, "notebooks"), path];
  const { status } = spawnSync(python, run, { env: labEnvironment(root, process.env), stdio: "inherit" });
  return status === 0 ? outputsOf(JSON.parse(readFileSync(path, "utf8")), root) : undefined;
}

function finish(name, outputs) {
  if (!outputs) failed++;
  else if (quick || flags.solutions || flags.twice) return;
  else if (flags.check) compare(name, outputs);
  else write(name, outputs);
}

function compare(name, outputs) {
  for (const language of LANGUAGES) {
    const path = notebookPath(root, name, language);
    const expected = toNotebook(readSource(root, name), language, outputs, machineHere(root));
    const difference = existsSync(path) ? firstDifference(JSON.parse(readFileSync(path, "utf8")), expected) : "missing";
    if (!difference) continue;
    failed++;
    console.error(`${path}: ${difference}. Look at the change, then run: npm run notebooks -- ${name}`);
    return;
  }
}

function write(name, outputs, machine = machineHere(root)) {
  for (const language of LANGUAGES)
    writeFileSync(
      notebookPath(root, name, language),
      toText(toNotebook(readSource(root, name), language, outputs, machine)),
    );
}

/** Outputs that are there, as long as the code above and in the cell is what it was, and the machine that they are of. */
function kept(name) {
  const path = notebookPath(root, name, "en");
  if (!existsSync(path)) return [[]];
  const { cells, metadata } = JSON.parse(readFileSync(path, "utf8"));
  const before = cells.filter((cell) => cell.cell_type === "code");
  const code = readSource(root, name).filter((cell) => cell.type === "code");
  const changed = code.findIndex((cell, n) => before[n]?.source.join("") !== cell.code || !before[n].execution_count);
  const outputs = before.slice(0, changed < 0 ? code.length : changed).map((cell) => cell.outputs);
  return [outputs, metadata.refrain?.machine];
}
