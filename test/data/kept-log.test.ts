// Clean logs on disk: the same as made, made anew for anything else, never half, and found by `forget`.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cleanKept, hashEvents, type KeptLog, keptLogsOf } from "../../src/data/index.js";
import { cleanSource, readSource, runConfig } from "../../src/recipes/index.js";
import { findTraces } from "../../src/serve/forget/forget.js";
import { temporaryFolder } from "./helpers.js";

const OPTIONS = { cleaning: { minimumItemPlays: 1, minimumUserPlays: 1 } };
const PLAYS = Array.from(
  { length: 3000 },
  (_, at) => `u${at % 37},${1_600_000_000 + 61 * at},t${(at * at) % 211},"Ｓｏｎｇ ${(at * at) % 211}"`,
);
const TEXT = `user,time,track_id,title\n${PLAYS.join("\n")}\nbroken line\n`;

let folder: ReturnType<typeof temporaryFolder>;
let log: string;
const place = () => join(folder.path, "data", "cleaned");
const kept = () => (existsSync(place()) ? readdirSync(place()) : []);

beforeEach(() => {
  folder = temporaryFolder();
  process.env.REFRAIN_DATA = join(folder.path, "data");
  delete process.env.REFRAIN_KEEP_LOGS;
  log = folder.write("plays.csv", TEXT);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  delete process.env.REFRAIN_DATA;
  process.env.REFRAIN_KEEP_LOGS = "off"; // as in all other tests
  folder.remove();
});

/** All but the log itself, and the log's hash. */
function facts({ log: events, way: _, ...rest }: KeptLog): unknown {
  return { ...rest, hash: hashEvents(events), hasTimes: events.hasTimes };
}

describe("a clean log that is kept", () => {
  test("is read back as it was made, with report and hash of the file, from typed columns", async () => {
    const made = await cleanKept(log, OPTIONS);
    const again = await cleanKept(log, OPTIONS);
    expect([made.way, again.way]).toEqual(["arrays", "kept"]);
    expect(facts(again)).toEqual(facts(made));
    expect(again.badRows).toMatchObject({ count: 1, samples: [{ line: 3002 }] });
    expect(again.log.itemTitles[0]).toMatch(/^Song \d/);
    const bytes = readFileSync(join(place(), kept()[0], "events.parquet"));
    const { schema, key_value_metadata: notes } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    );
    expect(schema.slice(1).map(({ name, type }) => `${name} ${type}`)).toEqual([
      "user INT32",
      "item INT32",
      "time DOUBLE",
      "line INT32",
    ]);
    expect(notes?.find(({ key }) => key === "refrain.events.sha256")?.value).toBe(hashEvents(made.log));
  });

  /** Cleans as two commands do that begin at other moments, and gives how the plays came. */
  async function commandAt(moment: string, cleaning: object = {}): Promise<string> {
    vi.useFakeTimers({ now: new Date(moment), toFake: ["Date"] });
    vi.stubEnv("REFRAIN_DATA_ENGINE", "duckdb");
    const config = runConfig({ data: { path: log }, cleaning });
    const ages = kept().map((name) => statSync(join(place(), name, "events.parquet")).mtimeMs);
    const { report } = await cleanSource(await readSource(config), config);
    const after = kept().map((name) => statSync(join(place(), name, "events.parquet")).mtimeMs);
    expect(report.read).toBe(3001);
    return JSON.stringify(after) === JSON.stringify(ages) ? "kept" : "made";
  }

  test("is taken by the next command, whenever that is", async () => {
    expect(await commandAt("2025-06-01T23:59:59Z")).toBe("made");
    expect(await commandAt("2025-06-02T00:00:01Z")).toBe("kept");
    expect(await commandAt("2025-09-01T12:00:00Z")).toBe("kept");
    expect(kept()).toHaveLength(1);
  });

  test("is made anew where the latest believable time may tell plays apart", async () => {
    const between = 1_600_000_000 + 61 * 2000;
    expect(await commandAt("2025-06-01T12:00:00Z")).toBe("made");
    expect(await commandAt("2025-06-01T12:00:00Z", { latest: between })).toBe("made");
    expect(await commandAt("2025-06-01T12:00:01Z", { latest: between })).toBe("kept");
    expect(await commandAt("2025-06-01T12:00:02Z")).toBe("made");
    folder.write("plays.csv", TEXT.replace(/1600000000/, "4000000000")); // a clock that runs ahead
    expect(await commandAt("2025-06-01T12:00:00Z")).toBe("made");
    expect(await commandAt("2025-06-01T12:00:01Z")).toBe("made");
  });

  test("stands for one file, one set of options and nothing else", async () => {
    await cleanKept(log, OPTIONS);
    const other = { cleaning: { ...OPTIONS.cleaning, minimumItemPlays: 12 } };
    expect((await cleanKept(log, other)).way).toBe("arrays");
    expect((await cleanKept(log, { ...OPTIONS, titles: new Map([["t0", "Zero"]]) })).way).toBe("arrays");
    expect((await cleanKept(log, { ...OPTIONS, read: { columns: { user: "track_id", item: "user" } } })).way).toBe(
      "arrays",
    );
    expect((await cleanKept(folder.write("copy.csv", TEXT), OPTIONS)).way).toBe("kept");
    folder.write("plays.csv", TEXT.replace("u1,", "u2,"));
    const changed = await cleanKept(log, OPTIONS);
    expect(changed.way).toBe("arrays");
    expect(kept()).toHaveLength(4); // the oldest of five is gone
  });

  test.each(["events", "users", "items"])("is made anew where the file of its %s is damaged", async (name) => {
    const made = await cleanKept(log, OPTIONS);
    const path = join(place(), kept()[0], `${name}.parquet`);
    const bytes = readFileSync(path);
    bytes[{ events: bytes.length >> 1, users: bytes.indexOf("u7"), items: bytes.indexOf("Song") }[name] as number] ^= 1;
    for (const damaged of [bytes, bytes.subarray(0, statSync(path).size >> 1), Buffer.alloc(0)]) {
      writeFileSync(path, damaged);
      const anew = await cleanKept(log, OPTIONS);
      expect(anew.way).toBe("arrays");
      expect(facts(anew)).toEqual(facts(made));
      expect((await cleanKept(log, OPTIONS)).way).toBe("kept");
    }
  });

  test("is not made where nobody wants it, and not where it cannot be", async () => {
    process.env.REFRAIN_KEEP_LOGS = "off";
    await cleanKept(log, OPTIONS);
    expect(kept()).toEqual([]);
    delete process.env.REFRAIN_KEEP_LOGS;
    process.env.REFRAIN_DATA = join(log, "no folder");
    expect((await cleanKept(log, OPTIONS)).way).toBe("arrays");
  });

  test("is found and removed by `forget`", async () => {
    await cleanKept(log, OPTIONS);
    expect(await keptLogsOf(new Set(["nobody"]))).toEqual([]);
    const plays = PLAYS.filter((line) => line.startsWith("u7,")).length;
    expect(await keptLogsOf(new Set(["u7"]))).toEqual([{ path: join(place(), kept()[0]), plays }]);
    const traces = await findTraces({ users: ["u7"], runs: join(folder.path, "runs") });
    expect(traces).toMatchObject([{ kind: "log", plays }]);
    await traces[0].remove?.();
    expect(kept()).toEqual([]);
  });

  test("is found where only an unreadable row names the user", async () => {
    folder.write("plays.csv", TEXT.replace("broken line", "zoe,broken"));
    await cleanKept(log, OPTIONS);
    expect(await keptLogsOf(new Set(["zoe"]))).toEqual([{ path: join(place(), kept()[0]), plays: 0 }]);
  });

  test("that was never finished is not counted, is told by `forget`, and goes when its process is gone", async () => {
    await cleanKept(log, OPTIONS);
    const half = (process: number) => `${statSync(log).size}-0.${process}.tmp`;
    for (const holder of [process.pid, 2 ** 22 + 1]) mkdirSync(join(place(), half(holder)));
    expect((await keptLogsOf(new Set(["nobody"]))).map(({ plays }) => plays)).toEqual([0, 0]);
    for (const minimumItemPlays of [2, 3, 4, 5]) await cleanKept(log, { cleaning: { minimumItemPlays } });
    expect(kept().filter((name) => name.endsWith(".tmp"))).toEqual([half(process.pid)]);
    expect(kept()).toHaveLength(5);
  });
});
