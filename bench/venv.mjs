import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Python of a venv with packages, made on first use; undefined where it cannot be had, with the reason printed. */
export function pythonWith(folder, packages) {
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  try {
    if (!existsSync(python)) execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    try {
      execFileSync(python, ["-c", `import ${packages.join(", ")}`], { stdio: "ignore" });
    } catch {
      execFileSync(python, ["-m", "pip", "install", "--quiet", "--retries", "1", ...packages], { stdio: "inherit" });
    }
    return python;
  } catch (error) {
    console.log(`${packages.join(", ")} take no part: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}
