// A model of the embedded data set, exported in every way and run by the programs that the files are for.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { topK } from "../../src/core/topk.js";
import type { Query } from "../../src/core/types.js";
import {
  exportModel,
  nextState,
  type Port,
  type Precision,
  quantiseModel,
  sequenceFeeds,
  startState,
  stepFeeds,
} from "../../src/deploy/index.js";
import { startEngine } from "../../src/engine/index.js";
import { loadModel, modelScorer, type SavedModel } from "../../src/model/index.js";
import { prepare, runConfig, startRun } from "../../src/recipes/index.js";
import { evaluationCases } from "../../src/sequence/histories.js";
import { isLongRun, ROOT } from "../support/cli.js";
import { hasOnnx, onnxRun, type Run } from "../support/networks.js";

interface Found {
  findBrowsers(env: NodeJS.ProcessEnv, platform: string): string[];
}
const { findBrowsers } = (await import(/* @vite-ignore */ `${ROOT}app/launch/find.mjs`)) as Found;
const [executablePath] = findBrowsers(process.env, process.platform);

const [HISTORIES, K, PLAYS, BATCH] = [1000, 10, 20, 50];

let folder: string;
let saved: SavedModel;
let queries: Query[];

/** Expects the ten best to be those of the trainer; items whose scores are within 1e-4 may change places. */
function expectSameLists(ours: Float32Array, theirs: ArrayLike<number>, rows: number): void {
  const width = saved.model.itemCount + 1;
  for (let n = 0; n < rows; n++) {
    const row = (of: ArrayLike<number>) => (of as Float32Array).subarray(n * width, (n + 1) * width);
    const [mine, other] = [row(ours), row(theirs)];
    const [list, found] = [topK(mine, K), topK(other, K)];
    list.forEach((item, at) => {
      expect(Math.abs(other[item] - mine[item])).toBeLessThan(1e-4);
      if (item !== found[at]) expect(Math.abs(mine[item] - mine[found[at]])).toBeLessThan(1e-4);
    });
  }
}

function inputsOf(of: string, file: string): Port[] {
  const { networks } = JSON.parse(readFileSync(join(of, "export.json"), "utf8"));
  return networks.find((each: { file: string }) => each.file === file).inputs;
}

describe.skipIf(!isLongRun)("a model of the embedded data set (needs REFRAIN_FULL=1)", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "refrain-test-"));
    const config = runConfig({ data: { path: "jkpop" }, train: { epochs: 1 }, baselines: ["popularity"] });
    let run = "";
    for await (const event of startRun(config, { runs: folder })) if (event.type === "saved") run = event.folder;
    await startEngine();
    saved = loadModel(run);
    const { histories } = await prepare(config);
    const cases = evaluationCases(histories, "validation").filter(({ history }) => history.length >= PLAYS);
    queries = cases
      .filter((_, n) => n % Math.floor(cases.length / HISTORIES) === 0)
      .slice(0, HISTORIES)
      .map(({ history, times }) => ({ user: 0, history: history.slice(-PLAYS), times: times?.slice(-PLAYS) }));
    expect(queries.length).toBe(HISTORIES);
  }, 600_000);
  afterAll(() => {
    saved?.model.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const PRECISIONS: Precision[] = ["fp32", "fp16", "int8"];
  test.skipIf(!hasOnnx).each(PRECISIONS)(
    "step and sequence in %s give the ten best of the trainer on 1,000 histories (needs npm run onnx)",
    { timeout: 300_000 },
    async (precision) => {
      const of = join(folder, precision);
      exportModel(saved, of, { to: "onnx", precision });
      const { model } = quantiseModel(saved.model, precision);
      const scorer = modelScorer(model, "LSTM", saved.windowLength);
      const [step, sequence] = ["step.onnx", "sequence.onnx"].map((name) => readFileSync(join(of, name)));
      const inputs = inputsOf(of, "step.onnx");
      const runSteps = await onnxRun(step, "node");
      const whole: Run = await onnxRun(sequence, "node");
      for (let first = 0; first < HISTORIES; first += BATCH) {
        const some = queries.slice(first, first + BATCH);
        const wanted = (await scorer.score(some)) as Float32Array;
        const { scores } = await whole(sequenceFeeds(inputsOf(of, "sequence.onnx"), some));
        expectSameLists(wanted, scores.values, some.length);
        let outputs = {} as Awaited<ReturnType<Run>>;
        let state = startState(inputs, some.length);
        for (let t = 0; t < PLAYS; t++) {
          const rows = some.map(({ history, times }) => ({
            item: history[t],
            before: times?.[t - 1],
            time: times?.[t],
          }));
          outputs = await runSteps({ ...state, ...stepFeeds(inputs, rows) });
          state = nextState(outputs);
        }
        expectSameLists(wanted, outputs.scores.values, some.length);
      }
      const web = await onnxRun(sequence, "web");
      const some = queries.slice(0, 2 * BATCH);
      const { scores } = await web(sequenceFeeds(inputsOf(of, "sequence.onnx"), some));
      expectSameLists((await scorer.score(some)) as Float32Array, scores.values, some.length);
      model.dispose();
    },
  );

  test.skipIf(!executablePath)(
    "the page recommends in a browser, from a file and without a network, what the trainer does (needs Chromium)",
    { timeout: 120_000 },
    async () => {
      const of = join(folder, "page");
      exportModel(saved, of, { to: "page", precision: "fp32" });
      const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
      try {
        const context = await browser.newContext({ offline: true });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on(
          "request",
          ({ url }) => url().startsWith("file:") || url().startsWith("data:") || complaints.push(url()),
        );
        await page.goto(`${pathToFileURL(join(of, "index.html"))}?lang=en`);
        await page.waitForSelector("#search:enabled", { timeout: 60_000 });
        const listed = () =>
          page.$$eval("#next li", (all) =>
            all.map((li) => {
              const { item, probability } = (li as unknown as { dataset: Record<string, string> }).dataset;
              return { item: Number(item), probability: Number(probability) };
            }),
          );
        const expectList = async (heard: number[]) => {
          const scores = (await saved.scorer.score([{ user: 0, history: Int32Array.from(heard) }])) as Float32Array;
          const wanted = topK(scores, K);
          const found = await listed();
          expect(found.length).toBe(K);
          found.forEach(({ item, probability }, at) => {
            expect(Math.abs(probability - Math.exp(scores[item]))).toBeLessThan(1e-4);
            if (item !== wanted[at]) expect(Math.abs(scores[item] - scores[wanted[at]])).toBeLessThan(1e-4);
          });
        };
        await expectList([]);
        const heard: number[] = [];
        for (const item of [3, 20, 7]) {
          await page.fill("#search", saved.titles[item]);
          await page.click("#found li:first-child button");
          const shown = await page.$$eval("#heard li", (all) => all.map(({ textContent }) => textContent ?? ""));
          expect(shown.at(-1)).toContain(saved.titles[item]);
          heard.push(item);
          await expectList(heard);
        }
        await page.click("#heard li:nth-child(2) button");
        await expectList([3, 7]);
        await page.click("#clear");
        await expectList([]);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});
