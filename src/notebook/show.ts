import type { Figure } from "../core/types.js";
import { currentChannel, type MimeBundle } from "./channel.js";
import { cell, escapeHtml, tableHtml, tableText } from "./html.js";
import { figureSvg } from "./svg.js";
import { type ShowOptions, tableOf } from "./tables.js";

/**
 * Shows a value below the running notebook cell: tables (arquero's too), lists of objects, figures, models, logs, cleaning
 * reports, audits, evaluations, comparisons, slices, recommendations, and lists of items as songs where `titles` are given.
 *
 * @throws {RefrainError} DISPLAY_MISSING outside a notebook
 */
export function show(value: unknown, options: ShowOptions = {}): void {
  const channel = currentChannel();
  channel.display(bundleOf(value, options));
  // A figure has no place for a caption of its own.
  if (isFigure(value) && options.caption) channel.display(captionBundle(options.caption));
}

let places = 0;

/**
 * A place below the running cell where each value takes the one's before: a table that grows while a cell works.
 *
 * @returns shows a value there, as `show` does
 * @throws {RefrainError} DISPLAY_MISSING outside a notebook
 * @example
 * const show = showLive();
 * for (const done of [1, 2]) show([{ done }]); // one table, which says 2 at last
 */
export function showLive(): (value: unknown, options?: ShowOptions) => void {
  const channel = currentChannel();
  const id = `refrain-live-${++places}`;
  let update = false;
  return (value, options = {}) => {
    channel.display(bundleOf(value, options), { id, update });
    update = true;
  };
}

function captionBundle(caption: string): MimeBundle {
  return { "text/html": `<p><small>${escapeHtml(caption)}</small></p>`, "text/plain": caption };
}

/** What `show` sends: the same value in every form that front ends know. */
export function bundleOf(value: unknown, options: ShowOptions = {}): MimeBundle {
  if (isFigure(value)) return figureBundle(value);
  const table = tableOf(value, options);
  if (table) return { "text/html": tableHtml(table), "text/plain": tableText(table) };
  const [text, { caption }] = [cell(value), options];
  const below = caption ? captionBundle(caption) : { "text/html": "", "text/plain": "" };
  return {
    "text/html": `<p>${escapeHtml(text)}</p>${below["text/html"]}`,
    "text/plain": [text, below["text/plain"]].filter(Boolean).join("\n"),
  };
}

/** A live Plotly figure with a still image beside it, for places that do not run scripts. */
export function figureBundle(figure: Figure): MimeBundle {
  const rounded = JSON.parse(JSON.stringify(figure, (_, value) => shortNumber(value))) as Figure;
  const title = (figure.layout.title as { text?: string } | undefined)?.text ?? "";
  return {
    "application/vnd.plotly.v1+json": rounded,
    "image/svg+xml": figureSvg(rounded),
    "text/plain": title.replace(/<[^>]*>/g, " "),
  };
}

/** Six digits draw the same picture, and keep the notebook small and alike on every machine. */
function shortNumber(value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function isFigure(value: unknown): value is Figure {
  const { data, layout } = (value ?? {}) as Partial<Figure>;
  return Array.isArray(data) && typeof layout === "object" && layout !== null;
}
