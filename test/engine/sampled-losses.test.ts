// Sampled losses against their papers' formulas in float64, and properties that tell them apart.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { type SampledLossName, sampledLoss, sampledLosses } from "../../src/engine/index.js";
import { negativeSampler } from "../../src/sequence/negatives.js";
import { useEngine } from "../support/engine.js";
import { valueAndGradients } from "../support/gradients.js";

useEngine();

const names = Object.keys(sampledLosses) as SampledLossName[];
const s = (x: number) => 1 / (1 + Math.exp(-x));
const softmax = (scores: readonly number[]) => {
  const most = Math.max(...scores);
  const all = scores.map((score) => Math.exp(score - most));
  const total = all.reduce((a, b) => a + b, 0);
  return all.map((each) => each / total);
};
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** One row's loss from its positive score and the scores of the negatives that count. */
const formulas: Record<SampledLossName, (p: number, negatives: readonly number[], rate: number) => number> = {
  "sampled-softmax": (p, negatives) => Math.log(Math.exp(p) + sum(negatives.map(Math.exp))) - p,
  bpr: (p, negatives) => sum(negatives.map((n) => -Math.log(s(p - n)))) / Math.max(1, negatives.length),
  "bpr-max": (p, negatives) => {
    const w = softmax(negatives);
    return -Math.log(sum(negatives.map((n, j) => w[j] * s(p - n)))) + sum(negatives.map((n, j) => w[j] * n * n));
  },
  "top1-max": (p, negatives) => {
    const w = softmax(negatives);
    return sum(negatives.map((n, j) => w[j] * (s(n - p) + s(n * n))));
  },
  gbce: (p, negatives, rate) => {
    const power = rate * (0.75 * (1 - 1 / rate) + 1 / rate);
    return -power * Math.log(s(p)) - sum(negatives.map((n) => Math.log(1 - s(n))));
  },
};

interface Shape {
  N: number;
  V: number;
  D: number;
  K: number;
  seed: number;
}

function example({ N, V, D, K, seed }: Shape) {
  const random = Random.stream(seed, "sampled");
  const numbers = (size: number) => Float32Array.from({ length: size }, () => 2 * random.uniform() - 1);
  const { draw, logChances } = negativeSampler(
    Array.from({ length: V + 1 }, (_, i) => i),
    0.5,
  );
  const targets = Int32Array.from({ length: N }, () => 1 + random.integer(V));
  let items = draw(K, random);
  // Every row keeps a negative that is not its target: some losses say nothing without one.
  if (items.every((item) => item === items[0])) items = items.with(0, (items[0] % V) + 1);
  return {
    h: numbers(N * D),
    table: numbers((V + 1) * D),
    bias: numbers(V + 1),
    targets,
    negatives: { items, logChances },
  };
}

function byHand(
  name: SampledLossName,
  { N, V, D, K }: Shape,
  { targets, negatives }: Pick<ReturnType<typeof example>, "targets" | "negatives">,
  { h, table, bias }: Record<"h" | "table" | "bias", ArrayLike<number>>,
): number {
  const score = (n: number, item: number) => {
    let total = bias[item];
    for (let d = 0; d < D; d++) total += h[n * D + d] * table[item * D + d];
    return total;
  };
  const corrected = (item: number) => (name === "sampled-softmax" ? Math.log(K) + negatives.logChances[item] : 0);
  const rows = Array.from(targets, (target, n) => {
    const others = Array.from(negatives.items)
      .filter((item) => item !== target)
      .map((item) => score(n, item) - corrected(item));
    return formulas[name](score(n, target), others, Math.min(1, K / (V - 1)));
  });
  return sum(rows) / N;
}

function run(
  name: SampledLossName,
  { N, V, D }: Shape,
  { h, table, bias, targets, negatives }: ReturnType<typeof example>,
) {
  return valueAndGradients(
    (graph, a, b, c) => {
      sampledLoss(graph, name, a, b, c, targets, negatives);
      return undefined;
    },
    [
      [h, [N, D]],
      [table, [V + 1, D]],
      [bias, [V + 1]],
    ],
  );
}

describe.each(names)("%s", (name) => {
  test("value and every gradient", () => {
    const shapes = fc.record({
      N: fc.integer({ min: 1, max: 4 }),
      V: fc.integer({ min: 3, max: 7 }),
      D: fc.integer({ min: 1, max: 3 }),
      K: fc.integer({ min: 2, max: 6 }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(shape);
        fc.pre(data.targets.every((target) => data.negatives.items.some((item) => item !== target)));
        const { value, gradients } = run(name, shape, data);
        const plain = { h: Array.from(data.h), table: Array.from(data.table), bias: Array.from(data.bias) };
        expect(value).toBeCloseTo(byHand(name, shape, data, plain), 4);
        (["h", "table", "bias"] as const).forEach((input, at) => {
          plain[input].forEach((x, i) => {
            const moved = (to: number) => byHand(name, shape, data, { ...plain, [input]: plain[input].with(i, to) });
            const numeric = (moved(x + 1e-6) - moved(x - 1e-6)) / 2e-6;
            expect(Math.abs(gradients[at][i] - numeric), `${input}[${i}]`).toBeLessThan(2e-4 * (1 + Math.abs(numeric)));
          });
        });
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  test("stays finite where every negative is the target, and at large scores", () => {
    const data = {
      h: Float32Array.of(1, -1),
      table: Float32Array.of(0, 200, -200),
      bias: new Float32Array(3),
      targets: Int32Array.of(1, 2),
      negatives: { items: Int32Array.of(1, 1), logChances: Float32Array.of(Number.NEGATIVE_INFINITY, -0.7, -0.7) },
    };
    const { value, gradients } = run(name, { N: 2, V: 2, D: 1, K: 2, seed: 0 }, data);
    expect([value, ...gradients.flat()].every(Number.isFinite)).toBe(true);
  });
});

describe("what tells them apart", () => {
  /** Loss of one row whose positive scores 1 against given negatives, by bias alone. */
  const lossOf = (name: SampledLossName, scores: readonly number[], positive = 1, V = 100) => {
    const K = scores.length;
    const bias = new Float32Array(V + 1);
    bias[1] = positive;
    for (const [j, score] of scores.entries()) bias[2 + j] = score;
    const logChances = new Float32Array(V + 1).fill(-Math.log(V));
    const negatives = { items: Int32Array.from({ length: K }, (_, j) => 2 + j), logChances };
    const data = { h: new Float32Array(1), table: new Float32Array(V + 1), bias, targets: Int32Array.of(1), negatives };
    return run(name, { N: 1, V, D: 1, K, seed: 0 }, data).value;
  };

  test("sampled softmax with every other item drawn once is the full softmax", () => {
    const V = 9;
    const scores = [0.3, -1, 0.7, 2, 0, -0.4, 1.1, 0.2];
    const full = Math.log(sum([1, ...scores].map(Math.exp))) - 1;
    // Each of the 8 others is expected once among 8 draws of 1 / 8 each.
    const logChances = new Float32Array(V + 1).fill(-Math.log(8));
    const data = {
      h: new Float32Array(1),
      table: new Float32Array(V + 1),
      bias: Float32Array.of(0, 1, ...scores),
      targets: Int32Array.of(1),
      negatives: { items: Int32Array.of(2, 3, 4, 5, 6, 7, 8, 9), logChances },
    };
    expect(run("sampled-softmax", { N: 1, V, D: 1, K: 8, seed: 0 }, data).value).toBeCloseTo(full, 5);
  });

  test("BPR weighs all negatives alike; BPR-max and TOP1-max follow the strongest", () => {
    const many = [2, ...new Array(30).fill(-3)];
    expect(lossOf("bpr", many)).toBeLessThan(0.1);
    expect(lossOf("bpr-max", many)).toBeGreaterThan(1);
    expect(lossOf("top1-max", many)).toBeGreaterThan(1);
  });

  test("BPR-max goes on growing with the negatives' size, TOP1-max is bounded by 2", () => {
    expect(lossOf("bpr-max", [9, 9], 20)).toBeGreaterThan(80);
    for (const scores of [[9, 9], [-9], [50, 0, -50]]) expect(lossOf("top1-max", scores)).toBeLessThanOrEqual(2);
  });

  test("BPR sees differences only; gBCE sees scores", () => {
    expect(lossOf("bpr", [3], 4)).toBeCloseTo(lossOf("bpr", [0], 1), 5);
    expect(lossOf("gbce", [3], 4)).toBeGreaterThan(lossOf("gbce", [0], 1) + 1);
  });

  test("gBCE asks less of the positive the fewer items are drawn", () => {
    const pull = (K: number) => {
      const scores = new Array(K).fill(-40); // negatives that cost nothing
      return lossOf("gbce", scores, 0);
    };
    expect(pull(1)).toBeLessThan(pull(50));
    expect(pull(99)).toBeCloseTo(Math.log(2), 4); // all others drawn: plain binary cross-entropy
  });
});
