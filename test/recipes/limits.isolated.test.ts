// The bounds of reading in memory are none of reading out of core. They are made small here, since the real ones take minutes.
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { cleanSource, readSource, runConfig } from "../../src/recipes/index.js";
import { KEEP_ALL, temporaryFolder } from "../data/helpers.js";
import { parquetOf } from "../support/parquet.js";

vi.mock("../../src/data/read/types.js", async (original) => ({
  ...(await original<object>()),
  MEMORY_LIMITS: { maxRows: 50, maxBytes: 1000 },
}));

const folder = temporaryFolder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const rows = Array.from({ length: 60 }, (_, row) => [`u${row % 3}`, `i${row % 7}`, 1_700_000_000 + row] as const);
const [user, item, time] = [0, 1, 2].map((at) => rows.map((row) => row[at]));
const csv = ["user,item,time", ...rows.map((row) => row.join())].join("\n");

test.each<[string, string | Uint8Array]>([
  ["log.csv", csv],
  ["log.csv.gz", gzipSync(csv)],
  [
    "log.parquet",
    parquetOf([
      { name: "user", data: user, type: "STRING" },
      { name: "item", data: item, type: "STRING" },
      { name: "time", data: time, type: "DOUBLE" },
    ]),
  ],
])("DuckDB reads a %s that is too large for memory", async (name, content) => {
  const config = runConfig({ data: { path: folder.write(name, content) }, cleaning: KEEP_ALL });
  vi.stubEnv("REFRAIN_DATA_ENGINE", "memory");
  await expect(readSource(config)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  vi.stubEnv("REFRAIN_DATA_ENGINE", "duckdb");
  const source = await readSource(config);
  expect(source.engine).toBe("duckdb");
  expect((await cleanSource(source, config)).report.kept).toBe(rows.length);
});
