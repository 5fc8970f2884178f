// Marks of runs, and the trash with its way back.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  changeMarks,
  discardRun,
  eraseRun,
  listRuns,
  readMarks,
  restoreRun,
  runMarksSchema,
  trashOf,
} from "../../src/recipes/index.js";

import { withFolder } from "../support/cli.js";
import { writeRun } from "../support/runs.js";

const ids = (runs: string) => listRuns(runs).map(({ id }) => id);

test("marks: one is changed, the others stay; what is damaged counts as none", async () => {
  await withFolder(async (runs) => {
    writeRun(runs, "a");
    const folder = join(runs, "a");
    expect(readMarks(folder)).toEqual({ tags: [], pinned: false, archived: false });
    changeMarks(folder, { tags: [" best ", "best", "夜"] });
    expect(changeMarks(folder, { pinned: true })).toEqual({ tags: ["best", "夜"], pinned: true, archived: false });
    expect(readMarks(folder).tags).toEqual(["best", "夜"]);
    for (const damaged of ["{", '{"tags":[""]}', '{"other":1}', "null"]) {
      writeFileSync(join(folder, "marks.json"), damaged);
      expect(readMarks(folder)).toEqual({ tags: [], pinned: false, archived: false });
    }
    expect(() => changeMarks(join(runs, "none"), {})).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
    const tooMany = Array.from({ length: 21 }, (_, n) => String(n));
    for (const tags of [tooMany, ["x".repeat(41)], [""], [1]])
      expect(runMarksSchema.safeParse({ tags }).success).toBe(false);
  });
});

test("a deleted run is in the trash whole, comes back as it was, and is gone only when erased", async () => {
  await withFolder(async (runs) => {
    for (const id of ["a", "b"]) writeRun(runs, id);
    changeMarks(join(runs, "a"), { tags: ["kept"] });
    expect(discardRun(join(runs, "a"))).toBe("a");
    expect([ids(runs), ids(trashOf(runs))]).toEqual([["b"], ["a"]]);
    expect(restoreRun(runs, "a")).toBe("a");
    expect([ids(runs), readMarks(join(runs, "a")).tags]).toEqual([["b", "a"], ["kept"]]);

    discardRun(join(runs, "a"));
    writeRun(runs, "a"); // the id is taken anew while the old one is in the trash
    expect([discardRun(join(runs, "a")), restoreRun(runs, "a"), restoreRun(runs, "a-2")]).toEqual(["a-2", "a", "a-2"]);
    discardRun(join(runs, "a-2"));
    eraseRun(runs, "a-2");
    expect(readdirSync(trashOf(runs))).toEqual([]);
  });
});

test("what is no run, lies elsewhere or is being trained is not moved", async () => {
  await withFolder(async (runs) => {
    writeRun(runs, "held");
    writeFileSync(join(runs, "held", "lock"), String(process.pid));
    expect(() => discardRun(join(runs, "held"))).toThrow(expect.objectContaining({ code: "RUN_BUSY" }));
    mkdirSync(join(runs, "no run"));
    const missing = expect.objectContaining({ code: "RUN_NOT_FOUND" });
    expect(() => discardRun(join(runs, "no run"))).toThrow(missing);
    for (const id of ["", ".", "..", "../held", "held", "__proto__"]) {
      expect(() => eraseRun(runs, id)).toThrow(missing);
      expect(() => restoreRun(runs, id)).toThrow(missing);
    }
    expect(existsSync(join(runs, "held", "run.json"))).toBe(true);
    writeRun(runs, "stuck");
    writeFileSync(trashOf(runs), "a file where the folder should be");
    expect(() => discardRun(join(runs, "stuck"))).toThrow(expect.objectContaining({ code: "FILE_WRITE_FAILED" }));
    expect(existsSync(join(runs, "stuck", "run.json"))).toBe(true);
  });
});
