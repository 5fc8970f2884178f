// The report of a run: what it says, in both languages, and that nothing in it can act.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ruleText } from "../../src/data/rule-texts.js";
import { cleanLog, readLog, splitByShare, toHistories } from "../../src/index.js";
import { type Outcome, readRecord, reportHtml, runConfig, runReport } from "../../src/recipes/index.js";
import { withFolder } from "../support/cli.js";
import { writeRun } from "../support/runs.js";

const metric = (name: string, value: number) => ({ name, value, low: value - 0.1, high: value + 0.1 });
const protocol = {
  split: "temporal split",
  part: "test",
  support: null,
  items: 3,
  candidates: "full",
  seen: "keep",
  ties: "mean",
  cases: 9,
  users: 2,
  unknownTargets: 0,
  withoutHistory: 0,
  cutoffs: [10],
};
const results = {
  rows: [
    { scorer: "oracle", metrics: [metric("HR@10", 0.5)], shareOfOracle: 1 },
    { scorer: "LSTM", metrics: [metric("HR@10", 0.4)], shareOfOracle: 0.8 },
  ],
  protocol,
  metric: "HR@10",
  reference: "LSTM",
};
const hostile = "</script><img src=x onerror=alert(1)>";
const outcome = {
  results,
  listener: hostile,
  last: [hostile],
  songs: [{ rank: 1, title: hostile, probability: 0.25, reasons: [{ title: "夜", without: 0.0004 }] }],
  closed: 0.5,
} as unknown as Outcome;

test("a report holds results, training, one listener, cleaning, the log and every option", async () => {
  await withFolder(async (runs) => {
    writeRun(runs, "a", {
      cleaning: { steps: [{ rule: "bot", meaning: "all plays of a bot", removed: 1200, repaired: 0, kept: 7 }] },
    });
    const folder = join(runs, "a");
    const epochs = [{ epoch: 1, step: 3, trainingLoss: 2, metrics: { "HR@10": 0.3 }, seconds: 1 }];
    writeFileSync(join(folder, "history.json"), JSON.stringify(epochs));
    const rows = ["user,item,time"];
    for (let play = 0; play < 30; play++) rows.push(`u${play % 3},s${play % 4},${1_700_000_000 + play * 9000}`);
    writeFileSync(join(runs, "log.csv"), rows.join("\n"));
    const { log, report } = cleanLog(await readLog(join(runs, "log.csv")));
    for (const step of report.steps) expect(ruleText("zh", step)[0]).toMatch(/\p{Script=Han}/u);
    const prepared = { log, histories: toHistories(splitByShare(log, 0.2, 0.2)) };
    const input = { folder, record: readRecord(folder), prepared, outcome, name: "LSTM" };

    const english = runReport(input, "en");
    const headings = english.flatMap((part) => (part.type === "heading" ? [part.text] : []));
    expect(headings).toEqual([
      "Test results",
      "Training",
      `Listener ${hostile}: the last plays`,
      "Ten recommendations",
      "Cleaning",
      "Options",
    ]);
    const tables = english.flatMap((part) => (part.type === "table" ? [part.rows] : []));
    expect(tables[0]).toEqual([
      ["oracle", "0.5000 [0.4000, 0.6000]", "100.0 %"],
      ["LSTM", "0.4000 [0.3000, 0.5000]", "80.0 %"],
    ]);
    expect(tables[2]).toEqual([["1", hostile, "25.0 %", "夜 (< 0.1 %)"]]);
    expect(tables[3]).toEqual([["bot", "1,200", "0", "7", "all plays of a bot"]]);
    expect(tables[4]).toContainEqual(["train.epochs", String(runConfig({}).train.epochs)]);
    expect(english.filter(({ type }) => type === "figure")).toHaveLength(4);
    expect(runReport({ ...input, prepared: undefined }, "en").filter(({ type }) => type === "figure")).toHaveLength(2);

    const chinese = runReport(input, "zh");
    expect(JSON.stringify(chinese)).toContain("机器人");
    const curve = chinese.flatMap((part) => (part.type === "figure" ? [part.figure] : []))[1];
    expect(curve.data.map(({ name }) => name)).toEqual(["训练损失", "验证 HR@10"]);
    expect(curve.layout).toMatchObject({ xaxis: { title: { text: "轮" } }, title: { text: "训练" } });

    const [html] = reportHtml(hostile, "zh", chinese).split("<script>");
    expect(html).toContain('<html lang="zh-CN">');
    expect(html).not.toContain("<img");
    expect(html).not.toMatch(/(?:src|href)="https?:/);
  });
});
