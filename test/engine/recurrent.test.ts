import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  type CellName,
  cells,
  type RecurrentWeights,
  recurrent,
  recurrentPlain,
  type Tensor,
  type Tensor3D,
  tf,
} from "../../src/engine/index.js";
import { useEngine } from "../support/engine.js";

useEngine();

interface Shape {
  T: number;
  B: number;
  D: number;
  H: number;
  seed: number;
}
const shapes = fc.record({
  T: fc.integer({ min: 1, max: 6 }),
  B: fc.integer({ min: 1, max: 4 }),
  D: fc.integer({ min: 1, max: 5 }),
  H: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

function numbers(random: Random, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => random.uniform() - 0.5);
}

function example(cell: CellName, { T, B, D, H, seed }: Shape) {
  const random = Random.stream(seed, "example");
  const k = cells[cell].gates;
  const padding = Int32Array.from({ length: B }, () => random.integer(T));
  const values = {
    x: numbers(random, T * B * D),
    input: numbers(random, D * k * H),
    recurrent: numbers(random, H * k * H),
    bias: numbers(random, k * H),
  };
  // Padded inputs are zero, as the padding row of an item table is.
  for (let t = 0; t < T; t++)
    for (let b = 0; b < B; b++) if (t < padding[b]) values.x.fill(0, (t * B + b) * D, (t * B + b + 1) * D);
  const weight = numbers(random, T * B * H); // the loss is the sum of the states times these
  return { padding, values, weight };
}

type Layer = (x: Tensor3D, weights: RecurrentWeights, padding: Int32Array) => Tensor3D;

/** Loss and gradients of a layer, as plain numbers. */
function run(layer: Layer, shape: Shape, cell: CellName, { padding, values, weight }: ReturnType<typeof example>) {
  const { T, B, D, H } = shape;
  const k = cells[cell].gates;
  return tf.tidy(() => {
    const args = [
      tf.tensor(values.x, [T, B, D]),
      tf.tensor(values.input, [D, k * H]),
      tf.tensor(values.recurrent, [H, k * H]),
      tf.tensor(values.bias, [k * H]),
    ];
    const loss = (...[x, input, recurrentKernel, bias]: Tensor[]) =>
      layer(x as Tensor3D, { input, recurrent: recurrentKernel, bias } as RecurrentWeights, padding)
        .mul(tf.tensor(weight, [T, B, H]))
        .sum();
    const { value, grads } = tf.valueAndGrads(loss as never)(args);
    return { loss: value.arraySync() as number, gradients: grads.map((g) => Array.from(g.dataSync())) };
  });
}

/** The layer in plain float64 loops, written from the formulas alone. */
function lossByHand(
  cell: CellName,
  { T, B, D, H }: Shape,
  { padding, weight }: ReturnType<typeof example>,
  v: Record<string, number[]>,
) {
  const k = cells[cell].gates;
  const s = (z: number) => 1 / (1 + Math.exp(-z));
  let loss = 0;
  for (let b = 0; b < B; b++) {
    let h = new Array<number>(H).fill(0);
    let c = new Array<number>(H).fill(0);
    for (let t = padding[b]; t < T; t++) {
      const xg = Array.from({ length: k * H }, (_, j) => {
        let sum = v.bias[j];
        for (let d = 0; d < D; d++) sum += v.x[(t * B + b) * D + d] * v.input[d * k * H + j];
        return sum;
      });
      const hg = Array.from({ length: k * H }, (_, j) =>
        h.reduce((sum, hi, i) => sum + hi * v.recurrent[i * k * H + j], 0),
      );
      const g = (gate: number, u: number) => xg[gate * H + u] + hg[gate * H + u];
      const units = Array.from({ length: H }, (_, u) => u);
      if (cell === "lstm") {
        c = units.map((u) => s(g(2, u)) * c[u] + s(g(0, u)) * Math.tanh(g(1, u)));
        h = units.map((u) => s(g(3, u)) * Math.tanh(c[u]));
      } else if (cell === "gru") {
        const z = units.map((u) => s(g(1, u)));
        const n = units.map((u) => Math.tanh(xg[2 * H + u] + s(g(0, u)) * hg[2 * H + u]));
        h = units.map((u) => (1 - z[u]) * n[u] + z[u] * h[u]);
      } else h = units.map((u) => Math.tanh(g(0, u)));
      for (let u = 0; u < H; u++) loss += h[u] * weight[(t * B + b) * H + u];
    }
  }
  return loss;
}

function close(actual: number[], expected: number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i])));
  });
}

describe.each(["lstm", "gru", "rnn"] as const)("%s", (cell) => {
  test("loss and every gradient agree with finite differences of the formulas in float64", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(cell, shape);
        const { loss, gradients } = run((x, w, p) => recurrent(cell, x, w, p), shape, cell, data);
        const v = Object.fromEntries(Object.entries(data.values).map(([name, a]) => [name, Array.from(a)]));
        close([loss], [lossByHand(cell, shape, data, v)], 1e-5);
        ["x", "input", "recurrent", "bias"].forEach((name, at) => {
          const numeric = v[name].map((value, i) => {
            const change = 1e-5;
            const moved = (to: number) => lossByHand(cell, shape, data, { ...v, [name]: v[name].with(i, to) });
            return (moved(value + change) - moved(value - change)) / (2 * change);
          });
          close(gradients[at], numeric, 1e-4);
        });
      }),
      { numRuns: 12 },
    );
  });

  test("the kernel of the running engine agrees with its plain twin", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(cell, shape);
        const fast = run((x, w, p) => recurrent(cell, x, w, p), shape, cell, data);
        const plain = run((x, w, p) => recurrentPlain(cells[cell], x, w, p), shape, cell, data);
        close([fast.loss], [plain.loss], 1e-5);
        fast.gradients.forEach((gradient, i) => {
          close(gradient, plain.gradients[i], 1e-5);
        });
      }),
      { numRuns: 12 },
    );
  });
});

test("a left-padded row has the states of the row alone", () => {
  tf.tidy(() => {
    const random = Random.stream(3, "padding");
    const weights = {
      input: tf.tensor2d(numbers(random, 2 * 12), [2, 12]),
      recurrent: tf.tensor2d(numbers(random, 3 * 12), [3, 12]),
      bias: tf.tensor1d(numbers(random, 12)),
    } as RecurrentWeights;
    const row = numbers(random, 4);
    const alone = recurrent("lstm", tf.tensor3d(row, [2, 1, 2]), weights, Int32Array.of(0));
    const padded = tf.concat([tf.zeros([3, 1, 2]), tf.tensor3d(row, [2, 1, 2])], 0) as Tensor3D;
    const inBatch = recurrent("lstm", padded, weights, Int32Array.of(3)).slice([3, 0, 0]);
    close(Array.from(inBatch.dataSync()), Array.from(alone.dataSync()), 1e-6);
  });
});
