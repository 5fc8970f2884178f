import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Python of a venv with PyTorch, made on first use; undefined where it cannot be had, with the reason printed. */
export async function torchPython(folder) {
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  try {
    if (!existsSync(python)) {
      console.log("Making a Python environment with PyTorch for comparison; this takes a few minutes.");
      execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    }
    try {
      execFileSync(python, ["-c", "import torch, numpy"], { stdio: "ignore" });
    } catch {
      execFileSync(python, ["-m", "pip", "install", "--quiet", "--retries", "1", "torch", "numpy"], {
        stdio: "inherit",
      });
    }
    return python;
  } catch (error) {
    console.log(`PyTorch does not take part: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}
