import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { explainCrash } from "../native/addon.mjs";
import { callCompiler, findCompiler, makeAddon } from "../native/compile.mjs";
import { processorHere } from "../native/machine.mjs";
import { engineFiles, kernelsOf, tfjsNodeOf, verdictOf } from "../native/places.mjs";
import { Unavailable } from "../native/unavailable.mjs";
import { filesBelow, readJson, sha256OfText } from "../tools/files.mjs";
import { runNode } from "../tools/run.mjs";

const recordOf = (root) => join(kernelsOf(root), "kernels.json");
const addonOf = (root) => join(kernelsOf(root), "kernels.node");
const sourcesOf = (root) => filesBelow(join(root, "src", "engine", "kernels"));

/** Kernels belong to native TensorFlow. A refusal counts as an answer until the sources or the engine change. */
export function isDone({ root, retry, engine }) {
  if (engine === "wasm" || engine === "cpu" || readJson(verdictOf(root))?.engine !== "native") return true;
  if (retry) return false;
  const record = readJson(recordOf(root));
  if (record?.signature !== signatureOf(root) || record.sources === undefined) return false;
  return record.refused !== undefined || existsSync(addonOf(root));
}

/** Compiles Refrain's own operations for the processor of this machine. Without a compiler training is only slower. */
export async function run({ root, t, progress }) {
  const record = { signature: signatureOf(root), processor: processorHere(), sources: sourcesHashOf(root) };
  await progress.step(t("kernels"), async () => {
    const { refused } = await makeAddon({ addon: addonOf(root), record: recordOf(root) }, record, () =>
      compile({ root, t }),
    );
    return refused ? t("kernelsRefused", refused) : t("kernelsCompiled");
  });
}

async function compile({ root, t }) {
  if (process.platform === "win32") throw new Unavailable(t("kernelsPlatform"));
  const compiler = await findCompiler({ t });
  const target = addonOf(root).replace(/node$/, "new.node");
  const isMac = process.platform === "darwin";
  const call = (args) => callCompiler({ t }, compiler, args, 300_000);
  const objects = mkdtempSync(join(kernelsOf(root), "objects-"));
  try {
    const sources = sourcesOf(root).filter((path) => path.endsWith(".cc"));
    const objectOf = (source) => join(objects, `${basename(source)}.o`);
    const waiting = sources.values(); // as many compilers as processors, each takes the next
    const compilers = Array.from({ length: Math.min(availableParallelism(), sources.length) }, async () => {
      for (const source of waiting) await call([...flags(), "-c", source, "-o", objectOf(source)]);
    });
    const refused = (await Promise.allSettled(compilers)).find(({ status }) => status === "rejected");
    if (refused) throw refused.reason;
    await call([
      ...(isMac ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-pthread"]),
      ...[...sources.map(objectOf), ...librariesOf(root)],
      ...[`-Wl,-rpath,${isMac ? "@loader_path" : "$ORIGIN"}/../../deps/lib`, "-o", target],
    ]);
  } finally {
    rmSync(objects, { recursive: true, force: true });
  }
  // An instruction that this processor lacks would end the process: find out in another one.
  const check = await runNode([join(import.meta.dirname, "..", "native", "check-kernels.cjs"), target], {
    cwd: root,
    timeoutMs: 120_000,
  });
  if (!check.ok) throw new Unavailable(t("kernelsWrong", explainCrash(check, t)));
  renameSync(target, addonOf(root));
}

function flags() {
  const forThisProcessor = process.arch === "arm64" ? "-mcpu=native" : "-march=native";
  return ["-O3", "-fPIC", "-pthread", "-std=c++17", "-fno-math-errno", "-fvisibility=hidden", forThisProcessor];
}

/** TensorFlow's libraries, under whichever names they were installed. */
function librariesOf(root) {
  const folder = join(tfjsNodeOf(root), "deps", "lib");
  const real = engineFiles(root).map((path) => path.replace(/^deps\/lib\//, ""));
  return readdirSync(folder)
    .filter((name) => real.includes(name) && /^libtensorflow.*\.(so|dylib)|\.so\.\d|\.dylib$/.test(name))
    .map((name) => join(folder, name));
}

/** As src/engine/kernels.ts has it, which refuses kernels of other sources. */
function sourcesHashOf(root) {
  return sha256OfText(
    ...sourcesOf(root)
      .sort()
      .map((path) => readFileSync(path, "utf8")),
  );
}

function signatureOf(root) {
  const { tensorflow, files } = readJson(verdictOf(root)) ?? {};
  const sources = sourcesOf(root).map((path) => readFileSync(path, "utf8"));
  return sha256OfText(JSON.stringify({ tensorflow, files, processor: processorHere() }), ...sources);
}
