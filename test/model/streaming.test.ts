import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { topK } from "../../src/core/topk.js";
import { type ModelConfig, modelScorer, RecurrentModel, StreamingModel } from "../../src/model/index.js";
import { useEngine } from "../support/engine.js";
import { smallModel } from "../support/training.js";

useEngine();

const [V, U] = [11, 3];
const ARTISTS = {
  name: "artist",
  values: ["", "IU", "宇多田ヒカル"],
  codes: Int32Array.from({ length: V + 1 }, (_, item) => item % 3),
};

/** A model with random weights large enough that every mechanism speaks. */
function shaken(options: Partial<ModelConfig>): RecurrentModel {
  const model = new RecurrentModel(smallModel(options), V, U, 1, options.attributes ? [ARTISTS] : []);
  for (const [name, parameter] of model.parameters) {
    const random = Random.stream(9, name);
    parameter.assign(Float32Array.from({ length: parameter.size }, () => random.uniform() - 0.5));
  }
  return model;
}

describe("a state that takes one play at a time gives what a pass over all plays gives", () => {
  test.each<[string, Partial<ModelConfig>]>([
    ["lstm that copies", {}],
    ["lstm, free, no copies, no users", { output: "free", repeatWindow: 0, userEmbeddingSize: 0 }],
    ["two layers of gru with residual", { cell: "gru", layers: 2, residual: true }],
    [
      "three layers of rnn with residual over an input of the same size",
      { cell: "rnn", layers: 3, residual: true, hiddenSize: 11 },
    ],
    ["without habits", { personalWindow: 0 }],
    ["habits alone, of many plays", { personalWindow: 18, repeatWindow: 0 }],
    ["habits of more plays than may be copied", { personalWindow: 30, repeatWindow: 3 }],
    ["without times", { timeGap: false, hour: false }],
    ["minGRU in two blocks", { cell: "minGru", block: "postNorm", layers: 2 }],
    ["minLSTM", { cell: "minLstm" }],
    ["LRU in a block", { cell: "lru", block: "preNorm" }],
    ["LRU in two blocks", { cell: "lru", block: "postNorm", layers: 2, repeatWindow: 0 }],
    ["attention in two blocks", { cell: "attention", block: "preNorm", layers: 2, attentionWindow: 6 }],
    [
      "plain attention with residual",
      { cell: "attention", residual: true, hiddenSize: 12, heads: 3, embeddingSize: 9 },
    ],
    ["with attributes", { attributes: "artist" }],
    ["with attributes, free, with residual", { attributes: "artist", output: "free", residual: true, hiddenSize: 11 }],
    ["without the time of the question", { moment: false }],
    ["without layer norm and short way", { layerNorm: false, lastItem: false, repeatWindow: 200 }],
  ])("%s", (_, options) => {
    const model = shaken(options);
    const scorer = modelScorer(model, "LSTM", 1000);
    const streaming = new StreamingModel(model);
    const random = Random.stream(2, "plays");
    for (const user of [0, 2]) {
      const plays = Int32Array.from({ length: 25 }, () => 1 + random.integer(V));
      const times = Float64Array.from(plays, (_, n) =>
        n % 6 === 4 ? Number.NaN : 1e9 + 4000 * n + random.integer(4000),
      );
      let state = streaming.start(user);
      for (let n = 0; n <= plays.length; n++) {
        const now = n % 5 === 3 ? Number.NaN : 1e9 + 4000 * n;
        const query = { user, history: plays.slice(0, n), times: times.slice(0, n), now };
        const whole = scorer.score([query]) as Float32Array;
        const scores = streaming.scores(state, now);
        expect(scores.length).toBe(V + 1);
        expect(scores[0]).toBe(Number.NEGATIVE_INFINITY);
        for (let item = 1; item <= V; item++) expect(Math.abs(scores[item] - whole[item])).toBeLessThan(1e-5);
        for (const k of [3, V + 5]) {
          const { items, scores: best } = streaming.top(state, k, now);
          const expected = topK(scores, k);
          expect(items.length).toBe(expected.length);
          // Equal but for the last digits, so nearly equal scores may change places.
          items.forEach((item, at) => {
            expect(Math.abs(best[at] - scores[item])).toBeLessThan(1e-5);
            expect(Math.abs(best[at] - scores[expected[at]])).toBeLessThan(1e-5);
          });
        }
        if (n < plays.length) state = streaming.play(state, plays[n], times[n]);
      }
      expect(state.plays).toBe(25);
    }
    model.dispose();
  });
});

test("a play does not change the state it starts from, so that one may go back", () => {
  const model = shaken({});
  const streaming = new StreamingModel(model);
  const before = streaming.play(streaming.start(1), 3);
  const copy = structuredClone(before);
  streaming.play(before, 5);
  streaming.scores(before);
  expect(before).toEqual(copy);
  model.dispose();
});

test("the state stays small however long the history is", () => {
  const model = shaken({ repeatWindow: 4, personalWindow: 9 });
  const streaming = new StreamingModel(model);
  let state = streaming.start();
  for (let n = 0; n < 50; n++) state = streaming.play(state, 1 + (n % V));
  expect(state.recent.length).toBe(9);
  expect(state.keys.length).toBe(4 * 32);
  model.dispose();
});

test("wrong users and items are refused", () => {
  const model = shaken({});
  const streaming = new StreamingModel(model);
  for (const user of [-1, U + 1, 0.5]) expect(() => streaming.start(user)).toThrow(/user/);
  for (const item of [0, V + 1, Number.NaN]) expect(() => streaming.play(streaming.start(), item)).toThrow(/item/);
  model.dispose();
});
