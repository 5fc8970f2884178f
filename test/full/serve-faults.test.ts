// The server as a process of its own: killed, on a full disk, with slow clients, under ten times the load it is made for, and
// with another model put in place. Nothing acknowledged is lost.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isBuilt, isLongRun, ROOT, withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { writeServedRun } from "../support/served.js";

useEngine();

const started = new Set<{ kill: (signal: NodeJS.Signals) => void }>();
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
});

interface Server {
  readonly url: string;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** @param before shell words before the command, such as a limit of the size of files */
async function start(runs: string, store: string, before = ""): Promise<Server> {
  const command = `${before} exec ${process.execPath} bin/refrain.mjs --json --runs ${runs} serve --port 0 --store ${store} --rate 0`;
  const env = { ...process.env, NODE_OPTIONS: "", REFRAIN_ENGINE: "wasm" };
  const child = spawn("sh", ["-c", command], { cwd: ROOT, env, stdio: ["ignore", "pipe", "inherit"] });
  started.add(child);
  const ended = once(child, "exit") as Promise<[number | null]>;
  let output = "";
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes("\n}\n")) break;
  }
  const { url } = JSON.parse(output) as { url: string };
  return {
    url,
    kill: async (signal) => {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 400 });

/** Status and body; status 0 where no answer came. */
function ask(url: string, method: string, path: string, body?: object): Promise<{ status: number; body: never }> {
  return new Promise((resolve) => {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const asked = request(`${url}${path}`, { method, agent, headers }, (reply) => {
      let text = "";
      reply.on("data", (chunk) => {
        text += chunk;
      });
      reply.on("error", () => resolve({ status: 0, body: undefined as never }));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body: JSON.parse(text || "null") as never }));
    });
    asked.on("error", () => resolve({ status: 0, body: undefined as never }));
    asked.end(body && JSON.stringify(body));
  });
}

/** Sends plays with `clients` at a time until told to stop; gives those that were acknowledged, in order, by user. */
function player(url: string, clients: number) {
  const acknowledged = new Map<string, number[]>();
  const refused: number[] = [];
  let isOver = false;
  const client = async (c: number) => {
    const user = `p${c}`;
    acknowledged.set(user, []);
    for (let n = 0; !isOver; n++) {
      const { status } = await ask(url, "POST", `/v1/users/${user}/plays`, { item: `i${n % 8}`, time: 1000 + n });
      if (status === 200) acknowledged.get(user)?.push(1000 + n);
      else refused.push(status);
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, c) => client(c)));
  return {
    acknowledged,
    refused,
    count: () => [...acknowledged.values()].reduce((sum, { length }) => sum + length, 0),
    stop: async () => {
      isOver = true;
      await all;
    },
  };
}

/** Times of the plays of each user that a store has, read after its server ended. */
async function kept(runs: string, store: "memory" | "sqlite", users: Iterable<string>): Promise<Map<string, number[]>> {
  const { openStore } = await import("../../src/serve/open-store.js");
  const open = await openStore({ store, folder: join(runs, ".serving") });
  const found = new Map<string, number[]>();
  for (const user of users)
    found.set(
      user,
      (await open.playsOf(user)).map(({ time }) => time),
    );
  await open.close();
  return found;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!isLongRun || !isBuilt || process.platform === "win32")(
  "the server (needs REFRAIN_FULL=1, dist, and signals as Linux and macOS have them)",
  { timeout: 300_000 },
  () => {
    test.each(["memory", "sqlite"] as const)(
      "%s: kill -9 under load, five times: nothing acknowledged is lost",
      async (store) => {
        await withFolder(async (runs) => {
          writeServedRun(runs, "a");
          const all = new Map<string, number[]>();
          for (let round = 0; round < 5; round++) {
            const server = await start(runs, store);
            const load = player(server.url, 20);
            while (load.count() < 40 + 10 * round) await wait(10);
            await server.kill("SIGKILL");
            await load.stop();
            for (const [user, times] of load.acknowledged) all.set(user, [...(all.get(user) ?? []), ...times]);
            const found = await kept(runs, store, all.keys());
            for (const [user, times] of all) {
              // A play that was on its way may be there without an answer; one that was answered must be, and in order.
              const own = found.get(user) as number[];
              expect(times.filter((time) => !own.includes(time))).toEqual([]);
            }
          }
        });
      },
    );

    test("a full disk: plays are refused, lists are answered, and what was acknowledged is there", async () => {
      await withFolder(async (runs) => {
        writeServedRun(runs, "a");
        // Files of at most 16 blocks of 512 bytes, which is what a disk does that is full by then.
        const server = await start(runs, "memory", "trap '' XFSZ; ulimit -f 16;");
        const load = player(server.url, 8);
        while (load.refused.length < 30) await wait(20);
        expect((await ask(server.url, "GET", "/v1/users/p1/recommendations")).status).toBe(200);
        const { status, body } = await ask(server.url, "POST", "/v1/users/p1/plays", { item: "i".repeat(250) });
        expect([status, (body as { error: { code: string } }).error.code]).toEqual([503, "STORE_UNAVAILABLE"]);
        await load.stop();
        await server.kill("SIGKILL");
        const found = await kept(runs, "memory", load.acknowledged.keys());
        expect(found).toEqual(load.acknowledged);
        expect(new Set(load.refused)).toEqual(new Set([503]));
      });
    });

    test("slow clients are cut off and keep nobody waiting", async () => {
      await withFolder(async (runs) => {
        writeServedRun(runs, "a");
        const server = await start(runs, "memory");
        const port = Number(new URL(server.url).port);
        const slow = Array.from({ length: 200 }, () => {
          const socket = connect(port, "127.0.0.1");
          socket.on("error", () => {}).resume();
          socket.write("POST /v1/users/s/plays HTTP/1.1\r\nHost: 127.0.0.1:");
          return socket;
        });
        expect((await ask(server.url, "GET", "/v1/users/p1/recommendations")).status).toBe(200);
        const times = await Promise.all(
          Array.from({ length: 100 }, async () => {
            const began = performance.now();
            expect((await ask(server.url, "GET", "/v1/users/p1/recommendations")).status).toBe(200);
            return performance.now() - began;
          }),
        );
        expect(Math.max(...times)).toBeLessThan(8000);
        const until = performance.now() + 20_000;
        while (slow.some(({ destroyed }) => !destroyed) && performance.now() < until) await wait(200);
        expect(slow.filter(({ destroyed }) => !destroyed).length).toBe(0);
        expect(await server.kill("SIGTERM")).toBe(0);
      });
    });

    test("a stop under load answers all that was asked, and keeps states and plays", async () => {
      await withFolder(async (runs) => {
        writeServedRun(runs, "a");
        for (const store of ["memory", "sqlite"] as const) {
          const server = await start(runs, store);
          const load = player(server.url, 20);
          while (load.count() < 40) await wait(10);
          const before = await ask(server.url, "GET", "/v1/users/p1/recommendations?k=3");
          expect(before.status).toBe(200);
          const ended = server.kill("SIGTERM");
          await wait(700); // a server that stops goes on answering for a second
          const own = [...load.refused];
          await load.stop();
          expect(own).toEqual([]);
          expect(await ended).toBe(0);
          const found = await kept(runs, store, load.acknowledged.keys());
          for (const [user, times] of load.acknowledged) expect(found.get(user)?.slice(-times.length)).toEqual(times);
        }
      });
    });

    test("another model is put in place under load without a dropped request", async () => {
      await withFolder(async (runs) => {
        writeServedRun(runs, "a");
        writeServedRun(runs, "b", { seed: 2 });
        const server = await start(runs, "memory");
        const load = player(server.url, 20);
        for (const run of ["a", "b", "a", "b"]) {
          const enough = load.count() + 20;
          while (load.count() < enough) await wait(10);
          expect(await ask(server.url, "POST", "/v1/model", { run })).toMatchObject({ status: 200, body: { run } });
        }
        await load.stop();
        expect(load.refused).toEqual([]);
        expect(await server.kill("SIGTERM")).toBe(0);
        expect(await kept(runs, "memory", load.acknowledged.keys())).toEqual(load.acknowledged);
      });
    });

    test("a second server on the same state is refused; a tampered model too", async () => {
      await withFolder(async (runs) => {
        const folder = writeServedRun(runs, "a");
        const server = await start(runs, "memory");
        await expect(start(runs, "memory")).rejects.toThrow();
        await server.kill("SIGKILL");
        const model = readFileSync(join(folder, "model.bin"));
        model[model.length - 100] ^= 1;
        writeFileSync(join(folder, "model.bin"), model);
        await expect(start(runs, "memory")).rejects.toThrow();
      });
    });
  },
);
