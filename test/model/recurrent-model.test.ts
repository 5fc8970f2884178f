import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/core/config.js";
import { Random } from "../../src/core/random.js";
import { type Tensor, tf } from "../../src/engine/index.js";
import { type ModelConfig, modelConfig, modelScorer, RecurrentModel } from "../../src/model/index.js";
import { PRESETS, runConfig } from "../../src/recipes/index.js";
import { toBatch, toWindows, type Window } from "../../src/sequence/batches.js";
import { contractQueries, scorerContract } from "../contract/scorer.js";
import { useEngine } from "../support/engine.js";
import { smallModel, weightsOf } from "../support/training.js";

useEngine();

const V = 11;
const U = 3;
/** Two attributes of the items; the first items share a value, and some have none. */
const ATTRIBUTES = [
  { name: "artist", values: ["", "a", "b", "c"], codes: Int32Array.from({ length: V + 1 }, (_, item) => item % 4) },
  { name: "style", values: ["", "x"], codes: Int32Array.from({ length: V + 1 }, (_, item) => (item > 5 ? 1 : 0)) },
];

/** Runs with a model and disposes it. */
function withModel<T>(config: ModelConfig, use: (model: RecurrentModel) => T, seed = 1, items = V, users = U): T {
  const model = new RecurrentModel(config, items, users, seed, config.attributes ? ATTRIBUTES : []);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

/** Random weights large enough that every mechanism speaks. */
function shake(model: RecurrentModel, size = 0.5): void {
  for (const [name, parameter] of model.parameters) {
    const random = Random.stream(9, name);
    parameter.assign(Float32Array.from({ length: parameter.size }, () => (2 * random.uniform() - 1) * size));
  }
}

function lossOf(model: RecurrentModel, windows: readonly Window[], random?: Random): number {
  const loss = model.loss(toBatch(windows), random);
  const [value] = loss.dataSync();
  loss.dispose();
  return value;
}

function windowsOf(seed: number, lengths: readonly number[]): Window[] {
  const random = Random.stream(seed, "windows");
  return lengths.map((length, b) => ({
    user: b % (U + 1),
    items: Int32Array.from({ length: length + 1 }, () => 1 + random.integer(V)),
    times: Float64Array.from({ length: length + 1 }, (_, t) => 1e9 + 7000 * t + random.integer(7000)),
  }));
}

describe("number of weights", () => {
  const formula = (c: ModelConfig, items: number, users: number) => {
    const [D, H, P] = [c.embeddingSize, c.hiddenSize, c.userEmbeddingSize];
    const cell = (inputs: number) =>
      ({
        lstm: 4 * H * (inputs + H + 1),
        gru: 3 * H * (inputs + H + 1),
        rnn: H * (inputs + H + 1),
        minGru: 2 * H * (inputs + 1),
        minLstm: 3 * H * (inputs + 1),
        lru: 3 * H + 2 * H * inputs + 2 * H * H,
        attention: 3 * H * inputs + c.attentionWindow * c.heads,
      })[c.cell];
    const block = (inputs: number) => (inputs === H ? 0 : (inputs + 1) * H) + cell(H) + 4 * H + 8 * H * H + 5 * H;
    const layer = c.block === "plain" ? cell : block;
    const recurrentLayers = layer(D + P) + (c.layers - 1) * layer(H);
    const width = c.output === "tied" ? D : H;
    const output = (c.output === "tied" ? H * D + D : (items + 1) * H) + (items + 1) + (c.layerNorm ? 2 * width : 0);
    const shortWay = c.lastItem ? (items + 1) * width : 0;
    const context = ((c.timeGap ? 28 : 0) + (c.hour ? 25 : 0)) * (D + (c.moment ? H : 0));
    const habits = c.personalWindow > 0 ? H + 1 : 0;
    return habits + context + shortWay + (items + 1) * D + (P > 0 ? (users + 1) * P : 0) + recurrentLayers + output;
  };
  const cases: [string, Partial<ModelConfig>][] = [
    ...Object.entries(PRESETS).map(([name, { options }]): [string, Partial<ModelConfig>] => [
      `preset ${name}`,
      runConfig(options).model,
    ]),
    ["GRU, three layers", { cell: "gru", layers: 3, hiddenSize: 7, embeddingSize: 5 }],
    ["minGRU in blocks", { cell: "minGru", block: "postNorm", layers: 2, hiddenSize: 6, embeddingSize: 5 }],
    [
      "minLSTM in blocks of one width",
      { cell: "minLstm", block: "preNorm", userEmbeddingSize: 0, hiddenSize: 6, embeddingSize: 6 },
    ],
    ["linear recurrent unit", { cell: "lru", hiddenSize: 6 }],
    ["attention", { cell: "attention", heads: 3, attentionWindow: 7, hiddenSize: 6 }],
    ["LSTM with personal popularity", { personalWindow: 9, hiddenSize: 6 }],
    ["RNN without users, free", { cell: "rnn", userEmbeddingSize: 0, output: "free", layerNorm: false }],
  ];
  test.each(cases)("%s", (_, options) => {
    const config = modelConfig({ ...options, repeatWindow: 0 });
    withModel(config, (model) => expect(model.parameterCount).toBe(formula(config, V, U)));
  });

  test("the copy mechanism adds a few, whatever the catalogue", () => {
    const count = (repeatWindow: number, items: number) =>
      withModel(smallModel({ repeatWindow }), (model) => model.parameterCount, 1, items);
    expect(count(4, 30) - count(0, 30)).toBe(count(4, 3) - count(0, 3));
    expect(count(4, 30)).toBeGreaterThan(count(0, 30));
  });
});

describe("a wrong option", () => {
  test.each<[string, Record<string, unknown>]>([
    ["hiddenSize", { hiddenSize: 0 }],
    ["hiddenSize", { hiddenSize: 2.5 }],
    ["hiddenSize", { hiddenSize: "192" }],
    ["embeddingSize", { embeddingSize: 1e9 }],
    ["userEmbeddingSize", { userEmbeddingSize: -1 }],
    ["layers", { layers: 9 }],
    ["dropout", { dropout: 1 }],
    ["inputDropout", { inputDropout: Number.NaN }],
    ["userDropout", { userDropout: -0.1 }],
    ["cell", { cell: "transformer" }],
    ["output", { output: "half" }],
    ["layerNorm", { layerNorm: "yes" }],
    ["block", { block: "norm" }],
    ["heads", { cell: "attention", heads: 3, hiddenSize: 8 }],
    ["attentionWindow", { attentionWindow: 0 }],
    ["repeatWindow", { repeatWindow: 1001 }],
    ["personalWindow", { personalWindow: -1 }],
    ["timeGap", { timeGap: 1 }],
    ["contextDropout", { contextDropout: 1 }],
    ["hiddenUnits", { hiddenUnits: 5 }],
  ])("%s is named", (option, options) => {
    try {
      modelConfig(options as Partial<ModelConfig>);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "CONFIG_INVALID" });
      expect((error as Error).message).toContain(option);
    }
  });

  test("all of them are named at once, and what is no object is refused", () => {
    expect(() => modelConfig({ layers: 0, dropout: 2 })).toThrow(/layers.*dropout/s);
    expect(() => parseConfig("train", { safeParse: modelConfig } as never, {})).toThrow();
    for (const options of [null, [], "lstm", 3]) expect(() => modelConfig(options as never)).toThrow(/^model: /);
  });
});

describe("initial weights", () => {
  test("one seed gives the same, another seed others", () => {
    const weights = (seed: number) => withModel(smallModel(), weightsOf, seed);
    const first = weights(1);
    expect(weights(1)).toEqual(first);
    expect(weights(2)).not.toEqual(first);
    expect(Object.values(first).every((values) => values.every(Number.isFinite))).toBe(true);
  });

  test("padding is a zero row, and the untrained model is as good as chance", () => {
    for (const output of ["tied", "free"] as const)
      withModel(smallModel({ output }), (model) => {
        expect(Array.from(weightsOf(model)["item/embedding"].subarray(0, 8))).toEqual(new Array(8).fill(0));
        const loss = lossOf(model, windowsOf(1, [5, 9, 2]));
        expect(Math.abs(loss - Math.log(V))).toBeLessThan(0.5);
      });
  });
});

describe("as a scorer", () => {
  const variants: [string, Partial<ModelConfig>][] = [];
  for (const cell of ["lstm", "gru", "rnn"] as const)
    for (const output of ["tied", "free"] as const)
      for (const userEmbeddingSize of [0, 3]) {
        const deep = (cell === "gru") === (output === "tied");
        const repeatWindow = userEmbeddingSize > 0 ? 4 : 0;
        const more = deep ? { layers: 2, residual: true, hiddenSize: 8, embeddingSize: 8 } : { layerNorm: false };
        variants.push([
          `${cell}, ${output}, users ${userEmbeddingSize}, ${deep ? "2 layers + residual" : "1 layer"}, copies ${repeatWindow}`,
          { cell, output, userEmbeddingSize, repeatWindow, ...more },
        ]);
      }
  for (const cell of ["minGru", "minLstm", "lru", "attention"] as const)
    for (const block of ["plain", "postNorm", "preNorm"] as const)
      variants.push([`${cell}, ${block}, 2 layers`, { cell, block, layers: 2, attentionWindow: 3 }]);
  variants.push(["lstm in a block", { block: "preNorm", embeddingSize: 5 }]);
  variants.push(["lstm with attributes of items", { attributes: "artist,style" }]);
  variants.push(["lstm that copies without users", { userEmbeddingSize: 0, repeatWindow: 200 }]);
  variants.push(["lstm without the short way", { lastItem: false }]);
  variants.push(["lstm with users that does not copy", { repeatWindow: 0 }]);
  variants.push(["lstm without habits", { personalWindow: 0 }]);
  variants.push(["lstm with habits alone", { repeatWindow: 0, personalWindow: 500 }]);
  for (const [name, options] of variants)
    describe(name, () => {
      let model: RecurrentModel | undefined;
      scorerContract(
        name,
        () => {
          model = new RecurrentModel(smallModel(options), V, U, 1, options.attributes ? ATTRIBUTES : []);
          shake(model);
          return modelScorer(model, name);
        },
        { userCount: U, tolerance: 1e-5 },
      );
    });

  test("probabilities of the copying model sum to 1, and a repeated play is likelier for it", () => {
    withModel(smallModel({ repeatWindow: 4 }), (model) => {
      shake(model);
      const scorer = modelScorer(model, "LSTM");
      const queries = contractQueries(V, U).filter(({ history }) => history.length > 0);
      const scores = scorer.score(queries) as Float32Array;
      queries.forEach((_, n) => {
        const row = scores.subarray(n * (V + 1) + 1, (n + 1) * (V + 1));
        expect(row.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 4);
      });
    });
  });

  test("of a history beyond two windows the last plays alone count, from a start that depends on the length", () => {
    withModel(smallModel(), (model) => {
      shake(model);
      const scorer = modelScorer(model, "LSTM", 5);
      const random = Random.stream(4, "long");
      const history = Int32Array.from({ length: 33 }, () => 1 + random.integer(V));
      const scores = (h: Int32Array) => scorer.score([{ user: 1, history: h }]) as Float32Array;
      // 33 plays: 25 are skipped, a multiple of 5 that leaves at least 5.
      expect(scores(history)).toEqual(scores(history.slice(25)));
      const other = history.slice();
      other.fill(1, 0, 25);
      expect(scores(other)).toEqual(scores(history));
      other[25] = (other[25] % V) + 1;
      expect(scores(other)).not.toEqual(scores(history));
      // All prefixes in one call are the prefixes one by one.
      const prefixes = Array.from({ length: 34 }, (_, length) => ({ user: 1, history: history.subarray(0, length) }));
      const together = scorer.score(prefixes) as Float32Array;
      prefixes.forEach(({ history: h }, n) => {
        const alone = scores(h);
        for (let i = 1; i <= V; i++) expect(Math.abs(together[n * (V + 1) + i] - alone[i])).toBeLessThan(1e-5);
      });
    });
  });

  test("own plays count far behind what the layers read, as often as they were", () => {
    const options = { repeatWindow: 0, personalWindow: 30, timeGap: false, hour: false, moment: false };
    withModel(smallModel(options), (model) => {
      shake(model);
      model.parameters.get("personal/weight")?.assign(new Float32Array(8));
      model.parameters.get("personal/bias")?.assign(Float32Array.of(0.75));
      const scorer = modelScorer(model, "LSTM", 5);
      const scores = (h: Int32Array) => scorer.score([{ user: 1, history: h }]) as Float32Array;
      // 33 plays: the layers read the last 8 of them, and habits the last 30.
      const history = Int32Array.from({ length: 33 }, (_, n) => (n < 25 ? 1 : 2 + (n % 3)));
      const [before, after] = [scores(history), scores(history.with(0, 7).with(10, 7).with(11, 7).with(12, 6))];
      const expected = new Float64Array(V + 1);
      expected[1] = 0.75 * (Math.log1p(19) - Math.log1p(22));
      expected[7] = 0.75 * Math.log1p(2); // its first play is too old
      expected[6] = 0.75 * Math.log1p(1);
      for (let item = 1; item <= V; item++) expect(after[item] - before[item]).toBeCloseTo(expected[item], 4);
    });
  });

  test("items that share all their values and nothing else are heard, and copied, alike", () => {
    const none = { personalWindow: 0 };
    const zero = (model: RecurrentModel, name: string) => {
      const weight = model.parameters.get(name);
      weight?.assign(new Float32Array(weight.size));
    };
    const scored = (model: RecurrentModel, ...plays: number[]) =>
      modelScorer(model, "LSTM").score([{ user: 1, history: Int32Array.from(plays) }]) as Float32Array;
    const apart = (a: Float32Array, b: Float32Array) =>
      Math.max(...a.subarray(1).map((value, n) => Math.abs(value - b[n + 1])));
    // Of artist a without a style: 1 and 5. Of artist b with style x: 6 and 10.
    withModel(
      smallModel({ attributes: "artist,style", output: "free", lastItem: false, repeatWindow: 0, ...none }),
      (model) => {
        shake(model);
        zero(model, "item/embedding");
        expect(apart(scored(model, 1), scored(model, 5))).toBeLessThan(1e-5);
        expect(apart(scored(model, 6), scored(model, 10))).toBeLessThan(1e-5);
        expect(apart(scored(model, 1), scored(model, 6))).toBeGreaterThan(1e-3);
      },
    );
    withModel(smallModel({ attributes: "artist,style", timeGap: false, ...none }), (model) => {
      shake(model);
      for (const name of ["repeat/key", "repeat/lag", "repeat/count"]) zero(model, name);
      for (const name of ["item/embedding", "output/bias"]) zero(model, name); // all items alike but for copies
      const likely = scored(model, 1, 6, 5, 10);
      expect(likely[1]).toBeCloseTo(likely[5], 5);
      expect(likely[6]).toBeCloseTo(likely[10], 5);
      expect(likely[2]).toBeCloseTo(likely[7], 5); // never played, of two artists: attributes do not score
      expect(Math.abs(likely[1] - likely[6])).toBeGreaterThan(1e-2);
    });
    expect(() => new RecurrentModel(smallModel(), V + 1, U, 1, ATTRIBUTES)).toThrow(/artist/);
  });

  test("times of another number than plays are refused", () => {
    withModel(smallModel(), (model) => {
      const query = { user: 0, history: Int32Array.of(1, 2), times: Float64Array.of(5) };
      expect(() => modelScorer(model, "LSTM").score([query])).toThrow(
        expect.objectContaining({ code: "SHAPE_MISMATCH" }),
      );
    });
  });

  test("a user's own embedding matters, with an empty history too where there is one", () => {
    withModel(smallModel({ repeatWindow: 0 }), (model) => {
      shake(model);
      const scorer = modelScorer(model, "LSTM");
      const of = (user: number) => scorer.score([{ user, history: Int32Array.of(3, 4) }]) as Float32Array;
      expect(of(1)).not.toEqual(of(2));
      const empty = scorer.score([{ user: 1, history: new Int32Array(0) }]) as Float32Array;
      expect(empty.subarray(1).every(Number.isFinite)).toBe(true);
    });
    expect(() => withModel(smallModel(), (model) => modelScorer(model, "x", 0))).toThrow(/windowLength/);
  });
});

describe("loss", () => {
  test.each<[string, Partial<ModelConfig>]>([
    ["copying", {}],
    ["not copying", { repeatWindow: 0 }],
    ["two layers", { layers: 2, residual: true }],
    ["free GRU", { cell: "gru", output: "free" }],
    ["minGRU", { cell: "minGru" }],
    ["LRU in two blocks", { cell: "lru", block: "postNorm", layers: 2 }],
    ["attention in two blocks", { cell: "attention", block: "preNorm", layers: 2, attentionWindow: 4 }],
  ])("of a left-padded batch is the mean over its rows alone: %s", (_, options) => {
    withModel(smallModel(options), (model) => {
      shake(model);
      const windows = windowsOf(2, [6, 1, 9, 3]);
      const loss = (some: Window[]) => lossOf(model, some);
      const sum = windows.reduce((total, window) => total + loss([window]) * (window.items.length - 1), 0);
      expect(loss(windows)).toBeCloseTo(sum / 19, 4);
    });
  });

  test("is what the scores say", () => {
    for (const repeatWindow of [0, 4])
      withModel(smallModel({ repeatWindow }), (model) => {
        shake(model);
        const windows = windowsOf(3, [5, 2]);
        const queries = windows.flatMap(({ user, items, times = new Float64Array(0) }) =>
          Array.from({ length: items.length - 1 }, (_, i) => ({
            user,
            history: items.slice(0, i + 1),
            times: times.slice(0, i + 1),
            now: times[i + 1],
            target: items[i + 1],
          })),
        );
        const scores = modelScorer(model, "LSTM").score(queries) as Float32Array;
        const nats = queries.map(({ target }, n) => {
          const row = scores.subarray(n * (V + 1) + 1, (n + 1) * (V + 1));
          return Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[target - 1];
        });
        const mean = nats.reduce((a, b) => a + b) / nats.length;
        expect(lossOf(model, windows)).toBeCloseTo(mean, 4);
      });
  });

  test("is what the scores of the same batch say, with plays before the window", () => {
    for (const repeatWindow of [0, 4])
      withModel(smallModel({ repeatWindow, personalWindow: 9 }), (model) => {
        shake(model, 1);
        const windows = [...toWindows(windowsOf(3, [14, 8]), 5), ...windowsOf(4, [3])];
        expect(windows.filter(({ earlier }) => earlier).length).toBe(3);
        const batch = toBatch(windows);
        const scores = model.scores(batch, batch.positions);
        let nats = 0;
        batch.targets.forEach((target, n) => {
          const row = scores.subarray(n * (V + 1) + 1, (n + 1) * (V + 1));
          nats += Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[target - 1];
        });
        expect(lossOf(model, windows)).toBeCloseTo(nats / batch.targets.length, 4);
        const without = windows.map(({ earlier: _, ...window }) => window);
        expect(lossOf(model, without)).not.toBeCloseTo(lossOf(model, windows), 3);
      });
  });

  test("training takes some histories and some questions without their times", () => {
    const config = { inputDropout: 0, dropout: 0, userDropout: 0 };
    withModel(smallModel({ ...config, contextDropout: 0.5 }), (model) => {
      shake(model);
      const timed = windowsOf(6, [5, 5, 5, 5, 5, 5]);
      const untimed = timed.map(({ user, items }) => ({ user, items }));
      const losses = Array.from({ length: 8 }, (_, at) => lossOf(model, timed, Random.stream(at, "context")));
      expect(new Set(losses).size).toBeGreaterThan(4);
      expect(lossOf(model, untimed, Random.stream(1, "context"))).toBe(lossOf(model, untimed));
      expect(lossOf(model, timed)).not.toBeCloseTo(lossOf(model, untimed), 3);
    });
  });

  test("dropout: one stream gives one loss, another stream another; without a stream there is none", () => {
    withModel(smallModel({ dropout: 0.5 }), (model) => {
      shake(model);
      const loss = (random?: Random) => lossOf(model, windowsOf(4, [7, 7, 4]), random);
      expect(loss(Random.stream(1, "a"))).toBe(loss(Random.stream(1, "a")));
      expect(loss(Random.stream(1, "a"))).not.toBe(loss(Random.stream(1, "b")));
      expect(loss()).toBe(loss());
    });
  });

  test.each<[string, Partial<ModelConfig>]>([
    ["lstm, tied, copying", { repeatWindow: 3 }],
    ["lstm, tied, not copying", { repeatWindow: 0 }],
    ["lstm without habits", { personalWindow: 0 }],
    ["gru, free, two layers, copying", { cell: "gru", output: "free", layers: 2, residual: true, repeatWindow: 3 }],
    ["lstm without the short way and times", { lastItem: false, timeGap: false, hour: false }],
    ["lstm that does not know when it is asked", { moment: false, embeddingSize: 3 }],
    ["rnn without users", { cell: "rnn", userEmbeddingSize: 0, layerNorm: false, repeatWindow: 2 }],
    ["lstm with attributes of items", { attributes: "artist,style" }],
    [
      "gru, free, with attributes of items",
      { attributes: "artist,style", cell: "gru", output: "free", repeatWindow: 0 },
    ],
    ["minGRU in a block, norms after", { cell: "minGru", block: "postNorm" }],
    ["minLSTM in two blocks, norms before", { cell: "minLstm", block: "preNorm", layers: 2, repeatWindow: 0 }],
    ["LRU in two blocks", { cell: "lru", block: "postNorm", layers: 2, repeatWindow: 0 }],
    ["attention in a block", { cell: "attention", block: "preNorm", attentionWindow: 3 }],
  ])("gradients of all weights agree with finite differences: %s", (_, options) => {
    const config = smallModel({ embeddingSize: 4, hiddenSize: 4, userEmbeddingSize: 2, ...options });
    withModel(config, (model) => {
      shake(model);
      const windows = windowsOf(5, [6, 3, 4]);
      const parameters = [...model.parameters];
      const loss = () => lossOf(model, windows);
      const taken = model.gradients(toBatch(windows));
      const gradients = new Map(
        parameters.map(([name]) => [name, Float32Array.from((taken.gradients[name] as Tensor).dataSync())]),
      );
      expect(taken.loss.dataSync()[0]).toBeCloseTo(loss(), 5);
      tf.dispose([taken.loss, ...(Object.values(taken.gradients) as Tensor[])]);
      for (const [name, parameter] of parameters) {
        const analytic = gradients.get(name) as Float32Array;
        const start = parameter.values();
        const set = (values: Float32Array) => parameter.assign(values);
        // Float32: the three largest components of each weight, by a symmetric difference of a well chosen size.
        const largest = Array.from(analytic.keys())
          .sort((a, b) => Math.abs(analytic[b]) - Math.abs(analytic[a]))
          .slice(0, 3)
          .filter((at) => Math.abs(analytic[at]) > 2e-3);
        for (const at of largest) {
          const step = 1e-2;
          set(start.with(at, start[at] + step));
          const up = loss();
          set(start.with(at, start[at] - step));
          const numeric = (up - loss()) / (2 * step);
          const error = Math.abs(numeric - analytic[at]);
          expect(error, `${name}[${at}]: ${analytic[at]} is not ${numeric}`).toBeLessThan(
            0.02 * Math.abs(numeric) + 2e-4,
          );
        }
        set(start);
      }
      expect([...gradients.values()].every((values) => values.every(Number.isFinite))).toBe(true);
    });
  });
});
