import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, readJson, signatureOf, writeJson } from "../tools/files.mjs";
import { runNode } from "../tools/run.mjs";
import { Stop } from "../tools/stop.mjs";

const stampOf = (root) => join(root, "dist", ".setup.json");

export function isDone({ root }) {
  return readJson(stampOf(root))?.signature === signatureOf(inputsOf(root));
}

export async function run({ root, t, progress }) {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!existsSync(compiler)) throw new Stop(t("noCompilerPackage"));
  await progress.step(t("build"), async () => {
    const inputs = inputsOf(root);
    const signature = signatureOf(inputs);
    // What an unfinished build left cannot be told from a finished one: begin from nothing.
    if (!existsSync(stampOf(root))) rmSync(join(root, "dist", ".tsbuildinfo"), { force: true });
    rmSync(stampOf(root), { force: true });
    const result = await runNode(
      [compiler, "-p", "tsconfig.build.json", ...(process.stdout.isTTY ? ["--pretty"] : [])],
      {
        cwd: root,
        keep: true,
      },
    );
    if (!result.ok) {
      progress.say(`\n${result.output.trim()}`);
      throw new Stop(t("buildFailed"));
    }
    writeJson(stampOf(root), { signature });
    return t("built", inputs.filter((path) => /\.tsx?$/.test(path)).length);
  });
}

function inputsOf(root) {
  const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name) || name === "package-lock.json");
  return [...filesBelow(join(root, "src")), ...configs.sort().map((name) => join(root, name))];
}
