// The kernel as a front end sees it: interrupts, errors, running a cell again. Needs what `npm run lab` sets up.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isLongRun, ROOT } from "../support/cli.js";

interface Reply {
  readonly status: "ok" | "error";
  readonly texts: readonly string[];
  /** Seconds from the interrupt to the end of the cell. */
  readonly waited: number | null;
}
interface Lab {
  labPlaces(root: string): { python: string; tools: string };
  labEnvironment(root: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
}
const lab = (await import(/* @vite-ignore */ `${ROOT}scripts/lab/setup.mjs`)) as Lab;
const { python, tools } = lab.labPlaces(ROOT);
const isThere = existsSync(python) && existsSync(join(tools, "node_modules", "tslab"));

const SETUP = `
import * as refrain from "refrain";
import { show, watch, interruptSignal } from "refrain";
const { name: engine } = await refrain.startEngine("train");
const { log } = refrain.cleanLog(await refrain.readLog(\`\${refrain.JKPOP}plays.csv.gz\`));
const histories = refrain.toHistories(refrain.splitByShare(log, 0.1, 0.1));
const cases = refrain.evaluationCases(histories, "validation").slice(0, 200);
const config = refrain.trainConfig();
const windows = refrain.toWindows(refrain.trainHistories(histories), config.maxLength);
const model = new refrain.RecurrentModel(refrain.modelConfig(), histories.items.size, histories.users.size, 1);
const validate = (scorer: refrain.Scorer) => refrain.validationMetrics(scorer, cases);`;
const TRAIN =
  "const run = await watch(refrain.train({ model, windows, config, engine, validate, signal: interruptSignal() }));";
const USE = `show({ reason: run.reason, steps: run.steps.length > 0 });
show(await refrain.recommend(refrain.modelScorer(model, "x"), { user: 0, history: Int32Array.of(1) }, { k: 3 }));`;

/** Runs cells one after the other in one kernel. */
async function runCells(cells: readonly (readonly [code: string, interruptAfter?: number])[]): Promise<Reply[]> {
  const child = spawn(python, [join(ROOT, "test/support/notebook-kernel.py"), join(ROOT, "notebooks")], {
    env: lab.labEnvironment(ROOT, process.env),
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(cells.map(([code, after]) => `${JSON.stringify([code, after ?? null])}\n`).join(""));
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  const lines = Buffer.concat(out).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Reply);
}

test.skipIf(!isLongRun || !isThere)(
  "interrupts, errors and repeated cells in the real kernel (needs REFRAIN_FULL=1 and `npm run lab` once)",
  { timeout: 300_000 },
  async () => {
    const [setup, train, use, loop, wait, coded, plain, types, once, again] = await runCells([
      [SETUP],
      [TRAIN, 5],
      [USE],
      ["while (true) {}", 2],
      ["await new Promise((done) => setTimeout(done, 600_000));", 2],
      ['await refrain.readLog("nope.csv");'],
      ["const nothing: any = null; nothing.x;"],
      ['const n: number = "x";'],
      ["const { a } = { a: 1 }; show({ a });"],
      ["const { a } = { a: 1 }; show({ a });"],
    ]);
    expect(setup).toMatchObject({ status: "ok", texts: [] });
    expect(train.status).toBe("ok");
    expect(train.texts.at(-1)).toMatch(/^interrupted · step \d+/);
    expect(train.waited).toBeLessThan(20); // one step, on a machine that is busy
    expect(use.status).toBe("ok");
    expect(use.texts[0]).toContain("interrupted");
    expect(use.texts[1]).toMatch(/^rank \| song \| probability\n1 \| \d+ \| /);
    for (const stopped of [loop, wait]) expect(stopped).toMatchObject({ status: "error" });
    expect(coded.texts).toEqual([expect.stringMatching(/^FILE_NOT_FOUND: nope\.csv .*\n→ .*\.\n$/)]);
    expect(plain.texts).toEqual([expect.stringMatching(/^TypeError: .*\n$/)]);
    expect(types.texts).toEqual([expect.stringMatching(/^1:7 - Type 'string' is not assignable/)]);
    expect([once, again]).toEqual([{ status: "ok", texts: ["name | value\na | 1"], waited: null }, once]);
  },
);
