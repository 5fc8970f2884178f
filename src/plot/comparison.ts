import type { Figure } from "../core/types.js";
import { axis, COLOURS, figure } from "./theme.js";

/** One bar with its 95 % interval. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A metric of several scorers as bars with intervals, in the given order; `caption` names the protocol. */
export function metricBars(metric: string, bars: readonly Bar[], caption: string): Figure {
  return figure(
    `${metric}<br><sub>${caption}</sub>`,
    [
      {
        type: "bar",
        x: bars.map(({ name }) => name),
        y: bars.map(({ value }) => value),
        marker: { color: bars.map((_, i) => COLOURS[i % COLOURS.length]) },
        text: bars.map(({ value }) => value.toFixed(3)),
        textposition: "inside",
        error_y: {
          type: "data",
          symmetric: false,
          array: bars.map(({ value, high }) => high - value),
          arrayminus: bars.map(({ value, low }) => value - low),
          color: "#888",
        },
      },
    ],
    { xaxis: axis(""), yaxis: axis(metric, { rangemode: "tozero" }), margin: { l: 60, r: 20, t: 80, b: 50 } },
  );
}
