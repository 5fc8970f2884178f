import type { Figure } from "../core/types.js";

/** Colours that stay apart for colour-blind readers (Okabe & Ito 2008). */
export const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"] as const;

/** A figure in the common style: transparent, so that light and dark pages both work. */
export function figure(title: string, data: Figure["data"], layout: Record<string, unknown> = {}): Figure {
  return {
    data,
    layout: {
      title: { text: title, font: { size: 15 } },
      font: { family: "system-ui, 'Noto Sans CJK SC', 'Noto Sans', sans-serif", size: 12, color: "#666" },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: "#999", activecolor: "#666" },
      margin: { l: 60, r: 20, t: 50, b: 50 },
      height: 340,
      legend: { orientation: "h", y: -0.25 },
      ...layout,
    },
  };
}

/** Titles of the axes of a figure, in the reader's words; without units in it, the numbers have none. */
export interface AxisTitles {
  readonly x?: string;
  readonly y?: string;
}

/** An axis with a light grid. */
export function axis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title },
    gridcolor: "rgba(128,128,128,0.25)",
    zerolinecolor: "rgba(128,128,128,0.4)",
    automargin: true,
    ...more,
  };
}
