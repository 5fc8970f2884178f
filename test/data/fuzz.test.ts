// The first files of the fuzz run; `npm run fuzz` reads as many as one likes, in processes of its own.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { damagedFile, fuzz, type Outcome } from "../fuzz/worker.js";
import { isLongRun } from "../support/cli.js";

const FILES = isLongRun ? 2000 : 120;

test("damaged files of every layout end in a report that adds up, or in a coded error", async () => {
  const outcomes: Outcome[] = [];
  await fuzz({ seed: 1, first: 0, step: 1, end: FILES }, (message) => {
    if (!("begins" in message)) outcomes.push(message);
  });
  expect(outcomes.length).toBe(FILES);
  expect(outcomes.filter(({ broke }) => broke !== undefined)).toEqual([]);
  expect(new Set(outcomes.map(({ outcome }) => outcome)).size).toBeGreaterThan(3);
  expect(new Set(outcomes.map(({ container }) => container)).size).toBeGreaterThan(4);
}, 240_000); // beside other work the 2,000 files of the long run take minutes

test("a number gives the same file every time", () => {
  const folder = mkdtempSync(join(tmpdir(), "refrain-fuzz-"));
  try {
    const bytes = (number: number) => {
      const { path, made } = damagedFile(join(folder, "log"), 7, number);
      const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
      return [made, files.map((file) => readFileSync(file).toString("hex"))];
    };
    for (let number = 0; number < 40; number++) expect(bytes(number)).toEqual(bytes(number));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
