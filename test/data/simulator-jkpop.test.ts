import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/core/files.js";
import {
  type Generated,
  generateJkpop,
  KINDS,
  oracleOn,
  PARAMETERS,
  readCatalogue,
  readOracle,
  readTruth,
} from "../../src/data/simulator/index.js";
import { isLongRun } from "../support/cli.js";
import { timesReference } from "../support/processor-time.js";

const HOME = join(import.meta.dirname, "../../datasets/jkpop");
let folder: string;

describe.skipIf(!isLongRun)("the jkpop data set (needs REFRAIN_FULL=1)", () => {
  let made: Generated;
  let times = 0;
  const shares: number[] = [];

  beforeAll(async () => {
    // Not where tests are collected: those that are skipped would leave it behind.
    folder = mkdtempSync(join(tmpdir(), "refrain-jkpop-"));
    for (const name of ["catalogue.csv", "SHA256SUMS"]) copyFileSync(join(HOME, name), join(folder, name));
    times = await timesReference(async () => {
      made = await generateJkpop(folder, { onProgress: (share) => shares.push(share) });
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is the recorded bytes, made in the processor time of at most twenty references", () => {
    expect(made.verified).toBe(true);
    const text = gunzipSync(readFileSync(join(folder, "plays.csv.gz")));
    expect(sha256(text)).toBe(made.digests["plays.csv"]);
    expect(times).toBeLessThan(20); // 13.0 to 13.5
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });

  it("has 2,000 listeners, 200,000 clean plays and up to 2 % dirt", async () => {
    const truth = await readTruth(folder);
    const text = gunzipSync(readFileSync(join(folder, "plays.csv.gz"))).toString();
    const lines = text.split("\n");
    const users = new Set<string>();
    for (let line = 2; line < truth.kind.length; line++)
      if (KINDS[truth.kind[line]] === "play") users.add(lines[line - 1].slice(0, 6));
    expect(users.size).toBe(2000);
    const clean = made.kinds.play + made.kinds.variant;
    expect(clean).toBeGreaterThanOrEqual(200_000);
    expect(Object.values(made.kinds).reduce((sum, count) => sum + count)).toBe(made.rows);
    expect(lines.length).toBe(made.rows + 2); // header, and nothing after the last line end
    const dirt = (made.rows - made.kinds.play - made.kinds.bot) / made.rows;
    expect(dirt).toBeGreaterThan(0.01);
    expect(dirt).toBeLessThan(0.02);
  });

  it("has an oracle between 0.55 and 0.75 that hits as often as it says", async () => {
    for (const knows of ["state", "log"] as const) {
      const oracle = await readOracle(folder, knows);
      const lines = Int32Array.from(oracle.rank.keys()).filter((line) => !Number.isNaN(oracle.rank[line]));
      const { ranks, expectedHr10 } = oracleOn(lines, oracle);
      expect(expectedHr10).toBeGreaterThan(0.55);
      expect(expectedHr10).toBeLessThan(0.75);
      const error = Math.sqrt((expectedHr10 * (1 - expectedHr10)) / ranks.length);
      expect(Math.abs(ranks.filter((rank) => rank <= 10).length / ranks.length - expectedHr10)).toBeLessThan(4 * error);
    }
  });

  it("refuses a catalogue that is not the recorded one, before it writes", async () => {
    const changed = mkdtempSync(join(tmpdir(), "refrain-jkpop-"));
    const [header, ...rows] = readFileSync(join(HOME, "catalogue.csv"), "utf8").trim().split("\n");
    writeFileSync(join(changed, "catalogue.csv"), `${[header, ...rows.slice(0, 400)].join("\n")}\n`);
    copyFileSync(join(HOME, "SHA256SUMS"), join(changed, "SHA256SUMS"));
    await expect(generateJkpop(changed)).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
    await expect(readTruth(changed)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    rmSync(changed, { recursive: true });
  });

  it("has a catalogue of 160 artists and 940 songs, and datasheets that state every number", () => {
    const songs = readCatalogue(join(HOME, "catalogue.csv"));
    expect(songs.length).toBeGreaterThanOrEqual(940);
    expect(new Set(songs.map(({ artist }) => artist)).size).toBeGreaterThanOrEqual(160);
    for (const name of ["DATASHEET.md", "DATASHEET.zh-CN.md"]) {
      const sheet = readFileSync(join(HOME, name), "utf8");
      for (const [parameter, { value, reason }] of Object.entries(PARAMETERS)) {
        const row = `| ${parameter} | ${JSON.stringify(value).replaceAll(",", ", ")} | `;
        expect(sheet).toContain(name === "DATASHEET.md" ? `${row}${reason} |` : row);
      }
      for (const count of Object.values(made.kinds)) expect(sheet).toContain(count.toLocaleString("en"));
    }
  });
});
