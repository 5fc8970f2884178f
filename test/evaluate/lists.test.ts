import { describe, expect, test } from "vitest";
import type { EvaluationCase } from "../../src/core/types.js";
import { itemLabels, listMetrics, rankCases } from "../../src/evaluate/index.js";
import { type Histories, toHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { toLog } from "../support/worlds.js";
import { hasCode, makeCases, tableScorer } from "./helpers.js";

// Train: a p q r p; b p q; c p s. So p 4, q 2, r 1, s 1 of 8 plays; p is the head, q the middle, r and s the tail.
const plays = (user: string, items: string) => [...items].map((item, time) => ({ user, item, time }));
const log = toLog(
  [...plays("a", "pqrp"), ...plays("b", "pq"), ...plays("c", "ps")].concat([
    { user: "a", item: "q", time: 8 },
    { user: "a", item: "s", time: 9 },
  ]),
);
const histories = toHistories(splitByTime(log, 8, 9));
const item = (id: string) => histories.items.indexOf(id);
const make = (history: string, userCode: number): EvaluationCase => ({
  user: 1,
  userCode,
  row: 0,
  target: 1,
  history: Int32Array.from(history, (id) => item(id)),
});
const lists = (...all: string[]) => Int32Array.from(all.join(""), (id) => (id === "-" ? 0 : item(id)));
const byName = (of: ReturnType<typeof listMetrics>) => Object.fromEntries(of.map(({ name, value }) => [name, value]));

describe("by hand", () => {
  const cases = [make("pq", 0), make("pp", 1)];
  const labels = {
    artists: Int32Array.of(0, 1, 1, 2, 0),
    styles: Int32Array.of(0, 1, 2, 1, 2),
    styleNames: ["", "a", "b"],
  };
  const found = listMetrics(lists("pq", "rs"), 2, cases, histories, { labels });
  const values = byName(found);

  test("what is shown of the catalogue", () => {
    expect(item("p")).toBe(1);
    expect(values["Coverage@2"]).toBe(1);
    expect(values["Gini@2"]).toBe(0);
    const narrow = byName(listMetrics(lists("p-", "p-"), 2, cases, histories));
    expect(narrow["Coverage@2"]).toBe(1 / 4);
    expect(narrow["Gini@2"]).toBe(3 / 4);
    expect(narrow["Diversity@2"]).toBeUndefined();
    expect(found.find(({ name }) => name === "Gini@2")).toMatchObject({ low: null, high: null });
  });

  test("novelty, popularity and its lift", () => {
    expect(values["Novelty@2"]).toBeCloseTo(((1 + 2) / 2 + 3) / 2, 12);
    expect(values["Popularity@2"]).toBeCloseTo(((2 + 1) / 2 + 1 / 2) / 2, 12);
    expect(values["PopularityLift@2"]).toBeCloseTo((0 + (0.5 / 2 - 1)) / 2, 12);
  });

  test("repeats, diversity, calibration", () => {
    expect(values["Repeats@2"]).toBe(1 / 2);
    // p and q share 2 listeners of 3 and 2; r and s share none.
    expect(values["Diversity@2"]).toBeCloseTo((1 - 2 / Math.sqrt(6) + 1) / 2, 12);
    expect(values["Miscalibration@2"]).toBeCloseTo((0 + Math.log(1 / 0.01)) / 2, 12);
    // Styles: history 1,2 against list 1,2; history 1,1 against list 1,2 in either order.
    expect(values["StyleMiscalibration@2"]).toBeCloseTo((0 + Math.log(1 / (0.99 / 2 + 0.01))) / 2, 12);
  });

  test("artists", () => {
    const [r, s] = [labels.artists[item("r")], labels.artists[item("s")]];
    expect([r, s].sort()).toEqual([0, 2]);
    expect(values["ArtistDiversity@2"]).toBe((1 / 2 + 1) / 2);
    expect(values["ArtistCoherence@2"]).toBe((1 + 0) / 2);
    expect(byName(listMetrics(lists("pq", "rs"), 2, cases, histories))["ArtistCoherence@2"]).toBeUndefined();
  });

  test("every value with an interval lies in it", () => {
    for (const { low, high, value } of found)
      if (low !== null && high !== null) {
        expect(value).toBeGreaterThanOrEqual(low - 1e-12);
        expect(value).toBeLessThanOrEqual(high + 1e-12);
      }
  });
});

test("labels come from an item file, else from titles", () => {
  const fields = new Map<string, Record<string, string>>([
    ["x", { artist: "Ａimyon", genre: "Pop|Rock" }],
    ["y", { artist: " ", genres: "pop" }],
    ["__proto__", { style: "" }],
  ]);
  const of = {
    titles: ["", "x", "aimyon - y", "z"],
    items: { ids: ["", "x", "y", "__proto__"] },
  } as unknown as Histories;
  expect(itemLabels(of, fields)).toEqual({
    artists: Int32Array.of(0, 1, 1, 0),
    styles: Int32Array.of(0, 1, 1, 0),
    styleNames: ["", "Pop"],
  });
});

test("lists are the best items, without heard ones where the protocol removes them", async () => {
  const cases = [{ ...makeCases(1, 5)[0], history: Int32Array.of(2, 4), target: 0, row: 0 }];
  const scorer = tableScorer(5, (_, item) => item % 5);
  const keep = await rankCases(scorer, cases, {}, { listLength: 3 });
  expect(Array.from(keep.lists)).toEqual([4, 3, 2]);
  expect(keep.first[0]).toBe(Infinity);
  const remove = await rankCases(scorer, cases, { seen: "remove" }, { listLength: 4 });
  expect(Array.from(remove.lists)).toEqual([3, 1, 5, 0]);
});

test("of many lists some are compared pair by pair", () => {
  const many = Array.from({ length: 4003 }, (_, n) => make("p", n));
  const values = byName(listMetrics(lists(...many.map(() => "rs")), 2, many, histories, { resamples: 2 }));
  expect(values["Diversity@2"]).toBe(1);
});

test("refuses lists of other cases, and no lists", () => {
  expect(() => listMetrics(Int32Array.of(1), 2, [make("p", 0)], histories)).toThrow(hasCode("SHAPE_MISMATCH"));
  expect(() => listMetrics(Int32Array.of(0), 1, [make("p", 0)], histories)).toThrow(hasCode("EMPTY_CASES"));
  expect(() => listMetrics(Int32Array.of(1), 0, [make("p", 0)], histories)).toThrow(hasCode("ARGUMENT_INVALID"));
});
