// npm run bench -- baselines: the peers in Python, and the table of all techniques.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { oneOf, readOptions } from "../flags.mjs";
import { datasets } from "./data.mjs";
import { comparePeers } from "./peers.mjs";
import { writeBaselines } from "./results.mjs";
import { makeTable } from "./table.mjs";

const root = join(import.meta.dirname, "..", "..");
const out = join(root, ".cache", "baselines");

export async function runBaselines(args) {
  const flags = readOptions(
    help(),
    {
      data: { type: "string", default: "data" },
      table: { type: "string", multiple: true },
      only: { type: "string", multiple: true },
      fresh: { type: "boolean", default: false },
      "no-peers": { type: "boolean", default: false },
    },
    args,
  );
  oneOf("table", flags.table, Object.keys(datasets(flags.data)));
  if (flags.fresh) rmSync(out, { recursive: true, force: true });
  for (const name of flags.table ?? []) await makeTable(name, { folder: flags.data, out, only: flags.only });
  if (!flags["no-peers"]) await comparePeers(flags.data, out);
  if (!flags.only) writeBaselines(root, out);
}

function help() {
  return `npm run bench -- baselines [options]
  --data FOLDER    holds ml-100k/ml-100k.inter and ml-1m/ml-1m.txt.gz (default data)
  --table NAME     measure what the table of a data set lacks; may be given again: ${Object.keys(datasets(".")).join(", ")}
  --fresh          forget what was measured before (.cache/baselines)
  --only NAME      only this technique; may be given again; nothing is written to bench/BASELINES.md
  --no-peers       leave numpy, scipy and scikit-learn out`;
}
