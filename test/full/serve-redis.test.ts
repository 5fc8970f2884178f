// The store on Redis keeps what every store promises, and refuses a Redis that may lose what it acknowledged.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { RedisStore } from "../../src/serve/redis-store.js";
import { isLongRun, withFolder } from "../support/cli.js";

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const T = 1_700_000_000;
const started = new Set<{ kill: (signal: NodeJS.Signals) => void }>();
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A Redis of its own in a folder; `stop` kills it. */
async function redisIn(folder: string, port: number, fsync: string) {
  const settings = [
    "--port",
    String(port),
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    fsync,
  ];
  const child = spawn("redis-server", settings, { stdio: "ignore" });
  started.add(child);
  const url = `redis://127.0.0.1:${port}`;
  const until = performance.now() + 20_000;
  for (;;) {
    try {
      await (await RedisStore.open(url, true)).close();
      break;
    } catch (error) {
      if (performance.now() > until) throw error;
      await setTimeout(50);
    }
  }
  return {
    url,
    stop: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

describe.skipIf(!isLongRun || !hasRedis)("Redis (needs REFRAIN_FULL=1 and redis-server)", { timeout: 120_000 }, () => {
  test("plays in order, also after kill -9 of Redis; states; what was forgotten stays so", async () => {
    await withFolder(async (folder) => {
      const port = await freePort();
      const first = await redisIn(folder, port, "always");
      const store = await RedisStore.open(first.url, false);
      const users = ["u", '"', "夜\n", "__proto__"];
      const counts = await Promise.all(
        Array.from({ length: 12 }, (_, n) => store.append(users[n % 4], { item: `i"${n}`, time: T + n / 4 })),
      );
      expect(counts).toEqual(Array.from({ length: 12 }, (_, n) => 1 + Math.floor(n / 4)));
      const kept = { fingerprint: "f", plays: 3, bytes: new Uint8Array([0, 255, 128, 10]) };
      await store.keepState("u", kept);
      expect(await store.forget('"')).toBe(3);
      await first.stop();
      await expect(store.append("u", { item: "x", time: T })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await store.close();
      const second = await redisIn(folder, port, "always");
      const again = await RedisStore.open(second.url, false);
      expect(await again.playsOf("u")).toEqual([0, 4, 8].map((n) => ({ item: `i"${n}`, time: T + n / 4 })));
      const state = await again.keptState("u");
      expect({ ...state, bytes: [...(state?.bytes ?? [])] }).toEqual({ ...kept, bytes: [...kept.bytes] });
      expect([await again.playsOf('"'), await again.isForgotten('"'), await again.isForgotten("u")]).toEqual([
        [],
        true,
        false,
      ]);
      await again.close();
      await second.stop();
    });
  });

  test("one that may lose a second of plays is refused, unless that is accepted", async () => {
    await withFolder(async (folder) => {
      const { url, stop } = await redisIn(folder, await freePort(), "everysec");
      await expect(RedisStore.open(url, false)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      await (await RedisStore.open(url, true)).close();
      await stop();
    });
  });
});
