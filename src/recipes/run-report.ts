import { count, percent } from "../core/numbers.js";
import type { Figure } from "../core/types.js";
import { type CleaningReport, profileLog } from "../data/index.js";
import { ruleText } from "../data/rule-texts.js";
import { type ComparisonTable, protocolSentence } from "../evaluate/index.js";
import { figureIn, lengthDistribution, metricBars, popularityCurve, trainingCurves } from "../plot/index.js";
import type { Outcome, RecommendedSong } from "./outcome.js";
import type { Prepared } from "./prepare.js";
import type { ReportPart } from "./report.js";
import { type ReportLanguage, reportWords } from "./report-texts.js";
import { type RunRecord, readEpochs } from "./run-folder.js";

/** Metrics that are drawn. */
const DRAWN = ["HR@10", "NDCG@10"];
/** Metrics of the table. */
const TABLED = ["HR@10", "NDCG@10", "MRR@10", "HR@1"];

/** What a report of a run is made from. */
export interface RunReportInput {
  readonly folder: string;
  readonly record: RunRecord;
  /** The log, where it is still there as it was. */
  readonly prepared: Pick<Prepared, "log" | "histories"> | undefined;
  readonly outcome: Outcome;
  /** Of the model, as in the table of results. */
  readonly name: string;
}

/** What the report of a finished run shows, top to bottom, in English or Chinese. */
export function runReport(
  { folder, record, prepared, outcome, name }: RunReportInput,
  language: ReportLanguage,
): ReportPart[] {
  const { results, listener, last, songs, closed } = outcome;
  const text = reportWords(language);
  const caption = protocolSentence(results.protocol);
  const figure = (of: Figure, description: string): ReportPart => ({
    type: "figure",
    figure: figureIn(language, of),
    description,
  });
  const heading = (words: string): ReportPart => ({ type: "heading", text: words });
  const paragraph = (words: string): ReportPart => ({ type: "text", text: words });
  return [
    heading(text("results")),
    ...(closed === undefined
      ? []
      : [paragraph(text("closed", { name, share: (100 * closed).toFixed(0) })), paragraph(text("oracleNote"))]),
    { type: "table", ...resultRows(results, text) },
    paragraph(text("intervals", { protocol: caption })),
    ...DRAWN.flatMap((metric) => {
      const bars = barsOf(results, metric);
      return bars.length > 0 ? [figure(metricBars(metric, bars, caption), metric)] : [];
    }),
    heading(text("training")),
    figure(trainingCurves(readEpochs(folder)), text("training")),
    heading(text("listener", { user: listener })),
    { type: "table", header: ["", text("title")], rows: last.map((title, i) => [String(i + 1), title]) },
    heading(text("list")),
    {
      type: "table",
      header: ["", text("title"), text("probability"), text("reason")],
      rows: songs.map(({ rank, title, probability, reasons }) => [
        String(rank),
        title,
        percent(probability),
        reasonText(reasons, language),
      ]),
    },
    heading(text("cleaning")),
    cleaningTable(record.cleaning, language),
    ...(prepared ? logParts(prepared, text, figure) : []),
    heading(text("options")),
    { type: "table", header: [text("option"), text("value")], rows: optionRows(record.config) },
  ];
}

type Words = ReturnType<typeof reportWords>;

function barsOf({ rows }: ComparisonTable, metric: string) {
  return rows.flatMap(({ scorer, metrics }) => {
    const found = metrics.find(({ name }) => name === metric);
    return found ? [{ name: scorer, value: found.value, low: found.low, high: found.high }] : [];
  });
}

function logParts(
  { log, histories }: NonNullable<RunReportInput["prepared"]>,
  text: Words,
  figure: (of: Figure, description: string) => ReportPart,
): ReportPart[] {
  const { events, items, users, firstDay, lastDay } = profileLog(log);
  const numbers = { events: count(events), items: count(items), users: count(users) };
  const playsPerUser = new Int32Array(log.userIds.length);
  for (const code of log.users) playsPerUser[code]++;
  return [
    {
      type: "text",
      text: firstDay ? text("log", { ...numbers, first: firstDay, last: lastDay ?? "" }) : text("logOrder", numbers),
    },
    figure(lengthDistribution(playsPerUser), text("perUser")),
    figure(popularityCurve(histories.itemCounts.subarray(1)), text("perItem")),
  ];
}

function cleaningTable({ steps }: CleaningReport, language: ReportLanguage): ReportPart {
  const text = reportWords(language);
  return {
    type: "table",
    header: (["rule", "removed", "repaired", "kept", "meaning"] as const).map((key) => text(key)),
    rows: steps.map((step) => {
      const [name, meaning] = ruleText(language, step);
      return [name, count(step.removed), count(step.repaired), count(step.kept), meaning];
    }),
  };
}

/** Every option of a run as a path with its value. */
function optionRows(value: unknown, above = ""): string[][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[above, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, inner]) => optionRows(inner, above ? `${above}.${name}` : name));
}

/** A results table: scorer, metrics with intervals, share of the oracle. */
export function resultRows(
  table: ComparisonTable,
  text: (key: "scorer" | "share") => string,
): { header: string[]; rows: string[][] } {
  const hasOracle = table.rows.some(({ scorer }) => scorer === "oracle");
  const shown = TABLED.filter((name) => table.rows[0].metrics.some((metric) => metric.name === name));
  const header = [text("scorer"), ...shown, ...(hasOracle ? [text("share")] : [])];
  const rows = table.rows.map((row) => [
    row.scorer,
    ...shown.map((name) => {
      const metric = row.metrics.find((each) => each.name === name);
      return metric ? `${metric.value.toFixed(4)} [${metric.low.toFixed(4)}, ${metric.high.toFixed(4)}]` : "";
    }),
    ...(hasOracle ? [row.shareOfOracle === null ? "" : `${(100 * row.shareOfOracle).toFixed(1)} %`] : []),
  ]);
  return { header, rows };
}

/** Reasons as "title (3.1 %)". */
export function reasonText(reasons: RecommendedSong["reasons"], language: ReportLanguage): string {
  const text = reportWords(language);
  if (reasons.length === 0) return text("noReasons");
  return reasons.map(({ title, without }) => text("without", { title, share: percent(without) })).join("; ");
}
