import { expect } from "vitest";
import { Random } from "../../src/core/random.js";
import type { Scorer } from "../../src/core/scorer.js";
import type { EvaluationCase } from "../../src/core/types.js";

/** Cases over V items whose row number is the number of their row of scores. */
export function makeCases(
  count: number,
  items: number,
  { users = 3, seed = 1, unknown = 0 }: { users?: number; seed?: number; unknown?: number } = {},
): EvaluationCase[] {
  const random = Random.stream(seed, "cases");
  return Array.from({ length: count }, (_, row) => ({
    user: 1,
    userCode: random.integer(users),
    row,
    target: random.uniform() < unknown ? 0 : 1 + random.integer(items),
    history: Int32Array.from({ length: 1 + random.integer(6) }, () => 1 + random.integer(items)),
  }));
}

/** Scores by rule from the case itself; remembers the batches it was asked. */
export function tableScorer(
  items: number,
  scoreOf: (row: number, item: number) => number,
  name = "table",
): Scorer & { readonly batches: EvaluationCase[][] } {
  const batches: EvaluationCase[][] = [];
  return {
    name,
    itemCount: items,
    batches,
    score(queries) {
      const cases = queries as readonly EvaluationCase[];
      batches.push([...cases]);
      const scores = new Float32Array(cases.length * (items + 1)).fill(Number.NEGATIVE_INFINITY);
      cases.forEach(({ row }, n) => {
        for (let item = 1; item <= items; item++) scores[n * (items + 1) + item] = scoreOf(row, item);
      });
      return scores;
    },
  };
}

/** A table of small whole numbers, so that ties abound. */
export function tiedTable(
  count: number,
  items: number,
  levels: number,
  seed = 1,
): (row: number, item: number) => number {
  const random = Random.stream(seed, "table");
  const table = Array.from({ length: count * (items + 1) }, () => random.integer(levels));
  return (row, item) => table[row * (items + 1) + item];
}

/** The code of a thrown RefrainError. */
export function hasCode(code: string, message = ""): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(message) });
}
