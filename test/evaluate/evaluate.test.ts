import { describe, expect, test } from "vitest";
import { fitMarkov, fitPopularity } from "../../src/baseline/index.js";
import {
  countCases,
  describeProtocol,
  evaluate,
  evaluateRanks,
  metricNames,
  protocolConfig,
  protocolSentence,
  rankTargets,
  validationMetrics,
} from "../../src/evaluate/index.js";
import { evaluationCases, toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut, splitByTime } from "../../src/sequence/split.js";
import { cycleWorld, markovWorld, toLog } from "../support/worlds.js";
import { hasCode, tableScorer } from "./helpers.js";

const cycle = toHistories(leaveOneOut(cycleWorld()));

describe("evaluate", () => {
  test("finds the perfect model of the cycle world perfect, and popularity not", async () => {
    const markov = await evaluate(fitMarkov(cycle), cycle, "test");
    expect(markov.metrics.map(({ name }) => name)).toEqual(metricNames([1, 5, 10, 20]));
    for (const { name, value, low, high } of markov.metrics) {
      const perfect = name.startsWith("Precision") ? 1 / Number(name.split("@")[1]) : 1;
      expect(
        [value, low, high].every((number) => Math.abs(number - perfect) < 1e-12),
        name,
      ).toBe(true);
    }
    expect(markov.casesPerSecond).toBeCloseTo(6 / markov.seconds, 6);
    expect(markov.millisecondsPerUser).toBeCloseTo((1000 * markov.seconds) / 6, 6);
    expect(markov.memoryBytes).toBeGreaterThan(1e7);
    const popularity = await evaluate(fitPopularity(cycle), cycle, "test");
    expect(popularity.metrics[0].value).toBeLessThan(0.5);
  });

  test("comes close to the best that a random world allows", async () => {
    const { log, bestHitRate } = markovWorld({ users: 120, plays: 100 });
    const histories = toHistories(splitByTime(log, 80, 90));
    const { metrics } = await evaluate(fitMarkov(histories), histories, "test");
    expect(metrics[0].low).toBeLessThan(bestHitRate);
    expect(metrics[0].high).toBeGreaterThan(bestHitRate);
  });

  test("gives what the parts give one by one", async () => {
    const protocol = { cutoffs: [3, 1], ties: "pessimistic" } as const;
    const scorer = fitPopularity(cycle);
    const evaluation = await evaluate(scorer, cycle, "validation", protocol, { resamples: 20, seed: 4 });
    const cases = evaluationCases(cycle, "validation");
    const ranks = await rankTargets(scorer, cases, protocol);
    const userCodes = Int32Array.from(cases, ({ userCode }) => userCode);
    const card = describeProtocol(
      protocolConfig(protocol),
      { description: "leave-one-out", log: cycle.split.log },
      countCases(cycle, "validation", cases),
    );
    const { seconds, casesPerSecond, millisecondsPerUser, memoryBytes, ...rest } = evaluateRanks(
      "popularity",
      ranks,
      userCodes,
      card,
      {
        resamples: 20,
        seed: 4,
      },
    );
    expect(evaluation).toMatchObject(rest);
    expect([seconds, casesPerSecond, millisecondsPerUser, memoryBytes]).toEqual([0, 0, 0, 0]);
    const light = await validationMetrics(scorer, cases, protocol);
    expect(light).toEqual(Object.fromEntries(evaluation.metrics.map(({ name, value }) => [name, value])));
  });

  test("says what ties could make of each metric", async () => {
    const equal = tableScorer(cycle.items.size, () => 1, "equal");
    const { metrics } = await evaluate(equal, cycle, "test", { cutoffs: [1] });
    for (const { name, value, optimistic, pessimistic } of metrics)
      expect([name, value, optimistic, pessimistic]).toEqual([name, 0, 1, 0]);
  });

  test("refuses a foreign scorer, an empty part and ranks without users", async () => {
    const foreign = tableScorer(7, () => 1, "foreign");
    await expect(evaluate(foreign, cycle, "test")).rejects.toThrow(hasCode("SHAPE_MISMATCH", "foreign"));
    const first = toLog([
      { user: "a", item: "i", time: 0 },
      { user: "b", item: "i", time: 1 },
      { user: "c", item: "i", time: 2 },
    ]);
    const histories = toHistories(splitByTime(first, 1, 2));
    await expect(evaluate(fitPopularity(histories), histories, "test")).rejects.toThrow(hasCode("EMPTY_CASES", "test"));
    await expect(validationMetrics(fitPopularity(cycle), [])).rejects.toThrow(hasCode("EMPTY_CASES"));
    const { protocol } = await evaluate(fitPopularity(cycle), cycle, "test");
    expect(() => evaluateRanks("oracle", Float64Array.of(1), new Int32Array(0), protocol)).toThrow(
      hasCode("SHAPE_MISMATCH"),
    );
  });
});

describe("protocol", () => {
  test("fills in defaults and sorts cut-offs", () => {
    expect(protocolConfig()).toEqual({
      cutoffs: [1, 5, 10, 20],
      seen: "keep",
      ties: "mean",
      candidates: "full",
      negatives: 99,
      negativesFile: null,
      seed: 1,
    });
    expect(protocolConfig({ cutoffs: [20, 3] }).cutoffs).toEqual([3, 20]);
  });

  test.each([
    [{ cutoffs: [] }, "cutoffs"],
    [{ cutoffs: [0] }, "cutoffs"],
    [{ cutoffs: [5, 5] }, "cutoffs"],
    [{ seen: "drop" }, "seen"],
    [{ candidates: "sampled" }, "candidates"],
    [{ candidates: "file" }, "negativesFile"],
    [{ negativesFile: "x.txt" }, "negativesFile"],
    [{ negatives: 0 }, "negatives"],
    [{ cutoff: [1] }, "cutoff"],
  ])("refuses %j", (options, field) => {
    expect(() => protocolConfig(options as never)).toThrow(hasCode("CONFIG_INVALID", field));
  });

  test("the card counts what was measured and what was not", async () => {
    const rows = [
      ["a", "x", 0],
      ["a", "y", 1],
      ["a", "x", 5],
      ["a", "only later", 9],
      ["a", "y", 9],
      ["b", "x", 9],
      ["b", "y", 9],
    ] as const;
    const log = toLog(rows.map(([user, item, time]) => ({ user, item, time })));
    const histories = toHistories(splitByTime(log, 5, 9));
    const { protocol } = await evaluate(fitPopularity(histories), histories, "test", { seen: "remove" });
    expect(JSON.parse(JSON.stringify(protocol))).toEqual({
      split: "temporal, test from 1970-01-01",
      log: { users: 2, items: 3, events: 7 },
      part: "test",
      candidates: "full",
      seen: "remove",
      ties: "mean",
      cutoffs: [1, 5, 10, 20],
      cases: 3, // a: only later, y; b: y
      users: 2,
      items: 2,
      withoutHistory: 1, // b: x
      unknownTargets: 1,
    });
    expect(protocolSentence(protocol)).toBe(
      "temporal, test from 1970-01-01, test part; full ranking over 2 items; seen items removed; mean rank of ties; " +
        "3 cases of 2 users; 1 unknown targets counted as misses; 1 events without history left out",
    );
  });
});
