// What `evaluate` and `compare` know about scorers, as tables that a terminal and a page share.
import type { ComparisonTable } from "../evaluate/index.js";
import { protocolSentence } from "../evaluate/index.js";
import { type Judged, type ReportPart, resultRows, type TestReading } from "../recipes/index.js";
import { text } from "./messages.js";
import { bold, count, faint, formatTable, type Output, say } from "./output.js";

/** A table with its title, and a sentence below it. */
export interface TitledTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

const digits = (value: number) => value.toFixed(4);
const range = ({ value, low, high }: { value: number; low: number | null; high: number | null }) =>
  low === null || high === null ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`;
const headerOf = (key: string, size: number, values = {}) =>
  Array.from({ length: size }, (_, at) => text(`measure.${key}.${at}`, values));

/** Everything that is known, from the results down to what was published. */
export function judgeTables(table: ComparisonTable, judged: readonly Judged[]): TitledTable[] {
  return [
    {
      title: text("measure.table", { part: table.protocol.part }),
      ...resultRows(table, text),
      note: text("intervals", { protocol: protocolSentence(table.protocol) }),
    },
    ...testTable(table),
    speedTable(table),
    byScorer(text("measure.lists"), judged, ({ lists }) => lists),
    byScorer(text("measure.sets"), judged, ({ sets }) => sets),
    ...judged.slice(0, 1).map(sliceTable),
    ...anchorTables(judged[0]),
  ].filter(({ rows }) => rows.length > 0);
}

/** Who differs from the best. */
export function testTable({ rows, metric }: ComparisonTable): TitledTable[] {
  const best = rows.find(({ scorer }) => scorer !== "oracle");
  const tested = rows.flatMap(({ scorer, tests }) => (tests ? [{ scorer, tests }] : []));
  if (!best || tested.length === 0) return [];
  const p = (value: number) => (value < 0.0001 ? "< 0.0001" : value.toFixed(4));
  return [
    {
      title: text("measure.tests", { best: best.scorer, metric, count: tested.length }),
      header: headerOf("testHeader", 5),
      rows: tested.map(({ scorer, tests: { difference, randomisation, wilcoxon } }) => [
        scorer,
        range(difference),
        p(randomisation.corrected),
        p(wilcoxon.corrected),
        text(randomisation.corrected < 0.05 ? "measure.differs" : "measure.same"),
      ]),
    },
  ];
}

function speedTable({ rows, metric }: ComparisonTable): TitledTable {
  return {
    title: text("measure.speed"),
    header: headerOf("speedHeader", 5, { metric }),
    rows: rows
      .filter(({ seconds }) => seconds > 0)
      .map(({ scorer, millisecondsPerUser = 0, casesPerSecond, memoryBytes = 0, metrics }) => {
        const found = metrics.find(({ name }) => name === metric);
        return [
          scorer,
          millisecondsPerUser.toPrecision(3),
          count(Math.round(casesPerSecond)),
          `${count(Math.round(memoryBytes / 1e6))} MB`,
          found?.pessimistic === undefined ? "" : `${digits(found.pessimistic)} – ${digits(found.optimistic ?? 0)}`,
        ];
      }),
  };
}

type Named = {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** Scorers up to which each is a column with intervals. */
const COLUMNS = 3;

/** One row a metric and one column a scorer; of many scorers one row a scorer, without intervals. */
function byScorer(title: string, judged: readonly Judged[], of: (each: Judged) => readonly Named[]): TitledTable {
  const names = [...new Set(judged.flatMap((each) => of(each).map(({ name }) => name)))];
  const value = (each: Judged, name: string) => {
    const found = of(each).find((metric) => metric.name === name);
    return found ? digits(found.value) : "";
  };
  if (judged.length > COLUMNS)
    return {
      title,
      header: [text("scorer"), ...names],
      rows:
        names.length === 0
          ? []
          : judged.map((each) => [each.evaluation.scorer, ...names.map((name) => value(each, name))]),
    };
  return {
    title,
    header: ["", ...judged.map(({ evaluation }) => evaluation.scorer)],
    rows: names.map((name) => [
      name,
      ...judged.map((each) => {
        const found = of(each).find((metric) => metric.name === name);
        return found ? range(found) : "";
      }),
    ]),
  };
}

function sliceTable({ evaluation, slices }: Judged): TitledTable {
  const names = slices[0]?.metrics.map(({ name }) => name) ?? [];
  return {
    title: text("measure.slices", { scorer: evaluation.scorer }),
    header: [...headerOf("sliceHeader", 4), ...names],
    rows: slices.map(({ by, name, cases, users, metrics }) => [
      by,
      name,
      count(cases),
      count(users),
      ...metrics.map((metric) => range(metric)),
    ]),
  };
}

/** What was published on this data: side by side where that is allowed, and why not where it is not. */
function anchorTables({ anchors }: Judged): TitledTable[] {
  const allowed = anchors.filter(({ comparable }) => comparable);
  const others = anchors.filter(({ comparable }) => !comparable);
  const reasons = others.map(({ anchor, reasons }) =>
    text("measure.otherAnchor", { model: anchor.model, source: anchor.source, reasons: reasons.join("; ") }),
  );
  const note = anchors.length === 0 ? text("measure.noAnchors") : undefined;
  return [
    {
      title: text("measure.anchors"),
      header: headerOf("anchorHeader", 5),
      rows: allowed.map(({ anchor, metrics, cautions }) => [
        anchor.model,
        metrics.map(({ name, published }) => `${name} ${published}`).join(", "),
        metrics.map(({ name, own }) => (own ? `${name} ${range(own)}` : "")).join(", "),
        anchor.source,
        cautions.join("; "),
      ]),
    },
    {
      title: text("measure.anchors"),
      header: [text("measure.otherAnchors")],
      rows: (note ? [note] : reasons).map((line) => [line]),
    },
  ];
}

/** Prints tables one below the other. */
export function showTables(tables: readonly TitledTable[], output: Output): void {
  for (const { title, header, rows, note } of tables) {
    say(output, `\n${bold(title)}\n${formatTable(header, rows)}`);
    if (note) say(output, faint(note));
  }
}

/** The same for a page. */
export function tableParts(tables: readonly TitledTable[]): ReportPart[] {
  return tables.flatMap(({ title, header, rows, note }): ReportPart[] => [
    { type: "heading", text: title },
    { type: "table", header, rows },
    ...(note ? [{ type: "text", text: note } as const] : []),
  ]);
}

/** How often the test part was read, with a warning where it was for more than one model. */
export function readingLines(readings: readonly TestReading[], isComparison = false): string[] {
  if (readings.length === 0) return [];
  const line = text("measure.readings", { count: readings.length, first: readings[0].first.slice(0, 10) });
  if (isComparison) return [line, text("measure.each")];
  return readings.length > 1 ? [line, text("measure.warning")] : [line];
}
