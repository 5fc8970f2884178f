import { describe, expect, test } from "vitest";
import { TECHNIQUES } from "../../src/baseline/index.js";
import { Random } from "../../src/core/random.js";
import { modelSchema } from "../../src/model/index.js";
import { evaluationCases, toHistories } from "../../src/sequence/histories.js";
import { splitByTime } from "../../src/sequence/split.js";
import { withoutTest } from "../../src/sequence/without-test.js";
import { trainSchema } from "../../src/train/index.js";
import { type Point, pointsOf, RECURRENT_SPACE, SPACES, search, type Trial } from "../../src/tune/index.js";
import { hasCode } from "../evaluate/helpers.js";
import { markovWorld } from "../support/worlds.js";

const draw = (space: (typeof SPACES)[string], count: number) => pointsOf(space, count, Random.stream(3, "test"));

describe("spaces", () => {
  test.each(Object.keys(SPACES))("every point of %s is a configuration of the technique", (name) => {
    for (const point of draw(SPACES[name], 40)) expect(TECHNIQUES[name].schema.safeParse(point).success).toBe(true);
  });

  test("every point of the recurrent space is a configuration", () => {
    for (const point of draw(RECURRENT_SPACE.model, 40)) expect(modelSchema.safeParse(point).success).toBe(true);
    for (const point of draw(RECURRENT_SPACE.train, 40)) expect(trainSchema.safeParse(point).success).toBe(true);
  });

  test("the defaults come first, points differ, and a small space ends", () => {
    const space = { a: { values: [1, 2] }, b: { low: 1, high: 100, scale: "log", whole: true } } as const;
    const points = draw(space, 30);
    expect(points[0]).toEqual({});
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(30);
    for (const { b } of points.slice(1) as { b: number }[])
      expect(Number.isInteger(b) && b >= 1 && b <= 100).toBe(true);
    expect(draw(space, 30)).toEqual(points);
    expect(draw({ a: { values: [1, 2] } }, 30)).toHaveLength(3);
    expect(draw({}, 30)).toEqual([{}]);
  });
});

describe("search", () => {
  const run = async (budget: object, seconds = 1, cached = false) => {
    const told: string[] = [];
    const space = { a: { low: 0, high: 1, scale: "linear" } } as const;
    const objective = async function* ({ a = 0.5 }: Point): AsyncGenerator<string, Omit<Trial, "options">> {
      yield "objective";
      return { value: 1 - Math.abs((a as number) - 0.9), seconds, cached };
    };
    const events = search(
      space,
      objective,
      { trials: 6, seconds: 100, seed: 1, ...budget },
      (_trial, number, of) => `${number}/${of}`,
    );
    for (;;) {
      const { done, value } = await events.next();
      if (done) return { told, trials: value };
      told.push(value);
    }
  };

  test("tries the defaults and draws, tells each, and gives the best first", async () => {
    const { told, trials } = await run({});
    expect(told.filter((each) => each !== "objective")).toEqual(["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
    expect(trials.map(({ value }) => value)).toEqual(trials.map(({ value }) => value).toSorted((a, b) => b - a));
    expect(trials.some(({ options }) => Object.keys(options).length === 0)).toBe(true);
  });

  test("starts no trial once the seconds are spent, known or not, so that it makes as many when it goes on", async () => {
    for (const cached of [false, true]) expect((await run({ seconds: 2.5 }, 1, cached)).trials).toHaveLength(3);
    expect((await run({ seconds: 0 }, 50)).trials).toHaveLength(1);
  });

  test("refuses a budget of nothing", async () => {
    await expect(run({ trials: 0 })).rejects.toThrow(hasCode("ARGUMENT_INVALID", "trials"));
    await expect(run({ seconds: Number.NaN })).rejects.toThrow(hasCode("ARGUMENT_INVALID", "seconds"));
  });
});

test("without its test part, histories hold the same train and validation part and not a row of the test", () => {
  const histories = toHistories(splitByTime(markovWorld({ users: 25, items: 20, plays: 30 }).log, 20, 25));
  const blind = withoutTest(histories);
  expect(evaluationCases(blind, "test")).toEqual([]);
  const plain = (of: typeof histories) =>
    evaluationCases(of, "validation").map(({ user, userCode, target, history }) => [
      user,
      userCode,
      target,
      ...history,
    ]);
  expect(plain(blind)).toEqual(plain(histories));
  const tested = evaluationCases(histories, "test").length;
  expect(tested).toBeGreaterThan(0);
  const rows = histories.split.testStart.reduce((sum, start, u) => sum + histories.split.userStart[u + 1] - start, 0);
  for (const values of [
    blind.itemIndex,
    blind.split.log.users,
    blind.split.log.items,
    blind.split.log.times,
    blind.split.log.lines,
  ])
    expect(values.length).toBe(histories.itemIndex.length - rows);
  expect(blind.items).toBe(histories.items);
});
