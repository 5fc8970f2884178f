import type { Figure } from "../core/types.js";
import { axis, COLOURS, figure } from "./theme.js";

/** One bar with its 95 % interval. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Letters of a caption that fit in a line. */
const LINE = 110;

/** A metric of several scorers as bars with intervals, in the given order; `caption` names the protocol, parts by "; ". */
export function metricBars(metric: string, bars: readonly Bar[], caption: string): Figure {
  const lines = inLines(caption);
  return figure(
    [metric, ...lines.map((line) => `<sub>${line}</sub>`)].join("<br>"),
    [
      {
        type: "bar",
        x: bars.map(({ name, value }) => `${name}<br>${value.toFixed(3)}`),
        y: bars.map(({ value }) => value),
        marker: { color: bars.map((_, i) => COLOURS[i % COLOURS.length]) },
        error_y: {
          type: "data",
          symmetric: false,
          array: bars.map(({ value, high }) => high - value),
          arrayminus: bars.map(({ value, low }) => value - low),
          color: "#888",
        },
      },
    ],
    {
      xaxis: axis(""),
      yaxis: axis(metric, { rangemode: "tozero" }),
      margin: { l: 60, r: 20, t: 50 + 20 * lines.length, b: 50 },
      height: 320 + 20 * lines.length,
    },
  );
}

/** Breaks at "; " where a line would get too long. */
function inLines(caption: string): string[] {
  const lines: string[] = [];
  for (const part of caption.split("; ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 <= LINE) lines[lines.length - 1] = `${last}; ${part}`;
    else if (part) lines.push(part);
  }
  return lines;
}
