// Runs setup and the tests under other versions of Node, each in a copy of this checkout in a temporary folder, and loads
// the addon of this checkout (built by whichever Node) under each. Usage: node scripts/check-node-versions.mjs [22 24 ...]
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNpm } from "./setup/steps/npm.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const versions = process.argv.slice(2).length ? process.argv.slice(2) : ["22", "24"];
const npm = findNpm(process.env);
let failures = 0;

for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), `refrain-node-${version}-`));
  try {
    const node = installNode(version, join(folder, "node"));
    const copy = join(folder, "refrain");
    copyCheckout(copy);
    const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter), npm_execpath: npm };
    const report = (what, ok) => {
      if (!ok) failures++;
      console.log(`Node ${version}: ${what}: ${ok ? "ok" : "FAILED"}`);
    };
    const run = (args, cwd) =>
      spawnSync(node, args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] }).status === 0;

    console.log(`Node ${version}: ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
    report("addon of this checkout", run([join("scripts", "setup", "native", "check-addon.cjs")], root));
    report("setup", run([join("scripts", "setup.mjs")], copy));
    report("tests", run([join("node_modules", "vitest", "vitest.mjs"), "run", "--passWithNoTests"], copy));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = failures ? 1 : 0;

/** Installs npm's `node` package, whose install script fetches the binary of this platform; returns the binary's path. */
function installNode(version, folder) {
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts=false"];
  execFileSync(process.execPath, [npm, ...args, `node@${version}`], { cwd: folder, stdio: "inherit" });
  const binary = join(folder, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) throw new Error(`npm's package node@${version} did not bring ${binary}`);
  return binary;
}

/** Copies what git knows or would add: no packages, no build, no native engine. */
function copyCheckout(target) {
  const list = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  for (const path of list.split("\0").filter((name) => name && existsSync(join(root, name)))) {
    cpSync(join(root, path), join(target, path));
  }
}
