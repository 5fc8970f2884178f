// Runs the built command line as a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
const BIN = join(ROOT, "bin", "refrain.mjs");

/** True in the long run of `.ci/run`; tests of many seconds wait for it. */
export const isLongRun: boolean = process.env.REFRAIN_FULL === "1";

/** False where nobody has built yet; tests that need processes are then skipped, and the reporter shows it. */
export const isBuilt: boolean = existsSync(join(ROOT, "dist", "cli", "main.js"));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `node <script> …`. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Running {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: "", REFRAIN_LANG: "en", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  child.stdin.end(input ?? "");
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
  return { child, ended };
}

/** Starts `refrain …`. */
export function startRefrain(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return startNode([BIN, ...args], env);
}

/** Waits until `found` gives something, or the process ends. */
export async function waitFor<T>(found: () => T | undefined, running: Running, seconds = 30): Promise<T> {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const value = found();
    if (value !== undefined) return value;
    if (running.child.exitCode !== null || running.child.signalCode !== null) {
      const { code, stdout, stderr } = await running.ended;
      throw new Error(`The process ended with ${code} too early.\n${stdout}\n${stderr}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  running.child.kill("SIGKILL");
  throw new Error(`Nothing came in ${seconds} s.`);
}

/** A folder that goes when `use` is done. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
