import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, readJson, sha256OfText, sizeOf, writeJson } from "../tools/files.mjs";
import { runNode } from "../tools/run.mjs";
import { Stop } from "../tools/stop.mjs";

const stampOf = (root) => join(root, "node_modules", ".refrain", "data.json");
const playsOf = (root) => join(root, "datasets", "jkpop", "plays.csv.gz");

export function isDone({ root }) {
  const generator = generatorOf(root);
  if (!generator) return true;
  const stamp = readJson(stampOf(root));
  return stamp?.generator === generator && stamp.bytes === sizeOf(playsOf(root));
}

export async function run({ root, t, progress, engine }) {
  await progress.step(t("data"), async () => {
    const generator = generatorOf(root);
    const result = await runNode([join(root, "bin", "refrain.mjs"), "data", "generate"], {
      cwd: root,
      keep: true,
      env: engine ? { REFRAIN_ENGINE: engine } : {},
    });
    if (!result.ok || !existsSync(playsOf(root))) {
      progress.say(`\n${result.output.trim()}`);
      throw new Stop(t("dataFailed"));
    }
    writeJson(stampOf(root), { generator, bytes: sizeOf(playsOf(root)) });
    return t("dataMade");
  });
}

/** Digest of the built simulator, its random streams and the catalogue: others would make other data. Undefined when not built. */
function generatorOf(root) {
  const folder = join(root, "dist", "data", "simulator");
  if (!existsSync(join(folder, "index.js"))) return undefined;
  const modules = [...filesBelow(folder), join(root, "dist", "core", "random.js")].filter((path) =>
    path.endsWith(".js"),
  );
  const catalogue = join(root, "datasets", "jkpop", "catalogue.csv");
  return sha256OfText(...[...modules, catalogue].filter(existsSync).map((path) => readFileSync(path)));
}
