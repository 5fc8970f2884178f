// The cleaning rules in the language of arquero, for tables that fit.
import { escape as escaped, op } from "arquero";
import type { CleaningOptions } from "./options.js";
import { busiestDay, equalGaps } from "./rhythm.js";
import type { Comparison, Keep, Row, Rule } from "./rules.js";

/** The part of arquero's table that the rules use; its own types lose the column types anyway. */
export interface Table {
  numRows(): number;
  array(name: string): ArrayLike<unknown>;
  filter(keep: unknown): Table;
  derive(columns: Record<string, unknown>): Table;
  groupby(...keys: (string | Record<string, unknown>)[]): Table;
  ungroup(): Table;
  orderby(...names: string[]): Table;
}

/** The rows of a table that a rule keeps. */
export function applyRule(rule: Rule, table: Table, options: CleaningOptions): Table {
  return rule.keep(options).reduce((left, step) => KEEP[step.kind](left, step as never), table);
}

const where = (value: (row: Row) => unknown) => escaped(value);

const COMPARE: Readonly<Record<Comparison, (value: string | number, limit: string | number) => boolean>> = {
  "is not": (value, limit) => value !== limit,
  "at least": (value, limit) => value >= limit,
  "at most": (value, limit) => value <= limit,
  "not below": (value, limit) => !(value < limit),
};

type Of<Kind> = Extract<Keep, { kind: Kind }>;

const KEEP: { readonly [Kind in Keep["kind"]]: (table: Table, step: Of<Kind>) => Table } = {
  rows: (table, { where: conditions }) =>
    table.filter(where((d) => conditions.every(([column, how, limit]) => COMPARE[how](d[column], limit)))),

  "no jump"(table, { share, plus, leastRows }) {
    if (table.numRows() < leastRows) return table;
    const times = Float64Array.from(table.array("time") as ArrayLike<number>).sort();
    const limit = times[Math.floor(share * (times.length - 1))] + plus;
    return table.filter(where((d) => d.time <= limit));
  },

  "first of equal"(table) {
    // Grouping by numbers, not by ids: arquero joins the keys of a group into one text, where ids may hold its joints.
    const user = numbering();
    const item = numbering();
    return table
      .orderby("row")
      .groupby({
        user: where((d) => user(d.user)),
        item: where((d) => item(d.item)),
        time: where((d) => d.time),
      })
      .filter(() => op.row_number() === 1)
      .ungroup();
  },

  people(table, { most }) {
    if (Array.from(table.array("rating") as ArrayLike<number>).some(Number.isFinite)) return table;
    const bots = new Set<string>();
    const sorted = table.orderby("user", "time");
    const users = Array.from(sorted.array("user") as ArrayLike<string>);
    const times = Float64Array.from(sorted.array("time") as ArrayLike<number>);
    for (let start = 0; start < users.length; ) {
      let end = start;
      while (end < users.length && users[end] === users[start]) end++;
      if (busiestDay(times, start, end) > most || equalGaps(times, start, end)) bots.add(users[start]);
      start = end;
    }
    return bots.size === 0 ? table : table.filter(where((d) => !bots.has(d.user)));
  },

  "change of item": (table) =>
    table
      .orderby("user", "time", "row")
      .groupby("user")
      .filter((d: Row) => op.lag(d.item, 1, "") !== d.item)
      .ungroup(),

  enough(table, least) {
    for (let left = table; ; ) {
      const users = countBy(left.array("user"));
      const items = countBy(left.array("item"));
      const enough = (d: Row) => (users.get(d.user) ?? 0) >= least.user && (items.get(d.item) ?? 0) >= least.item;
      const kept = left.filter(where(enough));
      if (kept.numRows() === left.numRows()) return kept;
      left = kept;
    }
  },
};

/** Gives every new text the next number. */
function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

function countBy<T>(values: ArrayLike<unknown>): Map<T, number> {
  const counts = new Map<T, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i] as T, (counts.get(values[i] as T) ?? 0) + 1);
  return counts;
}
