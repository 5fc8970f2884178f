import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keepEngine, restoreEngine } from "../native/keep.mjs";
import { usesMusl } from "../native/machine.mjs";
import { readJson, sha256OfText, writeJson } from "../tools/files.mjs";
import { runNode } from "../tools/run.mjs";
import { Stop } from "../tools/stop.mjs";
import { explainInstallFailure, findNpm, registryIsNowhere } from "./npm.mjs";

const stampOf = (root) => join(root, "node_modules", ".refrain", "setup.json");

const ciOptions = ["--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
const patience = [
  "--prefer-offline",
  "--fetch-retries=3",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=8000",
];

export function isDone({ root }) {
  const stamp = readJson(stampOf(root));
  const wanted = stampFor(root);
  return Boolean(stamp && wanted) && Object.keys(wanted).every((key) => stamp[key] === wanted[key]);
}

export async function run(context) {
  const { root, t, progress } = context;
  const wanted = stampFor(root);
  if (!wanted) throw new Stop(t("noLockfile"));
  const lock = readJson(join(root, "package-lock.json"));
  await progress.step(t("packages"), async (report) => {
    // A tree from plain `npm install` is as good, but not one that was installed for another kind of machine.
    const stamp = readJson(stampOf(root));
    const sameMachine = !stamp || stamp.platform === wanted.platform;
    const hidden = readJson(join(root, "node_modules", ".package-lock.json"));
    const agrees = sameMachine && hidden && treeAgrees(lock, hidden, thisMachine()) && packagesAreThere(root, hidden);
    if (!agrees) await install(context, lock, report);
    restoreEngine(root);
    writeJson(stampOf(root), wanted);
    return agrees ? t("packagesThere") : t("packagesInstalled", countTopLevel(root));
  });
}

/**
 * Tells whether an installed tree (npm's hidden lock file) holds what package-lock.json asks of this machine.
 * An optional package may be missing unless it is made for exactly this platform.
 */
export function treeAgrees(lock, hidden, machine) {
  return Object.entries(lock.packages).every(([path, entry]) => {
    if (path === "") return true;
    const found = hidden.packages?.[path];
    if (found) return found.version === entry.version && sameIntegrity(found, entry);
    const forSomeMachines = (entry.optional || entry.devOptional) && (entry.os || entry.cpu || entry.libc);
    return forSomeMachines ? !fits(entry, machine) : Boolean(entry.optional);
  });
}

const sameIntegrity = (a, b) => !a.integrity || !b.integrity || a.integrity === b.integrity;

/** npm's rule for os, cpu and libc: a list of names, or of names not wanted ("!win32"). */
export function fits(entry, machine) {
  return ["os", "cpu", "libc"].every((key) => {
    const list = [entry[key] ?? []].flat();
    if (list.some((name) => name === `!${machine[key]}`)) return false;
    const wanted = list.filter((name) => !name.startsWith("!"));
    return wanted.length === 0 || wanted.includes(machine[key]);
  });
}

function thisMachine() {
  return { os: process.platform, cpu: process.arch, libc: usesMusl() ? "musl" : "glibc" };
}

function stampFor(root) {
  const path = join(root, "package-lock.json");
  if (!existsSync(path)) return undefined;
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  return { lock: sha256OfText(readFileSync(path)), platform: `${process.platform}-${process.arch}`, nodeMajor };
}

async function install({ root, t, progress }, lock, report) {
  const npm = findNpm(process.env);
  if (!npm) throw new Stop(t("noNpm"));
  const machine = thisMachine();
  const expected = Object.entries(lock.packages).filter(
    ([path, entry]) => path.lastIndexOf("node_modules/") === 0 && (!entry.optional || fits(entry, machine)),
  ).length;
  const timer = setInterval(() => report(t("packagesProgress", countTopLevel(root), expected)), 500);
  // A reinstall empties node_modules; the engine in it took minutes to make.
  keepEngine(root);
  const network = (await registryIsNowhere(npm, root)) ? ["--offline"] : patience;
  const result = await runNode([npm, "ci", ...ciOptions, ...network], { cwd: root, keep: true });
  clearInterval(timer);
  if (!result.ok) {
    progress.say(`\n${result.output.trim().split("\n").slice(0, 12).join("\n")}`);
    throw new Stop(t(explainInstallFailure(result.output)));
  }
}

function packagesAreThere(root, hidden) {
  return Object.keys(hidden.packages).every((path) => existsSync(join(root, path)));
}

/** Packages unpacked so far: npm makes all their folders first, so a folder alone counts nothing. */
function countTopLevel(root) {
  const folder = join(root, "node_modules");
  const namesIn = (path) => (existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : []);
  const paths = namesIn(folder).flatMap((name) =>
    name.startsWith("@") ? namesIn(join(folder, name)).map((inner) => join(folder, name, inner)) : [join(folder, name)],
  );
  return paths.filter((path) => existsSync(join(path, "package.json"))).length;
}
