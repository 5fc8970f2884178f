// A comparison as tables for a terminal, and as a page with figures.
import { protocolSentence } from "../evaluate/index.js";
import { type Bar, lineChart, metricBars, pointMap } from "../plot/index.js";
import type { Comparison, ReportPart } from "../recipes/index.js";
import { judgeTables, readingLines, type TitledTable, tableParts } from "./judge-view.js";
import { text } from "./messages.js";
import { duration } from "./output.js";

const DRAWN = ["HR@10", "NDCG@10"];

/** Results, tests, speed, lists and published results, then what the search did. */
export function compareTables(comparison: Comparison): TitledTable[] {
  return [...judgeTables(comparison.table, judgedBestFirst(comparison)), searchTable(comparison)];
}

/** The same with figures. */
export function compareParts(comparison: Comparison): ReportPart[] {
  const [results, ...others] = compareTables(comparison);
  const paragraphs = readingLines(comparison.readings, true).map((line): ReportPart => ({ type: "text", text: line }));
  return [...tableParts([results]), ...figures(comparison), ...tableParts(others), ...paragraphs];
}

function judgedBestFirst({ table, models }: Comparison) {
  return table.rows.flatMap(
    ({ scorer }) => models.find(({ judged }) => judged?.evaluation.scorer === scorer)?.judged ?? [],
  );
}

/** What was tried of each model and what was chosen, by validation alone. */
function searchTable({ models, config }: Comparison): TitledTable {
  return {
    title: text("measure.search", { metric: config.metric }),
    header: Array.from({ length: 6 }, (_, at) => text(`measure.searchHeader.${at}`)),
    rows: models.map(({ name, trials, failed, judged }) => {
      const first = trials.find(({ options }) => Object.keys(options).length === 0);
      const found = judged?.evaluation.metrics.find((metric) => metric.name === config.metric);
      return [
        name,
        String(trials.length),
        first?.value.toFixed(4) ?? "",
        trials[0]?.value.toFixed(4) ?? "",
        found?.deviation === undefined ? "" : `${found.value.toFixed(4)} ± ${found.deviation.toFixed(4)}`,
        failed ?? (trials[0] ? `${optionsText(trials[0].options)} (${duration(trials[0].seconds)})` : ""),
      ];
    }),
  };
}

function optionsText(options: Readonly<Record<string, unknown>>): string {
  const own = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
  return own.length === 0 ? text("measure.defaults") : own.join(", ");
}

function figures({ table, models }: Comparison): ReportPart[] {
  const caption = protocolSentence(table.protocol);
  const figure = (of: ReturnType<typeof metricBars>, description: string): ReportPart => ({
    type: "figure",
    figure: of,
    description,
  });
  const bars = (metric: string): Bar[] =>
    table.rows.flatMap(({ scorer, metrics }) => {
      const found = metrics.find(({ name }) => name === metric);
      return found ? [{ name: scorer, value: found.value, low: found.low, high: found.high }] : [];
    });
  const best = table.rows.find(({ scorer }) => scorer !== "oracle")?.scorer ?? "";
  const differences = table.rows.flatMap(({ scorer, tests }): Bar[] =>
    tests ? [{ name: scorer, ...tests.difference }] : [],
  );
  const found = (scorer: string) => table.rows.find((row) => row.scorer === scorer);
  const novelty = models.flatMap(({ name, kind, judged }) => {
    const list = judged?.lists.find((metric) => metric.name.startsWith("Novelty@"));
    const own = found(name)?.metrics.find((metric) => metric.name === table.metric);
    return list && own ? [{ x: list.value, y: own.value, text: name, group: kind }] : [];
  });
  const searched = models
    .filter(({ trials }) => trials.length > 1)
    .map(({ name, trials }) => ({ name, x: trials.map((_, at) => at + 1), y: trials.map(({ value }) => value) }));
  return [
    ...DRAWN.flatMap((metric) =>
      bars(metric).length > 0 ? [figure(metricBars(metric, bars(metric), caption), metric)] : [],
    ),
    ...(differences.length > 0
      ? [figure(metricBars(`${table.metric} − ${best}`, differences, caption), text("measure.figures.0"))]
      : []),
    ...(novelty.length > 1
      ? [
          figure(
            pointMap(text("measure.figures.1", { metric: table.metric }), novelty),
            text("measure.figures.1", { metric: table.metric }),
          ),
        ]
      : []),
    ...(searched.length > 0
      ? [
          figure(
            lineChart(text("measure.figures.2"), searched, { x: text("measure.figures.3"), y: table.metric }),
            text("measure.figures.2"),
          ),
        ]
      : []),
  ];
}
