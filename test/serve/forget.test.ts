// A listener is removed from everywhere: logs of every form of lines, models, reports, checkpoints, serving state.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { decompress } from "fzstd";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { fetchAddress } from "../../src/data/registry/index.js";
import { loadModel } from "../../src/model/index.js";
import { readRecord } from "../../src/recipes/index.js";
import { writeReport } from "../../src/recipes/report.js";
import { findTraces, removeTraces } from "../../src/serve/forget/forget.js";
import { openStore } from "../../src/serve/open-store.js";
import { withFolder } from "../support/cli.js";
import { useEngine } from "../support/engine.js";
import { good, withServer } from "../support/faulty-server.js";
import { parquetOf } from "../support/parquet.js";
import { refrainIn } from "../support/refrain.js";
import { writeServedRun } from "../support/served.js";
import { zipOf } from "../support/zip.js";

useEngine();

// Logs that are kept on this machine are not those of the test.
beforeAll(() => {
  process.env.REFRAIN_DATA = join(import.meta.dirname, "no-data");
});
afterAll(() => {
  delete process.env.REFRAIN_DATA;
});

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

test("objects leave a list of JSON, with a comma each, and the rest stays as it was", async () => {
  await withFolder(async (folder) => {
    const before = `{ "history": [
  {"user": "u1", "item": "a"},
  {"user": "u2", "item": "b, and } or ]", "big": 12345678901234567890} ,
  {"user": "u1", "item": "c"},
  "u1 once more", {"user": "u3", "item": "d"},
  {"user": "u1", "item": "e"}
] }\n`;
    writeFileSync(join(folder, "list.json"), before);
    writeFileSync(join(folder, "list.json.gz"), gzipSync(JSON.stringify([{ user: "u1", item: "a" }])));
    const { code, stdout } = await refrainIn(
      folder,
      "forget",
      "--user",
      "u1",
      "--log",
      "%/list.json",
      "%/list.json.gz",
      "--yes",
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining("list.json")]);
    expect(readFileSync(join(folder, "list.json"), "utf8")).toBe(`{ "history": [
  {"user": "u2", "item": "b, and } or ]", "big": 12345678901234567890} ,
  {"user": "u3", "item": "d"}
] }\n`);
    expect(gunzipSync(readFileSync(join(folder, "list.json.gz"))).toString()).toBe("[]");
  });
});

test("rows leave a Parquet file, which keeps its columns and their types", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "plays.parquet");
    const users = Array.from({ length: 3000 }, (_, n) => `u${n % 7}`);
    const columnData = [
      { name: "user", data: users, type: "STRING" as const },
      { name: "item", data: users.map((_, n) => `s${n % 50}`), type: "STRING" as const },
      { name: "time", data: users.map((_, n) => BigInt(1_600_000_000 + n)), type: "INT64" as const },
      { name: "rate", data: users.map((_, n) => n / 8), type: "FLOAT" as const },
    ];
    writeFileSync(path, parquetOf(columnData));
    const { code } = await refrainIn(folder, "forget", "--user", "u3", "--log", "%/plays.parquet", "--yes");
    expect(code).toBe(0);
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(path),
      compressors: { ZSTD: (bytes) => decompress(bytes) },
    });
    const kept = users.flatMap((user, n) => (user === "u3" ? [] : [n]));
    expect(rows).toEqual(
      kept.map((n) => ({ user: users[n], item: `s${n % 50}`, time: BigInt(1_600_000_000 + n), rate: n / 8 })),
    );
    expect(readdirSync(folder)).toEqual(["plays.parquet"]);
  });
});

test("what cannot be changed is named, and the exit code says so", async () => {
  await withFolder(async (folder) => {
    const page = {
      payload: {
        listens: [
          { user: "u1", item: "a" },
          { user: "u2", item: "b" },
        ],
      },
    };
    writeFileSync(join(folder, "pages.jsonl"), `${JSON.stringify(page)}\n`.repeat(2));
    writeFileSync(join(folder, "log.zip"), zipOf([{ name: "plays.csv", content: "user,item,time\nu1,a,1\nu2,b,2\n" }]));
    writeFileSync(join(folder, "wide.csv"), Buffer.from("\ufeffuser,item,time\nu1,a,1\nu2,b,2\n", "utf16le"));
    writeFileSync(join(folder, "odd.csv"), "u1\nu2\n");
    for (const [name, words, chinese] of [
      ["pages.jsonl", "records with plays of several listeners", "同在一条记录中"],
      ["log.zip", "in a zip file, which is not rewritten", "zip 文件中的行"],
      ["wide.csv", "save it as UTF-8 first", "请先另存为 UTF-8"],
      ["odd.csv", "could not be read", "无法读取的日志"],
    ]) {
      const before = readFileSync(join(folder, name));
      const { code, stdout } = await refrainIn(folder, "forget", "--user", "u1", "--log", `%/${name}`, "--yes");
      expect([code, stdout.includes(name)]).toEqual([3, true]);
      expect(stdout).toContain(words);
      const zh = await refrainIn(folder, "--lang", "zh", "forget", "--user", "u1", "--log", `%/${name}`);
      expect(zh.stdout).toContain(chinese);
      expect(readFileSync(join(folder, name))).toEqual(before);
    }
  });
});

test("a report names a listener where its own words do, not where its drawing library has such a name", async () => {
  await withFolder(async (folder) => {
    const runs = join(folder, "runs");
    const reports = ["a", "b"].map((id) => join(writeServedRun(runs, id), "report.html"));
    reports.forEach((path, n) => {
      writeReport(path, "Report", "en", [{ type: "text", text: `Listener ${n === 0 ? "__proto__" : "nobody"}` }]);
    });
    const { stdout } = await refrainIn(folder, "--json", "forget", "--user", "__proto__", "--yes");
    expect(JSON.parse(stdout).removed.map(({ path }: { path: string }) => path)).toEqual([reports[0]]);
    expect(reports.map((path) => existsSync(path))).toEqual([false, true]);
  });
});

test("an exported model with listeners in it is told, and stays", async () => {
  await withFolder(async (folder) => {
    const exports = join(folder, "exports");
    writeServedRun(join(folder, "runs"), "a");
    const write = ["export", "--to", "onnx", "--out"];
    await refrainIn(folder, ...write, "%/exports/all", "--users");
    await refrainIn(folder, ...write, "%/exports/none");
    const { code, stdout } = await refrainIn(
      folder,
      "--json",
      "forget",
      "--user",
      "u1",
      "--exports",
      "%/exports",
      "--yes",
    );
    expect([code, JSON.parse(stdout).stays]).toEqual([
      3,
      [{ kind: "mention", path: join(exports, "all", "items.json"), plays: null }],
    ]);
  });
});

test("a log that is named and not there is told", async () => {
  await withFolder(async (folder) => {
    const { code, stderr } = await refrainIn(folder, "forget", "--user", "u1", "--log", "%/none.csv");
    expect([code, stderr.split("\n")[0]]).toEqual([
      3,
      expect.stringMatching(/^Error FILE_NOT_FOUND: .*none\.csv does not exist\.$/),
    ]);
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

test("of a log at an address every copy is found, whatever the environment says by now, and its checkpoints go too", async () => {
  await withFolder(async (folder) => {
    const address = "s3://music/plays.csv";
    const data = join(folder, "data");
    await withServer(
      [good(Buffer.from(LOG), '"one"'), good(Buffer.from(`${LOG}u3,d,1700000240\r\n`), '"two"')],
      async (server) => {
        const environment = { AWS_ENDPOINT_URL: server.url, AWS_REGION: "eu-west-1" };
        for (let time = 0; time < 2; time++) await fetchAddress(address, { data, environment });
      },
    );
    const runs = join(folder, "runs");
    const { config } = readRecord(writeServedRun(runs, "r"));
    const change = { config: { ...config, data: { ...config.data, path: address } } };
    const run = writeServedRun(runs, "r", { change });
    mkdirSync(join(run, "checkpoints"));
    writeFileSync(join(run, "checkpoints", "checkpoint-1.bin"), "x");
    vi.stubEnv("REFRAIN_DATA", data);
    try {
      const traces = await findTraces({ users: ["u1"], runs });
      expect(traces.map(({ kind }) => kind).sort()).toEqual(["checkpoints", "log", "log", "model"]);
      const named = await findTraces({ users: ["u1"], runs: join(folder, "none"), logs: [address] });
      expect(named.map(({ kind }) => kind)).toEqual(["log", "log"]);
      await removeTraces(traces);
      expect(existsSync(join(run, "checkpoints"))).toBe(false);
      expect(allOf(data)).not.toContain("u1,broken");
      expect(allOf(data)).toContain("u3,d");
      expect(await findTraces({ users: ["u1"], runs })).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      process.env.REFRAIN_DATA = join(import.meta.dirname, "no-data");
    }
  });
});
