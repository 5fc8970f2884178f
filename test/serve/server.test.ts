// A server with a port: who may start it, what a restart keeps, and what a stop does.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../../src/serve/index.js";
import { fingerprintOf } from "../../src/serve/served-model.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { writeServedRun } from "../support/served.js";

useEngine();

const json = { "Content-Type": "application/json" };

async function listOf(url: string, user: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${url}/v1/users/${user}/recommendations?k=5`, { headers });
  return ((await reply.json()) as { items: { item: string }[] }).items.map(({ item }) => item);
}

test.each(["memory", "sqlite"] as const)("%s: a restart keeps plays and gives the same lists", async (store) => {
  await withFolder(async (runs) => {
    const options = { runs, store, drain: 0 };
    const sha256 = fingerprintOf(writeServedRun(runs, "a", { options: { moment: false } }));
    const first = await startServer({ ...options, sha256 });
    for (let n = 0; n < 70; n++) {
      const body = JSON.stringify({ item: `i${(n * n) % 7}`, time: 1_700_000_000 + 999 * n });
      await fetch(`${first.url}/v1/users/x/plays`, { method: "POST", headers: json, body });
    }
    const [known, played] = [await listOf(first.url, "u1"), await listOf(first.url, "x")];
    await first.stop();
    const second = await startServer(options);
    expect(await listOf(second.url, "u1")).toEqual(known);
    // The memory store reads the last one to two windows again, SQLite goes on from the very state.
    if (store === "sqlite") expect(await listOf(second.url, "x")).toEqual(played);
    const body = JSON.stringify({ item: "i1", time: 1_700_099_999 });
    const reply = await fetch(`${second.url}/v1/users/x/plays`, { method: "POST", headers: json, body });
    expect(await reply.json()).toMatchObject({ plays: 71 });
    await second.stop();
    await expect(fetch(`${second.url}/health`)).rejects.toThrow();
  });
});

test("another SHA-256, an address in use and a short token are refused, and leave nothing held", async () => {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a");
    await expect(startServer({ runs, sha256: "0".repeat(64) })).rejects.toMatchObject({ code: "MODEL_CHANGED" });
    await expect(startServer({ runs, token: "short" })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    const server = await startServer({ runs, drain: 0 });
    const port = Number(new URL(server.url).port);
    const state = join(runs, "other");
    await expect(startServer({ runs, state, port })).rejects.toMatchObject({ code: "ADDRESS_UNUSABLE" });
    writeFileSync(join(runs, ".serving", "lock"), String(process.ppid));
    await expect(startServer({ runs })).rejects.toMatchObject({ code: "STATE_BUSY" });
    await server.stop();
    await (await startServer({ runs, state, drain: 0 })).stop();
  });
});

test("why a model is not swapped is told without paths over HTTP, and with them to who runs the server", async () => {
  await withFolder(async (folder) => {
    const runs = relative(process.cwd(), join(folder, "runs"));
    writeServedRun(runs, "a");
    const server = await startServer({ runs, drain: 0 });
    const { fingerprint } = server.model();
    mkdirSync(join(runs, "test-runs-1"));
    writeFileSync(join(runs, "test-runs-1", "run.json"), "{");
    const swap = async (body: object) => {
      const init = { method: "POST", headers: json, body: JSON.stringify(body) };
      return ((await (await fetch(`${server.url}/v1/model`, init)).json()) as { error: unknown }).error;
    };
    const said = (code: string, message: string) => expect.objectContaining({ code, message });
    expect(await swap({ run: "no-runs" })).toEqual(said("RUN_NOT_FOUND", 'There is no finished run "no-runs".'));
    expect(await swap({ run: "test-runs-1" })).toEqual(said("RUN_DAMAGED", 'The run "test-runs-1" cannot be opened.'));
    expect(await swap({ run: "a", sha256: "0".repeat(64) })).toEqual(
      said("MODEL_CHANGED", `The run "a" has the SHA-256 ${fingerprint}.`),
    );
    expect(() => server.swap("test-runs-1")).toThrow(join(runs, "test-runs-1"));
    await server.stop();
  });
});

test("off this machine alone, a token is made, kept and needed", async () => {
  await withFolder(async (runs) => {
    writeServedRun(runs, "a");
    const server = await startServer({ runs, host: "0.0.0.0", drain: 0 });
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    const file = server.tokenFile as string;
    if (process.platform !== "win32") expect(statSync(file).mode & 0o077).toBe(0);
    const token = readFileSync(file, "utf8").trim();
    expect((await fetch(`${url}/v1/model`)).status).toBe(401);
    expect((await listOf(url, "u1", { Authorization: `Bearer ${token}` })).length).toBe(5);
    const unfinished = readFileSync(join(runs, "a", "run.json"), "utf8").replace('"finished"', '"interrupted"');
    mkdirSync(join(runs, "b"));
    writeFileSync(join(runs, "b", "run.json"), unfinished);
    for (const run of ["..", "../a", "none", ".serving", "b"]) {
      const headers = { ...json, Authorization: `Bearer ${token}` };
      const reply = await fetch(`${url}/v1/model`, { method: "POST", headers, body: JSON.stringify({ run }) });
      expect([run, reply.status]).toEqual([run, 404]);
      expect(await reply.text()).not.toContain(runs);
    }
    await server.stop();
    const again = await startServer({ runs, host: "0.0.0.0", drain: 0 });
    expect(readFileSync(file, "utf8").trim()).toBe(token);
    await again.stop();
  });
});
