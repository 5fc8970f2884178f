// Products by Refrain's own operations, on matrix tiles or in vector registers, against sums in float64.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import {
  columnSums,
  product,
  productTransposeA,
  productTransposeB,
  type Tensor2D,
  tf,
} from "../../src/engine/index.js";
import { hasKernels } from "../../src/engine/kernels.js";
import { rawOp } from "../../src/engine/native.js";
import { weightGradients } from "../../src/engine/recurrent-kernels.js";
import { useEngine } from "../support/engine.js";

useEngine();

/** Of the sum of the terms' sizes: bf16x3 keeps 16 to 17 bits of a number, float32 24. */
const TOLERANCE = 4e-5;

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly at: (row: number, column: number) => number;
  readonly tensor: () => Tensor2D;
  readonly turned: () => Tensor2D;
}

/** Numbers of very different sizes, both signs. */
function matrix(rows: number, columns: number, random: Random): Matrix {
  const values = Float32Array.from(
    { length: rows * columns },
    () => (2 * random.uniform() - 1) * 10 ** (random.integer(7) - 3),
  );
  const at = (row: number, column: number) => values[row * columns + column];
  const turnedValues = Float32Array.from({ length: rows * columns }, (_, i) => at(i % rows, Math.floor(i / rows)));
  return {
    rows,
    columns,
    at,
    tensor: () => tf.tensor2d(values, [rows, columns]),
    turned: () => tf.tensor2d(turnedValues, [columns, rows]),
  };
}

function expectProduct(actual: ArrayLike<number>, a: Matrix, b: Matrix): void {
  expect(actual.length).toBe(a.rows * b.columns);
  for (let m = 0; m < a.rows; m++)
    for (let n = 0; n < b.columns; n++) {
      let [sum, size] = [0, 0];
      for (let k = 0; k < a.columns; k++) {
        sum += a.at(m, k) * b.at(k, n);
        size += Math.abs(a.at(m, k) * b.at(k, n));
      }
      const wrong = Math.abs(actual[m * b.columns + n] - sum);
      if (!(wrong <= TOLERANCE * size)) expect.fail(`[${m}, ${n}] is ${wrong} off ${sum}, terms of ${size} in all`);
    }
}

const numbersOf = (work: () => Tensor2D) => {
  const tensor = tf.tidy(work);
  const numbers = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return numbers;
};

describe("a product", () => {
  const shape = fc.record({
    M: fc.integer({ min: 1, max: 70 }),
    K: fc.integer({ min: 1, max: 70 }),
    N: fc.integer({ min: 1, max: 70 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  const edges = [
    { M: 1, K: 1, N: 1, seed: 1 },
    { M: 33, K: 31, N: 65, seed: 2 },
    { M: 64, K: 64, N: 64, seed: 3 },
  ];
  type Way = (a: Matrix, b: Matrix) => Tensor2D;
  const expectRight = (way: Way, M: number, K: number, N: number, random: Random) => {
    const [a, b] = [matrix(M, K, random), matrix(K, N, random)];
    const numbers = numbersOf(() => way(a, b));
    expectProduct(numbers, a, b);
  };
  const ways: Record<string, Way> = {
    "as they are": (a, b) => product(a.tensor(), b.tensor()),
    "first turned": (a, b) => productTransposeA(a.turned(), b.tensor()),
    "second turned": (a, b) => productTransposeB(a.tensor(), b.turned()),
  };
  const byKernel = (a: Tensor2D, b: Tensor2D, turned: [number, number]) =>
    rawOp("RefrainProduct", [], [a, b, tf.tensor1d(turned, "int32")], 1)[0] as Tensor2D;
  const kernelWays: Record<string, Way> = {
    "kernel, as they are": (a, b) => byKernel(a.tensor(), b.tensor(), [0, 0]),
    "kernel, first turned": (a, b) => byKernel(a.turned(), b.tensor(), [1, 0]),
    "kernel, second turned": (a, b) => byKernel(a.tensor(), b.turned(), [0, 1]),
    "kernel, both turned": (a, b) => byKernel(a.turned(), b.turned(), [1, 1]),
  };

  test.each(Object.entries(ways))("%s", (_, way) => {
    fc.assert(
      fc.property(shape, ({ M, K, N, seed }) => {
        expectRight(way, M, K, N, Random.stream(seed, "products"));
      }),
      { seed: 1, numRuns: 10, examples: edges.map((each) => [each]) },
    );
  });

  test.for(Object.entries(kernelWays))("%s", ([, way], { skip }) => {
    skip(!hasKernels(), "this run is without Refrain's kernels");
    fc.assert(
      fc.property(shape, ({ M, K, N, seed }) => {
        expectRight(way, M, K, N, Random.stream(seed, "products"));
      }),
      { seed: 2, numRuns: 10, examples: edges.map((each) => [each]) },
    );
    const random = Random.stream(9, "large");
    // More rows, steps and columns than any block takes at once.
    for (const [M, K, N] of [
      [800, 40, 33],
      [34, 1300, 33],
      [2, 20, 900],
    ]) {
      expectRight(way, M, K, N, random);
    }
  });

  test.each(Object.entries(ways))("of nothing is zeros, %s", (_, way) => {
    const random = Random.stream(1, "nothing");
    // What stood in the memory before must not be seen.
    for (const size of [15, 15, 15]) tf.ones([size]).dispose();
    expect(Array.from(numbersOf(() => way(matrix(3, 0, random), matrix(0, 5, random))))).toEqual(Array(15).fill(0));
    expect(numbersOf(() => way(matrix(0, 3, random), matrix(3, 5, random)))).toHaveLength(0);
  });

  test("of nothing is zeros by the kernel", ({ skip }) => {
    skip(!hasKernels(), "this run is without Refrain's kernels");
    const zeros = numbersOf(() => byKernel(tf.zeros([3, 0]), tf.zeros([0, 5]), [0, 0]));
    expect(Array.from(zeros)).toEqual(Array(15).fill(0));
  });

  test("sums over no rows are zeros", () => {
    for (const size of [5, 5, 5]) tf.ones([size]).dispose();
    expect(Array.from(numbersOf(() => columnSums(tf.zeros([0, 5])) as never))).toEqual(Array(5).fill(0));
  });

  test("what is not finite reaches its row and column only", () => {
    const values = new Float32Array(40 * 40).fill(1);
    values[5 * 40 + 7] = Number.NaN;
    const out = numbersOf(() => product(tf.tensor2d(values, [40, 40]), tf.ones([40, 40])));
    out.forEach((x, i) => {
      expect(Number.isNaN(x)).toBe(Math.floor(i / 40) === 5);
    });
  });
});

test.each([
  { N: 1, D: 1, H: 1, gates: 4, apart: false },
  { N: 37, D: 5, H: 9, gates: 4, apart: false },
  { N: 70, D: 33, H: 16, gates: 3, apart: true },
  { N: 1400, D: 12, H: 8, gates: 3, apart: true },
])("gradients of a recurrent layer's weights are the products they stand for: %o", ({ N, D, H, gates, apart }) => {
  const random = Random.stream(N, "gradients");
  const width = gates * H;
  const uniform = (rows: number, columns: number) =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => 2 * random.uniform() - 1),
      [rows, columns],
    );
  const [x, before, input, dInput] = [uniform(N, D), uniform(N, H), uniform(D, width), uniform(N, width)];
  const dRecurrent = apart ? uniform(N, width) : dInput;
  const actual = tf.tidy(() => weightGradients(x, input, before, dInput, dRecurrent));
  const expected = tf.tidy(() => [
    productTransposeB(dInput, input),
    productTransposeA(x, dInput),
    productTransposeA(before, dRecurrent),
    columnSums(dInput),
  ]);
  expected.forEach((tensor, at) => {
    expect(actual[at].shape).toEqual(tensor.shape);
    const [got, wanted] = [actual[at].dataSync(), tensor.dataSync()];
    const most = 2e-5 * (at === 0 ? width : N);
    for (let i = 0; i < wanted.length; i++)
      if (!(Math.abs(got[i] - wanted[i]) <= most)) expect.fail(`${at}, ${i}: ${got[i]} is not ${wanted[i]}`);
  });
  tf.dispose([x, before, input, dInput, dRecurrent, ...actual, ...expected]);
});
