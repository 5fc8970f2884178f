import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../tools/files.mjs";

/** Where things are, below the checkout `root`. */
export const tfjsNodeOf = (root) => join(root, "node_modules", "@tensorflow", "tfjs-node");
/** Beside tfjs-node's addon, and with it kept over `npm ci`. */
export const kernelsOf = (root) => join(tfjsNodeOf(root), "lib", "refrain");
export const verdictOf = (root) => join(root, "node_modules", ".refrain", "engine.json");
/** The compiled loop of src/data/arrays, without its ending. */
export const scannerOf = (root) => join(root, "node_modules", ".refrain", "scanner");
/** In node_modules, to be on its file system: finished files are moved to their place by a rename. */
export const workOf = (root) => join(root, "node_modules", ".refrain", "work");

/** Version and newest N-API of the installed tfjs-node; undefined when it is not installed. */
export function tfjsNodeFacts(root) {
  const description = readJson(join(tfjsNodeOf(root), "package.json"));
  if (!description) return undefined;
  const napi = Math.min(Number(process.versions.napi), Math.max(...description.binary.napi_versions));
  return { version: description.version, napi };
}

/** Every real file of an installed engine, relative to tfjs-node's folder: libraries and addons. */
export function engineFiles(root) {
  const base = tfjsNodeOf(root);
  const list = (folder) =>
    existsSync(join(base, folder)) ? readdirSync(join(base, folder), { withFileTypes: true }) : [];
  const libraries = list("deps/lib").filter((entry) => entry.isFile());
  const addons = list("lib")
    .map((entry) => `lib/${entry.name}/tfjs_binding.node`)
    .filter((path) => existsSync(join(base, path)));
  return [...libraries.map((entry) => `deps/lib/${entry.name}`), ...addons];
}
