import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { callCompiler, findCompiler, makeAddon } from "../native/compile.mjs";
import { scannerOf } from "../native/places.mjs";
import { Unavailable } from "../native/unavailable.mjs";
import { readJson, sha256OfText } from "../tools/files.mjs";
import { lastLine, runNode } from "../tools/run.mjs";

const recordOf = (root) => `${scannerOf(root)}.json`;
const addonOf = (root) => `${scannerOf(root)}.node`;
const sourcesOf = (root) => join(root, "src", "data", "arrays", "native");

/** A refusal counts as an answer until the sources change. */
export function isDone({ root, retry }) {
  const record = readJson(recordOf(root));
  if (retry || record?.signature !== signatureOf(root)) return false;
  return record.refused !== undefined || existsSync(addonOf(root));
}

/** Compiles the loop that reads large logs. Without a compiler the same loop in TypeScript does it. */
export async function run({ root, t, progress }) {
  const record = { signature: signatureOf(root) };
  await progress.step(t("scanner"), async () => {
    const places = { addon: addonOf(root), record: recordOf(root) };
    const { refused } = await makeAddon(places, record, () => compile({ root, t }));
    return refused ? t("scannerRefused", refused) : t("scannerCompiled");
  });
}

async function compile({ root, t }) {
  if (process.platform === "win32") throw new Unavailable(t("kernelsPlatform"));
  const compiler = await findCompiler({ t });
  const target = addonOf(root).replace(/node$/, "new.node");
  const linking = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const flags = ["-O3", "-fPIC", "-std=c++17", "-fno-math-errno", "-fvisibility=hidden"];
  const args = [...linking, ...flags, join(sourcesOf(root), "lines.cc"), "-o", target];
  await callCompiler({ t }, compiler, args, 120_000);
  const load = `if (typeof require(${JSON.stringify(target)}).scanLines !== "function") process.exit(1)`;
  const check = await runNode(["-e", load], { cwd: root, timeoutMs: 60_000 });
  if (!check.ok) throw new Unavailable(t("kernelsWrong", lastLine(check.output)));
  renameSync(target, addonOf(root));
}

/** As src/data/arrays/native.ts has it, which refuses a loop of other sources. */
function signatureOf(root) {
  const names = readdirSync(sourcesOf(root)).sort();
  const sources = names.map((name) => readFileSync(join(sourcesOf(root), name), "utf8"));
  return sha256OfText(`${process.platform} ${process.arch} `, ...sources);
}
