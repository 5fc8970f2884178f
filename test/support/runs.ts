import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runConfig, withPreset } from "../../src/recipes/index.js";

const STARTED = "2026-01-02T03:04:05.000Z";
/** As a configuration that was made then has it by itself. */
const latest = Date.parse(STARTED) / 1000 + 86_400;

/** Writes a run.json as a run would. */
export function writeRun(runs: string, id: string, change: Record<string, unknown> = {}): void {
  mkdirSync(join(runs, id), { recursive: true });
  const record = {
    format: 1,
    id,
    status: "finished",
    startedAt: STARTED,
    config: runConfig(withPreset("default", { cleaning: { latest } })),
    preset: "default",
    data: { path: "jkpop", sha256: "0" },
    versions: {},
    engine: { name: "wasm", version: "1" },
    cleaning: { read: 1, kept: 1, removed: 0, repaired: 0, steps: [], timeUnit: "none" },
    counts: { users: 2, items: 3, events: 4 },
    seconds: { training: 5 },
    ...change,
  };
  writeFileSync(join(runs, id, "run.json"), JSON.stringify(record));
}
