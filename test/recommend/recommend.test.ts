import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scorer } from "../../src/core/scorer.js";
import { explain, recommend } from "../../src/recommend/index.js";

/** Always the same scores for items 1, 2, … */
function fixed(...scores: number[]): Scorer {
  const row = [Number.NEGATIVE_INFINITY, ...scores];
  return {
    name: "fixed",
    itemCount: scores.length,
    score: (queries) => Float32Array.from(queries.flatMap(() => row)),
  };
}

/** Logits of item i: `gain` for each play of i - 1, so that every play speaks for its successor alone. */
function successors(itemCount: number, gain: number): Scorer {
  return {
    name: "successors",
    itemCount,
    score: (queries) => {
      const scores = new Float32Array(queries.length * (itemCount + 1));
      queries.forEach(({ history }, n) => {
        for (const item of history) if (item < itemCount) scores[n * (itemCount + 1) + item + 1] += gain;
        scores[n * (itemCount + 1)] = Number.NEGATIVE_INFINITY;
      });
      return scores;
    },
  };
}

const query = (...history: number[]) => ({ user: 0, history: Int32Array.from(history) });

describe("recommend", () => {
  test("best first, with the softmax over the whole catalogue", async () => {
    const found = await recommend(fixed(Math.log(1), Math.log(5), Math.log(2), Math.log(2)), query(1), { k: 3 });
    expect(found.map(({ rank, item }) => [rank, item])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    for (const [i, { probability }] of found.entries()) expect(probability).toBeCloseTo([0.5, 0.2, 0.2][i], 6);
  });

  test("ten by default; more than there are gives all", async () => {
    expect((await recommend(fixed(...Array(30).keys()), query(1))).length).toBe(10);
    expect((await recommend(fixed(3, 1, 2), query(1), { k: 99 })).map(({ item }) => item)).toEqual([1, 3, 2]);
  });

  test("heard items stay, or go without changing the others' probabilities", async () => {
    const scorer = fixed(Math.log(6), Math.log(3), Math.log(1));
    const kept = await recommend(scorer, query(1, 1), { k: 3 });
    const removed = await recommend(scorer, query(1, 1), { k: 3, seen: "remove" });
    expect(kept.map(({ item }) => item)).toEqual([1, 2, 3]);
    expect(removed.map(({ rank, item }) => [rank, item])).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(removed[0].probability).toBeCloseTo(0.3, 6);
    expect(await recommend(scorer, query(1, 2, 3), { seen: "remove" })).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN])("k = %s is refused", async (k) => {
    await expect(recommend(fixed(1), query(), { k })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  });

  test("probabilities fall, lie in [0, 1] and sum to at most 1; the scorer's own buffer stays", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float({ min: -500, max: 500, noNaN: true }), { minLength: 1 }), async (scores) => {
        const own = Float32Array.from([Number.NEGATIVE_INFINITY, ...scores]);
        const before = own.slice();
        const scorer = { name: "own", itemCount: scores.length, score: () => own };
        const list = (await recommend(scorer, query(1), { k: 5, seen: "remove" })).map((each) => each.probability);
        expect(own).toEqual(before);
        expect(list).toEqual(list.toSorted((a, b) => b - a));
        expect(list.every((p) => p >= 0 && p <= 1 + 1e-6)).toBe(true);
        const all = (await recommend(scorer, query(1), { k: scores.length })).map((each) => each.probability);
        expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe("explain", () => {
  test("names the plays that speak for an item, with the log probability they add", async () => {
    const scorer = successors(4, 2);
    const listened = query(3, 1, 4, 2);
    const recommendations = await recommend(scorer, listened, { k: 3 });
    expect(recommendations.map(({ item }) => item)).toEqual([2, 3, 4]);
    const reasons = await explain(scorer, listened, recommendations, 1);
    expect(reasons.map(([{ position, item }]) => [position, item])).toEqual([
      [1, 1],
      [3, 2],
      [0, 3],
    ]);
    // With the play: exp(2) of 3 exp(2) + 1; without it: 1 of 2 exp(2) + 2.
    const gain = Math.log(Math.exp(2) / (3 * Math.exp(2) + 1)) - Math.log(1 / (2 * Math.exp(2) + 2));
    for (const [{ influence }] of reasons) expect(influence).toBeCloseTo(gain, 5);
  });

  test("strongest first, the newer of equals first; plays against an item come last and are below 0", async () => {
    const scorer = successors(4, 1);
    const [reasons] = await explain(scorer, query(1, 3, 1), [{ rank: 1, item: 2, probability: 0 }], 9);
    expect(reasons.map(({ position }) => position)).toEqual([2, 0, 1]);
    expect(reasons[0].influence).toBeCloseTo(reasons[1].influence, 6);
    expect(reasons[2].influence).toBeLessThan(0);
  });

  test("a long history: the newest 40 plays alone, at their own places", async () => {
    const history = Int32Array.from({ length: 100 }, (_, i) => (i === 70 ? 1 : 3));
    history[5] = 1;
    const asked: number[] = [];
    const scorer = successors(4, 1);
    const counting = {
      ...scorer,
      score: (queries: Parameters<Scorer["score"]>[0]) => {
        asked.push(queries.length);
        return scorer.score(queries);
      },
    };
    const [reasons] = await explain(counting, { user: 0, history }, [{ rank: 1, item: 2, probability: 0 }], 100);
    expect(asked).toEqual([41]);
    expect(reasons.length).toBe(40);
    expect(reasons[0]).toMatchObject({ position: 70, item: 1 });
    expect(Math.min(...reasons.map(({ position }) => position))).toBe(60);
  });

  test("nothing heard, or nothing recommended", async () => {
    const scorer = successors(3, 1);
    expect(await explain(scorer, query(), [{ rank: 1, item: 1, probability: 0.5 }])).toEqual([[]]);
    expect(await explain(scorer, query(1, 2), [])).toEqual([]);
  });
});
