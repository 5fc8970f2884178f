import { scaleBand, scaleLinear, scaleLog, scaleUtc } from "d3-scale";

/** An axis of a Plotly layout, as far as the still image knows it. */
export interface AxisSpec {
  readonly title?: { readonly text?: string };
  readonly type?: string;
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly tickformat?: string;
  readonly range?: readonly [number, number];
  readonly autorange?: string;
  readonly rangemode?: string;
  readonly showticklabels?: boolean;
  readonly showgrid?: boolean;
}

/** Where values lie in pixels, and which of them are written at the axis. */
export interface Axis {
  readonly title: string;
  readonly showGrid: boolean;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Pixels of a value; the middle of its band on an axis of categories. */
  at(value: unknown): number;
  /** Pixels between two neighbouring values; what a bar or a cell may fill. */
  readonly band: number;
}

/** Categories that are written at an axis at most; of more, every second, third … is. */
const MOST_LABELS = 24;

/**
 * @param values every value that the axis has to hold
 * @param pixels where the axis begins and ends
 * @param zero   true where marks grow from zero, as bars do
 */
export function makeAxis(
  spec: AxisSpec,
  values: readonly unknown[],
  pixels: readonly [number, number],
  zero: boolean,
): Axis {
  const base = { title: spec.title?.text ?? "", showGrid: spec.showgrid !== false };
  const isText = values.some((value) => typeof value === "string") && spec.type !== "date";
  if (spec.type === "category" || isText) return { ...base, ...categories(spec, values, pixels) };
  const numbers = values.map((value) => Number(spec.type === "date" ? Date.parse(String(value)) : value));
  const known = numbers.filter((value) => Number.isFinite(value) && (spec.type !== "log" || value > 0));
  const distinct = new Set(known).size;
  const span = pixels[1] - pixels[0];
  return { ...base, ...continuous(spec, known, pixels, zero), band: Math.abs(span) / Math.max(1, distinct) };
}

function categories(spec: AxisSpec, values: readonly unknown[], pixels: readonly [number, number]) {
  const names = [...new Set(values.map(String))];
  const range = spec.autorange === "reversed" ? ([pixels[1], pixels[0]] as const) : pixels;
  const scale = scaleBand(names, range);
  const at = (value: unknown) => (scale(String(value)) ?? Number.NaN) + scale.bandwidth() / 2;
  const every = Math.ceil(names.length / MOST_LABELS);
  const labelled = spec.showticklabels === false ? [] : names.filter((_, n) => n % every === 0);
  return { at, band: scale.bandwidth(), ticks: labelled.map((name) => ({ at: at(name), label: name })) };
}

function continuous(spec: AxisSpec, known: readonly number[], pixels: readonly [number, number], zero: boolean) {
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const fromZero = zero || spec.rangemode === "tozero";
  const [low, high] = spec.range ?? domain(least, most, fromZero, spec.type === "log");
  const scale =
    spec.type === "log"
      ? scaleLog([spec.range ? 10 ** low : low, spec.range ? 10 ** high : high], pixels)
      : spec.type === "date"
        ? scaleUtc([low, high], pixels)
        : scaleLinear([low, high], pixels);
  const at = (value: unknown) => scale(spec.type === "date" ? Date.parse(String(value)) : Number(value)) as number;
  if (spec.showticklabels === false) return { at, ticks: [] };
  if (spec.tickvals)
    return { at, ticks: spec.tickvals.map((value, n) => ({ at: at(value), label: spec.ticktext?.[n] ?? `${value}` })) };
  const whole = spec.type !== "date" && known.every(Number.isInteger);
  const ticks = (scale.ticks(6) as unknown[]).filter((value) => !whole || Number.isInteger(value));
  const shown = spec.type === "log" && ticks.length > 9 ? roundSteps(ticks.map(Number)) : ticks;
  const written = spec.type === "log" || whole ? plain : format(scale, spec);
  return { at, ticks: shown.map((value) => ({ at: scale(value as number), label: written(value) })) };
}

/** Of a logarithmic axis the powers of ten are written; 1, 2 and 5 of each where it holds less than three of them. */
function roundSteps(ticks: readonly number[]): number[] {
  const first = (value: number) => Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
  const powers = ticks.filter((value) => first(value) === 1);
  return powers.length > 2 ? powers : ticks.filter((value) => [1, 2, 5].includes(first(value)));
}

const plain = (value: unknown): string => Number(value).toLocaleString("en-US", { maximumSignificantDigits: 6 });

/** Plotly and d3 share a format language; of it only per cent is used here. */
function format(
  scale: { tickFormat(count: number, format?: string): unknown },
  spec: AxisSpec,
): (value: unknown) => string {
  return scale.tickFormat(6, spec.tickformat?.endsWith("p") ? ".2~p" : undefined) as (value: unknown) => string;
}

function domain(least: number, most: number, fromZero: boolean, log: boolean): [number, number] {
  if (!(least <= most)) return log ? [1, 10] : [0, 1];
  if (log) return [least / 1.1, most * 1.1];
  const low = fromZero ? Math.min(0, least) : least;
  const high = fromZero ? Math.max(0, most) : most;
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [fromZero && low === 0 ? 0 : low - room, fromZero && high === 0 ? 0 : high + room];
}
