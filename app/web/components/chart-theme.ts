import type { Trace } from "./chart.js";

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Replaces "var(--x)" anywhere in traces by the colour that it has now: Plotly knows no variables. */
export function themed(data: readonly Trace[]): Trace[] {
  return data.map((trace) => resolved(trace) as Trace);
}

function resolved(value: unknown): unknown {
  if (typeof value === "string") {
    const found = /^var\((--[\w-]+)\)$/.exec(value);
    return found ? colour(found[1]) : value;
  }
  if (Array.isArray(value)) return value.length > 0 && typeof value[0] === "number" ? value : value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
}

/** Plotly reads some HTML in its texts: names of songs must not be read so. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** An axis of the common look. */
export function axis(title: string, more: Trace = {}): Trace {
  return {
    title: { text: title, standoff: 8 },
    gridcolor: colour("--line"),
    zerolinecolor: colour("--line-strong"),
    linecolor: colour("--line-strong"),
    tickcolor: colour("--line-strong"),
    automargin: true,
    ...more,
  };
}

export function baseLayout(height: number): Trace {
  return {
    height,
    font: { family: getComputedStyle(document.documentElement).fontFamily, size: 12, color: colour("--muted") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 52, r: 18, t: 8, b: 40 },
    hovermode: "closest",
    hoverlabel: {
      bgcolor: colour("--surface"),
      bordercolor: colour("--line-strong"),
      font: { color: colour("--text") },
    },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    dragmode: "zoom",
  };
}
