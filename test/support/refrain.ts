// Runs the command line in this process.
import { join } from "node:path";
import { vi } from "vitest";
import { main } from "../../src/cli/main.js";

/** Runs `refrain …` with its runs in `folder`/runs, and gives what it wrote. `%` in an argument stands for the folder. */
export async function refrainIn(
  folder: string,
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    }),
  );
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => [name, process.listeners(name)] as const);
  try {
    const code = await main(["--runs", join(folder, "runs"), ...args.map((arg) => arg.replace("%", folder))]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.stdout.removeAllListeners("error");
    for (const [name, before] of listeners)
      for (const listener of process.listeners(name)) if (!before.includes(listener)) process.off(name, listener);
    process.exitCode = undefined;
  }
}
