// Losses, layers and the optimizer against formulas written out in float64.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  Adam,
  clipByGlobalNorm,
  dropout,
  embedding,
  Graph,
  layerNorm,
  linearCrossEntropy,
  linearCrossEntropyPlain,
  Parameter,
  type Tensor,
  tf,
  type Value,
} from "../../src/engine/index.js";
import { useEngine } from "../support/engine.js";
import { valueAndGradients } from "../support/gradients.js";

useEngine();

const numbers = (random: Random, size: number, scale = 1) =>
  Float32Array.from({ length: size }, () => scale * (2 * random.uniform() - 1));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i]))))
      expect.fail(`${i}: ${actual[i]} is not ${expected[i]}`);
}

describe("cross-entropy of a linear layer", () => {
  interface Shape {
    N: number;
    V: number;
    D: number;
    seed: number;
  }

  function example({ N, V, D, seed }: Shape) {
    const random = Random.stream(seed, "cross-entropy");
    const bias = numbers(random, V + 1);
    bias[0] = -1e9;
    return {
      h: numbers(random, N * D),
      table: numbers(random, (V + 1) * D),
      bias,
      extra: Float32Array.from({ length: N }, () => random.uniform()),
      targets: Int32Array.from({ length: N }, () => 1 + random.integer(V)),
    };
  }

  /** Something added to about a third of the logits; every second row's target is among them, and some rows have none. */
  function additions({ N, V, seed }: Shape, targets: Int32Array, scale = 3) {
    const random = Random.stream(seed, "additions");
    const starts = new Int32Array(N + 1);
    const items: number[] = [];
    for (let n = 0; n < N; n++) {
      for (let item = V; item >= 1 && n % 5 !== 4; item--)
        if (item === targets[n] ? n % 2 === 0 : random.uniform() < 0.3) items.push(item);
      starts[n + 1] = items.length;
    }
    return { starts, items: Int32Array.from(items), added: numbers(random, items.length, scale) };
  }

  /** The formula, in float64. */
  function byHand(
    { N, V, D }: Shape,
    targets: Int32Array,
    { h, table, bias, extra }: Record<"h" | "table" | "bias", ArrayLike<number>> & { extra?: ArrayLike<number> },
    more?: { starts: Int32Array; items: Int32Array; added: ArrayLike<number> },
  ): number {
    let loss = 0;
    for (let n = 0; n < N; n++) {
      const logits = Array.from({ length: V + 1 }, (_, v) => {
        let sum = bias[v];
        for (let d = 0; d < D; d++) sum += h[n * D + d] * table[v * D + d];
        return sum;
      });
      for (let e = more?.starts[n] ?? 0; more && e < more.starts[n + 1]; e++) logits[more.items[e]] += more.added[e];
      const most = Math.max(...logits);
      const logSum = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
      const nats = logSum - logits[targets[n]];
      loss += extra ? -Math.log(Math.exp(-nats) + extra[n]) : nats;
    }
    return loss / N;
  }

  function run(
    { N, V, D }: Shape,
    { h, table, bias, extra, targets }: ReturnType<typeof example>,
    mixed: boolean,
    kernel = linearCrossEntropy,
    more?: ReturnType<typeof additions>,
  ) {
    const inputs: [Float32Array, number[]][] = [
      [h, [N, D]],
      [table, [V + 1, D]],
      [bias, [V + 1]],
    ];
    if (mixed) inputs.push([extra, [N]]);
    if (more) inputs.push([more.added, [more.added.length]]);
    return valueAndGradients((graph, a, b, c, ...rest: Value<never>[]) => {
      kernel(graph, a, b, c, targets, mixed ? rest[0] : undefined, more && { ...more, values: rest[mixed ? 1 : 0] });
      return undefined; // the loss is in the graph
    }, inputs);
  }

  function expectTwins(shape: Shape, data: ReturnType<typeof example>): void {
    for (const mixed of [false, true]) {
      for (const more of [undefined, additions(shape, data.targets)]) {
        const fast = run(shape, data, mixed, linearCrossEntropy, more);
        const plain = run(shape, data, mixed, linearCrossEntropyPlain, more);
        expectClose([fast.value], [plain.value], 1e-5);
        fast.gradients.forEach((gradient, i) => {
          expectClose(gradient, plain.gradients[i], 1e-5);
        });
      }
    }
  }

  const shapes = fc.record({
    N: fc.integer({ min: 1, max: 6 }),
    V: fc.integer({ min: 2, max: 7 }),
    D: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });

  test.each([
    ["alone", false],
    ["mixed with something else that speaks for the target", true],
  ])("%s: value and every gradient", (_, mixed) => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(shape);
        const { value, gradients } = run(shape, data, mixed);
        const names = ["h", "table", "bias", ...(mixed ? (["extra"] as const) : [])] as const;
        const { h, table, bias, extra } = data;
        const plain: Record<"h" | "table" | "bias", number[]> & { extra?: number[] } = {
          h: Array.from(h),
          table: Array.from(table),
          bias: Array.from(bias),
          ...(mixed ? { extra: Array.from(extra) } : {}),
        };
        expectClose([value], [byHand(shape, data.targets, plain)], 1e-5);
        names.forEach((name, at) => {
          const values = plain[name] as number[];
          const numeric = values.map((x, i) => {
            if (name === "bias" && i === 0) return 0; // at -1e9 nothing moves
            const moved = (to: number) => byHand(shape, data.targets, { ...plain, [name]: values.with(i, to) });
            return (moved(x + 1e-6) - moved(x - 1e-6)) / 2e-6;
          });
          expectClose(gradients[at], numeric, 1e-4);
        });
      }),
      { seed: 1, numRuns: 20, examples: [[{ N: 1, V: 2, D: 1, seed: 0 }], [{ N: 6, V: 2, D: 2, seed: 1 }]] },
    );
  });

  test.each([false, true])("with something added to some logits: value and its gradient (extra: %s)", (mixed) => {
    for (const seed of [0, 1, 2]) {
      const shape = { N: 6, V: 7, D: 3, seed };
      const data = example(shape);
      const more = additions(shape, data.targets);
      const plain = { ...data, extra: mixed ? data.extra : undefined };
      const loss = (added: ArrayLike<number>) => byHand(shape, data.targets, plain, { ...more, added });
      for (const kernel of [linearCrossEntropy, linearCrossEntropyPlain]) {
        const { value, gradients } = run(shape, data, mixed, kernel, more);
        expectClose([value], [loss(more.added)], 1e-5);
        const added = Array.from(more.added);
        const numeric = added.map((x, e) => (loss(added.with(e, x + 1e-6)) - loss(added.with(e, x - 1e-6))) / 2e-6);
        expectClose(gradients.at(-1) as number[], numeric, 1e-4);
      }
    }
  });

  test.each([
    ["many slices of items and blocks of rows", { N: 230, V: 5000, D: 33, seed: 4 }, 1],
    ["logits of thousands", { N: 30, V: 3000, D: 40, seed: 5 }, 30],
  ])("the kernel of the running engine agrees with its plain twin: %s", (_, shape, scale) => {
    const data = example(shape);
    data.h.forEach((x, i) => {
      data.h[i] = x * scale;
    });
    expectTwins(shape, data);
  });

  test("a later slice of items far above the earlier ones, or far below, agrees with the plain twin", () => {
    // Slices have 768 items, and what earlier ones stand to does for later ones up to about 41 nats above it.
    const shape = { N: 40, V: 2400, D: 8, seed: 6 };
    for (const steps of [
      [0, 60, 120, 200],
      [0, 500, 0, 20],
      [200, 100, 0, -100],
      [0, 30, 60, 90],
    ]) {
      const data = example(shape);
      for (let item = 1; item <= shape.V; item++) data.bias[item] += steps[Math.floor(item / 768)];
      expectTwins(shape, data);
    }
  });

  test("no rows: a loss of 0 and gradients of 0", () => {
    const shape = { N: 0, V: 3, D: 2, seed: 1 };
    for (const mixed of [false, true]) {
      const { value, gradients } = run(shape, example(shape), mixed);
      expect(value).toBe(0);
      expect(gradients.flat().every((x) => x === 0)).toBe(true);
    }
  });

  test.each([false, true])("rows that need several chunks give what their parts give (extra: %s)", (mixed) => {
    // 16 Mi logits at once and 70,001 columns: 239 rows a chunk, so 300 rows are two.
    const shape = { N: 300, V: 70_000, D: 2, seed: 3 };
    const data = example(shape);
    const whole = run(shape, data, mixed);
    const half = (start: number) => {
      const part = { ...shape, N: 150 };
      const { h, extra, targets } = data;
      return run(
        part,
        {
          ...data,
          h: h.slice(start * 2, start * 2 + 300),
          extra: extra.slice(start, start + 150),
          targets: targets.slice(start, start + 150),
        },
        mixed,
      );
    };
    const [first, second] = [half(0), half(150)];
    expectClose([whole.value], [(first.value + second.value) / 2], 1e-5);
    const mean = (at: number) => first.gradients[at].map((x, i) => (x + second.gradients[at][i]) / 2);
    const joined = (at: number) => [...first.gradients[at], ...second.gradients[at]].map((x) => x / 2);
    expectClose(whole.gradients[0], joined(0), 1e-6);
    expectClose(whole.gradients[1], mean(1), 1e-6);
    expectClose(whole.gradients[2], mean(2), 1e-6);
    if (mixed) expectClose(whole.gradients[3], joined(3), 1e-6);
  });

  test.each([
    [1000, [1]],
    [1000, [2]],
    [-1000, [1]],
    [-1000, [2]],
  ])("logits of ±%s stay finite, target %s", (logit, target) => {
    for (const mixed of [false, true]) {
      const data = {
        h: Float32Array.of(1),
        table: Float32Array.of(0, logit, -logit),
        bias: Float32Array.of(-1e9, 0, 0),
        extra: Float32Array.of(0.25),
        targets: Int32Array.from(target),
      };
      const { value, gradients } = run({ N: 1, V: 2, D: 1, seed: 0 }, data, mixed);
      expect(gradients.flat().every(Number.isFinite)).toBe(true);
      const right = logit > 0 === (target[0] === 1);
      if (mixed) expect(value).toBeCloseTo(-Math.log(right ? 1.25 : 0.25), 5);
      else if (right) expect(value).toBeCloseTo(0, 5);
      else expect(value).toBeCloseTo(2000, 2);
    }
  });
});

describe("layers", () => {
  test("embedding: rows, and a gradient that adds up where a row was used more than once", () => {
    const rows = [2, 0, 2, 2, 1];
    const table = numbers(Random.stream(1, "table"), 4 * 3);
    const weight = numbers(Random.stream(2, "weight"), 5 * 3);
    const look = (graph: Graph, values: Value<never>) => embedding(graph, values, Int32Array.from(rows));
    const looked = tf.tidy(() => {
      const graph = new Graph(false);
      return Array.from(look(graph, graph.input(tf.tensor2d(table, [4, 3])) as Value<never>).tensor.dataSync());
    });
    expect(looked).toEqual(rows.flatMap((row) => Array.from(table.subarray(row * 3, row * 3 + 3))));
    const { gradients } = valueAndGradients(look, [[table, [4, 3]]], weight);
    const expected = new Float64Array(12);
    rows.forEach((row, n) => {
      for (let d = 0; d < 3; d++) expected[row * 3 + d] += weight[n * 3 + d];
    });
    expectClose(gradients[0], expected, 1e-6);
  });

  test("layer norm: the formula and its gradients", () => {
    const [N, D] = [3, 5];
    const random = Random.stream(3, "norm");
    const [x, scale, shift, weight] = [N * D, D, D, N * D].map((size) => numbers(random, size));
    const byHand = (x64: readonly number[], s: ArrayLike<number>, b: ArrayLike<number>) => {
      let loss = 0;
      for (let n = 0; n < N; n++) {
        const row = x64.slice(n * D, (n + 1) * D);
        const mean = row.reduce((a, c) => a + c) / D;
        const variance = row.reduce((a, c) => a + (c - mean) ** 2, 0) / D;
        row.forEach((value, d) => {
          loss += weight[n * D + d] * (((value - mean) / Math.sqrt(variance + 1e-5)) * s[d] + b[d]);
        });
      }
      return loss;
    };
    const { value, gradients } = valueAndGradients(
      (graph, a, s, b) => layerNorm(graph, a, s, b),
      [
        [x, [N, D]],
        [scale, [D]],
        [shift, [D]],
      ],
      weight,
    );
    const plain = [x, scale, shift].map((a) => Array.from(a));
    expectClose([value], [byHand(plain[0], plain[1], plain[2])], 1e-5);
    plain.forEach((values, at) => {
      const numeric = values.map((v, i) => {
        const moved = (to: number) => {
          const all = plain.with(at, values.with(i, to));
          return byHand(all[0], all[1], all[2]);
        };
        return (moved(v + 1e-6) - moved(v - 1e-6)) / 2e-6;
      });
      expectClose(gradients[at], numeric, 2e-4);
    });
  });

  test("layer norm of equal numbers is the shift", () => {
    const out = tf.tidy(() => {
      const graph = new Graph(false);
      const [x, scale, shift] = [tf.fill([2, 3], 7), tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])];
      const { tensor } = layerNorm(
        graph,
        ...([x, scale, shift].map((each) => graph.input(each)) as [never, never, never]),
      );
      return Array.from(tensor.dataSync());
    });
    expect(out).toEqual([4, 5, 6, 4, 5, 6]);
  });

  test("dropout: the rate, the mean, one mask for one stream, nothing at rate 0", () => {
    const masked = (rate: number, name: string) => {
      const out = tf.tidy(() => {
        const graph = new Graph(false);
        return dropout(graph, graph.input(tf.ones([200, 100])) as never, rate, Random.stream(1, name)).tensor;
      });
      const values = Float32Array.from(out.dataSync());
      out.dispose();
      return values;
    };
    for (const rate of [0.1, 0.5, 0.9]) {
      const values = masked(rate, "a");
      const dropped = values.filter((value) => value === 0).length / values.length;
      // 20,000 draws: five standard errors.
      expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / values.length));
      expect(new Set(values).size).toBe(2);
      expect(Math.max(...values)).toBeCloseTo(1 / (1 - rate), 5);
    }
    expect(masked(0.5, "a")).toEqual(masked(0.5, "a"));
    expect(masked(0.5, "a")).not.toEqual(masked(0.5, "b"));
    tf.tidy(() => {
      const graph = new Graph(true);
      const x = graph.input(tf.ones([3])) as never;
      const random = Random.stream(1, "untouched");
      expect(dropout(graph, x, 0, random)).toBe(x);
      expect(random.bits()).toBe(Random.stream(1, "untouched").bits());
      expect(dropout(graph, x, 0.5)).toBe(x);
    });
  });

  test("the gradient goes only where the mask lets it", () => {
    const x = numbers(Random.stream(4, "x"), 30);
    let out: number[] = [];
    const { gradients } = valueAndGradients(
      (graph, t) => {
        const dropped = dropout(graph, t, 0.5, Random.stream(2, "mask"));
        out = Array.from(dropped.tensor.dataSync());
        return dropped;
      },
      [[x, [10, 3]]],
    );
    expect(gradients[0]).toEqual(out.map((value) => (value === 0 ? 0 : 2)));
  });
});

describe("optimizer", () => {
  test.each([0, 0.1])("five steps of Adam with weight decay %s are those of a loop in float64", (weightDecay) => {
    const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay };
    const random = Random.stream(5, "adam");
    const start = { a: numbers(random, 6), b: numbers(random, 2) };
    const shapes = { a: [2, 3], b: [2] };
    const rates = { a: 1, b: 6 };
    const parameters = new Map(
      (["a", "b"] as const).map((name) => [name, new Parameter(start[name], shapes[name], rates[name])]),
    );
    const adam = new Adam(parameters, options);
    const state = { a: [] as number[][], b: [] as number[][] };
    for (const name of ["a", "b"] as const) state[name] = Array.from(start[name], (x) => [x, 0, 0]);
    for (let step = 1; step <= 5; step++) {
      const gradients = { a: numbers(random, 6), b: numbers(random, 2) };
      const given = { a: tf.tensor(gradients.a, shapes.a), b: tf.tensor(gradients.b, shapes.b) };
      adam.apply(given, 0.01 * step);
      tf.dispose(given);
      for (const name of ["a", "b"] as const)
        state[name] = state[name].map(([x, m, v], i) => {
          const g = gradients[name][i];
          const rate = 0.01 * step * rates[name];
          const mean = 0.9 * m + 0.1 * g;
          const square = 0.99 * v + 0.01 * g * g;
          const corrected = mean / (1 - 0.9 ** step) / (Math.sqrt(square / (1 - 0.99 ** step)) + 1e-8);
          return [x - rate * weightDecay * x - rate * corrected, mean, square];
        });
    }
    for (const name of ["a", "b"] as const) {
      const of = (at: number) => state[name].map((each) => each[at]);
      expectClose(parameters.get(name)?.values() as Float32Array, of(0), 1e-6);
      const { step, tensors } = adam.state();
      expect(step).toBe(5);
      expectClose(tensors.get(`mean/${name}`)?.values() as Float32Array, of(1), 1e-6);
      expectClose(tensors.get(`square/${name}`)?.values() as Float32Array, of(2), 1e-6);
    }
    adam.dispose();
    for (const parameter of parameters.values()) parameter.dispose();
  });

  test("where gradients hold some rows only, these rows move as in full and the others stay", () => {
    const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
    const random = Random.stream(6, "lazy");
    const shapes = { table: [4, 3], numbers: [4] } as const;
    const rows = Int32Array.of(1, 3);
    for (const shape of Object.values(shapes)) {
      const width = shape.length === 2 ? shape[1] : 1;
      const start = numbers(random, 4 * width);
      const [lazy, full] = [new Parameter(start, shape), new Parameter(start, shape)];
      const [first, second] = [new Adam(new Map([["x", lazy]]), options), new Adam(new Map([["x", full]]), options)];
      for (let step = 1; step <= 3; step++) {
        const values = numbers(random, 2 * width);
        const whole = new Float32Array(4 * width);
        rows.forEach((row, n) => {
          whole.set(values.subarray(n * width, (n + 1) * width), row * width);
        });
        tf.tidy(() => first.apply({ x: { rows, values: tf.tensor2d(values, [2, width]) } }, 0.01));
        tf.tidy(() => second.apply({ x: tf.tensor(whole, [...shape]) }, 0.01));
      }
      const part = (x: Float32Array, row: number) => Array.from(x.subarray(row * width, (row + 1) * width));
      for (const row of [1, 3]) expectClose(part(lazy.values(), row), part(full.values(), row), 1e-6);
      for (const row of [0, 2]) expect(part(lazy.values(), row)).toEqual(part(start, row));
      for (const each of [lazy, full, first, second]) each.dispose();
    }
  });

  test.each([
    ["scaled down to the limit", 2.5, 0.5],
    ["left alone below it", 10, 1],
    ["left alone without one", Number.POSITIVE_INFINITY, 1],
  ])("clipping by the joint norm: %s", (_, limit, factor) => {
    tf.tidy(() => {
      const { gradients, norm } = clipByGlobalNorm({ a: tf.tensor1d([3, 0]), b: tf.tensor2d([[0], [4]]) }, limit);
      expect(norm).toBeCloseTo(5, 5);
      expectClose((gradients.a as Tensor).dataSync(), [3 * factor, 0], 1e-5);
      expectClose((gradients.b as Tensor).dataSync(), [0, 4 * factor], 1e-5);
      expect((gradients.b as Tensor).shape).toEqual([2, 1]);
    });
  });

  test("clipping of zeros gives zeros", () => {
    tf.tidy(() => {
      const { gradients, norm } = clipByGlobalNorm({ a: tf.zeros([2]) }, 1);
      expect([norm, ...(gradients.a as Tensor).dataSync()]).toEqual([0, 0, 0]);
    });
  });
});
