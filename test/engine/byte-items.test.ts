import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { byteItems, type Tensor1D, type Tensor2D, tf, topItemsPlain } from "../../src/engine/index.js";
import { useEngine } from "../support/engine.js";

useEngine();

/** Rows that are near each other, so that bytes alone would put them in another order. */
function table(V: number, D: number, near: number, seed: number) {
  const random = Random.stream(seed, "table");
  const common = Float32Array.from({ length: D }, () => random.normal());
  const rows = Float32Array.from({ length: (V + 1) * D }, (_, at) => common[at % D] + near * random.normal());
  return {
    rows,
    bias: Float32Array.from({ length: V + 1 }, () => 0.1 * near * random.normal()),
    z: common.map((x) => x + random.normal()),
  };
}

test("the best by bytes are the best by numbers, however near the rows are", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(1, 0.01, 1e-4),
      fc.integer({ min: 1, max: 320 }),
      fc.nat(1000),
      (V, D, near, k, seed) => {
        const { rows, bias, z } = table(V, D, near, seed);
        const search = byteItems(rows, bias, D);
        const found = search.top(z, k);
        search.dispose();
        const tensors = [tf.tensor2d(z, [1, D]), tf.tensor2d(rows, [V + 1, D]), tf.tensor1d(bias)] as const;
        const wanted = topItemsPlain(tensors[0] as Tensor2D, tensors[1] as Tensor2D, tensors[2] as Tensor1D, k);
        tf.dispose([...tensors]);
        expect(found.items.length).toBe(k);
        for (let at = 0; at < k; at++) {
          if (wanted.items[at] === 0)
            expect([found.items[at], found.logits[at]]).toEqual([0, Number.NEGATIVE_INFINITY]);
          // Equal but for the last digits, so nearly equal logits may change places.
          else expect(Math.abs(found.logits[at] - wanted.logits[at])).toBeLessThan(1e-5 * (1 + D));
        }
        expect(new Set(found.items.filter((item) => item > 0)).size).toBe(Math.min(k, V));
      },
    ),
    { numRuns: 40 },
  );
});

test("rows of zeros, and equal rows in the order of their items", () => {
  const search = byteItems(Float32Array.of(9, 9, 0, 0, 1, 1, 0, 0, 1, 1), new Float32Array(5), 2);
  expect([...search.top(Float32Array.of(1, 1), 4).items]).toEqual([2, 4, 1, 3]);
  search.dispose();
});

test("shapes that do not fit are refused", () => {
  expect(() => byteItems(new Float32Array(5), new Float32Array(2), 2)).toThrow(/table/);
  const search = byteItems(new Float32Array(4), new Float32Array(2), 2);
  expect(() => search.top(new Float32Array(3), 1)).toThrow(/z/);
  expect(() => search.top(new Float32Array(2), 0)).toThrow(/k/);
  search.dispose();
});
