// A streaming model whose lists come from a graph: the same lists as by looking at every item, but for a few that are missed.
import { expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { topK } from "../../src/core/topk.js";
import { approximateFinder, approximateSearch, recallOf } from "../../src/deploy/index.js";
import { approximateProblem } from "../../src/deploy/search/approximate.js";
import { logSumBy } from "../../src/deploy/search/finder.js";
import { type ModelConfig, RecurrentModel, StreamingModel } from "../../src/model/index.js";
import { useEngine } from "../support/engine.js";
import { smallModel } from "../support/training.js";

useEngine();

const V = 2500;
const ARTISTS = {
  name: "artist",
  values: ["", "IU", "宇多田ヒカル"],
  codes: Int32Array.from({ length: V + 1 }, (_, item) => item % 3),
};

/** A model with random weights large enough that every mechanism speaks; the caller disposes it. */
function modelOf(options: Partial<ModelConfig>): RecurrentModel {
  const model = new RecurrentModel(smallModel(options), V, 3, 1, options.attributes ? [ARTISTS] : []);
  for (const [name, parameter] of model.parameters) {
    const random = Random.stream(4, name);
    parameter.assign(Float32Array.from({ length: parameter.size }, () => 2 * random.uniform() - 1));
  }
  return model;
}

const statesOf = (streaming: StreamingModel) =>
  streaming.after(
    Array.from({ length: 12 }, (_, user) => {
      const random = Random.stream(user, "plays");
      const items = Int32Array.from({ length: 30 }, () => 1 + random.integer(user % 2 ? 40 : V));
      return { user: user % 4, items, times: Float64Array.from(items, (_, n) => 1e9 + 4000 * n) };
    }),
  );

test.each<[string, Partial<ModelConfig>]>([
  ["copies and habits", { repeatWindow: 15, personalWindow: 20 }],
  ["habits alone, free", { repeatWindow: 0, personalWindow: 20, output: "free" }],
  ["neither, with attributes", { repeatWindow: 0, personalWindow: 0, attributes: "artist" }],
])("%s: at least 95 of 100 items of the exact lists, with their scores", async (_, options) => {
  const model = modelOf(options);
  const streaming = new StreamingModel(model);
  const states = statesOf(streaming);
  const now = states.map(() => 2e9);
  const exact = streaming.tops(states, 50, now);
  const scores = states.map((state) => streaming.scores(state, 2e9));
  streaming.findItems = await approximateFinder(streaming.catalogue());
  const found = streaming.tops(states, 50, now);
  let recall = 0;
  found.forEach((list, n) => {
    recall += recallOf(exact[n].items, list.items) / found.length;
    expect(list.items.length).toBe(50);
    // All items of this catalogue stand for themselves in the sum, so that even mixtures with copies are exact.
    list.items.forEach((item, at) => {
      expect(Math.abs(list.scores[at] - scores[n][item])).toBeLessThan(1e-4);
    });
  });
  expect(recall).toBeGreaterThan(0.95);
  expect(streaming.top(states[0], V + 5).items.length).toBeGreaterThan(0.95 * V);
  model.dispose();
});

test("what was played lately is on the list whether the graph finds it or not", () => {
  const model = modelOf({ repeatWindow: 15, personalWindow: 20 });
  const streaming = new StreamingModel(model);
  const [state] = statesOf(streaming);
  const { table, bias, width } = streaming.catalogue();
  const logSumOf = logSumBy({ table, bias, width });
  let asked = 0;
  // A graph that finds nothing but item 1.
  streaming.findItems = ([z], k) => {
    asked = k;
    const logit = bias[1] + table.slice(width, 2 * width).reduce((sum, value, d) => sum + value * z[d], 0);
    const best = { items: Int32Array.of(1), logits: Float32Array.of(logit) };
    return {
      items: Int32Array.from({ length: k }, (_, at) => (at === 0 ? 1 : 0)),
      logits: new Float32Array(k).fill(logit, 0, 1).fill(Number.NEGATIVE_INFINITY, 1),
      logSums: Float32Array.of(logSumOf(z, best)),
    };
  };
  const found = streaming.top(state, 10);
  const own = new Set([1, ...state.recent]);
  expect(asked).toBeGreaterThan(10);
  expect([...found.items].every((item) => own.has(item))).toBe(true);
  const scores = streaming.scores(state);
  const wanted = [...own].sort((a, b) => scores[b] - scores[a]).slice(0, 10);
  expect([...found.items]).toEqual(wanted);
  model.dispose();
});

test("the sum over all items is near the true one from a sample of them, and the same each time", () => {
  const random = Random.stream(1, "sum");
  const numbers = (n: number, size: number) => Float32Array.from({ length: n }, () => size * random.normal());
  const [items, width] = [20_000, 12];
  const catalogue = { table: numbers((items + 1) * width, 0.5), bias: numbers(items + 1, 0.5), width };
  const logSumOf = logSumBy(catalogue, 2000);
  let worst = 0;
  for (let n = 0; n < 10; n++) {
    const z = numbers(width, 1);
    const logits = catalogue.bias.map((own, item) => {
      let sum = own;
      for (let d = 0; d < width; d++) sum += z[d] * catalogue.table[item * width + d];
      return sum;
    });
    logits[0] = Number.NEGATIVE_INFINITY;
    const best = topK(logits, 256);
    const found = { items: best, logits: Float32Array.from(best, (item) => logits[item]) };
    const exact = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    worst = Math.max(worst, Math.abs(logSumOf(z, found) - exact));
    expect(logSumOf(z, found)).toBe(logSumOf(z, found));
  }
  expect(worst).toBeGreaterThan(0);
  expect(worst).toBeLessThan(0.15);
});

test("a graph is given up between two slices, for the reason that was told", async () => {
  const building = new AbortController();
  const catalogue = { table: new Float32Array(200).fill(1), bias: new Float32Array(100), width: 2 };
  const shares: number[] = [];
  const onShare = (share: number) => {
    shares.push(share);
    if (shares.length === 3) building.abort(new Error("another model"));
  };
  const made = approximateSearch(catalogue, { atOnce: 10, signal: building.signal, onShare });
  await expect(made).rejects.toThrow("another model");
  expect(shares.length).toBe(3);
  await expect(approximateSearch(catalogue, { atOnce: 0 })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
});

test("whether the library is there is told without a graph", () => {
  expect(approximateProblem()).toBeUndefined();
  const problem = approximateProblem(() => {
    throw new Error("Cannot find module");
  });
  expect(problem).toMatchObject({ code: "SEARCH_UNAVAILABLE", message: expect.stringContaining("Cannot find module") });
});
