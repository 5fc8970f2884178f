import type { Figure } from "../core/types.js";
import { type AxisTitles, axis, COLOURS, figure } from "./theme.js";

/** One line of a chart. @shape x and y [N] */
export interface Line {
  readonly name: string;
  readonly x: readonly (number | string)[];
  readonly y: readonly number[];
}

export interface LineChartOptions extends AxisTitles {
  readonly log?: "x" | "y" | "both";
}

/** Lines over a common axis, in the order given. */
export function lineChart(title: string, lines: readonly Line[], options: LineChartOptions = {}): Figure {
  const { x = "", y = "", log } = options;
  const kind = (own: "x" | "y") => (log === own || log === "both" ? { type: "log" } : {});
  return figure(
    title,
    lines.map((line, n) => ({
      type: "scatter",
      mode: line.x.length > 40 ? "lines" : "lines+markers",
      name: line.name,
      x: line.x,
      y: line.y,
      line: { color: COLOURS[n % COLOURS.length], width: 2 },
      marker: { size: 5 },
    })),
    { xaxis: axis(x, kind("x")), yaxis: axis(y, kind("y")), showlegend: lines.length > 1 },
  );
}

/** Numbers of a table as colours, orange above zero and, where there are such, blue below. @shape z [R][C] */
export function heatmap(
  title: string,
  z: readonly (readonly number[])[],
  rows: readonly string[],
  columns: readonly string[],
  { x = "", y = "" }: AxisTitles = {},
): Figure {
  const isSigned = z.some((row) => row.some((value) => value < 0));
  const most = z.flat().reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 1e-9);
  return figure(
    title,
    [
      {
        type: "heatmap",
        x: columns,
        y: rows,
        z,
        zmin: isSigned ? -most : 0,
        zmax: most,
        colorscale: [...(isSigned ? [[0, COLOURS[0]]] : []), [isSigned ? 0.5 : 0, "#f4f4f4"], [1, COLOURS[1]]],
      },
    ],
    {
      xaxis: axis(x, { type: "category" }),
      yaxis: axis(y, { type: "category", autorange: "reversed" }),
      height: Math.max(280, 110 + 20 * rows.length),
    },
  );
}

/** Points in groups with a text each, such as songs by style. @shape x, y, texts, groups [N] */
export function pointMap(
  title: string,
  points: readonly { readonly x: number; readonly y: number; readonly text: string; readonly group: string }[],
  { x: titleX = "", y: titleY = "" }: AxisTitles = {},
): Figure {
  const groups = [...new Set(points.map(({ group }) => group))];
  return figure(
    title,
    groups.map((name, n) => {
      const own = points.filter(({ group }) => group === name);
      return {
        type: "scatter",
        mode: "markers",
        name,
        x: own.map(({ x }) => x),
        y: own.map(({ y }) => y),
        text: own.map(({ text }) => text),
        hovertemplate: "%{text}<extra></extra>",
        marker: { size: 7, color: COLOURS[n % COLOURS.length], opacity: 0.8 },
      };
    }),
    { xaxis: axis(titleX, { showticklabels: false }), yaxis: axis(titleY, { showticklabels: false }), height: 440 },
  );
}
