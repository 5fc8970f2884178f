import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { topK } from "../../src/core/topk.js";
import { approximateSearch, type Catalogue, exactSearch, itemSearch, recallOf } from "../../src/deploy/index.js";
import { newIndex } from "../../src/deploy/search/approximate.js";
import { useEngine } from "../support/engine.js";

useEngine();

/** Items in groups, as songs of one artist are, with lengths and biases that differ. */
function catalogue(V: number, width: number, seed = 1): Catalogue {
  const random = Random.stream(seed, "catalogue");
  const normal = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const centres = normal(20 * width);
  const table = new Float32Array((V + 1) * width);
  for (let item = 1; item <= V; item++) {
    const [group, length] = [random.integer(20), 0.5 + random.uniform()];
    for (let d = 0; d < width; d++)
      table[item * width + d] = length * (centres[group * width + d] + 0.7 * random.normal());
  }
  return { table, bias: normal(V + 1), width };
}

function bruteForce({ table, bias, width }: Catalogue, z: Float32Array, k: number): Int32Array {
  const logits = bias.map((own, item) => {
    let sum = own;
    for (let d = 0; d < width; d++) sum += z[d] * table[item * width + d];
    return sum;
  });
  logits[0] = Number.NEGATIVE_INFINITY;
  return topK(logits, k);
}

const question = (width: number, n: number) => {
  const random = Random.stream(n, "question");
  return Float32Array.from({ length: width }, () => random.normal());
};

test("exact search finds the best items, and all of them where fewer are there", () => {
  const of = catalogue(700, 9);
  const search = exactSearch(of);
  for (let n = 0; n < 10; n++) {
    const z = question(9, n);
    expect(recallOf(bruteForce(of, z, 20), search.top(z, 20).items)).toBe(1);
    expect(search.top(z, 1000).items.length).toBe(700);
  }
  search.dispose();
});

describe("approximate search", () => {
  test("finds nearly all of the best items, with exact logits in order", async () => {
    const of = catalogue(3000, 16);
    const shares: number[] = [];
    const search = await approximateSearch(of, { onShare: (share) => shares.push(share) });
    const exact = exactSearch(of);
    let recall = 0;
    for (let n = 0; n < 30; n++) {
      const z = question(16, n);
      const [found, wanted] = [search.top(z, 100), exact.top(z, 100)];
      recall += recallOf(wanted.items, found.items) / 30;
      found.items.forEach((item, at) => {
        const there = wanted.items.indexOf(item);
        if (there >= 0) expect(Math.abs(found.logits[at] - wanted.logits[there])).toBeLessThan(1e-4);
      });
      expect([...found.logits]).toEqual([...found.logits].sort((a, b) => b - a));
    }
    expect(recall).toBeGreaterThan(0.95);
    expect([search.isExact, search.itemCount, shares.at(-1)]).toEqual([false, 3000, 1]);
    exact.dispose();
  });

  test("numbers that 16 bits cannot hold are found as well", async () => {
    const of = catalogue(2000, 16);
    for (const [ofItems, ofQuestion] of [
      [1e8, 1],
      [1e-8, 1],
      [1, 1e8],
    ]) {
      const times = (numbers: Float32Array, factor: number) => numbers.map((value) => factor * value);
      const scaled = { table: times(of.table, ofItems), bias: times(of.bias, ofItems), width: 16 };
      const search = await approximateSearch(scaled);
      let recall = 0;
      for (let n = 0; n < 20; n++) {
        const z = times(question(16, n), ofQuestion);
        recall += recallOf(bruteForce(scaled, z, 50), search.top(z, 50).items) / 20;
      }
      expect(recall).toBeGreaterThan(0.95);
    }
    const zeros = await approximateSearch({ table: new Float32Array(6), bias: new Float32Array(3), width: 2 });
    expect(zeros.top(Float32Array.of(1, 1), 5).items.length).toBe(2);
  });

  test("a catalogue of one item, and more wanted than there are", async () => {
    const search = await approximateSearch({
      table: Float32Array.of(0, 0, 3, 4),
      bias: Float32Array.of(0, 1),
      width: 2,
    });
    expect(search.top(Float32Array.of(1, 1), 5)).toEqual({ items: Int32Array.of(1), logits: Float32Array.of(8) });
  });
});

test("up to a million items the search is exact", async () => {
  const search = await itemSearch(catalogue(50, 4));
  expect(search.isExact).toBe(true);
  search.dispose();
});

test("shapes that do not fit are refused", async () => {
  const wrong = { table: new Float32Array(7), bias: new Float32Array(3), width: 2 };
  expect(() => exactSearch(wrong)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  await expect(approximateSearch(wrong)).rejects.toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  expect(() => exactSearch({ table: new Float32Array(2), bias: new Float32Array(1), width: 2 })).toThrow(/items/);
});

test("a machine that the library has no build for is told so", () => {
  const sizes = { dimensions: 4, connectivity: 8, expansionAdd: 8 };
  const none = () => {
    throw new Error("No native build was found");
  };
  expect(() => newIndex(sizes, none)).toThrow(expect.objectContaining({ code: "SEARCH_UNAVAILABLE" }));
});
