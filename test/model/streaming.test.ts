import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { topK } from "../../src/core/topk.js";
import {
  type ModelConfig,
  modelScorer,
  RecurrentModel,
  StreamingModel,
  type UserState,
} from "../../src/model/index.js";
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

/** Histories of no plays to more than any window, with and without times, of which some are unknown or go back. */
const histories = fc
  .record({
    user: fc.integer({ min: 0, max: U }),
    plays: fc.array(
      fc.tuple(fc.integer({ min: 1, max: V }), fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.constant(Number.NaN))),
      {
        maxLength: 40,
        size: "max",
      },
    ),
    isTimed: fc.boolean(),
  })
  .map(({ user, plays, isTimed }) => ({
    user,
    items: Int32Array.from(plays, ([item]) => item),
    ...(isTimed ? { times: Float64Array.from(plays, ([, time]) => time) } : {}),
  }));

/** All numbers of two states within 1e-5. */
function near(found: UserState, expected: UserState): void {
  const { layers, top, keys, ...rest } = found;
  const { layers: wantedLayers, top: wantedTop, keys: wantedKeys, ...wantedRest } = expected;
  expect(rest).toEqual(wantedRest);
  const numbers = (of: readonly UserState["layers"][number][], ...more: Float32Array[]) => [
    ...of.flatMap(({ h, c }) => [h, c]),
    ...more,
  ];
  const wanted = numbers(wantedLayers, wantedTop, wantedKeys);
  numbers(layers, top, keys).forEach((own, at) => {
    expect(own.length).toBe(wanted[at].length);
    own.forEach((value, i) => {
      if (!(Math.abs(value - wanted[at][i]) < 1e-5)) expect([at, i, value]).toEqual([at, i, wanted[at][i]]);
    });
  });
}

/** Every mechanism, alone and together. */
const MODELS: [string, Partial<ModelConfig>][] = [
  ["lstm that copies", {}],
  ["lstm, free, no copies, no users", { output: "free", repeatWindow: 0, userEmbeddingSize: 0 }],
  ["two layers of gru with residual", { cell: "gru", layers: 2, residual: true }],
  [
    "three layers of rnn with residual over an input of the same size",
    { cell: "rnn", layers: 3, residual: true, hiddenSize: 11 },
  ],
  ["without habits", { personalWindow: 0 }],
  ["copies of many plays", { personalWindow: 0, repeatWindow: 15 }],
  ["copies of the last play alone", { personalWindow: 5, repeatWindow: 1 }],
  ["habits alone, of many plays", { personalWindow: 18, repeatWindow: 0 }],
  ["habits of more plays than may be copied", { personalWindow: 30, repeatWindow: 3 }],
  ["without times", { timeGap: false, hour: false }],
  ["minGRU in two blocks", { cell: "minGru", block: "postNorm", layers: 2 }],
  ["minLSTM", { cell: "minLstm" }],
  ["LRU in a block", { cell: "lru", block: "preNorm" }],
  ["LRU in two blocks", { cell: "lru", block: "postNorm", layers: 2, repeatWindow: 0 }],
  ["attention in two blocks", { cell: "attention", block: "preNorm", layers: 2, attentionWindow: 6 }],
  ["plain attention with residual", { cell: "attention", residual: true, hiddenSize: 12, heads: 3, embeddingSize: 9 }],
  ["with attributes", { attributes: "artist" }],
  ["with attributes, free, with residual", { attributes: "artist", output: "free", residual: true, hiddenSize: 11 }],
  ["without the time of the question", { moment: false }],
  ["without layer norm and short way", { layerNorm: false, lastItem: false, repeatWindow: 200 }],
];

describe("a state that takes one play at a time gives what a pass over all plays gives", () => {
  test.each(MODELS)("%s", (_, options) => {
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

describe("one pass over whole histories gives the states that a play at a time gives", () => {
  test.each([
    ...MODELS,
    ["no copies and no habits", { repeatWindow: 0, personalWindow: 0 }] as const,
    ["gru, free, with hours", { cell: "gru", output: "free", hour: true }] as const,
    [
      "minLSTM in three blocks with attributes",
      { cell: "minLstm", block: "preNorm", layers: 3, attributes: "artist" },
    ] as const,
    ["two plain layers of LRU", { cell: "lru", layers: 2 }] as const,
  ] as [string, Partial<ModelConfig>][])("%s", (_, options) => {
    const model = shaken(options);
    const streaming = new StreamingModel(model);
    fc.assert(
      fc.property(fc.array(histories, { maxLength: 6 }), (all) => {
        const states = streaming.after(all);
        expect(states.length).toBe(all.length);
        all.forEach(({ user, items, times }, n) => {
          let expected = streaming.start(user);
          items.forEach((item, at) => {
            expected = streaming.play(expected, item, times?.[at]);
          });
          near(states[n], expected);
          // And both go on alike.
          near(streaming.play(states[n], 4, 2e9), streaming.play(expected, 4, 2e9));
          const [found, wanted] = [streaming.top(states[n], 3, 2e9), streaming.top(expected, 3, 2e9)];
          found.scores.forEach((score, at) => {
            expect(Math.abs(score - wanted.scores[at])).toBeLessThan(1e-5);
          });
        });
      }),
      { numRuns: 12, seed: 5 },
    );
    model.dispose();
  });

  test("plays before the pass count as habits, as the scorer counts them", () => {
    const model = shaken({ personalWindow: 40, repeatWindow: 20 });
    const streaming = new StreamingModel(model);
    const history = Int32Array.from({ length: 33 }, (_, n) => 1 + ((n * n) % V));
    const times = Float64Array.from(history, (_, n) => 1e9 + 5000 * n);
    const scores = modelScorer(model, "LSTM", 8).score([{ user: 1, history, times, now: Number.NaN }]) as Float32Array;
    const [items, earlier] = [history.subarray(24), history.subarray(0, 24)];
    const [state] = streaming.after([{ user: 1, items, times: times.subarray(24), earlier }]);
    expect(state.recent).toEqual(history.slice().reverse());
    streaming.scores(state).forEach((score, item) => {
      if (item > 0) expect(Math.abs(score - scores[item])).toBeLessThan(1e-5);
    });
    const next = streaming.play(state, 2, 2e9);
    expect([next.recent.length, next.keys.length]).toEqual([34, 10 * 32]);
    expect([next.counts.length, next.ages.length]).toEqual([10, 10]);
    // Plays before the pass count, of the last twenty: the same as one play after another from the beginning.
    let all = streaming.start(1);
    history.forEach((item, n) => {
      all = streaming.play(all, item, times[n]);
    });
    expect([...state.counts]).toEqual([...all.counts.subarray(0, 9)]);
    expect([...state.ages]).toEqual([...all.ages.subarray(0, 9)]);
    expect(streaming.scores(next).slice(1).every(Number.isFinite)).toBe(true);
    // They are kept for counts where the pass itself has no plays, too.
    const [empty] = streaming.after([{ user: 1, items: new Int32Array(0), earlier }]);
    expect([...empty.recent]).toEqual([...earlier].reverse());
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
  expect([state.counts.length, state.ages.length]).toEqual([4, 4]);
  model.dispose();
});

test("wrong users and items are refused", () => {
  const model = shaken({});
  const streaming = new StreamingModel(model);
  for (const user of [-1, U + 1, 0.5]) expect(() => streaming.start(user)).toThrow(/user/);
  for (const item of [0, V + 1, Number.NaN]) expect(() => streaming.play(streaming.start(), item)).toThrow(/item/);
  const one = (user: number, item: number) => streaming.after([{ user, items: Int32Array.of(2, item) }]);
  for (const user of [-1, U + 1, 0.5]) expect(() => one(user, 1)).toThrow(/user/);
  for (const item of [0, V + 1]) expect(() => one(0, item)).toThrow(/item/);
  expect(() => streaming.after([{ user: 0, items: Int32Array.of(1), times: new Float64Array(2) }])).toThrow(/times/);
  model.dispose();
});
