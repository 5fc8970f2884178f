import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { tf, topItems, topItemsPlain } from "../../src/engine/index.js";
import { useEngine } from "../support/engine.js";

useEngine();

function best(N: number, V: number, D: number, k: number, seed: number) {
  const random = Random.stream(seed, "top-items");
  const numbers = (size: number) => Float32Array.from({ length: size }, () => 2 * random.uniform() - 1);
  const z = tf.tensor2d(numbers(N * D), [N, D]);
  const table = tf.tensor2d(numbers((V + 1) * D), [V + 1, D]);
  const bias = tf.tensor1d(numbers(V + 1));
  const found = [topItems(z, table, bias, k), topItemsPlain(z, table, bias, k)];
  tf.dispose([z, table, bias]);
  return found;
}

test("the kernel of the running engine finds the same items as its plain twin, with one row and with many", () => {
  const shape = [1, 3, 8, 100].map((N) => fc.tuple(fc.constant(N), fc.integer({ min: 1, max: 3000 })));
  fc.assert(
    fc.property(
      fc.oneof(...shape),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(1e6),
      ([N, V], D, k, seed) => {
        const [fast, plain] = best(N, V, D, k, seed);
        for (let n = 0; n < N; n++) expect(Math.abs(fast.logSums[n] - plain.logSums[n])).toBeLessThan(1e-4);
        fast.logits.forEach((logit, at) => {
          if (plain.items[at] === 0) expect(fast.items[at]).toBe(0);
          else expect(Math.abs(logit - plain.logits[at])).toBeLessThan(2e-5);
        });
      },
    ),
    { seed: 1, numRuns: 30 },
  );
});

test("equal logits keep the lower item first, and padding never appears", () => {
  for (const N of [1, 20]) {
    const [z, table, bias] = [tf.zeros([N, 2]), tf.zeros([100, 2]), tf.zeros([100])];
    const { items, logSums } = topItems(z as never, table as never, bias as never, 3);
    expect(Array.from(items.subarray(0, 3))).toEqual([1, 2, 3]);
    expect(logSums[N - 1]).toBeCloseTo(Math.log(99), 5);
    tf.dispose([z, table, bias]);
  }
});

test.each([0, 1.5, Number.NaN])("k = %d is refused", (k) => {
  const [z, table, bias] = [tf.zeros([1, 2]), tf.zeros([3, 2]), tf.zeros([3])];
  expect(() => topItems(z as never, table as never, bias as never, k)).toThrow(/k must be/);
  tf.dispose([z, table, bias]);
});
