import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { writeFileAtomic } from "../core/files.js";
import type { Figure } from "../core/types.js";
import { escapeHtml } from "../notebook/html.js";
import type { ReportLanguage } from "./report-texts.js";

/** One part of a report, top to bottom. Texts are plain; they are escaped here. */
export type ReportPart =
  | { readonly type: "heading"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "table"; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly type: "figure"; readonly figure: Figure; readonly description: string };

/** Writes `reportHtml` as a file. @throws {RefrainError} FILE_WRITE_FAILED */
export function writeReport(path: string, title: string, language: ReportLanguage, parts: readonly ReportPart[]): void {
  writeFileAtomic(path, reportHtml(title, language, parts));
}

/** One HTML page with live Plotly figures and nothing to load from anywhere. */
export function reportHtml(title: string, language: ReportLanguage, parts: readonly ReportPart[]): string {
  const plotly = readFileSync(createRequire(import.meta.url).resolve("plotly.js-basic-dist-min"), "utf8");
  const figures: Figure[] = [];
  const body = parts.map((part) => render(part, figures)).join("\n");
  const settings = { displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "" };
  return `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
<script>${plotly.replaceAll("</script", "<\\/script")}</script>
<script>
const figures = ${JSON.stringify(figures).replaceAll("<", "\\u003c")};
figures.forEach((figure, i) => Plotly.newPlot("figure" + i, figure.data, figure.layout, ${JSON.stringify(settings)}));
</script>
</body>
</html>
`;
}

function render(part: ReportPart, figures: Figure[]): string {
  if (part.type === "heading") return `<h2>${escapeHtml(part.text)}</h2>`;
  if (part.type === "text") return `<p>${escapeHtml(part.text)}</p>`;
  if (part.type === "figure") {
    const id = figures.push(part.figure) - 1;
    return `<figure aria-label="${escapeHtml(part.description)}"><div id="figure${id}"></div></figure>`;
  }
  const cells = (row: readonly string[], tag: string) =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("");
  const rows = part.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  return `<div class="table"><table><thead><tr>${cells(part.header, "th")}</tr></thead><tbody>\n${rows}\n</tbody></table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; }
body { margin: 0; font: 16px/1.55 system-ui, "Noto Sans", sans-serif; }
:lang(zh-CN) body, body:lang(zh-CN) { font-family: system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 1rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { white-space: nowrap; }
figure { margin: 1.2rem 0; }
`;
