// What a search did: its course, which options it tried, and which of them mattered.
import { scaleLinear } from "d3-scale";
import type { Figure } from "../core/types.js";
import { type AnySpace, type Importance, type StudyTrial, toUnit, trialValue } from "../tune/index.js";
import { axis, COLOURS, figure } from "./theme.js";

/** Trials that have a value. */
function rated(trials: readonly StudyTrial[]): { readonly trial: StudyTrial; readonly value: number }[] {
  return trials.flatMap((trial) => {
    const value = trial.status === "failed" ? null : trialValue(trial);
    return value === null ? [] : [{ trial, value }];
  });
}

/** Every trial by its number, those trained to the end apart from those that were stopped, and the best value so far. */
export function searchHistory(trials: readonly StudyTrial[], metric: string): Figure {
  const all = rated(trials);
  const points = (name: string, own: typeof all, colour: string) => ({
    type: "scatter",
    mode: "markers",
    name,
    x: own.map(({ trial }) => trial.number),
    y: own.map(({ value }) => value),
    text: own.map(({ trial, value }) => `${trial.number}: ${value.toFixed(4)} (${trial.units})`),
    hovertemplate: "%{text}<extra></extra>",
    marker: { size: 8, color: colour },
  });
  let best = Number.NEGATIVE_INFINITY;
  const line = all.map(({ value }) => {
    best = Math.max(best, value);
    return best;
  });
  return figure(
    "Search history",
    [
      {
        type: "scatter",
        mode: "lines",
        name: "best so far",
        x: all.map(({ trial }) => trial.number),
        y: line,
        line: { color: COLOURS[0], width: 2, shape: "hv" },
      },
      points(
        "trained in full",
        all.filter(({ trial }) => trial.status === "done"),
        COLOURS[1],
      ),
      points(
        "stopped early",
        all.filter(({ trial }) => trial.status !== "done"),
        "#999999",
      ),
    ],
    { xaxis: axis("trial"), yaxis: axis(metric) },
  );
}

/** Values of each trial by what it was given, such as epochs: where most were stopped, and the best went on. */
export function rungCurves(trials: readonly StudyTrial[], metric: string, unit = "epochs"): Figure {
  const all = rated(trials).sort((a, b) => a.value - b.value);
  const colour = shades(all.map(({ value }) => value));
  return figure(
    "Successive halving",
    all.map(({ trial, value }) => ({
      type: "scatter",
      mode: "lines+markers",
      name: String(trial.number),
      x: trial.results.map(({ units }) => units),
      y: trial.results.map((result) => result.value),
      line: { color: colour(value), width: 2 },
      marker: { size: 6, color: colour(value) },
    })),
    { xaxis: axis(unit), yaxis: axis(metric), showlegend: false },
  );
}

/** One line a trial through the values of its options, the best the most orange and on top. */
export function parallelCoordinates(space: AnySpace, trials: readonly StudyTrial[], metric: string): Figure {
  const all = rated(trials).sort((a, b) => a.value - b.value);
  const values = all.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const colour = shades(values);
  const axes = Object.entries(space).map(([name, dimension]) => `${name}<br>${rangeOf(dimension)}`);
  const x = [...axes, `${metric}<br>${short(low)} – ${short(high)}`];
  return figure(
    "Options of the trials",
    all.map(({ trial, value }) => ({
      type: "scatter",
      mode: "lines",
      name: String(trial.number),
      x,
      y: [
        ...Object.entries(space).map(([name, dimension]) => placeOf(dimension, trial.options[name])),
        high > low ? (value - low) / (high - low) : 0.5,
      ],
      hovertemplate: `${trial.number}: ${value.toFixed(4)}<extra></extra>`,
      line: { color: colour(value), width: value === high ? 4 : 2 },
    })),
    {
      xaxis: axis("", { type: "category" }),
      yaxis: axis("", { range: [-0.05, 1.05], showticklabels: false, zeroline: false }),
      showlegend: false,
      height: 420,
    },
  );
}

/** How much each option had to do with good values; the title says it where that is nothing. */
export function importanceBars(importances: readonly Importance[]): Figure {
  const shown = [...importances].reverse();
  const isPlain = shown.some(({ share }) => share > 0);
  return figure(
    isPlain ? "Importance of the options" : "Importance of the options: none stands out",
    [
      {
        type: "bar",
        orientation: "h",
        x: shown.map(({ share }) => share),
        y: shown.map(({ option }) => option),
        marker: { color: COLOURS[2] },
      },
    ],
    {
      xaxis: axis("share", isPlain ? { rangemode: "tozero" } : { range: [0, 1] }),
      yaxis: axis(""),
      height: 140 + 26 * shown.length,
    },
  );
}

const short = (value: unknown) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value));

/** The values of an option: four numbers or more would run into those of the axis beside them. */
function rangeOf(dimension: AnySpace[string]): string {
  if (!("values" in dimension)) return `${short(dimension.low)} – ${short(dimension.high)}`;
  const { values } = dimension;
  const isLong = values.length > 3 && values.every((value) => typeof value === "number");
  return isLong ? `${short(values[0])} … ${short(values.at(-1))}` : values.map(short).join(", ");
}

/** Place of a value on its axis, in [0, 1]; NaN, a gap, where the trial does not have the option. */
function placeOf(dimension: AnySpace[string], value: unknown): number {
  if ("values" in dimension) {
    const at = dimension.values.indexOf(value as never);
    if (at < 0) return Number.NaN;
    return dimension.values.length > 1 ? at / (dimension.values.length - 1) : 0.5;
  }
  return typeof value === "number" ? toUnit(dimension, value) : Number.NaN;
}

function shades(values: readonly number[]): (value: number) => string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return scaleLinear([low, high], ["#b5bec6", COLOURS[1]] as string[]).clamp(true) as unknown as (
    value: number,
  ) => string;
}
