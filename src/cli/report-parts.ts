import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure } from "../core/types.js";
import { profileLog } from "../data/index.js";
import { protocolSentence } from "../evaluate/index.js";
import { lengthDistribution, metricBars, popularityCurve, trainingCurves } from "../plot/index.js";
import type { EpochRecord, Prepared, ReportPart } from "../recipes/index.js";
import { text } from "./messages.js";
import type { Outcome } from "./outcome.js";
import { count, percent, resultRows, SHOWN_METRICS } from "./output.js";
import { reasonText } from "./songs.js";

/** What the report of a finished run shows, top to bottom. */
export function reportParts(
  folder: string,
  { report, log, histories }: Prepared,
  { saved, results, listener, last, songs, closed }: Outcome,
): ReportPart[] {
  const epochs = JSON.parse(readFileSync(join(folder, "history.json"), "utf8")) as EpochRecord[];
  const profile = profileLog(log);
  const caption = protocolSentence(results.protocol);
  const { header, rows } = resultRows(results);
  const playsPerUser = new Int32Array(log.userIds.length);
  for (const code of log.users) playsPerUser[code]++;
  const bars = (metric: string) =>
    results.rows.map(({ scorer, metrics }) => {
      const { value, low, high } = metrics.find(({ name }) => name === metric) as {
        value: number;
        low: number;
        high: number;
      };
      return { name: scorer, value, low, high };
    });
  const figure = (of: Figure, description: string): ReportPart => ({ type: "figure", figure: of, description });
  const paragraph = (words: string): ReportPart => ({ type: "text", text: words });
  return [
    { type: "heading", text: text("results") },
    ...(closed === undefined
      ? []
      : [
          paragraph(text("closed", { name: saved.name, share: (100 * closed).toFixed(0) })),
          paragraph(text("oracleNote")),
        ]),
    { type: "table", header, rows },
    paragraph(text("intervals", { protocol: caption })),
    ...SHOWN_METRICS.filter((name) => results.rows[0].metrics.some((metric) => metric.name === name)).map((name) =>
      figure(metricBars(name, bars(name), caption), name),
    ),
    { type: "heading", text: text("training") },
    figure(trainingCurves(epochs), text("training")),
    { type: "heading", text: text("listener", { user: listener }) },
    { type: "table", header: ["", text("title")], rows: last.map((title, i) => [String(i + 1), title]) },
    { type: "heading", text: text("list") },
    {
      type: "table",
      header: ["", text("title"), text("probability"), text("reason")],
      rows: songs.map(({ rank, title, probability, reasons }) => [
        String(rank),
        title,
        percent(probability),
        reasonText(reasons),
      ]),
    },
    { type: "heading", text: text("cleaning") },
    {
      type: "table",
      header: ["rule", "removed", "repaired", "kept", "meaning"].map((key) => text(key)),
      rows: report.steps.map((step) => [
        step.rule,
        count(step.removed),
        count(step.repaired),
        count(step.kept),
        step.meaning,
      ]),
    },
    paragraph(
      text("log", {
        events: count(profile.events),
        items: count(profile.items),
        users: count(profile.users),
        first: profile.firstDay ?? "",
        last: profile.lastDay ?? "",
      }),
    ),
    figure(lengthDistribution(playsPerUser), "plays per user"),
    figure(popularityCurve(histories.itemCounts.subarray(1)), "plays per item"),
  ];
}
