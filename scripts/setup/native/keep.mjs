import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson } from "../tools/files.mjs";
import { tfjsNodeFacts, tfjsNodeOf, verdictOf } from "./places.mjs";

const shelfOf = (root) => join(root, ".cache", "engine");
/** The verdict stands last: with it, the rest is complete. */
const parts = (root) => [
  [join(tfjsNodeOf(root), "deps"), join(shelfOf(root), "deps")],
  [join(tfjsNodeOf(root), "lib"), join(shelfOf(root), "lib")],
  [verdictOf(root), join(shelfOf(root), "engine.json")],
];

/** Puts the engine aside before `npm ci` empties node_modules. What was put aside earlier stays if nothing is newer. */
export function keepEngine(root) {
  for (const [place, shelf] of parts(root)) move(place, shelf);
}

/** Puts the engine back after `npm ci`, if tfjs-node is still the version it was made for; discards it otherwise. */
export function restoreEngine(root) {
  const verdict = readJson(join(shelfOf(root), "engine.json"));
  const fits = verdict && verdict.builtFor?.tfjsNode === tfjsNodeFacts(root)?.version;
  if (fits) for (const [place, shelf] of parts(root)) move(shelf, place);
  rmSync(shelfOf(root), { recursive: true, force: true });
}

function move(from, to) {
  if (!existsSync(from)) return;
  try {
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  } catch {
    // Another file system (a mounted node_modules): the engine is made anew, which is slower and as good.
  }
}
