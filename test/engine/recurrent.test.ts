import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  type CellName,
  cells,
  Graph,
  type InitialState,
  type Layout,
  type RecurrentWeights,
  recurrent,
  recurrentPlain,
  recurrentStates,
  recurrentStep,
  type Tensor,
  type Tensor2D,
  tf,
  type Value,
} from "../../src/engine/index.js";
import { lstmNative } from "../../src/engine/lstm-native.js";
import { engine, useEngine } from "../support/engine.js";
import { valueAndGradients } from "../support/gradients.js";

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
  const padding = Int32Array.from({ length: B }, () => random.integer(T + 1)); // T: all padding
  const values = {
    x: numbers(random, T * B * D),
    input: numbers(random, D * k * H),
    recurrent: numbers(random, H * k * H),
    bias: numbers(random, k * H),
    h: numbers(random, B * H),
    c: numbers(random, B * H),
  };
  // Padded inputs are zero, as the padding row of an item table is.
  for (let t = 0; t < T; t++)
    for (let b = 0; b < B; b++) if (t < padding[b]) values.x.fill(0, (t * B + b) * D, (t * B + b + 1) * D);
  const weight = numbers(random, T * B * H); // the loss is the sum of the states times these
  return { padding, values, weight };
}

type Layer = (
  graph: Graph,
  x: Value<Tensor2D>,
  weights: RecurrentWeights<Value>,
  layout: Layout,
  initial: InitialState<Value<Tensor2D>>,
) => Value;

/** The plain twin as a layer. */
const twin =
  (cell: CellName): Layer =>
  (graph, x, weights, layout, initial) => {
    const { input, recurrent: between, bias } = weights;
    const plain = { input: input.tensor, recurrent: between.tensor, bias: bias.tensor } as RecurrentWeights;
    const start = { h: initial.h.tensor, c: initial.c.tensor };
    const { states, backward } = recurrentPlain(cells[cell], x.tensor, plain, layout, start);
    const inputs = [x, input, between, bias, initial.h, initial.c];
    return graph.output(states, inputs, (dy) => backward(dy as Tensor2D));
  };

/** Loss and gradients of a layer, as plain numbers. */
function run(layer: Layer, shape: Shape, cell: CellName, { padding, values, weight }: ReturnType<typeof example>) {
  const { T, B, D, H } = shape;
  const k = cells[cell].gates;
  const { value, gradients } = valueAndGradients(
    (graph, x, input, between, bias, h, c) =>
      layer(graph, x, { input, recurrent: between, bias }, { length: T, size: B, padding }, { h, c } as never),
    [
      [values.x, [T * B, D]],
      [values.input, [D, k * H]],
      [values.recurrent, [H, k * H]],
      [values.bias, [k * H]],
      [values.h, [B, H]],
      [values.c, [B, H]],
    ],
    weight,
  );
  return { loss: value, gradients };
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
    let h = v.h.slice(b * H, (b + 1) * H);
    let c = v.c.slice(b * H, (b + 1) * H);
    for (let t = 0; t < Math.min(T, padding[b]); t++)
      for (let u = 0; u < H; u++) loss += h[u] * weight[(t * B + b) * H + u];
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

type Outcome = ReturnType<typeof run>;

function agree(fast: Outcome, plain: Outcome) {
  close([fast.loss], [plain.loss], 1e-5);
  fast.gradients.forEach((gradient, i) => {
    close(gradient, plain.gradients[i], 2e-5);
  });
}

test("an initial state of another size is refused", () => {
  tf.tidy(() => {
    const graph = new Graph(false);
    const value = (shape: number[]) => graph.input(tf.zeros(shape as [number]) as Tensor) as Value<never>;
    const weights = { input: value([2, 12]), recurrent: value([3, 12]), bias: value([12]) };
    const layout = { length: 1, size: 2, padding: new Int32Array(2) };
    const initial = { h: value([2, 3]), c: value([1, 3]) };
    expect(() => recurrent(graph, "lstm", value([2, 2]), weights, layout, initial)).toThrow(/initial state c must be/);
  });
});

describe.each(["lstm", "gru", "rnn"] as const)("%s", (cell) => {
  test("loss and every gradient agree with finite differences of the formulas in float64", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(cell, shape);
        const { loss, gradients } = run((graph, ...rest) => recurrent(graph, cell, ...rest), shape, cell, data);
        const v = Object.fromEntries(Object.entries(data.values).map(([name, a]) => [name, Array.from(a)]));
        close([loss], [lossByHand(cell, shape, data, v)], 1e-5);
        ["x", "input", "recurrent", "bias", "h", "c"].forEach((name, at) => {
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
        const fast = run((graph, ...rest) => recurrent(graph, cell, ...rest), shape, cell, data);
        agree(fast, run(twin(cell), shape, cell, data));
      }),
      { numRuns: 12 },
    );
  });

  test("without an initial state it starts from zeros", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = example(cell, shape);
        data.values.h.fill(0);
        data.values.c.fill(0);
        const alone: Layer = (graph, x, weights, layout) => recurrent(graph, cell, x, weights, layout);
        const [fast, plain] = [run(alone, shape, cell, data), run(twin(cell), shape, cell, data)];
        agree({ ...fast, gradients: fast.gradients.slice(0, 4) }, { ...plain, gradients: plain.gradients.slice(0, 4) });
      }),
      { numRuns: 12 },
    );
  });

  test("the state after the last step is that of one step after another, on every way there is", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { T, B, D, H } = shape;
        const { padding, values } = example(cell, shape);
        const k = cells[cell].gates;
        const layout = { length: T, size: B, padding };
        tf.tidy(() => {
          const x = tf.tensor2d(values.x, [T * B, D]);
          const weights = {
            input: tf.tensor2d(values.input, [D, k * H]),
            recurrent: tf.tensor2d(values.recurrent, [H, k * H]),
            bias: tf.tensor1d(values.bias),
          };
          const zeros = tf.zeros([B, H]) as Tensor2D;
          const { states, last } = recurrentStates(cell, x, weights, layout);
          const plain = recurrentPlain(cells[cell], x, weights, layout, { h: zeros, c: zeros });
          const native =
            cell === "lstm" && engine.name === "native"
              ? lstmNative(x, weights, layout, { h: zeros, c: zeros })
              : plain;
          for (let b = 0; b < B; b++) {
            let state: InitialState = { h: tf.zeros([1, H]), c: tf.zeros([1, H]) };
            for (let t = padding[b]; t < T; t++)
              state = recurrentStep(cell, x.slice([t * B + b, 0], [1, D]), weights, state);
            const [h, c] = [state.h, state.c].map((tensor) => Array.from(tensor.dataSync()));
            const rowOf = (tensor: Tensor2D, row: number) => Array.from(tensor.slice([row, 0], [1, H]).dataSync());
            close(rowOf(last.h, b), h, 1e-5);
            close(rowOf(states, (T - 1) * B + b), h, 1e-5);
            for (const cells of [last.c, plain.lastCell?.(), native.lastCell?.()])
              close(rowOf(cells as Tensor2D, b), c, 1e-5);
          }
        });
      }),
      { numRuns: 12 },
    );
  });

  test("large enough for whole tiles and several threads, it agrees with its plain twin", () => {
    const shape = { T: 5, B: 37, D: 19, H: 70, seed: 1 };
    const data = example(cell, shape);
    const fast = run((graph, ...rest) => recurrent(graph, cell, ...rest), shape, cell, data);
    agree(fast, run(twin(cell), shape, cell, data));
  });
});

test("a left-padded row has the states of the row alone", () => {
  const random = Random.stream(3, "padding");
  const [input, between, bias, row] = [2 * 12, 3 * 12, 12, 4].map((size) => numbers(random, size));
  const states = (x: Float32Array, layout: Layout) =>
    tf.tidy(() => {
      const graph = new Graph(false);
      const weights = {
        input: graph.input(tf.tensor2d(input, [2, 12])),
        recurrent: graph.input(tf.tensor2d(between, [3, 12])),
        bias: graph.input(tf.tensor1d(bias)),
      };
      const { tensor } = recurrent(graph, "lstm", graph.input(tf.tensor2d(x, [layout.length, 2])), weights, layout);
      return Array.from(tensor.dataSync());
    });
  const alone = states(row, { length: 2, size: 1, padding: Int32Array.of(0) });
  const padded = Float32Array.of(0, 0, 0, 0, 0, 0, ...row);
  const inBatch = states(padded, { length: 5, size: 1, padding: Int32Array.of(3) });
  close(inBatch.slice(9), alone, 1e-6);
});
