/** A table as rows of cells; numbers keep their type so that they can be set right. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** A sentence below the table, such as the protocol. */
  readonly caption?: string;
}

/** Rows of a page; further pages fold out. */
const PAGE = 20;
/** Rows that reach a notebook at most: a table is for reading, and the file has to stay small. */
const MOST_ROWS = 200;
/** Entries of a list or object in a cell. */
const MOST_ENTRIES = 12;

/**
 * A table as HTML without script and without colours of its own, so that light and dark themes and code hosts show it.
 * Rows after the first 20 stand in parts that fold out; rows after the first 200 are only counted.
 */
export function tableHtml({ columns, rows, caption }: Table): string {
  const kept = rows.slice(0, MOST_ROWS);
  const numeric = columns.map((_, c) => kept.some((row) => isNumber(row[c])) && kept.every((row) => fits(row[c])));
  const pages = Array.from({ length: Math.max(1, Math.ceil(kept.length / PAGE)) }, (_, p) => {
    const table = pageHtml(columns, kept.slice(p * PAGE, (p + 1) * PAGE), numeric);
    const last = Math.min(kept.length, (p + 1) * PAGE);
    return p === 0 ? table : `<details><summary>${p * PAGE + 1} – ${last}</summary>${table}</details>`;
  });
  const counted = rows.length > kept.length ? `${kept.length} / ${cell(rows.length)}` : "";
  const below = [caption, counted].filter(Boolean).map((text) => `<p><small>${escapeHtml(text as string)}</small></p>`);
  return `<div class="refrain" style="overflow-x:auto">${pages.join("")}${below.join("")}</div>`;
}

/** The same as text, for places that show no HTML. */
export function tableText({ columns, rows, caption }: Table): string {
  const lines = [columns, ...rows.slice(0, PAGE).map((row) => row.map(cell))].map((row) => row.join(" | "));
  return [...lines, ...(caption ? [caption] : [])].join("\n");
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * A value as a person reads it: three significant digits, thousands apart, lists in brackets.
 *
 * @example cell(0.123456) // "0.123"
 */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return value.length > 300 ? `${value.slice(0, 299)}…` : value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    return `[${list.slice(0, MOST_ENTRIES).map(cell).join(", ")}${list.length > MOST_ENTRIES ? ", …" : ""}]`;
  }
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace("T", " ");
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return entries.map(([name, each]) => `${name}: ${typeof each === "object" ? flat(each) : cell(each)}`).join(", ");
}

/** What stands inside an object or list of a cell; deeper things are named by their JSON, cut short. */
function flat(value: unknown): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return cell(value);
  return cell(JSON.stringify(value) ?? "");
}

function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

const isNumber = (value: unknown) => typeof value === "number";
const fits = (value: unknown) => isNumber(value) || value === null || value === undefined;

function pageHtml(columns: readonly string[], rows: Table["rows"], numeric: readonly boolean[]): string {
  const align = (c: number) => ` style="text-align:${numeric[c] ? "right" : "left"}"`;
  const head = columns.map((name, c) => `<th${align(c)}>${escapeHtml(name)}</th>`).join("");
  const body = rows.map((row) => {
    const cells = columns.map((_, c) => `<td${align(c)}>${escapeHtml(cell(row[c]))}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table>`;
}
