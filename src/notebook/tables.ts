// What each value of the project looks like as a table. The first row that fits decides.
import type { EventLog } from "../core/types.js";
import type { CleaningReport, Finding, Profile, RawLog } from "../data/index.js";
import type { ComparisonTable, Evaluation, MetricValue, Slice } from "../evaluate/index.js";
import { protocolSentence } from "../evaluate/index.js";
import { RecurrentModel } from "../model/index.js";
import type { Reason, Recommendation } from "../recommend/index.js";
import { cell, type Table } from "./html.js";

/** What `show` needs beside a value. */
export interface ShowOptions {
  /** A sentence below the table or figure. */
  readonly caption?: string;
  /** Title of each item index, [V+1]: item numbers are shown as songs. */
  readonly titles?: readonly string[];
  /** Reasons of each recommendation, as `explain` gives them. */
  readonly reasons?: readonly (readonly Reason[])[];
  /** Metrics that a comparison shows. Default HR@10 and NDCG@10. */
  readonly metrics?: readonly string[];
}

/** Rows of a log that are shown: enough to see what a row is. */
const FIRST_ROWS = 8;

interface Form<T> {
  fits(value: unknown): boolean;
  table(value: T, options: ShowOptions): Table;
}

const has = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === "object" && value !== null && keys.every((key) => key in value);
const listOf = (value: unknown, ...keys: readonly string[]): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => has(each, ...keys));
const form = <T>(fits: Form<T>["fits"], table: Form<T>["table"]): Form<never> => ({ fits, table }) as Form<never>;

/** A metric with its interval, ".448 [.438, .459]". */
const interval = (metric: Pick<MetricValue, "value" | "low" | "high"> | undefined): string =>
  metric ? `${digits(metric.value)} [${digits(metric.low)}, ${digits(metric.high)}]` : "";
const digits = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, "$1.");
const shortened = (text: string): string => (text.length > 48 ? `${text.slice(0, 47)}…` : text);
const pick = (metrics: readonly MetricValue[], name: string) => metrics.find((each) => each.name === name);
const usual = ({ metrics = ["HR@10", "NDCG@10"] }: ShowOptions): readonly string[] => metrics;

const comparison = (table: ComparisonTable, options: ShowOptions): Table => ({
  columns: [
    "scorer",
    ...usual(options).map((name) => `${name} [95 %]`),
    ...(table.reference === null ? [] : [`${table.metric} − ${table.reference}`]),
  ],
  rows: table.rows.map(({ scorer, metrics, differences }) => [
    scorer,
    ...usual(options).map((name) => interval(pick(metrics, name))),
    ...(table.reference === null ? [] : [interval(differences ? pick(differences, table.metric) : undefined)]),
  ]),
  caption: options.caption ?? protocolSentence(table.protocol),
});

const recommendations = (list: readonly Recommendation[], { titles, reasons, caption }: ShowOptions): Table => ({
  columns: ["rank", "song", "probability", ...(reasons ? ["because of"] : [])],
  rows: list.map(({ rank, item, probability }, n) => [
    rank,
    titles?.[item] ?? item,
    `${(100 * probability).toPrecision(3)} %`,
    ...(reasons
      ? [
          reasons[n]
            .filter(({ influence }) => influence > 0)
            .map((reason) => `${titles?.[reason.item] ?? reason.item} (+${digits(reason.influence)})`)
            .join("; "),
        ]
      : []),
  ]),
  caption,
});

const eventLog = (log: EventLog, { caption }: ShowOptions): Table => ({
  columns: ["user", "item", "time"],
  rows: Array.from({ length: Math.min(log.users.length, FIRST_ROWS) }, (_, row) => [
    log.userIds[log.users[row]],
    log.itemTitles[log.items[row]],
    log.hasTimes ? new Date(log.times[row] * 1000) : log.times[row],
  ]),
  caption:
    caption ?? `${cell(log.users.length)} plays, ${cell(log.userIds.length)} users, ${cell(log.itemIds.length)} items`,
});

const rawLog = (raw: RawLog, { caption }: ShowOptions): Table => ({
  columns: ["line", ...raw.columns.keys()],
  rows: Array.from({ length: Math.min(raw.lines.length, FIRST_ROWS) }, (_, row) => [
    String(raw.lines[row]),
    ...Array.from(raw.columns.values(), (column) => column[row]),
  ]),
  caption: caption ?? `${raw.detected.layout ?? raw.detected.format}, ${cell(raw.lines.length)} rows`,
});

const FORMS: readonly Form<never>[] = [
  form<{ columnNames(): string[]; objects(): Record<string, unknown>[] }>(
    (value) => has(value, "columnNames", "objects"),
    (table, { caption }) => {
      const columns = table.columnNames();
      return { columns, rows: table.objects().map((row) => columns.map((name) => row[name])), caption };
    },
  ),
  form<RecurrentModel>(
    (value) => value instanceof RecurrentModel,
    (model, { caption }) => ({
      columns: ["weight", "shape", "numbers"],
      rows: Array.from(model.parameters, ([name, { shape, size }]) => [name, `[${shape.join(", ")}]`, size]),
      caption: caption ?? `${cell(model.parameterCount)} parameters`,
    }),
  ),
  form<ComparisonTable>((value) => has(value, "rows", "protocol", "reference"), comparison),
  form<Evaluation>(
    (value) => has(value, "scorer", "metrics", "protocol", "ranks"),
    ({ metrics, protocol }, { caption }) => ({
      columns: ["metric", "value", "95 % low", "95 % high"],
      rows: metrics.map(({ name, value, low, high }) => [name, value, low, high]),
      caption: caption ?? protocolSentence(protocol),
    }),
  ),
  form<Slice[]>(
    (value) => listOf(value, "by", "cases", "metrics"),
    (list, options) => ({
      columns: ["by", "slice", "cases", "share", ...usual(options).map((name) => `${name} [95 %]`)],
      rows: list.map(({ by, name, cases, share, metrics }) => [
        by,
        name,
        cases,
        share,
        ...usual(options).map((metric) => interval(pick(metrics, metric))),
      ]),
      caption: options.caption,
    }),
  ),
  form<CleaningReport>(
    (value) => has(value, "read", "kept", "steps"),
    ({ read, kept, removed, steps }, { caption }) => ({
      columns: ["rule", "removed", "repaired", "kept", "first lines"],
      rows: steps.map(({ rule, removed, repaired, kept, lines }) => [rule, removed, repaired, kept, lines.join(", ")]),
      caption: caption ?? `read ${cell(read)} = kept ${cell(kept)} + removed ${cell(removed)}`,
    }),
  ),
  form<readonly Recommendation[]>((value) => listOf(value, "rank", "item", "probability"), recommendations),
  form<readonly Finding[]>(
    (value) => listOf(value, "code", "severity", "examples"),
    (list, { caption }) => ({
      columns: ["severity", "finding", "count", "share", "of", "first example", "remedy"],
      rows: list.map(({ severity, code, count, share, of, examples, fix, cleanedBy }) => [
        severity,
        code,
        count,
        share,
        of,
        examples[0] ? shortened(`line ${examples[0].line}: ${examples[0].text}`) : "",
        cleanedBy ? `cleaned by "${cleanedBy}"` : (fix ?? ""),
      ]),
      caption,
    }),
  ),
  form<EventLog>((value) => has(value, "users", "items", "itemTitles", "hasTimes"), eventLog),
  form<RawLog>((value) => has(value, "columns", "lines", "badRows"), rawLog),
  form<Profile>(
    (value) => has(value, "gini", "repeatShare"),
    (profile, { caption }) => ({
      columns: ["property", "value"],
      rows: Object.entries(profile).map(([name, value]) => [name, cell(value)]),
      caption: caption ?? "lists: least, quarter, median, three quarters, 90 %, 99 %, most",
    }),
  ),
  form<ArrayLike<number>>(
    (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
    (items, { titles, caption }) => ({
      columns: titles ? ["", "song"] : ["", "value"],
      rows: Array.from(items, (item, n) => [n + 1, titles ? (titles[item] ?? item) : item]),
      caption,
    }),
  ),
  form<readonly Record<string, unknown>[]>(
    (value) => listOf(value) && (value as unknown[]).every((each) => typeof each === "object" && !Array.isArray(each)),
    (rows, { caption }) => {
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      return { columns, rows: rows.map((row) => columns.map((name) => row[name])), caption };
    },
  ),
  form<readonly unknown[]>(
    (value) => Array.isArray(value),
    (list, { titles, caption }) => ({
      columns: titles ? ["", "song"] : ["", "value"],
      rows: list.map((each, n) => [n + 1, titles && typeof each === "number" ? (titles[each] ?? each) : each]),
      caption,
    }),
  ),
  form<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null,
    (value, { caption }) => ({
      columns: ["name", "value"],
      rows: Object.entries(value).map(([name, each]) => [name, cell(each)]),
      caption,
    }),
  ),
];

/** The table of a value, or undefined where it is a plain text, number or nothing. */
export function tableOf(value: unknown, options: ShowOptions = {}): Table | undefined {
  return FORMS.find((each) => each.fits(value))?.table(value as never, options);
}
