import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const draw = (random: Random, count = 8) => Array.from({ length: count }, () => random.bits());

/** xoshiro128** in whole numbers without bit tricks, from the state that the seeding gives. */
function twin(seed: number, path: (string | number)[], count: number): number[] {
  const M = 2n ** 32n;
  const mix = (v: bigint) => {
    let x = v % M;
    x = ((x ^ (x >> 16n)) * 0x21f0aaadn) % M;
    x = ((x ^ (x >> 15n)) * 0x735a2d97n) % M;
    return x ^ (x >> 15n);
  };
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) % M;
  let hash = mix(BigInt(seed) % M) ^ mix(BigInt(seed) / M);
  for (const part of path) {
    for (const unit of (typeof part === "number" ? `#${part}` : part).split(""))
      hash = mix(hash ^ BigInt(unit.charCodeAt(0)));
    hash = mix(hash ^ 0x9e3779b9n);
  }
  const s = [1n, 2n, 3n, 4n].map((i) => mix(hash + i * 0x9e3779b9n));
  return Array.from({ length: count }, () => {
    const result = (rotate((s[1] * 5n) % M, 7n) * 9n) % M;
    const t = (s[1] << 9n) % M;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
    return Number(result);
  });
}

describe("Random", () => {
  test("gives the numbers of a twin in whole-number arithmetic", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.oneof(fc.string(), fc.integer())), (seed, path) => {
        expect(draw(Random.stream(seed, ...path))).toEqual(twin(seed, path, 8));
      }),
    );
  });

  test("is a function of seed and path", () => {
    expect(draw(Random.stream(7, "dropout", 3))).toEqual(draw(Random.stream(7, "dropout", 3)));
    const others = [
      Random.stream(8, "dropout", 3),
      Random.stream(7 + 2 ** 32, "dropout", 3),
      Random.stream(7, "dropout", 4),
      Random.stream(7, "dropout", "3"),
      Random.stream(7, "drop", "out", 3),
      Random.stream(7, "dropout"),
    ];
    const first = [Random.stream(7, "dropout", 3), ...others].map((random) => draw(random).join());
    expect(new Set(first).size).toBe(first.length);
  });

  test("uniform numbers lie in [0, 1) and fill it evenly", () => {
    const bins = new Array<number>(10).fill(0);
    const random = Random.stream(1, "bins");
    for (let i = 0; i < 100_000; i++) bins[Math.floor(random.uniform() * 10)]++;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 99.9 % of chi-square with 9 degrees of freedom
  });

  test("integers lie in [0, limit) and reach both ends", () => {
    const random = Random.stream(2, "integers");
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("normal numbers have mean 0 and variance 1", () => {
    const random = Random.stream(3, "normal");
    const values = Array.from({ length: 50_000 }, () => random.normal());
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.reduce((sum, x) => sum + x, 0) / values.length).toBeCloseTo(0, 1);
    expect(values.reduce((sum, x) => sum + x * x, 0) / values.length).toBeCloseTo(1, 1);
  });

  test("shuffle keeps the values and gives every order of three", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), seeds, (values, seed) => {
        const shuffled = Random.stream(seed).shuffle([...values]);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
    const random = Random.stream(4, "orders");
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(["a", "b", "c"]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
