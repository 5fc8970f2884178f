import { describe, expect, test } from "vitest";
import { ANCHORS, matchAnchors, type ProtocolCard, PUBLISHED_SETS } from "../../src/evaluate/index.js";

const card: ProtocolCard = {
  split: "leave-one-out",
  log: { users: 6040, items: 3416, events: 999_611 },
  part: "test",
  candidates: "full",
  seen: "remove",
  ties: "mean",
  cutoffs: [10],
  cases: 6040,
  users: 6040,
  items: 3416,
  withoutHistory: 0,
  unknownTargets: 0,
};
const own = [{ name: "HR@10", value: 0.33, low: 0.32, high: 0.34 }];
const find = (changes: Partial<ProtocolCard>, model: string, name?: string) =>
  matchAnchors({ ...card, ...changes }, name, own).filter(({ anchor }) => anchor.model === model);

describe("a leave-one-out result on MovieLens 1M", () => {
  test("may stand beside the published ones of the same protocol, value by value", () => {
    const [found] = find({}, "LRURec");
    expect(found).toMatchObject({ comparable: true, reasons: [] });
    expect(found.metrics).toEqual([
      { name: "HR@10", published: 0.3264, own: own[0] },
      { name: "NDCG@10", published: 0.193, own: null },
    ]);
    expect(found.cautions.join()).toContain("times are equal");
    const other = matchAnchors(card, "", own).filter(({ comparable }) => !comparable);
    expect(other.map(({ reasons }) => reasons.join("; ")).join("\n")).toMatch(
      /3,706 items, 1,000,209 plays there, 6,040 users, 3,416 items/,
    );
    expect(
      other.some(({ reasons }) =>
        reasons.some((reason) => reason.includes("time, last play there, leave-one-out here")),
      ),
    ).toBe(true);
  });

  test.each<[string, Partial<ProtocolCard>, string]>([
    ["a sample of candidates", { candidates: "uniform", negatives: 99 }, "a sample here"],
    ["heard items as candidates", { seen: "keep" }, "removed there, kept here"],
    ["the validation part", { part: "validation" }, "validation part"],
    ["another split", { split: "temporal, test from 2003-01-01" }, "other split"],
    ["other cut-offs", { cutoffs: [7] }, "no common cut-off"],
    ["users that were dropped", { log: { users: 6000, items: 3416, events: 990_000 } }, "other data"],
  ])("may not with %s, and it says why", (_, changes, reason) => {
    const [found] = find(changes, "LRURec", "data/ml-1m.txt");
    expect(found.comparable).toBe(false);
    expect(found.metrics).toEqual([]);
    expect(found.reasons.join()).toContain(reason);
  });
});

test("every play of a time split is not its last play", () => {
  const every = matchAnchors({ ...card, split: "temporal, test from 2001-01-01" }).filter(
    ({ comparable }) => comparable,
  );
  expect(every.map(({ anchor }) => anchor.split)).toEqual(["time, every play"]);
  const last = matchAnchors({ ...card, split: "temporal, test from 2001-01-01, last play of each user" });
  for (const { anchor } of last.filter(({ comparable }) => comparable)) expect(anchor.split).toBe("time, last play");
});

test("a part of a published set is known by name, and is not that set", () => {
  const log = { users: 9000, items: 4000, events: 40_000 };
  const found = matchAnchors(
    { ...card, log, split: "as given", seen: "keep", cutoffs: [20] },
    "yoochoose-clicks-100k_train_full.txt",
  );
  expect(found.length).toBeGreaterThan(2);
  expect(found.some(({ comparable }) => comparable)).toBe(false);
  expect(found[0].reasons.join()).toContain("cannot be told to be it");
});

test("nothing is said of a log that nobody published on", () => {
  expect(matchAnchors({ ...card, log: { users: 10, items: 20, events: 300 } }, "plays.csv")).toEqual([]);
  const { log: _, ...old } = card;
  expect(matchAnchors(old, "plays.csv")).toEqual([]);
  expect(matchAnchors(old, "ml-1m").every(({ comparable }) => !comparable)).toBe(true);
});

test("the table is in order: sets are used, values are shares, metrics have cut-offs", () => {
  expect(new Set(ANCHORS.map(({ set }) => set))).toEqual(new Set(Object.keys(PUBLISHED_SETS)));
  for (const { metrics, source, model } of ANCHORS) {
    expect(source.length, model).toBeGreaterThan(3);
    for (const [name, value] of Object.entries(metrics)) {
      expect(name).toMatch(/^(HR|NDCG|MRR|Recall)@\d+$/);
      expect(value > 0 && value < 1, `${model} ${name}`).toBe(true);
    }
  }
});
