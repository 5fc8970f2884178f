import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitContextTree, fitMarkov, fitSequentialRules } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { cycleWorld } from "../support/worlds.js";
import {
  allItems,
  histories as anyHistory,
  expectScores,
  randomHistories,
  scoresOf,
  tieBreak,
  trainLists,
} from "./helpers.js";

describe("sequential rules", () => {
  const options = fc.record({
    steps: fc.integer({ min: 1, max: 6 }),
    weight: fc.constantFrom("reciprocal" as const, "linear" as const, "same" as const),
  });
  test("agrees with looking at every pair of places", async () => {
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const scores = tieBreak(histories);
        const weight = (d: number) =>
          config.weight === "same" ? 1 : config.weight === "linear" ? 1 - (d - 1) / config.steps : 1 / d;
        const lists = trainLists(histories);
        const last = history.at(-1);
        const plays = lists.flat().filter((item) => item === last).length;
        for (const list of lists)
          for (let s = 0; s < list.length; s++)
            for (let t = s + 1; t < list.length; t++)
              if (list[s] === last && t - s <= config.steps) scores[list[t] - 1] += weight(t - s) / plays;
        expectScores(await scoresOf(fitSequentialRules(histories, config), history), scores, 5);
      }),
    );
  });
});

describe("context tree", () => {
  test("agrees with counting what followed each end of the history", async () => {
    const options = fc.record({ depth: fc.integer({ min: 1, max: 5 }), backOff: fc.constantFrom(0.1, 1, 20) });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, async (histories, config, pick) => {
        const history = pick(histories);
        const lists = trainLists(histories);
        let expected = tieBreak(histories).map((share) => share * 1e6);
        for (let depth = 1; depth <= Math.min(config.depth, history.length); depth++) {
          const context = history.slice(-depth);
          const followers = lists.flatMap((list) =>
            list.filter((_, t) => t >= depth && context.every((item, i) => list[t - depth + i] === item)),
          );
          const all = followers.length + config.backOff;
          expected = allItems(histories).map((item) => {
            const count = followers.filter((follower) => follower === item).length;
            return (count + config.backOff * expected[item - 1]) / all;
          });
        }
        expectScores(await scoresOf(fitContextTree(histories, config), history), expected, 5);
      }),
    );
  });

  test("of depth 1 is the Markov chain", async () => {
    await fc.assert(
      fc.asyncProperty(randomHistories, anyHistory, async (histories, pick) => {
        const history = pick(histories);
        const tree = await scoresOf(fitContextTree(histories, { depth: 1, backOff: 3 }), history);
        expectScores(tree, (await scoresOf(fitMarkov(histories, { backOff: 3 }), history)).slice(1), 6);
      }),
    );
  });
});

test.each([{ steps: 0 }, { weight: "none" }])("sequential rules refuse %j", (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => fitSequentialRules(histories, wrong as never)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
});
test.each([{ depth: 0 }, { depth: 51 }, { backOff: 0 }])("the context tree refuses %j", (wrong) => {
  const histories = toHistories(leaveOneOut(cycleWorld()));
  expect(() => fitContextTree(histories, wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
