import type { Trace } from "./chart.js";
import { themed } from "./chart-theme.js";

/** Numbers of a figure in rows. */
export interface Sheet {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const WIDTH = 1000;

/** RFC 4180. A cell that a spreadsheet would run as a formula is led by an apostrophe. */
export function csvOf({ header, rows }: Sheet): string {
  const cell = (value: string | number) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function saveText(text: string, name: string, ending: string): void {
  const bom = ending === "csv" ? "\ufeff" : ""; // spreadsheets read UTF-8 as something else without it
  const type = ending === "html" ? "text/html" : "text/plain";
  save(URL.createObjectURL(new Blob([bom + text], { type: `${type};charset=utf-8` })), name, ending);
}

/** Saves a figure with the page's background, so that its text can be read anywhere. */
export async function saveImage(
  figure: { data: readonly Trace[]; layout: Trace },
  name: string,
  format: "png" | "svg",
): Promise<void> {
  const { default: plotly } = await import("plotly.js-basic-dist-min");
  const background = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  const title = { text: name.replaceAll("<", "&lt;"), font: { size: 16 }, automargin: true };
  const layout = { ...figure.layout, paper_bgcolor: background, title, margin: { l: 60, r: 30, t: 60, b: 50 } };
  const height = Math.max(420, Number(figure.layout.height));
  const url = await plotly.toImage({ data: themed(figure.data), layout }, { format, width: WIDTH, height, scale: 2 });
  save(url, name, format);
}

function save(url: string, name: string, ending: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
