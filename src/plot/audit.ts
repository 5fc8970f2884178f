import type { Figure } from "../core/types.js";
import { type AxisTitles, axis, COLOURS, figure } from "./theme.js";

/** Pauses that a person reads an axis by, in seconds. */
const TICKS: readonly (readonly [seconds: number, name: string])[] = [
  [1, "1 s"],
  [10, "10 s"],
  [60, "1 min"],
  [600, "10 min"],
  [3600, "1 h"],
  [21_600, "6 h"],
  [86_400, "1 d"],
  [604_800, "1 w"],
  [2_592_000, "30 d"],
  [31_536_000, "1 y"],
];

/**
 * How long users pause between two plays, on a logarithmic axis, with the natural pause where there is one.
 *
 * @param starts seconds at which each bin starts. @shape [B]
 * @param counts pauses in each bin. @shape [B]
 */
export function gapFigure(
  title: string,
  starts: readonly number[],
  counts: readonly number[],
  suggestedMinutes: number | null,
  { x: titleX = "", y: titleY = "" }: AxisTitles = {},
): Figure {
  const last = counts.findLastIndex((count) => count > 0) + 1;
  const line = suggestedMinutes === null ? [] : [Math.log10(suggestedMinutes * 60)];
  return figure(
    title,
    // Logarithms on a linear axis: on a logarithmic one, bars would get thinner to the right.
    [
      {
        type: "bar",
        x: starts.slice(0, last).map(Math.log10),
        y: counts.slice(0, last),
        offset: 0,
        marker: { color: COLOURS[0] },
        hovertemplate: "%{y}<extra></extra>",
      },
    ],
    {
      xaxis: axis(titleX, { tickvals: TICKS.map(([at]) => Math.log10(at)), ticktext: TICKS.map(([, name]) => name) }),
      // Pauses between sessions are few beside those between songs, and would not be seen on a linear axis.
      yaxis: axis(titleY, { type: "log", dtick: 1 }),
      bargap: 0,
      shapes: line.map((x) => ({
        type: "line",
        x0: x,
        x1: x,
        yref: "paper",
        y0: 0,
        y1: 1,
        line: { color: COLOURS[1], dash: "dash", width: 2 },
      })),
      annotations: line.map((x) => ({
        x,
        yref: "paper",
        y: 1,
        yanchor: "bottom",
        text: `${suggestedMinutes} min`,
        showarrow: false,
      })),
    },
  );
}

/**
 * Named shares as bars.
 *
 * @param bars   name and share in [0, 1]
 * @param marked number of the bar in another colour; none where it is left out
 */
export function shareBars(
  title: string,
  bars: readonly (readonly [name: string, share: number])[],
  marked?: number,
  { x: titleX = "", y: titleY = "" }: AxisTitles = {},
): Figure {
  return figure(
    title,
    [
      {
        type: "bar",
        x: bars.map(([name]) => name),
        y: bars.map(([, share]) => share),
        marker: { color: bars.map((_, i) => COLOURS[i === marked ? 1 : 0]) },
      },
    ],
    { xaxis: axis(titleX, { type: "category" }), yaxis: axis(titleY, { tickformat: ".2~p", rangemode: "tozero" }) },
  );
}
