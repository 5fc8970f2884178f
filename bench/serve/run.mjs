// npm run bench -- serve: `refrain serve` under load, by autocannon on the same machine. Writes bench/SERVE.md.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { oneOf, readOptions, wholeNumber } from "../flags.mjs";
import { writeRun } from "./model.mjs";
import { writeServe } from "./results.mjs";
import { ACTIVE, ITEMS, USERS } from "./sizes.mjs";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** What is measured of each store. */
const CASES = {
  aim: { connections: 10, rate: 2000, what: "2,000 a second are sent, 10 connections" },
  most: { connections: 32, what: "as many as it can, 32 connections" },
  scored: { connections: 32, vary: true, what: "the same, each list of another length, so that none is known yet" },
  flood: { connections: 640, rate: 20_000, what: "20,000 a second are sent, 640 connections" },
  swap: {
    connections: 32,
    rate: 1000,
    what: "1,000 a second are sent, and after 1 s another model is put in place, for which all states are made anew",
  },
};

const STORES = ["memory", "sqlite", "redis"];

export async function runServe(args) {
  const flags = readOptions(
    help(),
    {
      store: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      seconds: { type: "string", default: "12" },
      redis: { type: "string" },
      out: { type: "string", default: join(root, ".cache", "bench-serve") },
    },
    args,
  );
  oneOf("store", flags.store, STORES);
  oneOf("case", flags.case, Object.keys(CASES));
  wholeNumber("seconds", flags.seconds);
  mkdirSync(flags.out, { recursive: true });
  const runs = join(flags.out, "runs");
  await writeRun(runs, "load");
  const stores = flags.store ?? ["memory", "sqlite", ...(flags.redis ? ["redis"] : [])];
  for (const store of stores)
    for await (const [name, result] of measured(runs, store, flags.case ?? Object.keys(CASES), flags)) {
      writeFileSync(join(flags.out, `${store}-${name}.json`), JSON.stringify(result, null, 2));
      const { perSecond, latency, codes } = result;
      console.log(
        `${store}, ${CASES[name].what}: ${perSecond.toFixed(0)}/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${JSON.stringify(codes)}`,
      );
    }
  const results = {};
  for (const store of STORES)
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

/** The cases on one server, whose states are in memory by then. */
async function* measured(runs, store, names, { seconds, redis }) {
  const state = join(runs, ".serving-bench");
  rmSync(state, { recursive: true, force: true });
  const own = ["--port", "0", "--rate", "0", "--state", state, "--store", store];
  const server = await start([
    ...["--runs", runs, "--json", "serve", "load", ...own],
    ...(redis && store === "redis" ? ["--redis", redis] : []),
  ]);
  const { url, child, engine } = server;
  try {
    const cold = await firstAnswers(url);
    await warm(url);
    await driven({ url, connections: 32, seconds: 3 }); // the compiler's turn
    for (const name of names) {
      const { what: _, ...load } = CASES[name];
      let swaps = 0;
      const timer = name === "swap" ? setTimeout(() => void swap(url).then(() => swaps++), 1000) : undefined;
      const before = { ...usage(child.pid), rows: await batchesOf(url) };
      const result = await driven({ url, seconds: Number(seconds), ...load });
      clearTimeout(timer);
      const after = { ...usage(child.pid), rows: await batchesOf(url) };
      const batches = (after.rows.sum - before.rows.sum) / (after.rows.count - before.rows.count);
      const cpu = (after.cpu - before.cpu) / result.seconds;
      yield [
        name,
        {
          ...result,
          swaps,
          cold,
          engine,
          batches,
          cpu,
          memory: after.memory,
          at: new Date().toISOString().slice(0, 10),
        },
      ];
    }
  } finally {
    child.kill("SIGTERM");
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

/** Batches so far, and the lists in them. */
async function batchesOf(url) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const value = (end) => Number(new RegExp(`^refrain_batch_rows_${end} (\\S+)$`, "m").exec(metrics)?.[1]);
  return { sum: value("sum"), count: value("count") };
}

function help() {
  return `npm run bench -- serve [options]
  --store KIND     memory, sqlite or redis; may be given again (default memory and sqlite, and redis with --redis)
  --case NAME      ${Object.keys(CASES).join(", ")}; may be given again
  --seconds N      of each case (default 12)
  --redis URL      a Redis with appendonly yes and appendfsync always
  --out FOLDER     keeps what was measured (default .cache/bench-serve); bench/SERVE.md is written from all of it
Takes about a minute and a half for each store.`;
}
