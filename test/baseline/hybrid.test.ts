import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simplex } from "../../src/baseline/hybrid/blend.js";
import { calibrate } from "../../src/baseline/hybrid/calibrate.js";
import {
  baselinesSchema,
  fitBaseline,
  fitBlend,
  fitContextTree,
  fitFallback,
  fitMarkov,
  fitPopularity,
  TECHNIQUES,
} from "../../src/baseline/index.js";
import type { Scorer } from "../../src/core/scorer.js";
import { validationMetrics } from "../../src/evaluate/index.js";
import { evaluationCases, toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { cycleWorld, eventLogs, markovWorld } from "../support/worlds.js";
import { allItems, scoresOf } from "./helpers.js";

const histories = toHistories(leaveOneOut(markovWorld({ users: 80, plays: 20 }).log));

describe("calibration", () => {
  test("z-scores have mean 0 and variance 1, and ranks are inverted", () => {
    const finite = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(finite, (values) => {
        const row = Float32Array.of(Number.NEGATIVE_INFINITY, ...values);
        const z = Array.from(calibrate(row, "zscore").subarray(1));
        const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
        expect(mean).toBeCloseTo(0, 8);
        const variance = z.reduce((sum, value) => sum + value * value, 0) / z.length;
        expect(variance).toBeCloseTo(new Set(values).size > 1 ? 1 : 0, 8);
        const ranks = calibrate(row, "rank").subarray(1);
        values.forEach((value, i) => {
          const before = values.filter((other, j) => other > value || (other === value && j < i)).length;
          expect(ranks[i]).toBeCloseTo(1 / (61 + before), 12);
        });
      }),
    );
  });
});

describe("blend", () => {
  test("all weights of a simplex are tried", () => {
    expect(simplex(2, 2)).toEqual([
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ]);
    expect(simplex(4, 10).length).toBe(286); // 13 choose 3
    for (const weights of simplex(3, 7)) expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
  });

  test.each(["keep", "remove"] as const)(
    "chooses what ranking every case by every weight chooses, seen: %s",
    async (seen) => {
      const parts = [fitPopularity(histories), fitMarkov(histories), fitContextTree(histories)];
      const cases = evaluationCases(histories, "validation");
      const blend = await fitBlend(histories, parts, { steps: 4, seen });
      let best = { value: -1, weights: [] as number[] };
      for (const weights of simplex(3, 4)) {
        const scorer: Scorer = {
          name: "by hand",
          itemCount: histories.items.size,
          async score(queries) {
            const rows: number[] = [];
            for (const query of queries) {
              const all: Float64Array[] = [];
              for (const part of parts) all.push(calibrate(await part.score([query]), "zscore"));
              rows.push(Number.NEGATIVE_INFINITY);
              for (const item of allItems(histories))
                rows.push(all.reduce((sum, row, part) => sum + weights[part] * row[item], 0));
            }
            return Float32Array.from(rows);
          },
        };
        const value = (await validationMetrics(scorer, cases, { seen }))["NDCG@10"];
        if (value > best.value + 1e-9) best = { value, weights };
      }
      expect(blend.weights).toEqual(best.weights);
      expect(blend.value).toBeCloseTo(best.value, 6);
      expect((await validationMetrics(blend, cases, { seen }))["NDCG@10"]).toBeCloseTo(best.value, 6);
    },
  );

  test("refuses one part, six parts, another catalogue, and a world without validation", async () => {
    const part = fitPopularity(histories);
    const other = fitPopularity(toHistories(leaveOneOut(cycleWorld())));
    await expect(fitBlend(histories, [part])).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await expect(fitBlend(histories, new Array(6).fill(part))).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await expect(fitBlend(histories, [part, other])).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
    const { split } = histories;
    const without = toHistories({ ...split, validationStart: split.testStart });
    const popularity = fitPopularity(without);
    await expect(fitBlend(without, [popularity, popularity])).rejects.toMatchObject({ code: "EMPTY_CASES" });
  });
});

describe("fallback", () => {
  test("weighs the two by the plays of each item", async () => {
    const [base, content] = [fitMarkov(histories), fitPopularity(histories)];
    const scores = await scoresOf(fitFallback(histories, base, content, { plays: 50 }), [3]);
    const z = async (scorer: Scorer) => calibrate(Float32Array.from(await scoresOf(scorer, [3])), "zscore");
    const [a, b] = [await z(base), await z(content)];
    for (const item of allItems(histories)) {
      const trust = histories.itemCounts[item] / (histories.itemCounts[item] + 50);
      expect(scores[item]).toBeCloseTo(trust * a[item] + (1 - trust) * b[item], 5);
    }
  });

  test("refuses another catalogue", () => {
    const other = fitPopularity(toHistories(leaveOneOut(cycleWorld())));
    expect(() => fitFallback(histories, other, other)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});

const NAMES: Readonly<Record<string, string>> = {
  cosine: "cosine neighbours",
  euclidean: "euclidean neighbours",
  sknn: "S-KNN",
  vsknn: "VS-KNN",
  vstan: "VSTAN",
};

describe("the table of techniques", () => {
  test("has a meaning for every technique and option, and refuses options that it does not know", async () => {
    for (const [name, { schema }] of Object.entries(TECHNIQUES)) {
      expect(schema.description, name).toMatch(/\S/);
      const shape = (schema as unknown as { shape: Record<string, { description?: string }> }).shape;
      for (const option of Object.keys(shape)) expect(shape[option].description, `${name}.${option}`).toMatch(/\S/);
      await expect(fitBaseline({ name, options: { nonsense: 1 } }, histories), name).rejects.toMatchObject({
        code: "CONFIG_INVALID",
      });
    }
  });

  test.each([
    { name: "cosine", options: { metric: "euclidean" } },
    { name: "euclidean", options: { metric: "euclidean" } },
    { name: "sknn", options: { kind: "vstan" } },
    { name: "vsknn", options: { kind: "vsknn" } },
    { name: "vstan", options: { kind: "sknn" } },
  ])("refuses an option that the name says: %j", async (choice) => {
    await expect(fitBaseline(choice, histories)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(baselinesSchema.safeParse([choice]).success).toBe(false);
    expect((await fitBaseline(choice.name, histories)).name).toBe(NAMES[choice.name]);
  });

  test.each(["nothing", "__proto__", "constructor", ""])("has no technique %j", async (name) => {
    await expect(fitBaseline(name, histories)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(baselinesSchema.safeParse([name]).success).toBe(false);
  });

  test("reads names and options, and checks both", () => {
    expect(baselinesSchema.parse(["ease", { name: "ials", options: { factors: 8 } }])).toEqual([
      { name: "ease", options: {} },
      { name: "ials", options: { factors: 8 } },
    ]);
    const wrong = baselinesSchema.safeParse([{ name: "ials", options: { factors: 0 } }]);
    expect(wrong.error?.issues[0].path).toEqual([0, "options", "factors"]);
  });

  test("fits on logs with hostile names", async () => {
    await fc.assert(
      fc.asyncProperty(
        eventLogs(),
        fc.constantFrom("ease", "rp3beta", "vstan", "content", "user-knn"),
        async (log, name) => {
          fc.pre(log.userIds.some((_, u) => log.users.filter((code) => code === u).length >= 3));
          const world = toHistories(leaveOneOut(log));
          const scores = await scoresOf(await fitBaseline(name, world), [1]);
          expect(scores.slice(1).every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });
});
