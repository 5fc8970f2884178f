// A signal stops the reading, cleaning and audit of a log, and nothing is left behind.
import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cleanLargeLog } from "../../src/data/index.js";
import { scanFile } from "../../src/data/large/scan.js";
import { auditData, runConfig } from "../../src/recipes/index.js";
import { KEEP_ALL, temporaryFolder } from "../data/helpers.js";

vi.mock("../../src/data/large/scan.js", { spy: true });

const folder = temporaryFolder();
const spilled = temporaryFolder();
afterAll(() => {
  folder.remove();
  spilled.remove();
});
beforeEach(() => {
  vi.stubEnv("TMPDIR", spilled.path);
  vi.stubEnv("TEMP", spilled.path);
});
afterEach(() => vi.unstubAllEnvs());

const csv = `user,item,time\n${"u,i,1700000000\n".repeat(200_000)}`;

describe("an audit that is stopped", () => {
  test("while DuckDB reads rows", async () => {
    vi.stubEnv("REFRAIN_DATA_ENGINE", "duckdb");
    const config = runConfig({ data: { path: folder.write("log.csv.gz", gzipSync(csv, { level: 1 })) } });
    const controller = new AbortController();
    const shares: number[] = [];
    const audit = auditData(config, undefined, {
      onShare: (share) => shares.push(share),
      signal: controller.signal,
    });
    // The folder of the database is there as soon as it works.
    const begun = setInterval(() => readdirSync(spilled.path).length > 0 && controller.abort(), 1);
    await expect(audit)
      .rejects.toMatchObject({ name: "AbortError" })
      .finally(() => clearInterval(begun));
    expect(shares.filter((share) => share > 0.5)).toEqual([]);
    expect(readdirSync(spilled.path)).toEqual([]);
  });

  test("while it is read into memory", async () => {
    vi.stubEnv("REFRAIN_DATA_ENGINE", "memory");
    const config = runConfig({ data: { path: folder.write("log.csv", csv) } });
    const controller = new AbortController();
    const told: number[] = [];
    const onProgress = (rows: number) => {
      told.push(rows);
      controller.abort();
    };
    await expect(auditData(config, onProgress, { signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(told).toEqual([100_000]);
  });
});

test.each(["arrays", "lines"] as const)("cleaning by %s ends where it is stopped", async (way) => {
  const controller = new AbortController();
  const shares: number[] = [];
  const onShare = (share: number) => {
    shares.push(share);
    if (way === "arrays") controller.abort();
  };
  const path = folder.write("log.csv", csv);
  const begun = setInterval(() => readdirSync(spilled.path).length > 0 && controller.abort(), 1);
  const cleaned = cleanLargeLog(path, { way, temporary: spilled.path, signal: controller.signal, onShare });
  await expect(cleaned)
    .rejects.toMatchObject({ name: "AbortError" })
    .finally(() => clearInterval(begun));
  expect(shares.filter((share) => share > 0.55)).toEqual([]);
  expect(readdirSync(spilled.path)).toEqual([]);
});

test("rows for DuckDB end at the next piece", async () => {
  const controller = new AbortController();
  const told: number[] = [];
  const onProgress = (rows: number) => {
    told.push(rows);
    controller.abort();
  };
  const path = folder.write("log.csv.gz", gzipSync(csv, { level: 1 }));
  const options = { temporary: spilled.path, read: { onProgress }, signal: controller.signal };
  await expect(cleanLargeLog(path, options)).rejects.toMatchObject({ name: "AbortError" });
  expect(told).toEqual([100_000]);
  expect(readdirSync(spilled.path)).toEqual([]);
});

test.skipIf(process.platform === "win32")("the thread that scans a file without end is ended", async () => {
  const controller = new AbortController();
  const scan = scanFile("/dev/zero", ",", controller.signal);
  setTimeout(() => controller.abort(), 50);
  await expect(scan).rejects.toMatchObject({ name: "AbortError" });
});

test("a file is scanned once, also where it must be read again", async () => {
  vi.mocked(scanFile).mockClear();
  const path = folder.write(
    "control.csv",
    "user,item,time\nu,a\u0002b,1700000000\nu,\u0007,1700000001\nv,a,1700000002",
  );
  const { way } = await cleanLargeLog(path, { way: "lines", cleaning: KEEP_ALL, temporary: spilled.path });
  expect(way).toBe("lines");
  expect(scanFile).toHaveBeenCalledTimes(1);
});
