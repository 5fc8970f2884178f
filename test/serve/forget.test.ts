// A listener is removed from everywhere: logs of every form of lines, models, reports, checkpoints, serving state.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadModel } from "../../src/model/index.js";
import { readRecord } from "../../src/recipes/index.js";
import { openStore } from "../../src/serve/open-store.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { refrainIn } from "../support/refrain.js";
import { writeServedRun } from "../support/served.js";

useEngine();

const LOG =
  'user,item,time\r\nu1,a,1700000000\r\n"u2",b,1700000060\r\n ｕ１ ,c,1700000120\r\nu12,u1,1700000180\r\nu1,broken\r\n';

/** Every byte below a folder, as text; gzip undone. */
function allOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .map((bytes) => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("latin1"))
    .join("\n");
}

test("dry run first, then everything is gone, and the others stay as they were", async () => {
  await withFolder(async (folder) => {
    const runs = join(folder, "runs");
    const log = join(folder, "plays.csv");
    writeFileSync(log, LOG);
    writeFileSync(join(folder, "more.jsonl.gz"), gzipSync('{"user":"u1","item":"x"}\n{"user":"u3","item":"y"}\n'));
    writeFileSync(join(folder, "users.csv"), "scorer,user,cases,HR@10\nLSTM,u1,3,0.5\nLSTM,u2,3,0.25\n");
    const { config } = readRecord(writeServedRun(runs, "r"));
    const change = { config: { ...config, data: { ...config.data, path: log } } };
    const run = writeServedRun(runs, "r", { change });
    mkdirSync(join(run, "checkpoints"));
    writeFileSync(join(run, "checkpoints", "checkpoint-1.bin"), "x");
    writeFileSync(join(run, "report.html"), "<h2>Listener u1</h2>");
    writeServedRun(join(runs, ".trash"), "old", { change });
    mkdirSync(join(runs, ".uploads", "1"), { recursive: true });
    writeFileSync(join(runs, ".uploads", "1", "dropped.csv"), LOG);
    const store = await openStore({ store: "memory", folder: join(runs, ".serving") });
    for (const user of ["u1", "u2", "u1"]) await store.append(user, { item: "a", time: 1_700_000_000 });
    await store.close();
    const before = allOf(folder);
    const playsOf = (user: string) => {
      const saved = loadModel(run);
      saved.model.dispose();
      return saved.histories[saved.users.indexOf(user)];
    };
    const u2 = playsOf("u2");

    const args = ["forget", "--user", "u1", "--log", "%/more.jsonl.gz", "%/users.csv"];
    const dry = await refrainIn(folder, ...args);
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toContain("Nothing was changed");
    expect(allOf(folder)).toBe(before);

    const { code, stdout } = await refrainIn(folder, "--json", ...args, "--yes");
    expect(code).toBe(0);
    const { removed, stays } = JSON.parse(stdout) as { removed: { kind: string; plays: number }[]; stays: unknown[] };
    expect(removed.map(({ kind }) => kind).sort()).toEqual(
      ["log", "log", "log", "log", "model", "model", "checkpoints", "report", "serving"].sort(),
    );
    expect(stays).toEqual([]);
    expect(readFileSync(log, "utf8")).toBe('user,item,time\r\n"u2",b,1700000060\r\nu12,u1,1700000180\r\n');
    expect(gunzipSync(readFileSync(join(folder, "more.jsonl.gz"))).toString()).toBe('{"user":"u3","item":"y"}\n');
    expect(readFileSync(join(folder, "users.csv"), "utf8")).toBe("scorer,user,cases,HR@10\nLSTM,u2,3,0.25\n");
    expect([existsSync(join(run, "report.html")), existsSync(join(run, "checkpoints"))]).toEqual([false, false]);
    expect([playsOf("u1"), playsOf("u2")]).toEqual([[], u2]);
    // What is left of the name is the song of that name, which another listener heard.
    expect(allOf(folder).match(/(?<![\w-])u1(?![\w-])/g)?.length).toBe(2);
    expect((await refrainIn(folder, ...args)).stdout).toContain("Nothing is kept");
  });
});

test("sessions of a listener go with the listener, and the others keep their rows of the embedding", async () => {
  await withFolder(async (folder) => {
    const runs = join(folder, "runs");
    const { config } = readRecord(writeServedRun(runs, "r"));
    const change = { config: { ...config, data: { ...config.data, sessionGapMinutes: 30 } } };
    const run = writeServedRun(runs, "r", { change, users: ["p/1", "p/2", "q/1", "p/x"] });
    const rowsOf = () => {
      const saved = loadModel(run);
      const table = saved.model.parameters.get("user/embedding");
      const values = table?.values() as Float32Array;
      const width = values.length / (saved.users.size + 1);
      saved.model.dispose();
      return Object.fromEntries(
        saved.users.ids.map((id, row) => [id, [...values.slice(row * width, (row + 1) * width)]]),
      );
    };
    const { "p/1": _, "p/2": __, ...rest } = rowsOf();
    await refrainIn(folder, "forget", "--user", "p", "--yes");
    expect(rowsOf()).toEqual(rest);
  });
});

test("what cannot be changed line by line is named, and the exit code says so", async () => {
  await withFolder(async (folder) => {
    writeFileSync(
      join(folder, "list.json"),
      JSON.stringify(
        [
          { user: "u1", item: "a" },
          { user: "u2", item: "b" },
        ],
        null,
        1,
      ),
    );
    const { code, stdout } = await refrainIn(folder, "forget", "--user", "u1", "--log", "%/list.json", "--yes");
    expect([code, stdout.includes("list.json")]).toEqual([3, true]);
  });
});

test("a file of users, and none at all", async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "plays.csv"), LOG);
    writeFileSync(join(folder, "gone.txt"), "\ufeffu1\r\n\r\nu12\n");
    const args = ["forget", "--user-file", "%/gone.txt", "--log", "%/plays.csv", "--yes"];
    expect((await refrainIn(folder, "--lang", "zh", ...args)).stdout).toContain("已删除");
    expect(readFileSync(join(folder, "plays.csv"), "utf8")).toBe('user,item,time\r\n"u2",b,1700000060\r\n');
    for (const none of [["forget"], ["forget", "--user-file", "%/none.txt"]])
      expect((await refrainIn(folder, ...none)).code).toBeGreaterThan(1);
  });
});

test("while a server has the state, it is asked itself", async () => {
  await withFolder(async (folder) => {
    const state = join(folder, "runs", ".serving");
    const store = await openStore({ store: "memory", folder: state });
    await store.append("u1", { item: "a", time: 1 });
    await store.close();
    writeFileSync(join(state, "lock"), String(process.ppid));
    expect((await refrainIn(folder, "forget", "--user", "u1")).stderr).toContain("STATE_BUSY");
  });
});
