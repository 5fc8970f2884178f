import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitDistance, fitSessionKnn, fitUserKnn, type SessionKnnOptions } from "../../src/baseline/index.js";
import { indexSessions } from "../../src/baseline/neighbours/session-index.js";
import type { Histories } from "../../src/sequence/histories.js";
import { toHistories } from "../../src/sequence/histories.js";
import { toSessions } from "../../src/sequence/sessions.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { splitSessions } from "../../src/sequence/split-apart.js";
import { cycleWorld, toLog } from "../support/worlds.js";
import {
  allItems,
  histories as anyHistory,
  expectScores,
  randomHistories,
  scoresOf,
  tieBreak,
  trainLists,
} from "./helpers.js";

type Profile = number[];

type Weigh = (item: number, count: number) => number;
type Similarity = (a: Profile, b: Profile) => number;

/** Full vectors of every user who has a similarity to the history, nearest first. */
function nearest(histories: Histories, history: number[], weigh: Weigh, similarity: Similarity) {
  const profile = (list: number[]) =>
    allItems(histories).map((item) => {
      const count = list.filter((play) => play === item).length;
      return count === 0 ? 0 : weigh(item, count);
    });
  if (history.length === 0) return [];
  const own = profile(history);
  return trainLists(histories)
    .map((list, u) => ({ other: profile(list), u }))
    .map(({ other, u }) => ({ other, u, value: Math.fround(similarity(own, other)) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.u - b.u);
}

/** Scores by full vectors: the weighed items of the nearest users. */
function byVectors(
  histories: Histories,
  history: number[],
  neighbours: number,
  weigh: Weigh,
  similarity: Similarity,
): number[] {
  const scores = tieBreak(histories);
  for (const { other, value } of nearest(histories, history, weigh, similarity).slice(0, neighbours))
    other.forEach((weight, i) => {
      scores[i] += value * weight;
    });
  return scores;
}

const product = (a: Profile, b: Profile) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe("user k-NN", () => {
  test("agrees with full vectors", async () => {
    const options = fc.record({
      neighbours: fc.integer({ min: 1, max: 5 }),
      shrinkage: fc.constantFrom(0, 3),
      weight: fc.constantFrom("binary" as const, "idf" as const),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const lists = trainLists(histories);
        const users = (item: number) => lists.filter((list) => list.includes(item)).length;
        const weigh = (item: number) => 1 + (config.weight === "idf" ? Math.log(lists.length / users(item)) : 0);
        const expected = byVectors(histories, history, config.neighbours, weigh, (a, b) =>
          product(a, b) === 0 ? 0 : product(a, b) / (Math.sqrt(product(a, a) * product(b, b)) + config.shrinkage),
        );
        expectScores(await scoresOf(fitUserKnn(histories, config), history), expected, 4);
      }),
    );
  });

  test("does not ask the user of the query", async () => {
    const log = toLog(
      ["a", "b"].flatMap((user) => [1, 2, 3, 4].map((time) => ({ user, item: `${user}${time % 2}`, time }))),
    );
    const histories = toHistories(leaveOneOut(log));
    const own = { user: 1, history: Int32Array.of(histories.items.indexOf("a1")) };
    for (const make of [fitUserKnn, fitDistance]) {
      const scores = await make(histories).score([own]);
      expect(Math.max(...scores.subarray(1))).toBeLessThan(1e-6);
    }
  });
});

describe("distance", () => {
  test("agrees with full vectors", async () => {
    let compared = 0;
    const options = fc.record({
      metric: fc.constantFrom("cosine" as const, "euclidean" as const),
      neighbours: fc.integer({ min: 1, max: 5 }),
      damping: fc.constantFrom(0, 0.5, 1),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const similarity = (a: Profile, b: Profile) =>
          config.metric === "cosine"
            ? product(a, b) / Math.sqrt(product(a, a) * product(b, b))
            : 1 / (1 + Math.hypot(...a.map((value, i) => value - b[i])));
        const weigh = (_: number, count: number) => count ** config.damping;
        const scores = await scoresOf(fitDistance(histories, config), history);
        const all = { ...config, neighbours: 100 };
        const expected = byVectors(histories, history, 100, weigh, similarity);
        expectScores(await scoresOf(fitDistance(histories, all), history), expected, 4);
        expect(scores.slice(1).every((score, i) => score <= expected[i] + 1e-4)).toBe(true);
        // Two users at one distance may change places by a rounding error, so a tie on the edge is not compared.
        const near = nearest(histories, history, weigh, similarity).map(({ value }) => value);
        const [last = 1, next = 0] = near.slice(config.neighbours - 1);
        if (last - next < 1e-6) return;
        expectScores(scores, byVectors(histories, history, config.neighbours, weigh, similarity), 4);
        if (next > 0) compared++;
      }),
    );
    expect(compared).toBeGreaterThan(10);
  });
});

/** The three weightings from their definitions, over every session. */
function bySessions(histories: Histories, history: number[], config: SessionKnnOptions): number[] {
  const pieces = trainLists(histories).map((list) => list.slice(-config.longest));
  const session = history.slice(-config.lastItems);
  const back = (item: number) => session.length - 1 - session.lastIndexOf(item);
  const weight = (item: number) =>
    config.kind === "sknn"
      ? 1
      : config.kind === "vsknn"
        ? (session.length - back(item)) / session.length
        : Math.exp(-back(item) / config.positionDecay);
  const own = [...new Set(session)].reduce((sum, item) => sum + weight(item), 0);
  const scores = tieBreak(histories);
  for (const piece of pieces) {
    const set = new Set(piece);
    const shared = [...new Set(session)].filter((item) => set.has(item));
    if (shared.length === 0) continue;
    const sum = shared.reduce((total, item) => total + weight(item), 0);
    const latest = shared.reduce((a, b) => (back(a) < back(b) ? a : b));
    const similarity =
      config.kind === "vsknn" ? (sum / own) * Math.max(0, 1 - 0.1 * back(latest)) : sum / Math.sqrt(own * set.size);
    for (const item of set) {
      const places = piece.flatMap((play, at) => (play === item ? [Math.abs(at - piece.lastIndexOf(latest))] : []));
      const near = config.kind === "vstan" ? Math.exp(-Math.min(...places) / config.positionDecay) : 1;
      const holds = pieces.filter((other) => other.includes(item)).length;
      const rarity = config.kind === "sknn" ? 1 : 1 + config.idf * Math.log(pieces.length / holds);
      scores[item - 1] += similarity * near * rarity;
    }
  }
  return scores;
}

describe("session k-NN", () => {
  test("agrees with looking at every session", async () => {
    const options = fc.record({
      kind: fc.constantFrom("sknn" as const, "vsknn" as const, "vstan" as const),
      lastItems: fc.integer({ min: 1, max: 8 }),
      positionDecay: fc.constantFrom(0.5, 3),
      idf: fc.constantFrom(0, 2),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, some, pick) => {
        const history = pick(histories);
        // One session a user, and no session older than another by what counts.
        const config = { ...some, gapMinutes: 1e6, longest: 1000, sample: 1000, neighbours: 1000, ageDecay: 1e6 };
        expectScores(
          await scoresOf(fitSessionKnn(histories, config), history),
          bySessions(histories, history, config),
          3,
        );
      }),
    );
  });

  test("asks the latest sessions only, and cuts at pauses and at the longest session", async () => {
    const minutes = (user: string, item: string, minute: number) => ({ user, item, time: minute * 60 });
    const log = toLog([
      minutes("a", "x", 0),
      minutes("a", "old", 1),
      minutes("a", "x", 1000),
      minutes("a", "new", 1001),
      minutes("a", "v", 2000),
      minutes("a", "t", 2001),
    ]);
    const histories = toHistories(leaveOneOut(log));
    const code = (id: string) => histories.items.indexOf(id);
    const scores = async (options: Partial<SessionKnnOptions>) =>
      scoresOf(fitSessionKnn(histories, { kind: "sknn", ...options }), [code("x")]);
    const both = await scores({});
    expect(both[code("old")]).toBeCloseTo(both[code("new")], 5);
    expect(both[code("old")]).toBeGreaterThan(0.5);
    const latest = await scores({ sample: 1 });
    expect(latest[code("old")]).toBeLessThan(1e-5);
    expect(latest[code("new")]).toBeGreaterThan(0.5);
    const faded = await scores({ kind: "vstan", ageDecay: 0.1 });
    expect(faded[code("old")]).toBeLessThan(faded[code("new")] / 100);
    const oneSession = await scores({ gapMinutes: 1e6 });
    expect(oneSession[code("old")]).toBeLessThan(0.6);
    const cut = toHistories(leaveOneOut({ ...log, hasTimes: false }));
    const pieces = await scoresOf(fitSessionKnn(cut, { kind: "sknn", longest: 2 }), [cut.items.indexOf("x")]);
    expect(pieces[cut.items.indexOf("old")]).toBeCloseTo(Math.SQRT1_2, 4);
  });

  test("knows nothing of users and items that the core leaves out", async () => {
    const list = (user: string, items: string[]) => items.map((item, time) => ({ user, item, time }));
    const log = toLog([
      ...list("a", ["x", "rare", "y", "x", "y"]),
      ...list("b", ["x", "y", "x", "y"]),
      ...list("short", ["x"]),
    ]);
    const histories = toHistories(leaveOneOut(log), { minimumUserPlays: 2, minimumItemPlays: 2 });
    expect(histories.items.size).toBe(2);
    const index = indexSessions(histories, { gapMinutes: 60, longest: 50, sample: 100 });
    expect(index.start).toEqual(Int32Array.of(0, 2, 4));
    expect(index.items).toEqual(Int32Array.of(1, 2, 1, 2));
    expect(index.lists.map((sessions) => Array.from(sessions))).toEqual([[], [0, 1], [0, 1]]);
    const scores = await scoresOf(fitSessionKnn(histories, { kind: "sknn" }), [histories.items.indexOf("x")]);
    expect(scores[histories.items.indexOf("y")]).toBeCloseTo(2 * Math.SQRT1_2, 4);
  });
});

test.each([
  [fitUserKnn, { neighbours: 0 }],
  [fitUserKnn, { weight: "tf" }],
  [fitDistance, { metric: "manhattan" }],
  [fitDistance, { damping: 2 }],
  [fitSessionKnn, { kind: "stan" }],
  [fitSessionKnn, { longest: 1 }],
])("%o refuses %j", (make, wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => make(histories, wrong as never)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

test("where the users are sessions, every session can be a neighbour, those of the same person too", async () => {
  const sitting = (hour: number, items: string[]) =>
    items.map((item, minute) => ({ user: "one", item, time: hour * 3600 + minute * 60 }));
  const log = toLog([
    ...sitting(0, ["a", "b"]),
    ...sitting(5, ["c", "d", "c"]),
    ...sitting(10, ["e", "f"]),
    ...sitting(15, ["a", "b"]),
    ...sitting(20, ["a", "b"]),
  ]);
  const histories = toHistories(splitSessions(toSessions(log, 30), 15 * 3600, 20 * 3600));
  const query = (id: string) => ({ user: 1, history: Int32Array.of(histories.items.indexOf(id)) });
  for (const scorer of [
    fitUserKnn(histories, { shrinkage: 0, weight: "idf" }),
    fitDistance(histories, { damping: 0 }),
    fitDistance(histories, { metric: "euclidean", neighbours: 1 }),
  ])
    for (const [heard, beside] of ["ab", "cd", "ef"]) {
      const scores = await scorer.score([query(heard)]);
      expect(scores[histories.items.indexOf(beside)], `${scorer.name}: ${heard}`).toBeGreaterThan(0.1);
    }
});
