// The cleaning rules on columns of numbers: loops over typed arrays. One sort by user and time serves all rules that need one.
import type { CleaningOptions } from "../options.js";
import { SAMPLES, type Touched } from "../report.js";
import { busiestDay, equalGaps } from "../rhythm.js";
import { type Comparison, type Condition, type Keep, RULES } from "../rules.js";
import { inLargePages } from "./large-pages.js";
import { compact, type Rows, reorder, type Texts } from "./rows.js";
import { nthSmallest, orderByUserAndTime } from "./sort.js";

/**
 * Applies all rules; `rows` holds what is left afterwards.
 *
 * @param rows in the order of the file
 * @param texts whose texts the numbers of users and items stand for
 * @returns one entry for each of RULES; the rows that are left are sorted by user, time and place
 */
export function applyRules(rows: Rows, texts: Pick<Texts, "users" | "items">, options: CleaningOptions): Touched[] {
  const table = { rows, texts, marks: allLeft(rows), sorted: false };
  const touched = RULES.map((rule) => {
    const found: Found = { count: 0, rows: [] };
    for (const step of rule.keep(options)) {
      STEPS[step.kind](table, step as never);
      note(found, table);
    }
    return { count: found.count, lines: found.rows.map((row) => row + 1) };
  });
  // A log of which no rule needed the order is sorted too.
  sorted(table);
  return touched;
}

interface Found {
  count: number;
  /** Places of the first rows in the file. */
  readonly rows: number[];
}

/** What a row is: left, taken by the step that runs, or gone. Rows that are gone stay in the columns until a step needs none of them. */
const [GONE, TAKEN, LEFT] = [0, 1, 2];

function allLeft({ rows }: Rows): Uint8Array {
  return inLargePages(new Uint8Array(rows.length)).fill(LEFT);
}

interface Table {
  readonly rows: Rows;
  readonly texts: Pick<Texts, "users" | "items">;
  marks: Uint8Array;
  sorted: boolean;
}

/** The rows that are left, by user, time and place. */
function sorted(table: Table): Rows {
  const { rows, marks } = table;
  const gone = marks.includes(GONE);
  // Taking rows away does not change the order of the others.
  const order = table.sorted ? undefined : orderByUserAndTime(rows.users, rows.times, gone ? marks : undefined);
  if (order) reorder(rows, order);
  else if (gone) compact(rows, marks);
  if (order || gone) table.marks = allLeft(rows);
  table.sorted = true;
  return rows;
}

type Of<Kind> = Extract<Keep, { kind: Kind }>;

/** What each step does: it marks the rows that it takes. */
const STEPS: {
  readonly [Kind in Keep["kind"]]: (table: Table, step: Of<Kind>) => void;
} = {
  rows(table, { where }) {
    for (const condition of where) compare(table, condition);
  },

  "no jump"({ rows: { times }, marks }, { share, plus, leastRows }) {
    let left = 0;
    for (let at = 0; at < marks.length; at++) if (marks[at] === LEFT) left++;
    if (left < leastRows) return;
    const limit = nthSmallest(times, Math.floor(share * (left - 1)), marks) + plus;
    for (let at = 0; at < times.length; at++) if (times[at] > limit && marks[at] === LEFT) marks[at] = TAKEN;
  },

  "first of equal"(table) {
    const { users, items, times } = sorted(table);
    for (let start = 0, end = 1; start < users.length; start = end++) {
      while (end < users.length && users[end] === users[start] && times[end] === times[start]) end++;
      if (end - start > 1) firstOfEach(items, start, end, table.marks);
    }
  },

  people(table, { most }) {
    const { users, times, ratings } = sorted(table);
    if (ratings?.some(Number.isFinite)) return;
    for (let start = 0, end = 0; start < users.length; start = end) {
      while (end < users.length && users[end] === users[start]) end++;
      if (busiestDay(times, start, end) > most || equalGaps(times, start, end)) table.marks.fill(TAKEN, start, end);
    }
  },

  "change of item"(table) {
    const { users, items } = sorted(table);
    for (let at = 1; at < users.length; at++)
      if (users[at] === users[at - 1] && items[at] === items[at - 1]) table.marks[at] = TAKEN;
  },

  enough({ rows: { users, items }, texts, marks }, least) {
    const plays = { user: countOf(users, marks, texts.users.size), item: countOf(items, marks, texts.items.size) };
    // Each round sees the counts of its beginning, so they go down only when it ends.
    for (let going = [-1]; going.length > 0; ) {
      going = [];
      for (let at = 0; at < users.length; at++)
        if ((plays.user[users[at]] < least.user || plays.item[items[at]] < least.item) && marks[at] === LEFT)
          going.push(at);
      for (const at of going) {
        marks[at] = TAKEN;
        plays.user[users[at]]--;
        plays.item[items[at]]--;
      }
    }
  },
};

const COLUMN = { user: "users", item: "items", time: "times", duration: "durations", rating: "ratings" } as const;

function compare({ rows, texts, marks }: Table, [column, how, limit]: Condition): void {
  // A column that the log does not have is unknown everywhere.
  const values = rows[COLUMN[column]] ?? new Float64Array(marks.length).fill(Number.NaN);
  const own =
    typeof limit === "number" ? limit : ((column === "user" ? texts.users : texts.items).codeOf(limit) ?? Number.NaN);
  TAKE[how](values, own, marks);
}

/** One loop for each comparison: a call for each row would take longer than the comparison. */
const TAKE: Readonly<
  Record<Comparison, (values: Int32Array | Float64Array, limit: number, marks: Uint8Array) => void>
> = {
  "is not"(values, limit, marks) {
    for (let at = 0; at < values.length; at++) if (values[at] === limit && marks[at] === LEFT) marks[at] = TAKEN;
  },
  "at least"(values, limit, marks) {
    for (let at = 0; at < values.length; at++) if (!(values[at] >= limit) && marks[at] === LEFT) marks[at] = TAKEN;
  },
  "at most"(values, limit, marks) {
    for (let at = 0; at < values.length; at++) if (!(values[at] <= limit) && marks[at] === LEFT) marks[at] = TAKEN;
  },
  "not below"(values, limit, marks) {
    for (let at = 0; at < values.length; at++) if (values[at] < limit && marks[at] === LEFT) marks[at] = TAKEN;
  },
};

/** More rows than that at one time are looked up, fewer are compared. */
const COMPARED = 16;

function firstOfEach(items: Int32Array, start: number, end: number, marks: Uint8Array): void {
  const met = end - start > COMPARED ? new Set<number>() : undefined;
  for (let at = start; at < end; at++) {
    const before = met ? met.has(items[at]) : items.subarray(start, at).includes(items[at]);
    if (before) marks[at] = TAKEN;
    else met?.add(items[at]);
  }
}

function countOf(codes: Int32Array, marks: Uint8Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (let at = 0; at < codes.length; at++) if (marks[at] === LEFT) counts[codes[at]]++;
  return counts;
}

/** Counts the rows that a step took, and remembers the first of them by their place in the file. */
function note(found: Found, { rows: { rows }, marks }: Table): void {
  for (let at = marks.indexOf(TAKEN); at >= 0; at = marks.indexOf(TAKEN, at + 1)) {
    marks[at] = GONE;
    found.count++;
    if (found.rows.length === SAMPLES && rows[at] > found.rows[SAMPLES - 1]) continue;
    found.rows.push(rows[at]);
    found.rows.sort((a, b) => a - b);
    found.rows.length = Math.min(found.rows.length, SAMPLES);
  }
}
