// npm run fuzz -- --files 100000 --seed 1 --processes 2: damaged files of every layout, read in processes of their own.
// A process that says nothing for half a minute hangs: it is ended, the file is named, and the next ones go on.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Outcome } from "./worker.js";

/** Seconds. */
const HANGS_AFTER = 30;
const MOST_SHOWN = 20;
const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: "2" },
    from: { type: "string", default: "0" },
  },
});
const [files, seed, processes, from] = [values.files, values.seed, values.processes, values.from].map(Number);
if (![files, seed, processes, from].every((value) => Number.isInteger(value) && value >= 0) || processes < 1)
  throw new Error("--files, --seed, --processes and --from must be whole numbers.");

const began = performance.now();
const counts = new Map<string, number>();
let broken = 0;
let done = 0;
let slowest: Outcome | undefined;
const children = new Set<ChildProcess>();

function count(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Says at once which file broke the contract; --from with its number and --files 1 reads it again. */
function blame(number: number, what: string): void {
  broken++;
  if (broken <= MOST_SHOWN) console.log(`broken: file ${number} of seed ${seed}: ${what}`);
}

function progress(): void {
  const seconds = (performance.now() - began) / 1000;
  const left = done === 0 ? "?" : Math.round((seconds / done) * (files - done));
  process.stderr.write(`${done} of ${files} files, ${broken} broken, ${left} s left\n`);
}

/**
 * Runs one process from its file number on. Where a file ends or hangs it, another process reads that file again, since the
 * machine may have been the reason, and goes on behind it when it happens again.
 */
function work(first: number, suspect = -1): Promise<void> {
  return new Promise((resolve) => {
    const share = { seed, first, step: processes, end: from + files };
    const child = fork(fileURLToPath(new URL("./worker.js", import.meta.url)), [JSON.stringify(share)]);
    children.add(child);
    let at = first;
    let hung = false;
    // Seconds that this process saw pass, so that a machine that slept is no hang.
    let silent = 0;
    const wait = () => {
      silent = 0;
    };
    const timer = setInterval(() => {
      if (++silent < HANGS_AFTER) return;
      hung = true;
      child.kill("SIGKILL");
    }, 1000);
    child.on("message", (message: Outcome | { begins: number }) => {
      wait();
      if ("begins" in message) {
        at = message.begins;
        return;
      }
      done++;
      count(message.outcome);
      if (message.broke) blame(message.number, `${message.layout}, ${message.container}: ${message.broke}`);
      if (message.milliseconds > (slowest?.milliseconds ?? 0)) slowest = message;
    });
    child.on("exit", async (code, signal) => {
      clearInterval(timer);
      children.delete(child);
      if (code === 0 || stopped) return resolve();
      const how = hung ? "hangs" : `ends the process with ${code ?? signal}`;
      if (at !== suspect) {
        console.log(`file ${at} ${how}; it is read again`);
        await work(at, at);
        return resolve();
      }
      done++;
      count(hung ? "hang" : "crash");
      blame(at, how);
      if (at + processes < from + files) await work(at + processes);
      resolve();
    });
  });
}

let stopped = false;
process.on("SIGINT", () => {
  stopped = true;
  for (const child of children) child.kill();
});
const ticker = setInterval(progress, 15_000);
await Promise.all(Array.from({ length: processes }, (_, n) => work(from + n)));
clearInterval(ticker);

const rows = [...counts].sort((a, b) => b[1] - a[1]);
for (const [name, number] of rows) console.log(`${String(number).padStart(8)}  ${name}`);
if (slowest) console.log(`slowest: file ${slowest.number} (${slowest.layout}), ${Math.round(slowest.milliseconds)} ms`);
console.log(
  `${done} files, ${broken} broken, ${((performance.now() - began) / 1000).toFixed(0)} s, seed ${seed}, ${processes} processes`,
);
process.exitCode = broken > 0 ? 1 : stopped ? 130 : 0;
