import { describe, expect, test } from "vitest";
import { fitMarkov, fitPopularity } from "../../src/baseline/index.js";
import { evaluateSets, placesOf, setGain } from "../../src/evaluate/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { toLog } from "../support/worlds.js";
import { hasCode, tableScorer } from "./helpers.js";
import { agreeWithPlain } from "./plain.js";

describe("by hand", () => {
  // Three relevant items at places 1, 4 and 12.
  const places = Float64Array.of(1, 4, 12);
  const log2 = Math.log2;
  test.each([
    ["HR@1", 1],
    ["MRR@10", 1],
    ["Precision@5", 2 / 5],
    ["Recall@5", 2 / 3],
    ["Recall@12", 1],
    ["MAP@10", (1 + 2 / 4) / 3],
    ["MAP@2", 1 / 2],
    ["NDCG@10", (1 + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / 2)],
    ["NDCG@2", 1 / (1 + 1 / log2(3))],
  ])("%s is %d", (name, expected) => {
    expect(Math.abs(setGain(places, name) - expected)).toBeLessThan(1e-12);
  });

  test("ties of relevant and other items", () => {
    const scores = Float32Array.of(-Infinity, 3, 2, 2, 2, 1);
    expect(placesOf(scores, [2, 3, 0], "optimistic")).toEqual(Float64Array.of(2, 3, Infinity));
    expect(placesOf(scores, [2, 3], "pessimistic")).toEqual(Float64Array.of(3, 4));
    expect(placesOf(scores, [2, 3], "mean")).toEqual(Float64Array.of(3, 3));
    expect(placesOf(scores, [2, 3], "optimistic", [1, 2])).toEqual(Float64Array.of(1, 2));
  });

  test("all relevant items on top give 1 in every metric but precision", () => {
    const top = Float64Array.of(1, 2, 3);
    for (const name of ["HR@3", "NDCG@3", "MRR@3", "Precision@3", "Recall@3", "MAP@3"])
      expect(setGain(top, name)).toBe(1);
  });
});

test("random cases in all tie modes are those of a plain implementation", async () => {
  expect(await agreeWithPlain(250)).toBeLessThanOrEqual(1e-9);
});

describe("evaluateSets", () => {
  const plays = (user: string, ...items: string[]) => items.map((item, time) => ({ user, item, time }));
  const log = toLog([...plays("a", "x", "y", "z", "x", "y", "z"), ...plays("b", "z", "y", "x", "z", "new", "x")]);
  const histories = toHistories(splitByTime(log, 3, 4));

  test("gives one list a user, and every different play of the part is relevant", async () => {
    const perfect = tableScorer(3, () => 0);
    const index = (id: string) => histories.items.indexOf(id);
    const wanted = [new Set([index("y"), index("z")]), new Set([index("x")])];
    const scorer = {
      ...perfect,
      score: (queries: readonly unknown[]) =>
        Float32Array.from(
          (queries as { userCode: number }[]).flatMap(({ userCode }) => [
            -Infinity,
            ...[1, 2, 3].map((item) => (wanted[userCode].has(item) ? 1 : 0)),
          ]),
        ),
    };
    const metrics = await evaluateSets(scorer, histories, "test", ["Recall@2", "Precision@2", "MAP@2", "HR@2"]);
    // b also played a song that training does not know: half of what is relevant is missed.
    expect(metrics.map(({ value }) => value)).toEqual([(1 + 1 / 2) / 2, (1 + 1 / 2) / 2, (1 + 1 / 2) / 2, 1]);
  });

  test("refuses what evaluate refuses", async () => {
    await expect(
      evaluateSets(
        tableScorer(9, () => 1),
        histories,
        "test",
      ),
    ).rejects.toThrow(hasCode("SHAPE_MISMATCH"));
    await expect(evaluateSets(fitMarkov(histories), histories, "test", ["AUC@3"])).rejects.toThrow(
      hasCode("ARGUMENT_INVALID"),
    );
    for (const name of ["HR", "__proto__@1", "constructor@1", "HR@0"])
      expect(() => setGain(Float64Array.of(1), name)).toThrow(hasCode("ARGUMENT_INVALID", name));
    expect(() => setGain(new Float64Array(0), "HR@1")).toThrow(hasCode("EMPTY_CASES"));
    const first = toHistories(splitByTime(toLog([..."abc"].map((user, time) => ({ user, item: "i", time }))), 1, 2));
    await expect(evaluateSets(fitPopularity(first), first, "test")).rejects.toThrow(hasCode("EMPTY_CASES"));
  });
});
