import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metricValues } from "../../src/evaluate/metrics.js";
import { rankTargets } from "../../src/evaluate/ranks.js";
import { tableScorer } from "./helpers.js";

interface Golden {
  readonly items: number;
  readonly targets: number[];
  readonly ranks: number[];
  readonly metrics: Record<string, number>;
  readonly scores: number[];
}

/** Made by golden/ndcg.py with scikit-learn. */
const golden: Golden = JSON.parse(readFileSync(new URL("golden/ndcg.json", import.meta.url), "utf8"));

test("ranks and metrics are those of scikit-learn", async () => {
  const { items, targets, ranks, metrics, scores } = golden;
  const scorer = tableScorer(items, (row, item) => scores[row * items + item - 1]);
  const cases = targets.map((target, row) => ({ user: 1, userCode: row, row, target, history: Int32Array.of(1) }));
  const found = await rankTargets(scorer, cases);
  expect(Array.from(found)).toEqual(ranks);
  const values = metricValues(found, [1, 2, 5, 10, 20, 25]);
  expect(Object.keys(metrics).length).toBeGreaterThan(25);
  for (const [name, value] of Object.entries(metrics))
    expect(Math.abs(values[name] - value), name).toBeLessThanOrEqual(1e-6);
});
