// A still image of a figure: what a code host, a printer and an exported page show where Plotly does not run.
import type { Figure } from "../core/types.js";
import { type Axis, type AxisSpec, makeAxis } from "./axes.js";
import { escapeHtml } from "./html.js";
import { colourBar, colourOf, marks, px, type Trace } from "./marks.js";

interface Layout {
  readonly title?: { readonly text?: string };
  readonly xaxis?: AxisSpec;
  readonly yaxis?: AxisSpec;
  readonly yaxis2?: AxisSpec;
  readonly height?: number;
  readonly showlegend?: boolean;
  readonly shapes?: readonly { readonly x0: unknown; readonly line?: { readonly color?: string } }[];
  readonly annotations?: readonly { readonly x: unknown; readonly text?: string }[];
}

const GREY = "#777";
const GRID = "rgba(128,128,128,0.25)";
/** Pixels of a line of text, and of one letter; East Asian letters are twice as wide. */
const LINE = 16;
const LETTER = 6.4;

/**
 * Draws bars, lines, points and heat maps of a Plotly figure as SVG, with both vertical axes, legend, colour bar, intervals and
 * marked places. The same figure gives the same bytes.
 *
 * @param width pixels
 */
export function figureSvg(figure: Figure, width = 720): string {
  const traces = figure.data as readonly Trace[];
  const layout = figure.layout as Layout;
  const title = linesOf(layout.title?.text ?? "");
  const legend = layout.showlegend === false || traces.length < 2 ? [] : legendRows(traces, width);
  const height = layout.height ?? 340;
  const names = traces.some(({ type, orientation }) => type === "heatmap" || orientation === "h") ? traces : [];
  const heat = traces.find(({ type }) => type === "heatmap");
  const longest = Math.max(0, ...names.flatMap(({ y = [] }) => y.map((name) => widthOf(String(name)))));
  const [left, right] = [
    Math.max(62, Math.min(260, longest + 16) + (names.length > 0 && layout.yaxis?.title?.text ? 24 : 0)),
    width - (layout.yaxis2 || heat ? 70 : 20),
  ];
  const x = makeAxis(
    layout.xaxis ?? {},
    traces.flatMap((trace) => [...(trace.x ?? []), ...lastEdge(trace)]),
    [left, right],
    traces.some((trace) => trace.type === "bar" && trace.orientation === "h"),
  );
  const tilted = isTight(x, right - left);
  const frame = {
    left,
    right,
    top: 18 + title.length * LINE + (layout.annotations?.length ? 12 : 0),
    bottom: height - 46 - legend.length * LINE - (tilted ? 40 : 6),
  };
  const isSecond = (trace: Trace) => trace.yaxis === "y2";
  const vertical = (own: readonly Trace[], spec: AxisSpec = {}) =>
    makeAxis(
      spec,
      own.flatMap(valuesUp),
      [frame.bottom, frame.top],
      own.some((trace) => trace.type === "bar" && trace.orientation !== "h"),
    );
  const y = vertical(
    traces.filter((trace) => !isSecond(trace)),
    layout.yaxis,
  );
  const y2 = layout.yaxis2 ? vertical(traces.filter(isSecond), layout.yaxis2) : undefined;
  const barTraces = traces.filter(({ type }) => type === "bar");
  const drawn = traces.flatMap((trace, n) =>
    marks(trace, n, x, isSecond(trace) && y2 ? y2 : y, {
      number: Math.max(0, barTraces.indexOf(trace)),
      of: Math.max(1, barTraces.length),
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'Noto Sans CJK SC', 'Noto Sans', sans-serif" font-size="12" fill="${GREY}">`,
    ...title.map((line, n) =>
      text(width / 2, 20 + n * LINE, line, `text-anchor="middle" font-size="${n === 0 ? 15 : 11}"`),
    ),
    axisX(x, frame, tilted),
    axisY(y, frame, "left"),
    y2 ? axisY(y2, frame, "right") : "",
    ...drawn,
    heat ? colourBar(heat, right + 14, frame) : "",
    ...marked(layout, x, frame),
    ...legend.flatMap((row, r) =>
      row.map(({ n, at, name }) => legendItem(traces[n], n, at, height - 8 - LINE * (legend.length - 1 - r), name)),
    ),
    "</svg>",
  ].join("");
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Every height that a trace reaches, with its intervals. */
function valuesUp({ y = [], error_y: error }: Trace): unknown[] {
  const most = y.map((value, i) => (error?.array ? Number(value) + error.array[i] : value));
  const least = error?.arrayminus ? y.map((value, i) => Number(value) - (error.arrayminus?.[i] ?? 0)) : [];
  return [...most, ...least];
}

/** Bars that begin at their value end one step later. */
function lastEdge({ x = [], offset }: Trace): unknown[] {
  if (offset !== 0 || x.length < 2) return [];
  return [Number(x[x.length - 1]) * 2 - Number(x[x.length - 2])];
}

function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${px(x)}" y="${px(y)}" ${more}>${escapeHtml(content)}</text>`;
}

/** Lines of a title; Plotly's `<br>` parts them, other tags fall away. */
function linesOf(title: string): string[] {
  return title
    .split(/<br\s*\/?>/)
    .map((line) => line.replace(/<[^>]*>/g, "").trim())
    .filter(Boolean);
}

/** True where the labels of an axis would run into each other; labels of several lines are kept as they are. */
function isTight(x: Axis, width: number): boolean {
  const room = width / Math.max(1, x.ticks.length) - 4;
  return x.ticks.every(({ label }) => linesOf(label).length < 2) && x.ticks.some(({ label }) => widthOf(label) > room);
}

function axisX(x: Axis, { left, right, top, bottom }: Frame, tilted: boolean): string {
  const ticks = x.ticks.map(({ at, label }) => {
    const lines = linesOf(label);
    const grid = x.showGrid ? `<path d="M${px(at)} ${px(top)}V${px(bottom)}" stroke="${GRID}"/>` : "";
    const turn = tilted ? ` transform="rotate(-35 ${px(at)} ${px(bottom + 12)})"` : "";
    const anchor = `text-anchor="${tilted ? "end" : "middle"}" font-size="11"${turn}`;
    return (
      grid +
      lines
        .map((line, n) =>
          text(
            at,
            bottom + (tilted ? 12 : 16) + n * 13,
            shortened(line, tilted ? Math.min(124, at / 0.82) : 900),
            anchor,
          ),
        )
        .join("")
    );
  });
  const title = x.title ? text((left + right) / 2, bottom + (tilted ? 78 : 36), x.title, 'text-anchor="middle"') : "";
  return `${ticks.join("")}<path d="M${px(left)} ${px(bottom)}H${px(right)}" stroke="${GREY}"/>${title}`;
}

function axisY(y: Axis, { left, right, top, bottom }: Frame, side: "left" | "right"): string {
  const edge = side === "left" ? left - 6 : right + 6;
  const anchor = `text-anchor="${side === "left" ? "end" : "start"}" font-size="11"`;
  const ticks = y.ticks.map(({ at, label }) => {
    const grid = y.showGrid ? `<path d="M${px(left)} ${px(at)}H${px(right)}" stroke="${GRID}"/>` : "";
    return grid + text(edge, at + 4, shortened(label, left - 12), anchor);
  });
  // A title beside long numbers would stand on them.
  const isWide = side === "left" && y.ticks.some(({ label }) => widthOf(label) > left - 20);
  if (y.title && isWide) return ticks.join("") + text(8, top - 8, y.title, 'text-anchor="start"');
  const middle = (top + bottom) / 2;
  const at = side === "left" ? 14 : right + 52;
  const turned = `text-anchor="middle" transform="rotate(-90 ${px(at)} ${px(middle)})"`;
  return ticks.join("") + (y.title ? text(at, middle, y.title, turned) : "");
}

/** Vertical lines and texts at chosen places. */
function marked({ shapes = [], annotations = [] }: Layout, x: Axis, { top, bottom }: Frame): string[] {
  return [
    ...shapes.map(
      ({ x0, line }) =>
        `<path d="M${px(x.at(x0))} ${px(top)}V${px(bottom)}" stroke="${line?.color ?? GREY}" stroke-width="2" stroke-dasharray="6 4"/>`,
    ),
    ...annotations.map(({ x: at, text: content = "" }) => text(x.at(at), top - 3, content, 'text-anchor="middle"')),
  ];
}

interface LegendItem {
  readonly n: number;
  readonly at: number;
  readonly name: string;
}

function legendRows(traces: readonly Trace[], width: number): LegendItem[][] {
  const rows: LegendItem[][] = [[]];
  let at = 62;
  traces.forEach(({ name = "", showlegend }, n) => {
    if (!name || showlegend === false) return;
    const room = widthOf(name) + 40;
    if (at + room > width && rows[rows.length - 1].length > 0) {
      rows.push([]);
      at = 62;
    }
    rows[rows.length - 1].push({ n, at, name });
    at += room;
  });
  return rows.filter((row) => row.length > 0);
}

function legendItem(trace: Trace, n: number, x: number, y: number, name: string): string {
  const colour = colourOf(trace, n);
  const sign =
    trace.mode === "markers"
      ? `<circle cx="${px(x + 9)}" cy="${px(y - 4)}" r="4" fill="${colour}"/>`
      : `<path d="M${px(x)} ${px(y - 4)}h18" stroke="${colour}" stroke-width="3"/>`;
  return `${sign}${text(x + 24, y, name, 'font-size="11"')}`;
}

function widthOf(content: string): number {
  let letters = 0;
  for (const letter of content) letters += (letter.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1;
  return letters * LETTER;
}

function shortened(content: string, pixels: number): string {
  if (widthOf(content) <= pixels) return content;
  let end = content.length;
  while (end > 1 && widthOf(content.slice(0, end)) > pixels - LETTER) end--;
  return `${content.slice(0, end)}…`;
}
