import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EvaluationCase } from "../../src/core/types.js";
import { hrAt, mrrAt, ndcgAt } from "../../src/evaluate/metrics.js";
import type { Protocol } from "../../src/evaluate/protocol.js";
import { rankTargets } from "../../src/evaluate/ranks.js";
import { hasCode, makeCases, tableScorer, tiedTable } from "./helpers.js";

const worlds = fc.record({
  count: fc.integer({ min: 0, max: 30 }),
  items: fc.integer({ min: 1, max: 12 }),
  levels: fc.integer({ min: 1, max: 8 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
  batchSize: fc.integer({ min: 1, max: 12 }),
});

/** The rank by sorting the candidates and reading off the places of the target's score. */
function rankBySorting(
  { target, history }: EvaluationCase,
  items: number,
  score: (item: number) => number,
  { seen, ties }: Pick<Protocol, "seen" | "ties">,
): number {
  if (target === 0) return Number.POSITIVE_INFINITY;
  const candidates = Array.from({ length: items }, (_, i) => i + 1).filter(
    (item) => item === target || seen === "keep" || !history.includes(item),
  );
  const sorted = candidates.map(score).sort((a, b) => b - a);
  const first = sorted.indexOf(score(target)) + 1;
  const last = sorted.lastIndexOf(score(target)) + 1;
  return { optimistic: first, pessimistic: last, mean: (first + last) / 2 }[ties];
}

test("agree with sorting, under every policy and in batches of any size", async () => {
  const seen = fc.constantFrom("keep" as const, "remove" as const);
  const ties = fc.constantFrom("mean" as const, "optimistic" as const, "pessimistic" as const);
  await fc.assert(
    fc.asyncProperty(worlds, seen, ties, async ({ count, items, levels, seed, batchSize }, seen, ties) => {
      const cases = makeCases(count, items, { seed, unknown: 0.2 });
      const table = tiedTable(count, items, levels, seed);
      const scorer = tableScorer(items, table);
      const ranks = await rankTargets(scorer, cases, { seen, ties }, { batchSize });
      expect(Array.from(ranks)).toEqual(
        cases.map((each) => rankBySorting(each, items, (item) => table(each.row, item), { seen, ties })),
      );
      const asked = scorer.batches.flat();
      expect(asked.map(({ row }) => row).sort()).toEqual(
        cases
          .filter(({ target }) => target > 0)
          .map(({ row }) => row)
          .sort(),
      );
      for (const batch of scorer.batches) expect(batch.length).toBeLessThanOrEqual(batchSize);
    }),
    { numRuns: 300 },
  );
});

test("optimistic metrics are at least mean ones, and those at least pessimistic ones", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ count, items, levels, seed }) => {
      const cases = makeCases(count + 1, items, { seed });
      const scorer = tableScorer(items, tiedTable(count + 1, items, levels, seed));
      const [best, mean, worst] = await Promise.all(
        (["optimistic", "mean", "pessimistic"] as const).map((ties) => rankTargets(scorer, cases, { ties })),
      );
      for (const metric of [hrAt, ndcgAt, mrrAt])
        for (const k of [1, 3, 10]) {
          expect(metric(best, k)).toBeGreaterThanOrEqual(metric(mean, k));
          expect(metric(mean, k)).toBeGreaterThanOrEqual(metric(worst, k));
        }
    }),
  );
});

test("a scorer that tells nothing apart lands in the middle", async () => {
  const ranks = await rankTargets(
    tableScorer(100, () => 7),
    makeCases(10, 100),
  );
  expect(Array.from(ranks)).toEqual(new Array(10).fill(50.5));
});

describe("batches", () => {
  test("hold one user's cases side by side, and cut between users where they can", async () => {
    const users = [0, 1, 0, 2, 1, 0, 2, 2, 2, 2];
    const cases = users.map((userCode, row) => ({ ...makeCases(1, 5)[0], userCode, row }));
    const scorer = tableScorer(5, () => 1);
    await rankTargets(scorer, cases, {}, { batchSize: 4 });
    expect(scorer.batches.map((batch) => batch.map(({ userCode, row }) => `${userCode}.${row}`).join(" "))).toEqual([
      "0.0 0.2 0.5",
      "1.1 1.4",
      "2.3 2.6 2.7 2.8",
      "2.9",
    ]);
  });

  test("are bounded by 2^23 scores", async () => {
    const items = 1 << 20;
    let largest = 0;
    const scores = new Float32Array(8 * (items + 1));
    const scorer = {
      name: "wide",
      itemCount: items,
      score: (queries: readonly unknown[]) => {
        largest = Math.max(largest, queries.length);
        return scores.subarray(0, queries.length * (items + 1));
      },
    };
    await rankTargets(scorer, makeCases(16, items, { users: 16 }));
    expect(largest * (items + 1)).toBeLessThanOrEqual(1 << 23);
    expect(largest).toBeGreaterThan(1);
  });

  test("progress ends at all cases, and an abort stops between batches", async () => {
    const cases = makeCases(10, 5, { users: 10, unknown: 0.3 });
    const known = cases.filter(({ target }) => target > 0).length;
    const done: string[] = [];
    const onProgress = (at: number, all: number) => done.push(`${at}/${all}`);
    await rankTargets(
      tableScorer(5, () => 1),
      cases,
      {},
      { batchSize: 1, onProgress },
    );
    expect(done.length).toBe(known);
    expect(done.at(-1)).toBe("10/10");

    const controller = new AbortController();
    const scorer = tableScorer(5, () => 1);
    setImmediate(() => controller.abort());
    const stopped = rankTargets(scorer, cases, {}, { batchSize: 1, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(scorer.batches.length).toBeLessThan(known);
  });
});

describe("refuses", () => {
  const cases = makeCases(3, 5);
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("a score of %s", async (bad) => {
    const scorer = tableScorer(5, (row, item) => (row === 2 && item === 4 ? bad : 1), "broken");
    await expect(rankTargets(scorer, cases)).rejects.toThrow(
      hasCode("ARGUMENT_INVALID", `Scores of broken must be finite, got ${bad} for item 4 in the case of log row 2`),
    );
  });

  test("scores of the wrong length and targets outside the catalogue", async () => {
    const short = { name: "short", itemCount: 5, score: () => new Float32Array(5) };
    await expect(rankTargets(short, cases)).rejects.toThrow(hasCode("SHAPE_MISMATCH", "short"));
    for (const target of [6, -1, Number.NaN])
      await expect(
        rankTargets(
          tableScorer(5, () => 1),
          [{ ...cases[0], target }],
        ),
      ).rejects.toThrow(hasCode("SHAPE_MISMATCH"));
  });

  test("a batch of nothing and a protocol that is none", async () => {
    const scorer = tableScorer(5, () => 1);
    await expect(rankTargets(scorer, cases, {}, { batchSize: 0 })).rejects.toThrow(hasCode("ARGUMENT_INVALID"));
    await expect(rankTargets(scorer, cases, { ties: "random" as never })).rejects.toThrow(hasCode("CONFIG_INVALID"));
  });
});
