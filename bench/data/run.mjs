// npm run bench -- data: from a CSV file to sequences, by Refrain, Polars and pandas in turn.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "../engine/statistics.mjs";
import { readOptions, wholeNumber } from "../flags.mjs";
import { pythonWith } from "../venv.mjs";
import { writePlays } from "./generate.mjs";
import { writeTable } from "./results.mjs";

const here = import.meta.dirname;
const run = promisify(execFile);

const HELP = `npm run bench -- data [options]
  --rows N      plays of the log; may be given again (default 200000, 2000000, 20000000)
  --rounds N    rounds, in each of which every peer has its turn (default 3)
  --logs DIR    folder where the logs stay, and are taken from another time (default: a temporary one)
  --no-write    print only; leave bench/DATA.md as it is
The log is written to a temporary folder: 3 GB for 20 million plays, and as much again is needed while it is cleaned.`;

/** The command of each peer; those in Python only where Python can be had. */
function findPeers() {
  const python = pythonWith("data-peers", ["polars", "pandas", "pyarrow"]);
  return {
    refrain: [process.execPath, join(here, "ours.mjs")],
    ...(python && { polars: [python, join(here, "peer-polars.py")], pandas: [python, join(here, "peer-pandas.py")] }),
  };
}

/** @param args of the command line behind `data` */
export async function runData(args) {
  const flags = readOptions(
    HELP,
    {
      rows: { type: "string", multiple: true, default: ["200000", "2000000", "20000000"] },
      rounds: { type: "string", default: "3" },
      logs: { type: "string" },
      "no-write": { type: "boolean", default: false },
    },
    args,
  );
  const rounds = wholeNumber("rounds", flags.rounds);
  const sizes = flags.rows.map((rows) => wholeNumber("rows", rows));
  const peers = findPeers();
  const folder = flags.logs ?? mkdtempSync(join(tmpdir(), "refrain-bench-"));
  mkdirSync(folder, { recursive: true });
  const results = [];
  try {
    for (const rows of sizes) {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail * bsize < 350 * rows) {
        console.log(`${rows} plays are left out: ${folder} has too little room.`);
        continue;
      }
      results.push(await compareOn({ peers, folder, rows, rounds, isKept: flags.logs !== undefined }));
      if (!flags["no-write"]) writeTable(join(here, "..", "DATA.md"), results, flags);
    }
  } finally {
    if (!flags.logs) rmSync(folder, { recursive: true, force: true });
  }
}

async function compareOn({ peers, folder, rows, rounds, isKept }) {
  const path = join(folder, `plays-${rows}.csv`);
  const bytes = existsSync(path) ? statSync(path).size : writePlays(path, rows);
  const load = loadavg()[0];
  const runs = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, [command, script]] of Object.entries(peers)) {
      const began = performance.now();
      const { stdout } = await run(command, [script, path], { maxBuffer: 1 << 24 });
      const answer = { ...JSON.parse(stdout.trim().split("\n").at(-1)), seconds: (performance.now() - began) / 1000 };
      runs[name].push(answer);
      console.log(`${rows} ${name}: ${answer.seconds.toFixed(1)} s, ${answer.cpu.toFixed(1)} s of CPU`);
      const same = JSON.stringify(answer.counts) === JSON.stringify(runs.refrain[0].counts);
      if (!same)
        throw new Error(
          `${name} counts ${JSON.stringify(answer.counts)}, not ${JSON.stringify(runs.refrain[0].counts)}`,
        );
    }
  if (!isKept) rmSync(path);
  const medians = Object.entries(runs).map(([name, all]) => {
    const seconds = median(all.map((one) => one.seconds));
    return [name, { ...all.find((one) => one.seconds === seconds), all: all.map((one) => one.seconds) }];
  });
  return { rows, bytes, load: [load, loadavg()[0]], runs: Object.fromEntries(medians) };
}
