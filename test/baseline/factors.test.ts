import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { invert, solveInPlace } from "../../src/baseline/factors/cholesky.js";
import { playGraph } from "../../src/baseline/graph/propagation.js";
import { fitBpr, fitEase, fitIals, fitItem2vec } from "../../src/baseline/index.js";
import { historyMatrix, userMatrix } from "../../src/baseline/support.js";
import { Random } from "../../src/core/random.js";
import { topK } from "../../src/core/topk.js";
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

/** Solution of A x = b by Gauss with pivots. */
function gauss(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]]);
  rows.forEach((_, at) => {
    const pivot = rows
      .slice(at)
      .reduce((best, row, i) => (Math.abs(row[at]) > Math.abs(rows[best][at]) ? at + i : best), at);
    [rows[at], rows[pivot]] = [rows[pivot], rows[at]];
    rows.forEach((row, i) => {
      if (i === at) return;
      const factor = row[at] / rows[at][at];
      for (let k = at; k < row.length; k++) row[k] -= factor * rows[at][k];
    });
  });
  return rows.map((row, i) => row[b.length] / row[i]);
}

const identity = (n: number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

/** X X' + a little of the identity. */
function positiveDefinite(n: number, seed: number): number[][] {
  const random = Random.stream(seed, "matrix");
  const x = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  return x.map((row, i) => x.map((other, j) => row.reduce((sum, value, k) => sum + value * other[k], i === j ? 1 : 0)));
}

describe("Cholesky", () => {
  test.each([1, 2, 5, 31, 32, 33, 70])("of %i rows agrees with Gauss", (n) => {
    const a = positiveDefinite(n, n);
    const flat = () => Float64Array.from(a.flat());
    const b = a.map((_, i) => i - 3);
    const solved = solveInPlace(flat(), Float64Array.from(b), n);
    gauss(a, b).forEach((value, i) => {
      expect(solved[i]).toBeCloseTo(value, 8);
    });
    const inverse = flat();
    const shares = Array.from(invert(inverse, n));
    expect(shares.at(-1)).toBeCloseTo(1, 12);
    for (const [j, column] of identity(n).entries())
      gauss(a, column).forEach((value, i) => {
        expect(inverse[i * n + j]).toBeCloseTo(value, 8);
      });
  });

  test("refuses what is not positive definite", () => {
    const wrong = expect.objectContaining({ code: "ARGUMENT_INVALID", message: expect.stringContaining("row 1") });
    expect(() => solveInPlace(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)).toThrow(wrong);
    expect(() => Array.from(invert(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2))).toThrow(wrong);
  });
});

/** Plays of each user and item as plain rows. */
function countRows(lists: number[][], items: number[]): number[][] {
  return lists.map((list) => items.map((item) => list.filter((play) => play === item).length));
}

describe("EASE", () => {
  test("agrees with the inverse by Gauss", async () => {
    const options = fc.record({ regularization: fc.constantFrom(0.5, 10), damping: fc.constantFrom(0, 0.5, 1) });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const items = allItems(histories);
        const damped = (rows: number[][]) => rows.map((row) => row.map((n) => (n === 0 ? 0 : n ** config.damping)));
        const x = damped(countRows(trainLists(histories), items));
        const gram = items.map((_, i) =>
          items.map((_, j) => x.reduce((sum, row) => sum + row[i] * row[j], i === j ? config.regularization : 0)),
        );
        const inverse = identity(items.length).map((column) => gauss(gram, column)); // symmetric
        const [own] = damped(countRows([history], items));
        const scores = tieBreak(histories).map((low, j) =>
          own.reduce((sum, value, i) => sum + (i === j ? 0 : (-value * inverse[i][j]) / inverse[j][j]), low),
        );
        expectScores(await scoresOf(await fitEase(histories, config), history), scores, 4);
      }),
    );
  });

  test("refuses a catalogue that is too large", async () => {
    const histories = toHistories(leaveOneOut(cycleWorld()));
    await expect(fitEase(histories, { maxItems: 4 })).rejects.toMatchObject({
      code: "TOO_MANY_ITEMS",
      message: "EASE takes at most 4 items (ease.maxItems), got 5.",
      details: { items: 5, maxItems: 4 },
    });
  });
});

describe("iALS", () => {
  test("agrees with normal equations over every pair of user and item", async () => {
    const options = fc.record({
      factors: fc.integer({ min: 1, max: 4 }),
      rounds: fc.integer({ min: 1, max: 3 }),
      unobserved: fc.constantFrom(0.1, 1),
      regularization: fc.constantFrom(0.05, 1),
      frequency: fc.constantFrom(0, 0.5, 1),
      damping: fc.constantFrom(0, 1),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const { factors: f, unobserved, regularization, frequency, damping } = config;
        const history = pick(histories);
        const items = allItems(histories);
        const counts = countRows(trainLists(histories), items);
        const weight = (n: number) => (n === 0 ? 0 : n ** damping);
        /** The vector that fits weights to the vectors of the other side. */
        const solved = (weights: number[], vectors: number[][]) => {
          const all = weights.reduce((sum, c) => sum + c, 0);
          const a = identity(f).map((row, p) =>
            row.map((one, q) =>
              vectors.reduce(
                (sum, y, k) => sum + (unobserved + weights[k]) * y[p] * y[q],
                one * regularization * (all + unobserved * vectors.length) ** frequency,
              ),
            ),
          );
          return gauss(
            a,
            a.map((_, p) => vectors.reduce((sum, y, k) => sum + weights[k] * y[p], 0)),
          );
        };
        const random = Random.stream(1, "ials");
        let y = items.map(() => Array.from({ length: f }, () => (0.1 / Math.sqrt(f)) * random.normal()));
        for (let round = 0; round < config.rounds; round++) {
          const x = counts.map((row) => solved(row.map(weight), y));
          y = items.map((_, i) =>
            solved(
              counts.map((row) => weight(row[i])),
              x,
            ),
          );
        }
        const own = solved(countRows([history], items)[0].map(weight), y);
        const scores = tieBreak(histories).map((low, i) => y[i].reduce((sum, value, k) => sum + value * own[k], low));
        expectScores(await scoresOf(await fitIals(histories, config), history), scores, 4);
      }),
      { numRuns: 60 },
    );
  });
});

/** Two tastes: users of one kind play the items of one half only. */
function blockWorld() {
  const random = Random.stream(3, "blocks");
  return toLog(
    Array.from({ length: 30 }, (_, u) =>
      Array.from({ length: 20 }, (_, time) => ({ user: `u${u}`, item: `i${(u % 2) * 10 + random.integer(10)}`, time })),
    ).flat(),
  );
}

describe.each([
  ["BPR", fitBpr, { factors: 8, epochs: 200 }, { factors: 8, epochs: 2 }],
  ["item2vec", fitItem2vec, { size: 8, epochs: 60, learningRate: 0.1 }, { size: 8, epochs: 2 }],
  ["iALS", fitIals, { factors: 4 }, { factors: 4, rounds: 2 }],
] as const)("%s", (_, make, options, short) => {
  const histories = toHistories(leaveOneOut(blockWorld()));
  const half = (item: number) => (Number(histories.items.ids[item].slice(1)) < 10 ? 0 : 1);

  test("finds two tastes", async () => {
    const scorer = await (make as typeof fitBpr)(histories, options);
    for (const user of [1, 2, 15, 20]) {
      const history = trainLists(histories)[user - 1];
      const scores = await scorer.score([{ user, history: Int32Array.from(history) }]);
      expect(Array.from(topK(scores, 10), half)).toEqual(new Array(10).fill((user - 1) % 2));
    }
  });

  test("gives the same scores for the same seed, and others for another", async () => {
    const scores = async (seed: number) => {
      const scorer = await (make as typeof fitBpr)(histories, { ...short, seed });
      return Array.from(await scorer.score([{ user: 1, history: Int32Array.of(1, 2) }]));
    };
    expect(await scores(7)).toEqual(await scores(7));
    expect(await scores(7)).not.toEqual(await scores(8));
  });

  test("tells its progress, and stops when asked to", async () => {
    const seen: number[] = [];
    const abort = new AbortController();
    const onProgress = (done: number) => {
      seen.push(done);
      if (done === 2) abort.abort(new Error("enough"));
    };
    await expect((make as typeof fitBpr)(histories, options, { onProgress, signal: abort.signal })).rejects.toThrow(
      "enough",
    );
    expect(seen).toEqual([1, 2]);
  });
});

test.each([
  [fitBpr, { factors: 0 }],
  [fitBpr, { learningRate: 0 }],
  [fitIals, { unobserved: 0 }],
  [fitIals, { seed: -1 }],
  [fitEase, { regularization: 0 }],
  [fitItem2vec, { window: 0 }],
  [fitItem2vec, { decay: 2 }],
])("%o refuses %j", async (make, wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  await expect(make(histories, wrong as never)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

test("matrices have a row for each session, and for each user", () => {
  const plays = ["x 0", "y 1", "z 2", "x 500", "x 1000", "y 1001"].map((row) => row.split(" "));
  const log = toLog(
    ["u", "v"].flatMap((user) => plays.map(([item, minute]) => ({ user, item, time: Number(minute) * 60 }))),
  );
  const histories = toHistories(splitSessions(toSessions(log, 30), 500 * 60, 1000 * 60));
  expect(historyMatrix(histories).start).toEqual(Int32Array.of(0, 0, 3, 6));
  const all = toHistories({ ...histories.split, validationStart: histories.split.userStart.slice(1) });
  expect(historyMatrix(all).start).toEqual(Int32Array.of(0, 0, 3, 4, 6, 9, 10, 12));
  const { start, columns, values } = userMatrix(all);
  expect(start).toEqual(Int32Array.of(0, 0, 3, 6));
  expect(columns).toEqual(Int32Array.of(1, 2, 3, 1, 2, 3));
  expect(values).toEqual(Float64Array.of(3, 2, 1, 3, 2, 1));
  expect(playGraph(all).pairUsers).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1));
});
