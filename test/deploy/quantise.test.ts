import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dequantise, packedBytes, quantise, quantiseModel } from "../../src/deploy/quantise.js";
import { modelScorer, readWeights } from "../../src/model/index.js";
import { useEngine } from "../support/engine.js";
import { shakenModel, V } from "../support/networks.js";

useEngine();

const table = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 4, max: 9 })).chain(([R, D]) =>
  fc.record({
    shape: fc.constant([R, D]),
    values: fc.float32Array({
      minLength: R * D,
      maxLength: R * D,
      noNaN: true,
      noDefaultInfinity: true,
      min: -60000,
      max: 60000,
    }),
  }),
);

describe("packed numbers stay near", () => {
  test("bytes are off by half a scale of their row at most, and the largest of a row is exact", () => {
    fc.assert(
      fc.property(table, ({ shape: [R, D], values }) => {
        const packed = quantise(values, [R, D], "int8");
        const back = dequantise(packed);
        for (let r = 0; r < R; r++) {
          const row = values.subarray(r * D, (r + 1) * D);
          const most = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
          row.forEach((value, d) => {
            expect(Math.abs(back[r * D + d] - value)).toBeLessThanOrEqual((most / 254) * 1.0001 + 1e-38);
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  test("half precision is the nearest one", () => {
    fc.assert(
      fc.property(table, ({ shape, values }) => {
        dequantise(quantise(values, shape, "fp16")).forEach((back, i) => {
          expect(Math.abs(back - values[i])).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(values[i]) * 2 ** -11));
        });
      }),
      { numRuns: 50 },
    );
  });
});

test("sizes: half, and a quarter with one scale a row; vectors and narrow rows stay", () => {
  const values = new Float32Array(40).fill(0.3);
  const bytes = (shape: number[], precision: "fp32" | "fp16" | "int8") =>
    packedBytes(quantise(values, shape, precision));
  expect([bytes([4, 10], "fp32"), bytes([4, 10], "fp16"), bytes([4, 10], "int8")]).toEqual([160, 80, 40 + 16]);
  expect([bytes([40], "int8"), bytes([40, 1], "int8")]).toEqual([160, 160]);
});

test("a row of zeros stays zeros", () => {
  expect([...dequantise(quantise(new Float32Array(8), [2, 4], "int8"))]).toEqual(new Array(8).fill(0));
});

test("numbers that a precision cannot hold are refused, and so is a wrong shape", () => {
  const refused = (value: number, precision: "fp16" | "int8") =>
    expect(() => quantise(Float32Array.of(value, 1, 1, 1), [1, 4], precision)).toThrow(
      expect.objectContaining({ code: "EXPORT_UNSUPPORTED" }),
    );
  refused(Number.NaN, "int8");
  refused(Number.POSITIVE_INFINITY, "fp16");
  refused(70_000, "fp16");
  expect(() => quantise(new Float32Array(3), [2, 2], "int8")).toThrow(
    expect.objectContaining({ code: "SHAPE_MISMATCH" }),
  );
});

test("a quantised model scores with the numbers of its packed weights", () => {
  const model = shakenModel({});
  const query = { user: 1, history: Int32Array.of(1, 2, 3) };
  const score = (of: typeof model) => modelScorer(of, "LSTM").score([query]) as Float32Array;
  const exact = score(model);
  const weights = [...readWeights(model.parameters).values()];
  const bytesOf = (some: typeof weights) => some.reduce((sum, { values }) => sum + values.byteLength, 0);
  const whole = bytesOf(weights);
  const narrow = bytesOf(weights.filter(({ shape }) => shape.length === 2 && shape[1] <= 2)); // these stay in int8
  const most = { fp32: whole, fp16: 0.5 * whole, int8: narrow + 0.55 * (whole - narrow) };
  let before = 0;
  for (const precision of ["fp32", "fp16", "int8"] as const) {
    const small = quantiseModel(model, precision);
    for (const [name, packed] of small.weights)
      expect(readWeights(small.model.parameters).get(name)?.values).toEqual(dequantise(packed));
    const off = Math.max(...Array.from({ length: V }, (_, n) => Math.abs(score(small.model)[n + 1] - exact[n + 1])));
    expect(off).toBeGreaterThanOrEqual(before);
    expect(off).toBeLessThan({ fp32: 1e-6, fp16: 2e-3, int8: 5e-2 }[precision]);
    expect(small.bytes).toBeLessThanOrEqual(most[precision]);
    before = off;
    small.model.dispose();
  }
  model.dispose();
});
