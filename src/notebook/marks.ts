import { scaleLinear } from "d3-scale";
import { COLOURS } from "../plot/index.js";
import type { Axis } from "./axes.js";

/** A trace of a figure, as far as the still image knows it. */
export interface Trace {
  readonly type?: string;
  readonly mode?: string;
  readonly name?: string;
  readonly x?: readonly unknown[];
  readonly y?: readonly unknown[];
  readonly z?: readonly (readonly number[])[];
  readonly zmin?: number;
  readonly zmax?: number;
  readonly colorscale?: readonly (readonly [number, string])[];
  readonly orientation?: string;
  readonly offset?: number;
  readonly yaxis?: string;
  readonly showlegend?: boolean;
  readonly marker?: { readonly color?: string | readonly string[]; readonly size?: number; readonly opacity?: number };
  readonly line?: { readonly color?: string; readonly width?: number; readonly dash?: string };
  readonly error_y?: { readonly array?: readonly number[]; readonly arrayminus?: readonly number[] };
}

/** A number of pixels with one digit: enough for the eye, and the same on every machine. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

export function colourOf(trace: Trace, n: number, at = 0): string {
  const own = trace.line?.color ?? trace.marker?.color;
  return (typeof own === "string" ? own : own?.[at]) ?? COLOURS[n % COLOURS.length];
}

/** The marks of a trace, as elements. @param group number of this bar trace, and how many stand side by side */
export function marks(
  trace: Trace,
  n: number,
  x: Axis,
  y: Axis,
  group: { readonly number: number; readonly of: number },
): string[] {
  if (trace.type === "bar") return bars(trace, n, x, y, group);
  return trace.type === "heatmap" ? cells(trace, x, y) : points(trace, n, x, y);
}

function bars(trace: Trace, n: number, x: Axis, y: Axis, group: { readonly number: number; readonly of: number }) {
  const lying = trace.orientation === "h";
  const [along, across] = lying ? [y, x] : [x, y];
  const [places, lengths] = lying ? [trace.y, trace.x] : [trace.x, trace.y];
  const whole = along.band * (trace.offset === 0 ? 1 : 0.8);
  const width = whole / group.of;
  const start = trace.offset === 0 ? 0 : -whole / 2;
  const zero = [across.at(0), across.at(1)].find(Number.isFinite) ?? 0;
  return (places ?? []).map((place, i) => {
    const end = across.at(lengths?.[i]);
    if (!Number.isFinite(end)) return ""; // nothing to draw on a logarithmic axis
    const from = along.at(place) + start + group.number * width;
    const [low, size] = [Math.min(zero, end), Math.abs(end - zero)];
    const box = lying ? [low, from, size, width] : [from, low, width, size];
    const [left, top, w, h] = box.map(px);
    const bar = `<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="${colourOf(trace, n, i)}"/>`;
    return bar + whisker(trace, i, from + width / 2, Number(lengths?.[i]), across);
  });
}

/** The interval of a bar that stands. */
function whisker({ error_y: error }: Trace, i: number, at: number, value: number, y: Axis): string {
  const [up, down] = [error?.array?.[i], error?.arrayminus?.[i] ?? error?.array?.[i]];
  if (up === undefined || down === undefined) return "";
  const [top, bottom] = [y.at(value + up), y.at(value - down)];
  const cap = (end: number) => `M${px(at - 4)} ${px(end)}H${px(at + 4)}`;
  return `<path d="M${px(at)} ${px(top)}V${px(bottom)}${cap(top)}${cap(bottom)}" stroke="#888" fill="none"/>`;
}

function points(trace: Trace, n: number, x: Axis, y: Axis): string[] {
  const { mode = "lines", line, marker } = trace;
  const colour = colourOf(trace, n);
  const places = (trace.x ?? []).map((value, i) => [x.at(value), y.at(trace.y?.[i])] as const);
  const parts: string[] = [];
  if (mode.includes("lines")) {
    let pen = "M";
    const path = places.map(([left, top]) => {
      if (!Number.isFinite(left) || !Number.isFinite(top)) {
        pen = "M";
        return "";
      }
      const step = `${pen}${px(left)} ${px(top)}`;
      pen = "L";
      return step;
    });
    const dash = line?.dash && line.dash !== "solid" ? ' stroke-dasharray="6 4"' : "";
    const stroke = `stroke="${colour}" stroke-width="${line?.width ?? 2}"${dash}`;
    parts.push(`<path d="${path.join("")}" fill="none" ${stroke} stroke-linejoin="round"/>`);
  }
  if (mode.includes("markers"))
    for (const [left, top] of places.filter((place) => place.every(Number.isFinite)))
      parts.push(
        `<circle cx="${px(left)}" cy="${px(top)}" r="${(marker?.size ?? 6) / 2}" fill="${colour}" fill-opacity="${marker?.opacity ?? 1}"/>`,
      );
  return parts;
}

/** Colour of each value of a heat map. */
function heatOf({ zmin = 0, zmax = 1, colorscale = [] }: Trace): (value: number) => string {
  const stops = colorscale.map(([share]) => zmin + share * (zmax - zmin));
  const colours = colorscale.map(([, name]) => name);
  return scaleLinear(stops, colours).clamp(true) as unknown as (value: number) => string;
}

function cells(trace: Trace, x: Axis, y: Axis): string[] {
  const { z = [] } = trace;
  const colour = heatOf(trace);
  const [w, h] = [px(x.band + 0.3), px(y.band + 0.3)]; // a hair of overlap hides the seams
  return z.flatMap((row, r) =>
    row.flatMap((value, c) => {
      if (!Number.isFinite(value)) return []; // as Plotly, a hole
      const [left, top] = [x.at(trace.x?.[c]) - x.band / 2, y.at(trace.y?.[r]) - y.band / 2];
      return [`<rect x="${px(left)}" y="${px(top)}" width="${w}" height="${h}" fill="${colour(value)}"/>`];
    }),
  );
}

/** Parts of a colour bar. */
const SHADES = 24;

/** Which colour of a heat map stands for which value, beside it. @param left pixels */
export function colourBar(
  trace: Trace,
  left: number,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): string {
  const { zmin = 0, zmax = 1 } = trace;
  const colour = heatOf(trace);
  const height = (bottom - top) / SHADES;
  const shades = Array.from({ length: SHADES }, (_, n) => {
    const value = zmax - ((n + 0.5) / SHADES) * (zmax - zmin);
    return `<rect x="${px(left)}" y="${px(top + n * height)}" width="10" height="${px(height + 0.3)}" fill="${colour(value)}"/>`;
  });
  const labels = [zmax, (zmin + zmax) / 2, zmin].map((value, n) => {
    const at = top + (n / 2) * (bottom - top);
    return `<text x="${px(left + 14)}" y="${px(at + 4)}" font-size="11">${Number(value.toPrecision(2))}</text>`;
  });
  return [...shades, ...labels].join("");
}
