import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const keeper = fileURLToPath(new URL("./keeper.cjs", import.meta.url));
const children = new Set();

/**
 * Runs a command without a shell and without a terminal, and never throws.
 *
 * Options: cwd, env; `keep` for long work that must not outlive setup (it runs under keeper.cjs); `timeoutMs` for all of
 * it; `stallMs` with `progress()`, a number that must change within that time; `onOutput(text)`.
 * Returns {ok, code, signal, stdout, output, stopped}: the last 100 KB, `stopped` is "timeout" or "stall".
 */
export function run(command, args, options = {}) {
  const { cwd, env, keep = false, timeoutMs, stallMs, progress, onOutput } = options;
  const [file, all] = keep ? [process.execPath, [keeper, command, ...args]] : [command, args];
  return new Promise((resolve) => {
    const result = { ok: false, code: null, signal: null, stdout: "", output: "", stopped: undefined };
    const child = spawn(file, all, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [keep ? "pipe" : "ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    children.add(child);
    child.stdin?.on("error", () => {});
    const take = (isStdout) => (text) => {
      if (isStdout) result.stdout = (result.stdout + text).slice(-100_000);
      result.output = (result.output + text).slice(-100_000);
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", take(true));
    child.stderr.setEncoding("utf8").on("data", take(false));

    const stop = (why) => {
      result.stopped = why;
      killTree(child);
    };
    const timer = timeoutMs && setTimeout(stop, timeoutMs, "timeout");
    const watch = stallMs && watchFor(progress, stallMs, () => stop("stall"));
    const finish = (code, signal) => {
      clearTimeout(timer);
      clearInterval(watch);
      children.delete(child);
      resolve({ ...result, code, signal, ok: code === 0 && !result.stopped });
    };
    child.on("error", (error) => {
      result.output += error.message;
      finish(null, null);
    });
    child.on("close", finish);
  });
}

/** Runs Node itself: the same binary as this process. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/** The last line of a command's output that says something, short enough for one line. */
export function lastLine(output) {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  return (lines.filter(Boolean).at(-1) ?? "").slice(0, 160);
}

/** The first error that a command named, else its last line. */
export function errorIn(output) {
  const error = /^(?:.*\s)?(\w*Error: .*)$/m.exec(output)?.[1];
  return error?.slice(0, 200).trim() ?? lastLine(output);
}

/** Ends every command under way, with all it started. */
export function stopChildren() {
  for (const child of children) killTree(child);
}

function watchFor(progress, stallMs, stalled) {
  let seen = progress();
  let since = Date.now();
  return setInterval(() => {
    const now = progress();
    if (now !== seen) [seen, since] = [now, Date.now()];
    else if (Date.now() - since > stallMs) stalled();
  }, 1000);
}

function killTree(child) {
  if (!child.pid) return;
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
