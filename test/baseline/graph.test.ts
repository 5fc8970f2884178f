import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bprGradient, playGraph, smooth } from "../../src/baseline/graph/propagation.js";
import { fitLightgcn, fitRp3beta } from "../../src/baseline/index.js";
import { Random } from "../../src/core/random.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { cycleWorld, markovWorld, toLog } from "../support/worlds.js";
import {
  allItems,
  histories as anyHistory,
  expectScores,
  randomHistories,
  scoresOf,
  tieBreak,
  trainLists,
} from "./helpers.js";

describe("RP3beta", () => {
  test("agrees with walking over every user", async () => {
    const options = fc.record({
      alpha: fc.constantFrom(0, 0.8, 1),
      beta: fc.constantFrom(-0.5, 0, 0.6),
      neighbours: fc.integer({ min: 1, max: 9 }),
      back: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const sets = trainLists(histories).map((list) => new Set(list));
        const users = (item: number) => sets.filter((set) => set.has(item)).length;
        const scores = tieBreak(histories);
        for (const i of new Set(history)) {
          const walks = allItems(histories)
            .filter((j) => config.back || j !== i)
            .map((j) => {
              const both = sets.filter((set) => set.has(i) && set.has(j));
              const sum = both.reduce(
                (all, set) => all + (1 / users(i)) ** config.alpha * (1 / set.size) ** config.alpha,
                0,
              );
              return { j, value: sum / users(j) ** config.beta };
            });
          // Equal walks may be ordered by a rounding error; a tie on the edge is in the next test.
          const kept = walks
            .filter(({ value }) => value > 0)
            .sort((a, b) => Math.fround(b.value) - Math.fround(a.value) || a.j - b.j);
          const edge = kept[config.neighbours - 1]?.value - (kept[config.neighbours]?.value ?? 0);
          fc.pre(!(edge < 1e-6 * (kept[config.neighbours - 1]?.value ?? 0)));
          for (const { j, value } of kept.slice(0, config.neighbours)) scores[j - 1] += value;
        }
        expectScores(await scoresOf(fitRp3beta(histories, config), history), scores, 4);
      }),
    );
  });

  test("by hand: of two items that as many walks lead to, the one with the lower index is kept", async () => {
    const list = (user: string, items: string[]) => items.map((item, time) => ({ user, item, time }));
    // The training part is "x, y" of one user and "x, z" of the other.
    const log = toLog([...list("u", ["x", "y", "x", "x"]), ...list("v", ["x", "z", "x", "x"])]);
    const histories = toHistories(leaveOneOut(log));
    const [x, y, z] = ["x", "y", "z"].map((id) => histories.items.indexOf(id));
    expect([x, y, z]).toEqual([1, 2, 3]);
    const both = await scoresOf(fitRp3beta(histories, { neighbours: 2, beta: 0 }), [x]);
    expect(both[y]).toBeCloseTo(0.25, 5); // half the users of x, and half of what they play
    expect(both[z]).toBe(both[y]);
    const one = await scoresOf(fitRp3beta(histories, { neighbours: 1, beta: 0 }), [x]);
    expect(one[y]).toBe(both[y]);
    expect(one[z]).toBeLessThan(1e-6);
  });

  test("by hand: with one neighbour an item leads to the one beside it", async () => {
    const histories = toHistories(leaveOneOut(markovWorld().log));
    const scores = await scoresOf(fitRp3beta(histories, { neighbours: 1 }), [1]);
    expect(scores.filter((score) => score > 1e-4).length).toBe(1);
  });
});

describe("LightGCN", () => {
  test("smooths as powers of the whole matrix do", () => {
    fc.assert(
      fc.property(randomHistories, fc.integer({ min: 1, max: 3 }), (histories, layers) => {
        const graph = playGraph(histories);
        const nodes = graph.userCount + graph.itemCount;
        const sets = trainLists(histories).map((list) => new Set(list));
        const degree = (item: number) => sets.filter((set) => set.has(item)).length;
        const a = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
        sets.forEach((set, u) => {
          for (const item of set) {
            const i = graph.userCount + item - 1;
            a[u][i] = a[i][u] = 1 / Math.sqrt(set.size * degree(item));
          }
        });
        const random = Random.stream(2, "x");
        const x = Float32Array.from({ length: nodes * 2 }, () => random.normal());
        let power = Array.from(x);
        const sum = [...power];
        for (let layer = 0; layer < layers; layer++) {
          const before = power;
          power = before.map((_, at) => a[at >> 1].reduce((all, w, node) => all + w * before[2 * node + (at & 1)], 0));
          power.forEach((value, at) => {
            sum[at] += value;
          });
        }
        smooth(graph, x, 2, layers).forEach((value, at) => {
          expect(value).toBeCloseTo(sum[at] / (layers + 1), 4);
        });
      }),
      { numRuns: 30 },
    );
  });

  test("has the gradient of its loss", () => {
    const graph = playGraph(toHistories(leaveOneOut(markovWorld({ users: 5 }).log)));
    const random = Random.stream(4, "vectors");
    const vectors = Float32Array.from({ length: (graph.userCount + graph.itemCount) * 3 }, () => random.normal());
    const loss = (x: Float32Array) => {
      const draws = Random.stream(1, "draws");
      let sum = 0;
      for (let n = 0; n < 50; n++) {
        const pair = draws.integer(graph.pairUsers.length);
        const other = draws.integer(graph.itemCount);
        const u = graph.pairUsers[pair];
        if (graph.played[u].has(other)) continue;
        const product = (item: number) =>
          [0, 1, 2].reduce((all, f) => all + x[u * 3 + f] * x[(graph.userCount + item) * 3 + f], 0);
        sum += Math.log(1 + Math.exp(product(other) - product(graph.pairItems[pair])));
      }
      return sum;
    };
    const gradient = bprGradient(graph, vectors, 3, 50, Random.stream(1, "draws"));
    for (let at = 0; at < vectors.length; at++) {
      const shifted = (by: number) => loss(vectors.map((value, i) => (i === at ? value + by : value)));
      expect(gradient[at]).toBeCloseTo((shifted(1e-2) - shifted(-1e-2)) / 2e-2, 2);
    }
  });

  test("finds what its users play, and is the same for the same seed", async () => {
    const histories = toHistories(leaveOneOut(markovWorld({ users: 20, plays: 6 }).log));
    const fitted = await fitLightgcn(histories, { size: 16, epochs: 200, layers: 1, regularization: 0 });
    let above = 0;
    let all = 0;
    for (const [u, list] of trainLists(histories).entries()) {
      const scores = await fitted.score([{ user: u + 1, history: Int32Array.from(list) }]);
      for (const heard of new Set(list))
        for (const other of allItems(histories))
          if (!list.includes(other)) {
            all++;
            if (scores[heard] > scores[other]) above++;
          }
    }
    expect(above / all).toBeGreaterThan(0.9);
    const few = { size: 4, epochs: 2 };
    const [first, second] = [await fitLightgcn(histories, few), await fitLightgcn(histories, few)];
    expect(await scoresOf(first, [1, 2])).toEqual(await scoresOf(second, [1, 2]));
  });
});

test.each([{ alpha: -1 }, { neighbours: 0 }, { beta: 4 }])("RP3beta refuses %j", (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => fitRp3beta(histories, wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
test.each([{ layers: 0 }, { batches: 0 }])("LightGCN refuses %j", async (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  await expect(fitLightgcn(histories, wrong)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
