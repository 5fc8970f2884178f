import fc from "fast-check";
import { expect, test } from "vitest";
import { topK } from "../../src/core/topk.js";

const scores = fc.array(
  fc.oneof(
    fc.integer({ min: -3, max: 3 }), // many ties
    fc.float(),
    fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -0),
  ),
  { maxLength: 40 },
);

test("gives what sorting everything gives", () => {
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 45 }), (values, k) => {
      const array = Float32Array.from(values);
      const before = array.slice();
      const sorted = Array.from(array.keys())
        .filter((i) => !Number.isNaN(array[i]) && array[i] !== Number.NEGATIVE_INFINITY)
        .sort((a, b) => (array[a] === array[b] ? a - b : array[a] > array[b] ? -1 : 1))
        .slice(0, k);
      expect(Array.from(topK(array, k))).toEqual(sorted);
      expect(array).toEqual(before);
    }),
    { numRuns: 500 },
  );
});

test.each([0, -1, 1.5, Number.NaN])("k = %s is no length of a list", (k) => {
  expect(() => topK(Float32Array.of(1), k)).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
});
