import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkAddon } from "../native/addon.mjs";
import { mayHaveAvx } from "../native/machine.mjs";
import { installOfficial } from "../native/official.mjs";
import { engineFiles, tfjsNodeFacts, tfjsNodeOf, verdictOf, workOf } from "../native/places.mjs";
import { Unavailable } from "../native/unavailable.mjs";
import { installFromWheel } from "../native/wheel.mjs";
import { readJson, sha256OfFile, sizeOf, writeJson } from "../tools/files.mjs";
import { Stop } from "../tools/stop.mjs";

const again = "npm run setup -- --retry";
/** In the order of trust: what is there, what TensorFlow's makers built for tfjs-node, what they built for Python. */
const ways = [
  ["there", loadInstalled],
  ["official", installOfficial],
  ["wheel", installFromWheel],
];

export function isDone(context) {
  const { root, retry, engine, chosenBy } = context;
  const forThisRun = chosenBy === "REFRAIN_ENGINE";
  if (forThisRun && engine !== "native") return true;
  if (retry) return false;
  const sizeOfFile = (path) => sizeOf(join(tfjsNodeOf(root), path));
  return verdictHolds(readJson(verdictOf(root)), machineFacts(root), engine, sizeOfFile);
}

/**
 * Tells whether an earlier verdict still answers: the same machine and package, the files still there, and nobody asked
 * for another engine. A failure to get native TensorFlow counts as an answer until somebody asks again.
 */
export function verdictHolds(verdict, facts, wanted, sizeOfFile) {
  if (!verdict?.builtFor) return false;
  const { platform, arch, tfjsNode, nodeMajor } = verdict.builtFor;
  if (platform !== facts.platform || arch !== facts.arch || tfjsNode !== facts.tfjsNode) return false;
  if (wanted && wanted !== verdict.engine) return false;
  if (verdict.engine !== "native") return true;
  return nodeMajor === facts.nodeMajor && verdict.files.every(({ path, bytes }) => sizeOfFile(path) === bytes);
}

export async function run(context) {
  const { root, t, progress, engine, chosenBy } = context;
  context.retry = false;
  if (engine === "wasm" || engine === "cpu") {
    writeVerdict(root, { engine, how: "chosen", reason: t("engineChosen", engine, chosenBy), retry: again });
    return;
  }
  const refusals = [];
  const found = await progress.step(t("engine"), async (report) => {
    const way = await firstThatWorks({ ...context, report }, refusals);
    const verdict = way ? await nativeVerdict(context, way, refusals) : fallbackVerdict(t, refusals);
    rmSync(workOf(root), { recursive: true, force: true });
    writeVerdict(root, verdict);
    return verdict.engine;
  });
  if (engine === "native" && found !== "native") throw new Stop(t("engineRefused", refusals.join(" ")));
}

/** The line that tells which engine it is and why. */
export function describe({ root, t, engine, chosenBy }) {
  if (engine && engine !== "native") return t("engineChosen", engine, chosenBy);
  return readJson(verdictOf(root))?.reason ?? "";
}

async function firstThatWorks(context, refusals) {
  const { root, t, report } = context;
  if (!tfjsNodeFacts(root)) refusals.push(t("notInstalled"));
  else if (!mayHaveAvx()) refusals.push(t("noAvx"));
  else {
    for (const [how, attempt] of ways) {
      report(t("trying", how));
      try {
        return { how, ...(await attempt(context)) };
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        if (error.message) refusals.push(t("wayRefused", how, error.message));
      }
    }
  }
  return undefined;
}

async function loadInstalled(context) {
  if (!engineFiles(context.root).some((path) => path.endsWith(".node"))) throw new Unavailable("");
  const tensorflow = await checkAddon(context, "there");
  // A run that was interrupted after its last move left the wheel's record, and with it the libraries' origin.
  const wheel = readJson(join(workOf(context.root), "wheel", "wheel.json"));
  return wheel ? { tensorflow, wheel, how: "wheel" } : { tensorflow };
}

async function nativeVerdict({ root, t }, { how, tensorflow, wheel }, refusals) {
  const path = (name) => join(tfjsNodeOf(root), name);
  const files = engineFiles(root).map((name) => ({ path: name, bytes: sizeOf(path(name)) }));
  const known = readJson(verdictOf(root));
  // The same files under another Node: what is known of their origin stays true.
  if (how === "there" && known?.engine === "native" && JSON.stringify(known.files) === JSON.stringify(files))
    return known;
  const megabytes = Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
  const checksums = wheel ? { [wheel.name]: wheel.sha256 } : {};
  for (const { path: name } of files) checksums[name] = await sha256OfFile(path(name));
  const reason = [t("engineNative", tensorflow, how, megabytes), ...refusals].join(" ");
  return { engine: "native", how, reason, tensorflow, megabytes, checksums, files, refusals };
}

function fallbackVerdict(t, refusals) {
  return { engine: "wasm", how: "fallback", reason: t("engineFallback", refusals.join(" ")), refusals, retry: again };
}

function machineFacts(root) {
  const { version: tfjsNode, napi } = tfjsNodeFacts(root) ?? { version: null, napi: null };
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  return { napi, nodeMajor, platform: process.platform, arch: process.arch, tfjsNode };
}

function writeVerdict(root, verdict) {
  writeJson(verdictOf(root), { ...verdict, builtFor: machineFacts(root), at: new Date().toISOString() });
}
