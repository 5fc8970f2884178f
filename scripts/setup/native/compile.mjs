import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { findNpm } from "../steps/npm.mjs";
import { readJson, writeJson } from "../tools/files.mjs";
import { lastLine, run, runNode } from "../tools/run.mjs";
import { tfjsNodeFacts, tfjsNodeOf } from "./places.mjs";
import { Unavailable } from "./unavailable.mjs";

/** The four headers of Node's stable C interface, for Nodes that come without (npm's `node`, some distributions). */
const headersPackage = {
  name: "node-api-headers",
  version: "1.9.0",
  integrity: "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
};

/** Returns the command of a working C++ compiler; throws Unavailable with the remedy when there is none. */
export async function findCompiler({ t }) {
  // Without Apple's tools, calling c++ opens a dialog window instead of failing.
  const isMac = process.platform === "darwin";
  const hasTools = !isMac || (await run("xcode-select", ["-p"], { timeoutMs: 10_000 })).ok;
  for (const command of hasTools ? [process.env.CXX, "c++", "g++", "clang++"].filter(Boolean) : []) {
    if ((await run(command, ["--version"], { timeoutMs: 20_000 })).ok) return command;
  }
  throw new Unavailable(
    t("noCompiler", isMac ? "xcode-select --install" : "sudo apt install g++ / sudo dnf install gcc-c++"),
  );
}

/** The folder with node_api.h beside this Node or in npm's `nodedir`; undefined when there is none. */
export function headersBesideNode() {
  const binaries = [process.execPath, realpathSync(process.execPath)];
  const prefixes = [process.env.npm_config_nodedir, ...binaries.map((path) => dirname(dirname(path)))];
  const folders = prefixes.filter(Boolean).map((prefix) => join(prefix, "include", "node"));
  return folders.find((path) => existsSync(join(path, "node_api.h")));
}

/**
 * Returns a folder with node_api.h: beside this Node, else from the package node-api-headers, put into `folder`. Any
 * Node's will do: the interface (N-API 8) is the same in all.
 */
export async function findHeaders({ root, t }, folder) {
  const beside = headersBesideNode();
  if (beside) return beside;

  const { name, version, integrity } = headersPackage;
  const npm = findNpm(process.env);
  const args = [
    npm,
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `${name}@${version}`,
  ];
  const result = npm && (await runNode(args, { cwd: root, keep: true, timeoutMs: 60_000 }));
  const installed = readJson(join(folder, "node_modules", ".package-lock.json"))?.packages?.[`node_modules/${name}`];
  if (!result?.ok || installed?.integrity !== integrity) throw new Unavailable(t("noHeaders"));
  return join(folder, "node_modules", name, "include");
}

/**
 * Compiles tfjs-node's addon against `libraries` (full paths) into `target`. One compiler call for two files: it needs
 * neither make nor node-gyp, and only the running N-API version is built.
 */
export async function compileAddon({ root, t }, { compiler, headers, include, libraries, target }) {
  const binding = join(tfjsNodeOf(root), "binding");
  const sources = readdirSync(binding).filter((name) => name.endsWith(".cc"));
  const isMac = process.platform === "darwin";
  const here = isMac ? "@loader_path" : "$ORIGIN";
  const args = [
    ...(isMac ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-pthread"]),
    ...["-O2", "-fPIC", "-std=c++17", "-w", `-DNAPI_VERSION=${tfjsNodeFacts(root).napi}`],
    ...["-DNODE_GYP_MODULE_NAME=tfjs_binding", "-DBUILDING_NODE_EXTENSION", `-I${include}`, `-I${headers}`],
    ...sources.map((name) => join(binding, name)),
    ...libraries,
    ...[`-Wl,-rpath,${here}/../../deps/lib`, "-o", target],
  ];
  await callCompiler({ t }, compiler, args, 600_000);
}

/**
 * Makes an addon and writes what came of it: `record`, with the reason where it cannot be made here.
 *
 * @param places addon and record, as paths
 */
export async function makeAddon({ addon, record: place }, record, make) {
  mkdirSync(dirname(addon), { recursive: true });
  rmSync(addon, { force: true });
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    record.refused = error.message;
  }
  writeJson(place, record);
  return record;
}

/** Calls the compiler; throws Unavailable with its first error. */
export async function callCompiler({ t }, compiler, args, timeoutMs) {
  const result = await run(compiler, args, { keep: true, timeoutMs });
  if (result.ok) return;
  const error = result.output.split("\n").find((line) => /error|undefined/i.test(line));
  throw new Unavailable(t("compileFailed", error?.trim().slice(0, 200) ?? lastLine(result.output)));
}
