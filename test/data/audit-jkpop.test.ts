// The embedded log has its dirt planted with a truth for each line: the audit must find all of it, and nothing else.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { auditEvents, auditRaw, DIRT, type Dirt, dirtOf, toRows, variantRows } from "../../src/data/audit/index.js";
import { cleanLog, type RawLog, readLog, writeLog } from "../../src/data/index.js";
import { KINDS, type Kind, readTruth, type Truth } from "../../src/data/simulator/index.js";
import { auditData, runConfig } from "../../src/recipes/index.js";
import { isLongRun } from "../support/cli.js";
import { timesReference } from "../support/processor-time.js";
import { byCode, cleaning, loud } from "./audit-helpers.js";

const HOME = join(import.meta.dirname, "../../datasets/jkpop");
const MISSING = !existsSync(join(HOME, "plays.csv.gz"));
if (MISSING) console.warn("Skipped: the embedded log is not generated yet, so its dirt is not counted.");

const KIND_OF: Readonly<Partial<Record<Dirt, Kind>>> = {
  missing: "missing",
  clock: "clock",
  duplicate: "duplicate",
  skip: "skip",
  bot: "bot",
};

describe.skipIf(MISSING || !isLongRun)("the audit of the embedded log (needs REFRAIN_FULL=1)", () => {
  const options = cleaning();
  let raw: RawLog;
  let truth: Truth;
  const counts: Partial<Record<Kind, number>> = {};

  beforeAll(async () => {
    raw = await readLog(join(HOME, "plays.csv.gz"));
    truth = await readTruth(HOME);
    for (const kind of truth.kind.subarray(2)) counts[KINDS[kind]] = (counts[KINDS[kind]] ?? 0) + 1;
  });

  test("says of every line what the simulator planted there", () => {
    const rows = toRows(raw);
    const dirt = dirtOf(rows, options);
    const variant = variantRows(rows);
    const wrong: string[] = [];
    for (let row = 0; row < dirt.length; row++) {
      const kind = KINDS[truth.kind[raw.lines[row]]];
      const found = variant[row] ? "variant" : (KIND_OF[DIRT[dirt[row]]] ?? "play");
      if (found !== kind) wrong.push(`line ${raw.lines[row]}: ${kind}, found ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  test("counts every kind exactly, with lines to blame and a fix or a rule", () => {
    const found = byCode(auditRaw(raw, options));
    expect({
      broken: found["unreadable-rows"].count,
      missing: found["missing-fields"].count,
      clock: found.clock.count,
      duplicate: found.duplicates.count,
      skip: found.skips.count,
      bot: found.bots.count,
      variant: found["spelling-variants"].count,
    }).toEqual({ ...counts, play: undefined });
    expect(Object.keys(found)).toHaveLength(7);
    const kinds: Record<string, Kind> = { "unreadable-rows": "broken", "missing-fields": "missing", clock: "clock" };
    Object.assign(kinds, { duplicates: "duplicate", skips: "skip", bots: "bot", "spelling-variants": "variant" });
    for (const [code, one] of Object.entries(found)) {
      expect(one.share).toBe(one.count / (truth.kind.length - 2));
      expect(one.examples.length).toBe(5);
      expect(one.cleanedBy).not.toBeNull();
      for (const { line } of one.examples) expect(KINDS[truth.kind[line]]).toBe(kinds[code]);
    }
    expect(found.bots).toMatchObject({ severity: "problem", values: { users: 6 } });
  });

  test("takes about as long as a breath", async () => {
    const { log } = cleanLog(raw, options);
    const times = await timesReference(() => {
      auditRaw(raw, options);
      auditEvents(log, raw);
    });
    expect(times).toBeLessThan(2.5); // 1.1 to 1.2
  });

  test("is silent on the same log once it is clean", async () => {
    const folder = mkdtempSync(join(tmpdir(), "refrain-audit-"));
    try {
      const path = join(folder, "clean.csv.gz");
      writeLog(cleanLog(raw, options).log, path);
      const { findings, rows, cleaning: report } = await auditData(runConfig({ data: { path } }));
      expect(loud(findings)).toEqual([]);
      expect(report?.kept).toBe(rows);
      expect(findings.length).toBeGreaterThan(8);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
