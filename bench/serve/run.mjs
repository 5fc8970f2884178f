// npm run bench -- serve: `refrain serve` under load, by autocannon on the same machine. Writes bench/SERVE.md.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { writeRun } from "./model.mjs";
import { writeServe } from "./results.mjs";
import { ACTIVE, ITEMS, USERS } from "./sizes.mjs";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** What is measured of each store. */
const CASES = {
  most: { connections: 32, what: "as many as it can, 32 connections" },
  scored: { connections: 32, vary: true, what: "the same, each list of another length, so that none is known yet" },
  aim: { connections: 10, rate: 2000, what: "2,000 a second are sent, 10 connections" },
  flood: { connections: 640, rate: 20_000, what: "20,000 a second are sent, 640 connections" },
  swap: { connections: 32, rate: 1000, what: "1,000 a second are sent, a model put in place every 2 s" },
};

export async function runServe(args) {
  const { values: flags } = parseArgs({
    args,
    options: {
      store: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      seconds: { type: "string", default: "12" },
      redis: { type: "string" },
      out: { type: "string", default: join(root, ".cache", "bench-serve") },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (flags.help) {
    console.log(`npm run bench -- serve [options]
  --store KIND     memory, sqlite or redis; may be given again (default memory and sqlite, and redis with --redis)
  --case NAME      ${Object.keys(CASES).join(", ")}; may be given again
  --seconds N      of each case (default 12)
  --redis URL      a Redis with appendonly yes and appendfsync always
  --out FOLDER     keeps what was measured (default .cache/bench-serve); bench/SERVE.md is written from all of it
Takes about a minute and a half for each store.`);
    return;
  }
  mkdirSync(flags.out, { recursive: true });
  const runs = join(flags.out, "runs");
  await writeRun(runs, "load");
  const stores = flags.store ?? ["memory", "sqlite", ...(flags.redis ? ["redis"] : [])];
  for (const store of stores)
    for (const name of flags.case ?? Object.keys(CASES)) {
      const result = await measure(runs, store, name, flags);
      writeFileSync(join(flags.out, `${store}-${name}.json`), JSON.stringify(result, null, 2));
      const { perSecond, latency, codes } = result;
      console.log(
        `${store}, ${CASES[name].what}: ${perSecond.toFixed(0)}/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${JSON.stringify(codes)}`,
      );
    }
  const results = {};
  for (const store of ["memory", "sqlite", "redis"])
    for (const name of Object.keys(CASES)) {
      const path = join(flags.out, `${store}-${name}.json`);
      if (existsSync(path)) results[`${store} ${name}`] = JSON.parse(readFileSync(path, "utf8"));
    }
  writeServe(join(root, "bench", "SERVE.md"), results, CASES, {
    items: ITEMS,
    users: USERS,
    active: ACTIVE,
    processor: cpus()[0].model,
    cores: cpus().length,
  });
}

async function measure(runs, store, name, { seconds, redis }) {
  const state = join(runs, ".serving-bench");
  rmSync(state, { recursive: true, force: true });
  const server = await start([
    "--runs",
    runs,
    "--json",
    "serve",
    "load",
    "--port",
    "0",
    "--rate",
    "0",
    "--state",
    state,
    "--store",
    store,
    ...(redis && store === "redis" ? ["--redis", redis] : []),
  ]);
  try {
    const cold = await firstAnswers(server.url);
    await warm(server.url);
    const { what: _, ...load } = CASES[name];
    await driven({ url: server.url, connections: 32, seconds: 3 }); // the compiler's turn
    let swaps = 0;
    const timer = name === "swap" ? setInterval(() => void swap(server.url).then(() => swaps++), 2000) : undefined;
    const before = usage(server.child.pid);
    const result = await driven({ url: server.url, seconds: Number(seconds), ...load });
    clearInterval(timer);
    const after = usage(server.child.pid);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return {
      ...result,
      swaps,
      cold,
      engine: server.engine,
      at: new Date().toISOString().slice(0, 10),
      cpu: (after.cpu - before.cpu) / result.seconds,
      memory: after.memory,
      batches: meanOf(metrics, "refrain_batch_rows"),
    };
  } finally {
    server.child.kill("SIGTERM");
    await server.ended;
  }
}

const FIRST = 100;

/** Some users once, one after another: their states are not in memory, so each is made from a history. */
async function firstAnswers(url) {
  const began = performance.now();
  const times = [];
  let next = 1;
  const client = async () => {
    while (next <= FIRST) {
      const user = next++;
      const from = performance.now();
      const reply = await fetch(`${url}/v1/users/u${user}/recommendations`);
      await reply.arrayBuffer();
      times.push(performance.now() - from);
    }
  };
  await Promise.all([client()]);
  times.sort((a, b) => a - b);
  return {
    seconds: (performance.now() - began) / 1000,
    p50: times[times.length >> 1],
    p99: times[Math.floor(times.length * 0.99)],
  };
}

/** Brings the states of the users of the load into memory. */
async function warm(url) {
  let next = 1;
  const client = async () => {
    while (next <= ACTIVE) await (await fetch(`${url}/v1/users/u${next++}/recommendations`)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: 8 }, client));
}

async function driven(options) {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, "load.mjs"), JSON.stringify(options)]);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const swap = (url) =>
  fetch(`${url}/v1/model`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"run":"load"}' });

async function start(args) {
  const child = spawn(process.execPath, [join(root, "bin", "refrain.mjs"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes("\n}\n")) break;
  }
  child.stdout.resume();
  return { ...JSON.parse(text), child, ended };
}

/** Processor seconds and peak memory in GB of a process, on Linux. */
function usage(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, memory: Number(peak[1]) / 1e6 };
  } catch {
    return { cpu: Number.NaN, memory: Number.NaN };
  }
}

function meanOf(metrics, name) {
  const value = (end) => Number(new RegExp(`^${name}_${end} (\\S+)$`, "m").exec(metrics)?.[1]);
  return value("sum") / value("count");
}
