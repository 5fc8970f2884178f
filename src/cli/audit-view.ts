// The audit for a person: a table and the rows to blame on a terminal, and a page with figures.
import type { Finding, Severity } from "../data/audit/index.js";
import { binStart, countSeverities } from "../data/audit/index.js";
import { ruleText } from "../data/rule-texts.js";
import { gapFigure, lengthDistribution, popularityCurve, shareBars } from "../plot/index.js";
import type { DataAudit, ReportPart } from "../recipes/index.js";
import { language, text } from "./messages.js";
import { bold, count, faint, formatTable, type Output, percent, say } from "./output.js";

/** Columns that severity, name, count and share take, about. */
const FIRST_COLUMNS = 66;

/** Prints the verdict, the table, and for all but notes the rows to blame and what to do. */
export function showAudit(audit: DataAudit, output: Output): void {
  const { findings } = audit;
  say(output, bold(text("audit.title", { path: audit.path })));
  for (const line of verdict(audit)) say(output, line);
  say(output);
  const rows = findings.map((found) => row(found).map((cell, at) => (at < 4 ? cell : wrapped(cell, lineWidth()))));
  say(output, formatTable(header(), rows, [2]));
  for (const found of findings) {
    if (found.severity === "note") continue;
    say(output, `\n${bold(`${severityName(found.severity)}: ${nameOf(found)}`)}`);
    for (const line of [...exampleLines(found).map(faint), ...adviceLines(found)]) say(output, `  ${line}`);
  }
  const options = findings.filter(({ severity, fix }) => severity === "note" && fix !== null);
  if (options.length > 0) {
    const head = [text("audit.options.0"), text("audit.options.1")];
    say(
      output,
      `\n${formatTable(
        head,
        options.map((found) => [nameOf(found), found.fix as string]),
      )}`,
    );
  }
  say(output, `\n${faint(text("audit.try"))}`);
}

/** What the page of an audit shows, top to bottom: verdict, table, figures, and the rows of each finding. */
export function auditParts(audit: DataAudit): ReportPart[] {
  const { findings, events } = audit;
  const paragraph = (words: string): ReportPart => ({ type: "text", text: words });
  const parts: ReportPart[] = [
    ...verdict(audit).map(paragraph),
    { type: "table", header: header(), rows: findings.map(row) },
    ...(events ? figures(events) : []),
  ];
  for (const found of findings) {
    const advice = adviceLines(found);
    if (found.examples.length + advice.length === 0) continue;
    parts.push({ type: "heading", text: `${severityName(found.severity)}: ${nameOf(found)}` });
    if (found.examples.length > 0) {
      const rows = found.examples.map(({ line, text: words }) => [String(line), plainWords(words)]);
      parts.push({ type: "table", header: [text("audit.rows.0"), text("audit.rows.1")], rows });
    }
    parts.push(...advice.map(paragraph));
  }
  return parts;
}

function figures({ gaps, signal, drift, counts }: NonNullable<DataAudit["events"]>): ReportPart[] {
  const title = (name: string) => text(`audit.figures.${name}`);
  const parts: ReportPart[] = [];
  const add = (name: string, figure: ReturnType<typeof shareBars>) =>
    parts.push({ type: "figure", figure, description: title(name) });
  if (gaps.gaps > 0)
    add(
      "gaps",
      gapFigure(
        title("gaps"),
        gaps.counts.map((_, bin) => binStart(bin)),
        gaps.counts,
        gaps.suggestedMinutes,
      ),
    );
  if (signal.pairs > 0) {
    const shuffled = signal.shuffled.map((share, i): [string, number] => [`${text("audit.shuffled")} ${i + 1}`, share]);
    add("signal", shareBars(title("signal"), [[text("audit.ordered"), signal.ordered], ...shuffled], 0));
  }
  if (drift) {
    const days = drift.from.map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 10));
    // The first tenth has nothing before it, so it is left out.
    const bars = drift.newShare.map((share, part): [string, number] => [`${part + 1}: ${days[part]}`, share]).slice(1);
    add("drift", shareBars(title("drift"), bars));
  }
  add("perUser", lengthDistribution(counts.perUser));
  add("perItem", popularityCurve(counts.perItem));
  return parts;
}

function verdict({ findings, rows, cleaning }: DataAudit): string[] {
  const counts = countSeverities(findings);
  const line = text("audit.verdict", {
    problems: counts.problem,
    warnings: counts.warning,
    notes: counts.note,
    rows: count(rows),
    kept: count(cleaning?.kept ?? 0),
  });
  return counts.problem + counts.warning === 0 ? [line, text("audit.clean")] : [line];
}

function header(): string[] {
  return ["severity", "finding", "count", "share", "meaning"].map((name) => text(`audit.header.${name}`));
}

function row(found: Finding): string[] {
  const share = found.count === 0 ? "0 %" : percent(found.share);
  return [
    severityName(found.severity),
    nameOf(found),
    count(found.count),
    text("audit.part", { share, whole: text(`audit.whole.${found.of}`) }),
    text(`audit.find.${found.code}.1`, inWords(found.values)),
  ];
}

/** Columns that the sentences may take on this terminal; no limit where the output is a file. */
function lineWidth(): number {
  return process.stdout.isTTY ? Math.max(30, process.stdout.columns - FIRST_COLUMNS) : Number.POSITIVE_INFINITY;
}

/** Breaks a text at spaces, and after wide characters, so that no line is wider than `width` columns. */
function wrapped(words: string, width: number): string {
  const lines = [""];
  let used = 0;
  for (const piece of words.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
    const size = /[\u2e80-\uffef]/.test(piece) ? 2 : piece.length;
    if (used > 0 && used + piece.trimEnd().length > width) {
      lines.push("");
      used = 0;
    }
    lines[lines.length - 1] += piece;
    used += size;
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

function severityName(severity: Severity): string {
  return text(`audit.severity.${severity}`);
}

function nameOf({ code }: Finding): string {
  return text(`audit.find.${code}.0`);
}

function exampleLines({ examples }: Finding): string[] {
  return examples.map(({ line, text: words }) => text("audit.line", { line, text: plainWords(words) }));
}

/** Words of a log without control characters, which could steer a terminal. */
function plainWords(words: string): string {
  return words.replace(/\p{Cc}+/gu, " ");
}

function adviceLines({ fix, cleanedBy, severity }: Finding): string[] {
  const lines = cleanedBy ? [text("audit.cleaned", { rule: ruleText(language(), { rule: cleanedBy })[0] })] : [];
  if (fix) lines.push(text("audit.fix", { fix }));
  return lines.length === 0 && severity !== "note" ? [text("audit.noOption")] : lines;
}

function inWords(values: Finding["values"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "number" ? count(value) : value]),
  );
}
