import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  attention,
  complexScan,
  complexScanPlain,
  type GatedCellName,
  gated,
  gatedCells,
  gelu,
  type Layout,
  lru,
  scan,
  scanPlain,
  type Tensor,
  tf,
} from "../../src/engine/index.js";
import { useEngine } from "../support/engine.js";
import { valueAndGradients } from "../support/gradients.js";

useEngine();

const shapes = fc.record({
  T: fc.integer({ min: 1, max: 7 }),
  B: fc.integer({ min: 1, max: 4 }),
  D: fc.integer({ min: 1, max: 4 }),
  H: fc.integer({ min: 1, max: 20 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
type Shape = { T: number; B: number; D: number; H: number; seed: number };

/** Named inputs with their shapes; the loss is the sum of the outputs times fixed weights. */
type Example = Record<string, { values: Float32Array; shape: number[] }>;

function example({ T, B, H, seed }: Shape, sizes: Record<string, number[]>) {
  const random = Random.stream(seed, "example");
  const numbers = (size: number) => Float32Array.from({ length: size }, () => 1.6 * random.uniform() - 0.8);
  const inputs: Example = Object.fromEntries(
    Object.entries(sizes).map(([name, shape]) => [name, { values: numbers(shape.reduce((a, b) => a * b, 1)), shape }]),
  );
  const layout: Layout = { length: T, size: B, padding: Int32Array.from({ length: B }, () => random.integer(T + 1)) };
  return { inputs, layout, weight: numbers(T * B * H) };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Rows of [N, P] times [P, Q], in float64. */
function times(x: ArrayLike<number>, w: ArrayLike<number>, P: number, Q: number): number[] {
  const N = x.length / P;
  return Array.from({ length: N * Q }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < P; p++) sum += x[Math.floor(at / Q) * P + p] * w[p * Q + (at % Q)];
    return sum;
  });
}

type Plain = Record<string, ArrayLike<number>>;

/** The formulas in float64 loops: outputs [T * B * H]. */
const byHand = {
  minGru: ({ x, input, bias }: Plain, { T, B, D, H }: Shape, { padding }: Layout) =>
    recurrence(T, B, H, padding, gatesOf(x, input, bias, D, 2 * H), 2, ([z, n], h) => h + sigmoid(z) * (n - h)),
  minLstm: ({ x, input, bias }: Plain, { T, B, D, H }: Shape, { padding }: Layout) =>
    recurrence(T, B, H, padding, gatesOf(x, input, bias, D, 3 * H), 3, ([f, i, n], h) => {
      const share = sigmoid(f) / (sigmoid(f) + sigmoid(i));
      return share * h + (1 - share) * n;
    }),
  lru: ({ x, decay, angle, scale, input, output }: Plain, { T, B, D, H }: Shape, { padding }: Layout) => {
    const came = times(x, input, D, 2 * H);
    const y = new Array<number>(T * B * H).fill(0);
    for (let b = 0; b < B; b++) {
      const state = new Array<number>(2 * H).fill(0);
      for (let t = padding[b]; t < T; t++) {
        for (let u = 0; u < H; u++) {
          const size = Math.exp(-Math.exp(decay[u]));
          const turn = Math.exp(angle[u]);
          const [p, q, grown] = [size * Math.cos(turn), size * Math.sin(turn), Math.exp(scale[u])];
          const [re, im] = [state[u], state[H + u]];
          const at = (t * B + b) * 2 * H + u;
          state[u] = p * re - q * im + grown * came[at];
          state[H + u] = q * re + p * im + grown * came[at + H];
        }
        times(state, output, 2 * H, H).forEach((value, u) => {
          y[(t * B + b) * H + u] = value;
        });
      }
    }
    return y;
  },
};

function gatesOf(x: ArrayLike<number>, input: ArrayLike<number>, bias: ArrayLike<number>, D: number, width: number) {
  return times(x, input, D, width).map((value, at) => value + bias[at % width]);
}

function recurrence(
  T: number,
  B: number,
  H: number,
  padding: Int32Array,
  gates: number[],
  k: number,
  next: (gates: number[], h: number) => number,
): number[] {
  const states = new Array<number>(T * B * H).fill(0);
  for (let b = 0; b < B; b++)
    for (let u = 0; u < H; u++)
      for (let t = padding[b], h = 0; t < T; t++) {
        h = next(
          Array.from({ length: k }, (_, g) => gates[((t * B + b) * k + g) * H + u]),
          h,
        );
        states[(t * B + b) * H + u] = h;
      }
  return states;
}

/** Loss and gradients agree with the loss by hand and its finite differences in float64. */
function agrees(
  kernel: Parameters<typeof valueAndGradients>[0],
  shape: Shape,
  { inputs, layout, weight }: ReturnType<typeof example>,
  outputs: (values: Plain, shape: Shape, layout: Layout) => number[],
): void {
  const names = Object.keys(inputs);
  const { value, gradients } = valueAndGradients(
    kernel,
    names.map((name) => [inputs[name].values, inputs[name].shape]),
    weight,
  );
  const plain = Object.fromEntries(names.map((name) => [name, Array.from(inputs[name].values)]));
  const loss = () => outputs(plain, shape, layout).reduce((sum, y, at) => sum + y * weight[at], 0);
  expect(Math.abs(value - loss())).toBeLessThan(1e-3 * (1 + Math.abs(loss())));
  names.forEach((name, n) => {
    const random = Random.stream(shape.seed, "checked", name);
    for (let i = 0; i < 3; i++) {
      const at = random.integer(plain[name].length);
      const start = plain[name][at];
      plain[name][at] = start + 1e-5;
      const up = loss();
      plain[name][at] = start - 1e-5;
      const numeric = (up - loss()) / 2e-5;
      plain[name][at] = start;
      const error = Math.abs(numeric - gradients[n][at]);
      if (!(error < 2e-3 * (1 + Math.abs(numeric))))
        expect.fail(`${name}[${at}]: ${gradients[n][at]} is not ${numeric}`);
    }
  });
}

describe("cells whose gates do not read their state, against the formulas in float64", () => {
  test.each(["minGru", "minLstm"] as const)("%s", (cell: GatedCellName) => {
    const k = gatedCells[cell].gates;
    fc.assert(
      fc.property(shapes, (shape) => {
        const { T, B, D, H } = shape;
        const made = example(shape, { x: [T * B, D], input: [D, k * H], bias: [k * H] });
        agrees(
          (graph, x, input, bias) => gated(graph, cell, x, { input, bias }, made.layout),
          shape,
          made,
          byHand[cell],
        );
      }),
      { numRuns: 15 },
    );
  });

  test("lru", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { T, B, D, H } = shape;
        const sizes = { x: [T * B, D], decay: [H], angle: [H], scale: [H], input: [D, 2 * H], output: [2 * H, H] };
        const made = example(shape, sizes);
        agrees(
          (graph, x, decay, angle, scale, input, output) =>
            lru(graph, x, { decay, angle, scale, input, output }, made.layout),
          shape,
          made,
          byHand.lru,
        );
      }),
      { numRuns: 15 },
    );
  });

  test("attention over the last plays, by heads", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), (some, heads, window) => {
        const shape = { ...some, H: heads * Math.max(1, Math.floor(some.H / heads)) };
        const { T, B, D, H } = shape;
        const sizes = { x: [T * B, D], query: [D, H], key: [D, H], value: [D, H], lag: [window, heads] };
        const made = example(shape, sizes);
        agrees(
          (graph, x, query, key, value, lag) => attention(graph, x, { query, key, value, lag }, made.layout),
          shape,
          made,
          ({ x, query, key, value, lag }, _, { padding }) => {
            const [q, k, v] = [query, key, value].map((w) => times(x, w, D, H));
            const size = H / heads;
            const y = new Array<number>(T * B * H).fill(0);
            for (let b = 0; b < B; b++)
              for (let t = padding[b]; t < T; t++)
                for (let head = 0; head < heads; head++) {
                  const plays = Array.from({ length: t + 1 }, (_, j) => j).filter(
                    (j) => j >= padding[b] && t - j < window,
                  );
                  const place = (step: number) => (step * B + b) * H + head * size;
                  const scores = plays.map((j) => {
                    let dot = 0;
                    for (let s = 0; s < size; s++) dot += q[place(t) + s] * k[place(j) + s];
                    return Math.exp(dot / Math.sqrt(size) + lag[(t - j) * heads + head]);
                  });
                  const total = scores.reduce((sum, score) => sum + score, 0);
                  plays.forEach((j, n) => {
                    for (let s = 0; s < size; s++) y[place(t) + s] += (scores[n] / total) * v[place(j) + s];
                  });
                }
            return y;
          },
        );
      }),
      { numRuns: 15 },
    );
  });
});

test("scans and their plain twins agree, values and gradients, at sizes that fill vectors and threads", () => {
  for (const [T, B, H] of [
    [1, 1, 1],
    [5, 3, 17],
    [40, 9, 64],
  ]) {
    const random = Random.stream(T, "scans");
    const numbers = (...shape: number[]) =>
      tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.4),
        shape,
      ) as never;
    const layout = { length: T, size: B, padding: Int32Array.from({ length: B }, () => random.integer(T + 1)) };
    const near = (a: readonly Tensor[], b: readonly Tensor[]) =>
      a.forEach((each, n) => {
        const furthest = each.sub(b[n]).abs().max().dataSync()[0];
        expect(furthest).toBeLessThan(1e-4 * (1 + b[n].abs().max().dataSync()[0]));
      });
    tf.tidy(() => {
      const [a, b, d] = [numbers(T * B, H), numbers(T * B, H), numbers(T * B, H)];
      const [fast, plain] = [scan(a, b, layout), scanPlain(a, b, layout)];
      near([fast.states, ...fast.backward(d)], [plain.states, ...plain.backward(d)]);
    });
    tf.tidy(() => {
      const [a, b, d] = [numbers(2 * H), numbers(T * B, 2 * H), numbers(T * B, 2 * H)];
      const [fast, plain] = [complexScan(a, b, layout), complexScanPlain(a, b, layout)];
      near([fast.states, ...fast.backward(d)], [plain.states, ...plain.backward(d)]);
    });
  }
});

test("GELU and its slope", () => {
  const values = Float32Array.of(-9, -3, -1, -0.1, 0, 0.1, 1, 3, 9);
  const formula = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const { value, gradients } = valueAndGradients((graph, x) => gelu(graph, x), [[values, [3, 3]]]);
  expect(value).toBeCloseTo(
    values.reduce((sum, x) => sum + formula(x), 0),
    4,
  );
  values.forEach((x, at) => {
    expect(gradients[0][at]).toBeCloseTo((formula(x + 1e-4) - formula(x - 1e-4)) / 2e-4, 3);
  });
});
