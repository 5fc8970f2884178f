import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const cache = join(import.meta.dirname, "..", ".cache");

/**
 * Python of a venv with packages, made on first use; undefined where it cannot be had, with the reason printed.
 *
 * @param name the venv's folder in .cache @param modules what `import` calls the packages, where it is something else
 */
export function pythonWith(name, packages, modules = packages) {
  const folder = join(cache, name);
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const what = packages.join(", ");
  try {
    if (!existsSync(python)) {
      console.log(`Making a Python environment with ${what} for comparison; this may take minutes.`);
      execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    }
    try {
      execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    } catch {
      execFileSync(python, ["-m", "pip", "install", "--quiet", "--retries", "1", ...packages], { stdio: "inherit" });
    }
    return python;
  } catch (error) {
    console.log(`${what} take no part: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

/** Python with PyTorch, one environment for all benches of the engine. */
export function torchPython() {
  return pythonWith("torch", ["torch", "numpy"]);
}
