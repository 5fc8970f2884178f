// One cleaning rule per function, in the language of arquero. A rule gets the table of rows that are left and returns the
// rows it keeps; `clean.ts` counts.
import { escape as escaped, op } from "arquero";
import type { CleaningOptions } from "./options.js";

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

/** One row: `time` in seconds (NaN where it could not be read), `duration` in ms and `rating` NaN where there is none. */
export interface Row {
  readonly user: string;
  readonly item: string;
  readonly title: string;
  readonly time: number;
  readonly duration: number;
  readonly rating: number;
  readonly line: number;
}

export interface Rule {
  readonly name: string;
  /** What it takes away, in words, for the report. */
  readonly meaning: string;
  apply(table: Table, options: CleaningOptions): Table;
}

const DAY = 86_400;

const where = (value: (row: Row) => unknown) => escaped(value);

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

const missingField: Rule = {
  name: "missing field",
  meaning: "no user, item or time",
  apply: (table) => table.filter(where((d) => d.user !== "" && d.item !== "")),
};

const invalidTime: Rule = {
  name: "invalid time",
  meaning: "no calendar time, before the earliest or after the latest believable one, or far after all others",
  apply(table, { earliest, latest, hasTimes }) {
    const valid = table.filter(where((d) => d.time >= earliest && d.time <= latest));
    if (!hasTimes || valid.numRows() < 1000) return valid;
    // A clock that ran ahead: more than a year after 99.9 % of the plays.
    const times = Float64Array.from(valid.array("time") as ArrayLike<number>).sort();
    const limit = times[Math.floor(0.999 * (times.length - 1))] + 365 * DAY;
    return valid.filter(where((d) => d.time <= limit));
  },
};

const duplicate: Rule = {
  name: "duplicate",
  meaning: "same user, item and time as an earlier row",
  apply(table) {
    // Grouping by numbers, not by ids: arquero joins the keys of a group into one text, where ids may hold its joints.
    const user = numbering();
    const item = numbering();
    return table
      .orderby("line")
      .groupby({
        user: where((d) => user(d.user)),
        item: where((d) => item(d.item)),
        time: where((d) => d.time),
      })
      .filter(() => op.row_number() === 1)
      .ungroup();
  },
};

const tooShort: Rule = {
  name: "too short",
  meaning: "played for less than the least duration",
  apply: (table, { minimumDurationMs }) => table.filter(where((d) => !(d.duration < minimumDurationMs))),
};

const lowRating: Rule = {
  name: "low rating",
  meaning: "rated below the least rating",
  apply: (table, { minimumRating }) =>
    table.filter(where((d) => minimumRating === null || !(d.rating < minimumRating))),
};

const bot: Rule = {
  name: "bot",
  meaning: "all plays of a user with more plays in 24 hours than a person can make, or with plays at equal gaps",
  apply(table, options) {
    const bots = findBots(table, options);
    return bots.size === 0 ? table : table.filter(where((d) => !bots.has(d.user)));
  },
};

const consecutiveRepeat: Rule = {
  name: "consecutive repeat",
  meaning: "same item as the user's play before it",
  apply(table, { dropConsecutiveRepeats }) {
    if (!dropConsecutiveRepeats) return table;
    return table
      .orderby("user", "time", "line")
      .groupby("user")
      .filter((d: Row) => op.lag(d.item, 1, "") !== d.item)
      .ungroup();
  },
};

const minimumSupport: Rule = {
  name: "minimum support",
  meaning: "user or item with too few plays, until every one that is left has enough",
  apply(table, { minimumUserPlays, minimumItemPlays }) {
    for (let left = table; ; ) {
      const users = countBy(left.array("user"));
      const items = countBy(left.array("item"));
      const enough = (d: Row) =>
        (users.get(d.user) ?? 0) >= minimumUserPlays && (items.get(d.item) ?? 0) >= minimumItemPlays;
      const kept = left.filter(where(enough));
      if (kept.numRows() === left.numRows()) return kept;
      left = kept;
    }
  },
};

/** In the order in which they apply: what makes a row unreadable first, what depends on the other rows last. */
export const RULES: readonly Rule[] = [
  missingField,
  invalidTime,
  duplicate,
  tooShort,
  lowRating,
  bot,
  consecutiveRepeat,
  minimumSupport,
];

/** Users whose busiest 24 hours or whose regular gaps no person makes. */
function findBots(table: Table, { maximumPlaysPerDay, hasTimes }: CleaningOptions): Set<string> {
  const bots = new Set<string>();
  // A person may rate hundreds of films in an evening: only plays take time.
  const rated = Array.from(table.array("rating") as ArrayLike<number>).some(Number.isFinite);
  if (maximumPlaysPerDay === 0 || !hasTimes || rated) return bots;
  const sorted = table.orderby("user", "time");
  const users = Array.from(sorted.array("user") as ArrayLike<string>);
  const times = Float64Array.from(sorted.array("time") as ArrayLike<number>);
  for (let start = 0; start < users.length; ) {
    let end = start;
    while (end < users.length && users[end] === users[start]) end++;
    if (busiestDay(times, start, end) > maximumPlaysPerDay || equalGaps(times, start, end)) bots.add(users[start]);
    start = end;
  }
  return bots;
}

export function busiestDay(times: Float64Array, start: number, end: number): number {
  let most = 0;
  for (let from = start, to = start; to < end; to++) {
    while (times[to] - times[from] >= DAY) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/**
 * True where more than 100 plays have one and the same gap before them, to the second, in more than 95 of 100 cases. Ties
 * and whole days are no rhythm: they say that the log has no finer time.
 */
export function equalGaps(times: Float64Array, start: number, end: number): boolean {
  if (end - start <= 100) return false;
  const gaps: number[] = [];
  for (let row = start + 1; row < end; row++) gaps.push(Math.round(times[row] - times[row - 1]));
  let most = 0;
  for (const [gap, count] of countBy<number>(gaps)) if (gap % DAY !== 0) most = Math.max(most, count);
  return most > 0.95 * gaps.length;
}

function countBy<T>(values: ArrayLike<unknown>): Map<T, number> {
  const counts = new Map<T, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i] as T, (counts.get(values[i] as T) ?? 0) + 1);
  return counts;
}
