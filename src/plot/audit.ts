import type { Figure } from "../core/types.js";
import { axis, COLOURS, figure } from "./theme.js";

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
): Figure {
  const last = counts.findLastIndex((count) => count > 0) + 1;
  const line = suggestedMinutes === null ? [] : [Math.log10(suggestedMinutes * 60)];
  return figure(
    title,
    [{ type: "bar", x: starts.slice(0, last), y: counts.slice(0, last), marker: { color: COLOURS[0] } }],
    {
      xaxis: axis("", { type: "log", tickvals: TICKS.map(([at]) => at), ticktext: TICKS.map(([, name]) => name) }),
      yaxis: axis(""),
      bargap: 0,
      // On a logarithmic axis, shapes stand at the value and annotations at its logarithm.
      shapes: line.map((at) => ({
        type: "line",
        x0: 10 ** at,
        x1: 10 ** at,
        yref: "paper",
        y0: 0,
        y1: 1,
        line: { color: COLOURS[1], dash: "dash", width: 2 },
      })),
      annotations: line.map((at) => ({
        x: at,
        yref: "paper",
        y: 1,
        yanchor: "bottom",
        text: `${suggestedMinutes} min`,
        showarrow: false,
      })),
    },
  );
}

/** Named shares as bars. @param bars name and share in [0, 1] */
export function shareBars(title: string, bars: readonly (readonly [name: string, share: number])[]): Figure {
  return figure(
    title,
    [
      {
        type: "bar",
        x: bars.map(([name]) => name),
        y: bars.map(([, share]) => share),
        marker: { color: bars.map((_, i) => COLOURS[i === 0 ? 0 : 1]) },
      },
    ],
    { xaxis: axis("", { type: "category" }), yaxis: axis("", { tickformat: ".0%", rangemode: "tozero" }) },
  );
}
