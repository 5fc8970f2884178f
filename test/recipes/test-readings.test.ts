import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Histories } from "../../src/index.js";
import { noteReading, readings } from "../../src/recipes/test-readings.js";

let runs: string;
beforeAll(() => {
  runs = mkdtempSync(join(tmpdir(), "refrain-test-"));
});
afterAll(() => rmSync(runs, { recursive: true, force: true }));

const part = (dataHash: string, description = "leave-one-out") => ({
  dataHash,
  histories: { split: { description } } as Histories,
});

test("readings are counted by model, log and split; a damaged one is written anew", () => {
  expect(readings(runs, part("a"))).toEqual([]);
  expect(noteReading(runs, part("a"), "first", "train")).toMatchObject([{ model: "first", by: "train", times: 1 }]);
  expect(noteReading(runs, part("a"), "first", "evaluate")).toMatchObject([{ model: "first", by: "train", times: 2 }]);
  expect(noteReading(runs, part("a"), "../../second", "compare").map(({ model }) => model)).toEqual([
    "first",
    "../../second",
  ]);
  for (const other of [part("b"), part("a", "temporal")])
    expect(noteReading(runs, other, "first", "train")).toHaveLength(1);
  const [folder] = readdirSync(join(runs, "test-readings")).filter(
    (name) => readdirSync(join(runs, "test-readings", name)).length === 2,
  );
  const [file] = readdirSync(join(runs, "test-readings", folder));
  writeFileSync(join(runs, "test-readings", folder, file), "{");
  expect(readings(runs, part("a"))).toHaveLength(1);
});
