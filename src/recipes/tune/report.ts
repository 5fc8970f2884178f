import type { Figure } from "../../core/types.js";
import { figureIn, importanceBars, parallelCoordinates, rungCurves, searchHistory } from "../../plot/index.js";
import { importanceOf, type Point, ranked, rungsOf, trialValue } from "../../tune/index.js";
import type { ReportPart } from "../report.js";
import type { ReportLanguage } from "../report-texts.js";
import { tuneWords } from "./texts.js";
import type { TuneResult } from "./tune.js";

/** Trials of the table. */
const SHOWN = 30;

/**
 * What the report of a search shows: the best options beside those that were given, history, halving, parallel coordinates,
 * importance, and the trials, best first.
 *
 * @param file     the configuration to train from
 * @param duration seconds as a person reads them
 */
export function tuneReport(
  result: TuneResult,
  language: ReportLanguage,
  file: string,
  duration: (seconds: number) => string,
): ReportPart[] {
  const { definition, trials, best } = result;
  const { text, header, state } = tuneWords(language);
  const { metric, space, halving } = definition;
  const heading = (words: string): ReportPart => ({ type: "heading", text: words });
  const paragraph = (words: string): ReportPart => ({ type: "text", text: words });
  const figure = (of: Figure): ReportPart => {
    const own = figureIn(language, of);
    return { type: "figure", figure: own, description: (own.layout.title as { text: string }).text };
  };
  const tried = ranked(trials);
  const importances = importanceOf(
    space,
    tried.map(({ options }) => options),
  );
  return [
    ...summaryLines(result, language, duration).map(paragraph),
    paragraph(text("validationNote")),
    paragraph(text("next", { file })),
    heading(text("chosen")),
    { type: "table", header: header("chosenHeader"), rows: chosenRows(definition.reference ?? {}, best.options) },
    heading(text("figures")),
    figure(searchHistory(trials, metric)),
    ...(rungsOf(halving).length > 1 ? [figure(rungCurves(trials, metric))] : []),
    figure(parallelCoordinates(space, trials, metric)),
    ...(importances.length > 0 ? [figure(importanceBars(importances)), paragraph(text("importanceNote"))] : []),
    heading(text("top")),
    {
      type: "table",
      header: header("topHeader", { metric }),
      rows: tried
        .sort((a, b) => (trialValue(b) ?? -1) - (trialValue(a) ?? -1))
        .slice(0, SHOWN)
        .map((trial) => [
          String(trial.number),
          trialValue(trial)?.toFixed(4) ?? "",
          String(trial.units),
          state(trial.status),
          trial.reason ?? optionsText(trial.options),
        ]),
    },
  ];
}

/** How many trials of what kind, and the best beside the options as given. */
export function summaryLines(
  { definition, trials, best, reference }: TuneResult,
  language: ReportLanguage,
  duration: (seconds: number) => string,
): string[] {
  const { text } = tuneWords(language);
  const count = (status: string) => trials.filter((trial) => trial.status === status).length;
  const seconds = trials.flatMap(({ results }) => results).reduce((sum, each) => sum + each.seconds, 0);
  const words = { best: best.number, metric: definition.metric, value: (trialValue(best) as number).toFixed(4) };
  const own = reference && trialValue(reference);
  return [
    text("summary", {
      trials: trials.length,
      done: count("done"),
      paused: count("paused"),
      failed: count("failed"),
      epochs: trials.reduce((sum, { units }) => sum + units, 0),
      time: duration(seconds),
    }),
    typeof own === "number" ? text("compared", { ...words, reference: own.toFixed(4) }) : text("alone", words),
    ...(reference?.number === best.number ? [text("same")] : []),
  ];
}

function chosenRows(given: Point, best: Point): string[][] {
  const names = [...new Set([...Object.keys(given), ...Object.keys(best)])];
  const shown = (point: Point, name: string) => (Object.hasOwn(point, name) ? String(point[name]) : "");
  return names.map((name) => [name, shown(given, name), shown(best, name)]);
}

function optionsText(options: Point): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
}
