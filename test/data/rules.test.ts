import { table } from "arquero";
import { describe, expect, test } from "vitest";
import { type CleaningOptions, cleaningSchema } from "../../src/data/index.js";
import { RULES } from "../../src/data/rules.js";
import { applyRule, type Table } from "../../src/data/rules-table.js";

const DAY = 86_400;
const T = 1_700_000_000;

type Dirty = [user: string, item: string, time: number, more?: { duration?: number; rating?: number }];

/** Numbers of the rows, from 1, that a rule keeps. */
function kept(name: string, rows: readonly Dirty[], options: Partial<CleaningOptions> = {}): number[] {
  const rule = RULES.find((one) => one.name === name);
  if (!rule) throw new Error(`no rule "${name}"`);
  const input = table({
    user: rows.map(([user]) => user),
    item: rows.map(([, item]) => item),
    title: rows.map(([, item]) => item),
    time: Float64Array.from(rows, ([, , time]) => time),
    duration: Float64Array.from(rows, (row) => row[3]?.duration ?? Number.NaN),
    rating: Float64Array.from(rows, (row) => row[3]?.rating ?? Number.NaN),
    row: Float64Array.from(rows, (_, i) => i + 1),
  }) as unknown as Table;
  const output = applyRule(rule, input, { ...cleaningSchema.parse({ latest: T + 10 * 365 * DAY }), ...options });
  return Array.from(output.array("row") as ArrayLike<number>).sort((a, b) => a - b);
}

/** Plays of one user at the given times, each of another item. */
const plays = (user: string, times: readonly number[]): Dirty[] => times.map((time, i) => [user, `i${i}`, time]);
const range = (count: number, at: (i: number) => number) => Array.from({ length: count }, (_, i) => at(i));

describe("missing field", () => {
  test("takes rows without user or item", () => {
    expect(
      kept("missing field", [
        ["u", "i", T],
        ["", "i", T],
        ["u", "", T],
        ["u", "j", T],
      ]),
    ).toEqual([1, 4]);
  });
});

describe("invalid time", () => {
  test("takes times that are none, too early or too late; the limits belong to the valid times", () => {
    const rows: Dirty[] = [
      ["u", "a", Number.NaN],
      ["u", "b", 99],
      ["u", "c", 100],
      ["u", "d", 200],
      ["u", "e", 201],
      ["u", "f", Number.POSITIVE_INFINITY],
      ["u", "g", Number.NEGATIVE_INFINITY],
    ];
    expect(kept("invalid time", rows, { earliest: 100, latest: 200 })).toEqual([3, 4]);
  });
  test("takes a jump of the clock: more than a year after 99.9 % of a log of 1,000 rows and more", () => {
    const rows = [
      ...plays(
        "u",
        range(1999, (i) => T + i * 60),
      ),
      ["u", "x", T + 800 * DAY] as Dirty,
    ];
    expect(kept("invalid time", rows)).toHaveLength(1999);
    expect(kept("invalid time", rows.slice(-900))).toHaveLength(900);
  });
});

describe("duplicate", () => {
  test("keeps the first of each user, item and time", () => {
    const rows: Dirty[] = [
      ["u", "i", T],
      ["u", "i", T],
      ["u", "i", T + 1],
      ["v", "i", T],
      ["u", "j", T],
      ["u", "i", T],
    ];
    expect(kept("duplicate", rows)).toEqual([1, 3, 4, 5]);
  });
  test("ids with quotes and bars stay apart", () => {
    expect(
      kept("duplicate", [
        ['a"|"b', "c", T],
        ["a", 'b"|"c', T],
      ]),
    ).toEqual([1, 2]);
  });
});

describe("too short", () => {
  test("takes plays below 30,000 ms, where the duration is known", () => {
    const at = (duration?: number): Dirty => ["u", "i", T, { duration }];
    expect(kept("too short", [at(29_999), at(30_000), at(), at(0)])).toEqual([2, 3]);
    expect(kept("too short", [at(0)], { minimumDurationMs: 0 })).toEqual([1]);
  });
});

describe("low rating", () => {
  const rows: Dirty[] = [3, 4, undefined].map((rating) => ["u", "i", T, { rating }]);
  test("is off by default", () => expect(kept("low rating", rows)).toEqual([1, 2, 3]));
  test("takes ratings below the least; without a rating a row stays", () => {
    expect(kept("low rating", rows, { minimumRating: 4 })).toEqual([2, 3]);
  });
});

describe("bot", () => {
  const uneven = (i: number) => T + i * 100 + ((i * 37) % 50);
  test("takes every row of a user with more plays in any 24 hours than allowed", () => {
    const bot = plays("bot", [...range(501, uneven), T + 9 * DAY]);
    const person = plays("person", [...range(500, uneven), uneven(0) + DAY]);
    expect(kept("bot", [...bot, ...person])).toEqual(range(501, (i) => bot.length + i + 1));
  });
  test("a play exactly 24 hours later is another day", () => {
    const rows = plays("u", [T, T + 1, T + DAY]);
    expect(kept("bot", rows, { maximumPlaysPerDay: 2 })).toHaveLength(3);
    expect(kept("bot", plays("u", [T, T + 1, T + DAY - 1]), { maximumPlaysPerDay: 2 })).toHaveLength(0);
  });
  test("takes a user of more than 100 plays whose gaps are equal in more than 95 of 100 cases", () => {
    expect(
      kept(
        "bot",
        plays(
          "u",
          range(101, (i) => T + i * 600),
        ),
      ),
    ).toHaveLength(0);
    expect(
      kept(
        "bot",
        plays(
          "u",
          range(100, (i) => T + i * 600),
        ),
      ),
    ).toHaveLength(100);
    // 100 gaps, 94 of them equal.
    expect(
      kept(
        "bot",
        plays(
          "u",
          range(101, (i) => T + i * 600 + (i < 7 ? i * 11 + i * i : 91)),
        ),
      ),
    ).toHaveLength(101);
  });
  test("plays at one moment are ties and no rhythm", () => {
    expect(
      kept(
        "bot",
        plays(
          "u",
          range(300, () => T),
        ),
      ),
    ).toHaveLength(300);
  });
  test("one play every day of a log of dates is no rhythm", () => {
    expect(
      kept(
        "bot",
        plays(
          "u",
          range(300, (i) => (19_000 + i) * DAY),
        ),
      ),
    ).toHaveLength(300);
  });
  test("a user with 150,000 different gaps is no trouble", () => {
    const times = range(150_000, (i) => T + (i * (i + 1)) / 2 + i * 400);
    expect(kept("bot", plays("u", times))).toHaveLength(150_000);
  });
  test("is off for orders, for ratings and with the limit 0", () => {
    const rows = plays(
      "u",
      range(600, (i) => T + i),
    );
    expect(kept("bot", rows)).toHaveLength(0);
    expect(kept("bot", rows, { hasTimes: false })).toHaveLength(600);
    expect(kept("bot", rows, { maximumPlaysPerDay: 0 })).toHaveLength(600);
    expect(
      kept(
        "bot",
        rows.map(([u, i, t]): Dirty => [u, i, t, { rating: 5 }]),
      ),
    ).toHaveLength(600);
  });
});

describe("consecutive repeat", () => {
  const rows: Dirty[] = [
    ["u", "a", T + 2],
    ["u", "a", T],
    ["u", "b", T + 3],
    ["v", "a", T + 1],
    ["u", "a", T + 4],
    ["u", "a", T + 5],
  ];
  test("is off by default: music repeats", () => expect(kept("consecutive repeat", rows)).toHaveLength(6));
  test("takes a play of the item that the same user played just before, in time", () => {
    expect(kept("consecutive repeat", rows, { dropConsecutiveRepeats: true })).toEqual([2, 3, 4, 5]);
  });
});

describe("minimum support", () => {
  test("goes on until every user and every item has enough", () => {
    // Without d (one play) v has two plays; without v, c has one; without c, u has two; nothing is left of them.
    const rows: Dirty[] = [
      ["u", "a", T],
      ["u", "b", T],
      ["u", "c", T],
      ["v", "c", T],
      ["v", "a", T],
      ["v", "d", T],
      ["w", "a", T],
      ["w", "a", T + 1],
      ["w", "a", T + 2],
    ];
    expect(kept("minimum support", rows, { minimumUserPlays: 3, minimumItemPlays: 2 })).toEqual([7, 8, 9]);
    expect(kept("minimum support", rows, { minimumUserPlays: 1, minimumItemPlays: 1 })).toHaveLength(9);
  });
});
