// npm run bench -- baselines --table DATASET: fits every technique, lets validation choose, reads the test part once.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate, evaluationCases, fitBaseline, validationMetrics } from "../../dist/index.js";
import { oneOf } from "../flags.mjs";
import { datasets, load } from "./data.mjs";
import { blendOf, gridsOf } from "./grids.mjs";

const METRICS = ["HR@10", "NDCG@10", "MRR@10", "HR@20"];

/** Rows of one data set. Each is written to `out` at once, and those that are there already are not made again. */
export async function makeTable(name, { folder, out, only }) {
  const dataset = datasets(folder)[name];
  const histories = await load(dataset);
  if (!histories) return console.log(`${name}: ${dataset.path} is not here, so it is left out.`);
  mkdirSync(out, { recursive: true });
  const cases = evaluationCases(histories, "validation");
  const protocol = { seen: dataset.seen };
  const grids = { ...gridsOf(name, dataset.attributes), blend: undefined };
  const file = join(out, `${name}.json`);
  const made = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { rows: [] };
  const chosen = new Map(made.rows.map(({ technique, options }) => [technique, options]));
  const result = {
    name,
    title: dataset.title,
    users: histories.users.size,
    items: histories.items.size,
    events: histories.split.log.users.length,
    protocol: made.protocol,
    rows: made.rows,
  };
  const began = performance.now();
  const all = Object.keys(grids);
  oneOf("only", only, all);
  for (const [at, technique] of all.entries()) {
    if (only && !only.includes(technique)) continue;
    if (result.rows.some((row) => row.technique === technique)) continue;
    let best;
    const points = grids[technique] ?? [blendOf(name, chosen)];
    for (const options of points) {
      const from = performance.now();
      const scorer = await fitBaseline({ name: technique, options }, histories);
      const fitSeconds = (performance.now() - from) / 1000;
      const value = (await validationMetrics(scorer, cases, protocol))["NDCG@10"];
      if (!best || value > best.value) best = { options, scorer, fitSeconds, value };
    }
    chosen.set(technique, best.options);
    const { metrics, seconds, protocol: card } = await evaluate(best.scorer, histories, "test", protocol);
    result.protocol = card;
    result.rows.push({
      technique,
      scorer: best.scorer.name,
      options: best.options,
      weights: best.scorer.weights,
      points: points.length,
      validation: best.value,
      fitSeconds: best.fitSeconds,
      scoreSeconds: seconds,
      metrics: metrics.filter((metric) => METRICS.includes(metric.name)),
    });
    const elapsed = (performance.now() - began) / 1000;
    const ndcg = metrics.find((metric) => metric.name === "NDCG@10");
    console.log(
      `${name} ${technique}: NDCG@10 ${ndcg.value.toFixed(4)}, fit ${best.fitSeconds.toFixed(1)} s, ` +
        `scoring ${seconds.toFixed(1)} s; ${at + 1} of ${all.length} after ${elapsed.toFixed(0)} s`,
    );
    writeFileSync(file, JSON.stringify(result, null, 1));
  }
  return result;
}
