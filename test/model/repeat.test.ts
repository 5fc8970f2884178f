// The copy mechanism beside its formula, written once more with loops.
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { Graph, linear, type Tensor, type Tensor2D, tf } from "../../src/engine/index.js";
import { type ModelConfig, RecurrentModel } from "../../src/model/index.js";
import { repeatAttention } from "../../src/model/repeat.js";
import { repeatPairs } from "../../src/model/repeat-pairs.js";
import { type Batch, toBatch, type Window } from "../../src/sequence/batches.js";
import { useEngine } from "../support/engine.js";
import { smallModel } from "../support/training.js";

useEngine();

const [H, A, K] = [5, 16, 2];
const PAUSES = [0, 0.4, 1, 7.9, 3600, 90_000.5, 5e7];

/** Few items, so that they come again; plays before some windows; times that are missing, go back, or leave 32 bits. */
function windowsOf(seed: number, lengths: readonly number[], isTimed: boolean, items = 4): Window[] {
  const random = Random.stream(seed, "repeats");
  const drawn = (length: number) => Int32Array.from({ length }, () => 1 + random.integer(items));
  return lengths.map((length, b) => {
    let time = 1e9;
    const times = Float64Array.from({ length: length + 1 }, () => {
      time += random.uniform() < 0.1 ? -50 : PAUSES[random.integer(PAUSES.length)];
      return random.uniform() < 0.1 ? Number.NaN : time;
    });
    return {
      user: 0,
      items: drawn(length + 1),
      ...(isTimed && b !== 1 ? { times } : {}),
      ...(b % 2 === 0 ? { earlier: drawn(random.integer(9)) } : {}),
    };
  });
}

interface Weights {
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly lag: Float32Array;
  readonly count: Float32Array;
  readonly gap: Float32Array | undefined;
}

/** Attention of mechanism k at step t over the inputs of one window, by the formula. */
function attentionOf(
  window: Window,
  t: number,
  k: number,
  asked: number[],
  states: number[][],
  weights: Weights,
): number[] {
  const { query, key, lag, count, gap } = weights;
  const W = lag.length / K;
  const earlier = [...(window.earlier ?? [])];
  const all = [...earlier, ...window.items];
  const { times } = window;
  const projected = (x: number[], matrix: Float32Array) =>
    Array.from({ length: A }, (_, a) => x.reduce((sum, value, h) => sum + value * matrix[(h * K + k) * A + a], 0));
  const q = projected(asked, query);
  const scores = Array.from({ length: t + 1 }, (_, j) => {
    if (t - j >= W || window.items.subarray(j + 1, t + 1).includes(window.items[j])) return Number.NEGATIVE_INFINITY;
    const own = projected(states[j], key);
    const end = earlier.length + j + 1;
    const n = all.slice(Math.max(0, end - W), end).filter((item) => item === window.items[j]).length;
    let age = 0;
    for (let i = j + 1; i <= t; i++) age += times ? Math.floor(Math.max(0, times[i] - times[i - 1])) : Number.NaN;
    let row = 0;
    if (!Number.isNaN(age)) for (row = 1; row < 27 && age >= 2 ** row - 1; ) row++;
    const dot = q.reduce((sum, value, a) => sum + value * own[a], 0);
    const aged = gap ? gap[(Math.min(t - j, 32) * 28 + row) * K + k] : 0;
    return dot / Math.sqrt(A) + lag[(t - j) * K + k] + count[k] * Math.log(n) + aged;
  });
  const most = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
  return scores.map((score) => Math.exp(score - most) / total);
}

function random(seed: number, name: string, size: number, scale: number): Float32Array {
  const stream = Random.stream(seed, name);
  return Float32Array.from({ length: size }, () => scale * (2 * stream.uniform() - 1));
}

describe("attention is what the formula says", () => {
  test.each([
    [3, true, true],
    [1, true, true],
    [40, true, true],
    [5, false, true],
    [5, true, false],
  ])("over the last %i plays, times known %s, read %s", (W, isTimed, timeGap) => {
    for (const seed of [1, 2, 3, 4]) {
      const windows = windowsOf(seed, [9, 4, 14, 1, 40, 6], isTimed, W > 9 ? 40 : 4);
      const batch = toBatch(windows);
      const { length: T, size: B, padding } = batch;
      const weights: Weights = {
        query: random(seed, "query", H * K * A, 0.8),
        key: random(seed, "key", H * K * A, 0.8),
        lag: random(seed, "lag", W * K, 1),
        count: Float32Array.of(0.7, -0.4),
        gap: timeGap ? random(seed, "gap", 33 * 28 * K, 2) : undefined,
      };
      const [asked, states] = [random(seed, "asked", T * B * H, 1), random(seed, "states", T * B * H, 1)];
      const found = tf.tidy(() => {
        const graph = new Graph(false);
        const table = (values: Float32Array, width: number) =>
          graph.input(tf.tensor2d(values, [values.length / width, width]));
        const given = {
          query: table(weights.query, K * A),
          lag: table(weights.lag, K),
          count: table(weights.count, K),
          ...(weights.gap ? { gap: table(weights.gap, K) } : {}),
        };
        const rows = (values: Float32Array) => tf.tensor2d(values, [T * B, H]) as Tensor2D;
        const pairs = repeatPairs(batch, smallModel({ repeatWindow: W, timeGap }));
        const keys = linear(graph, graph.input(rows(states)), table(weights.key, K * A)).tensor;
        return repeatAttention(rows(asked), keys, given, batch, pairs).attention.dataSync();
      });
      const row = (of: Float32Array, t: number, b: number) => [...of.subarray((t * B + b) * H, (t * B + b + 1) * H)];
      windows.forEach((window, b) => {
        const inputs = T - padding[b];
        const own = Array.from({ length: inputs }, (_, i) => row(states, padding[b] + i, b));
        for (let i = 0; i < inputs; i++) {
          const t = padding[b] + i;
          for (let k = 0; k < K; k++) {
            const wanted = attentionOf(window, i, k, row(asked, t, b), own, weights);
            for (let j = 0; j < T; j++)
              expect(Math.abs(found[((b * K + k) * T + t) * T + j] - (wanted[j - padding[b]] ?? 0))).toBeLessThan(1e-5);
          }
        }
      });
    }
  });
});

test("training hides the ages of a share of the histories, and nothing else", () => {
  const batch = toBatch(windowsOf(7, new Array(200).fill(6), true));
  const config = smallModel({ contextDropout: 0.3 });
  const whole = repeatPairs(batch, config);
  const hidden = repeatPairs(batch, config, Random.stream(1, "ages"));
  expect(hidden.closed).toEqual(whole.closed);
  expect(hidden.logs).toEqual(whole.logs);
  const perHistory = batch.length ** 2;
  const agesOf = (of: Int32Array, b: number) => [...of.subarray(b * perHistory, (b + 1) * perHistory)];
  const untimed = repeatPairs({ ...batch, times: undefined } as unknown as Batch, config);
  let changed = 0;
  for (let b = 0; b < batch.size; b++) {
    const own = agesOf(hidden.ages, b);
    const isSame = own.join() === agesOf(whole.ages, b).join();
    if (!isSame) changed++;
    expect(own).toEqual(agesOf((isSame ? whole : untimed).ages, b));
  }
  expect(changed).toBeGreaterThan(35);
  expect(changed).toBeLessThan(85);
  expect(repeatPairs(batch, smallModel({ contextDropout: 0 }), Random.stream(1, "ages"))).toEqual(whole);
});

describe("gradients of lags, counts and ages agree with finite differences", () => {
  test.each<[string, Partial<ModelConfig>]>([
    ["all", {}],
    ["without times", { timeGap: false, hour: false, moment: false }],
    ["of few plays", { repeatWindow: 2, cell: "gru", output: "free" }],
  ])("%s", (_, options) => {
    const model = new RecurrentModel(smallModel({ repeatWindow: 6, personalWindow: 0, ...options }), 5, 2, 1);
    for (const [name, parameter] of model.parameters) parameter.assign(random(9, name, parameter.size, 1));
    model.parameters.get("repeat/gateBias")?.assign(Float32Array.of(0.5, -0.2));
    const batch = toBatch(windowsOf(11, [9, 4, 12, 6], true, 5));
    const loss = () => {
      const value = model.loss(batch);
      const [number] = value.dataSync();
      value.dispose();
      return number;
    };
    const taken = model.gradients(batch);
    let checked = 0;
    for (const name of ["repeat/lag", "repeat/count", ...(model.config.timeGap ? ["repeat/gap"] : [])]) {
      const analytic = (taken.gradients[name] as Tensor).dataSync();
      const parameter = model.parameters.get(name);
      const start = parameter?.values() as Float32Array;
      expect(Math.max(...analytic.map(Math.abs)), name).toBeGreaterThan(1e-3);
      for (const at of start.keys()) {
        if (analytic[at] === 0 && at % 31 !== 0) continue; // most lags never meet most ages: some of these will do
        const step = 0.05;
        const moved = (by: number) => {
          parameter?.assign(start.with(at, start[at] + by));
          return loss();
        };
        // Five points: the error of a wide step, which float32 needs, falls with its fourth power.
        const numeric = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
        expect(Math.abs(numeric - analytic[at]), `${name} ${at}`).toBeLessThan(1e-4);
        checked++;
      }
      parameter?.assign(start);
    }
    expect(checked).toBeGreaterThan(model.config.timeGap ? 70 : 2 * K);
    tf.dispose([taken.loss, ...(Object.values(taken.gradients) as Tensor[])]);
    model.dispose();
  });
});
