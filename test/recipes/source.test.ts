// A run and an audit get the same of a log whichever engine reads it.
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { hashEvents } from "../../src/data/index.js";
import { auditData, cleanSource, type RunConfig, readSource, runConfig } from "../../src/recipes/index.js";
import { KEEP_ALL, temporaryFolder } from "../data/helpers.js";

const folder = temporaryFolder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

/** All that a run and an audit know of a log. */
async function outcome(config: RunConfig, engine: string) {
  vi.stubEnv("REFRAIN_DATA_ENGINE", engine);
  const source = await readSource(config);
  const { log, report, raw, fileHash } = await cleanSource(source, config);
  const audit = await auditData(config);
  return { engine: source.engine, fileHash, same: { hash: hashEvents(log), report, raw, audit } };
}

const rows = Array.from(
  { length: 400 },
  (_, n) => `u${n % 9},ｉ${(n * n) % 23},${1_700_000_000 + 900 * n},${["train", "valid", "test"][Math.floor(n / 150)]}`,
);
const path = (name: string, header: string, lines: readonly string[]) =>
  folder.write(name, [header, ...lines, "broken", ""].join("\n"));

test("of a log as it mostly is", async () => {
  const log = path("log.csv", "user,item,time,other", rows);
  const config = runConfig({ data: { path: log }, cleaning: KEEP_ALL });
  const [memory, duckdb] = [await outcome(config, "memory"), await outcome(config, "duckdb")];
  expect([memory.engine, duckdb.engine]).toEqual(["memory", "duckdb"]);
  expect(duckdb.same).toEqual(memory.same);
  expect(duckdb.fileHash).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["auto", "train", "memory"],
  ["given", "train", "memory"],
  ["time", "train", "duckdb"],
  ["auto", "left", "duckdb"],
] as const)("split.kind %s and a column split that says %s is read by %s", async (kind, word, engine) => {
  const lines = rows.map((row) => row.replace("train", word));
  const config = runConfig({
    data: { path: path(`${kind}-${word}.csv`, "user,item,time,split", lines) },
    split: { kind },
    cleaning: KEEP_ALL,
  });
  const found = await outcome(config, "duckdb");
  expect(found.engine).toBe(engine);
  expect(found.same).toEqual((await outcome(config, "memory")).same);
});

test("an engine that is none is refused", async () => {
  vi.stubEnv("REFRAIN_DATA_ENGINE", "pandas");
  const config = runConfig({ data: { path: path("log.csv", "user,item,time,other", rows) } });
  await expect(readSource(config)).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
});
