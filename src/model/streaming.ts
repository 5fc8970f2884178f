import { checkInteger } from "../core/check.js";
import { type CellName, product, productTransposeB, type Tensor2D, takeRows, tf } from "../engine/index.js";
import type { RecurrentModel } from "./recurrent-model.js";

/** What the model knows of a listener after some plays: plain numbers, a few kilobytes whatever the history's length. */
export interface UserState {
  /** User index; 0 is a listener that the model never saw. */
  readonly user: number;
  /** Plays so far. */
  readonly plays: number;
  /** Hidden and cell state of each layer. @shape float32 [H] */
  readonly layers: readonly { readonly h: Float32Array; readonly c: Float32Array }[];
  /** Items of the last plays, newest first, at most `repeatWindow` (at least the last one). */
  readonly recent: Int32Array;
  /** Keys of these plays for the copy mechanism. @shape float32 [recent.length * A] */
  readonly keys: Float32Array;
}

/** Smallest probability whose logarithm is taken. */
const SMALLEST = 1e-30;

/**
 * A trained model that takes one play at a time: a step costs the same after ten plays and after ten thousand, and gives
 * what a pass over the whole history gives (1e-5).
 *
 * The products run on the engine, the rest in plain numbers, since one row is too little work for an operation.
 *
 * @example
 * const streaming = new StreamingModel(model);
 * let state = streaming.start(0);
 * for (const item of [3, 1]) state = streaming.play(state, item);
 * streaming.scores(state).length // model.itemCount + 1
 */
export class StreamingModel {
  readonly #model: RecurrentModel;
  /** Copies of the small weights. */
  readonly #numbers = new Map<string, Float32Array>();

  /** @param model is used as it is, and must live as long as this; make a new one after its weights changed */
  constructor(model: RecurrentModel) {
    this.#model = model;
  }

  /** The state before the first play. @param user from 0 to the model's number of users */
  start(user = 0): UserState {
    const { config, userCount } = this.#model;
    checkInteger("user", user, 0, userCount);
    const zeros = () => new Float32Array(config.hiddenSize);
    const layers = Array.from({ length: config.layers }, () => ({ h: zeros(), c: zeros() }));
    return { user, plays: 0, layers, recent: new Int32Array(0), keys: new Float32Array(0) };
  }

  /** The state after one more play; the old one stays as it is. @param item from 1 to V */
  play(state: UserState, item: number): UserState {
    const { config, itemCount } = this.#model;
    checkInteger("item", item, 1, itemCount);
    let x = this.#input(item, state.user);
    const layers = state.layers.map(({ h, c }, layer) => {
      const next = cellSteps[config.cell](...this.#gates(x, h, layer), h, c);
      x = config.residual && x.length === next.h.length ? next.h.map((value, i) => value + x[i]) : next.h;
      return next;
    });
    const kept = Math.max(1, config.repeatWindow);
    const recent = Int32Array.of(item, ...state.recent.subarray(0, kept - 1));
    if (config.repeatWindow === 0)
      return { user: state.user, plays: state.plays + 1, layers, recent, keys: state.keys };
    const key = rowProduct(x, this.#copy("repeat/key"));
    const keys = new Float32Array(recent.length * key.length);
    keys.set(key);
    keys.set(state.keys.subarray(0, keys.length - key.length), key.length);
    return { user: state.user, plays: state.plays + 1, layers, recent, keys };
  }

  /** Scores of all items as the next play, as `modelScorer` gives them. @shape -> float32 [V+1]; [0] is -Infinity */
  scores(state: UserState): Float32Array {
    const { config } = this.#model;
    const h = this.#top(state);
    const scores = this.#logits(h, state.recent[0] ?? 0);
    if (config.repeatWindow > 0) this.#mixCopies(scores, h, state);
    scores[0] = Number.NEGATIVE_INFINITY;
    return scores;
  }

  /** Output of the last layer, with the residual paths below it. */
  #top({ layers, user, recent }: UserState): Float32Array {
    const { config } = this.#model;
    const last = layers[layers.length - 1].h;
    if (!config.residual) return last;
    let x = this.#input(recent[0] ?? 0, user);
    for (const { h } of layers) {
      const below = x;
      x = below.length === h.length ? h.map((value, i) => value + below[i]) : h;
    }
    return x;
  }

  /** Item embedding and user embedding side by side. */
  #input(item: number, user: number): Float32Array {
    const { config } = this.#model;
    const row = this.#row("item/embedding", item);
    if (config.userEmbeddingSize === 0) return row;
    return Float32Array.of(...row, ...this.#row("user/embedding", user));
  }

  /** x Wx + b and h Wh of a layer. */
  #gates(x: Float32Array, h: Float32Array, layer: number): [Float32Array, Float32Array] {
    const bias = this.#copy(`layer${layer}/bias`);
    const fromInput = this.#product(x, `layer${layer}/input`);
    for (let i = 0; i < bias.length; i++) fromInput[i] += bias[i];
    return [fromInput, this.#product(h, `layer${layer}/recurrent`)];
  }

  #logits(h: Float32Array, last: number): Float32Array {
    const { config } = this.#model;
    let z = h;
    if (config.output === "tied") {
      const bias = this.#copy("output/projectionBias");
      z = this.#product(h, "output/projection").map((value, i) => value + bias[i]);
    }
    if (config.lastItem) {
      const successor = this.#row("item/successor", last);
      z = z.map((value, i) => value + successor[i]);
    }
    if (config.layerNorm) z = normal(z, this.#copy("output/scale"), this.#copy("output/shift"));
    const bias = this.#copy("output/bias");
    const table = config.output === "tied" ? "item/embedding" : "output/items";
    const logits = this.#product(z, table, true);
    for (let i = 0; i < logits.length; i++) logits[i] += bias[i]; // a loop: `map` takes five times as long
    return logits;
  }

  /** Turns logits into log probabilities of the mixture with the last plays. */
  #mixCopies(scores: Float32Array, h: Float32Array, { recent, keys }: UserState): void {
    const query = rowProduct(h, this.#copy("repeat/query"));
    const lag = this.#copy("repeat/lag");
    const A = query.length;
    const attention = softmax(
      Float32Array.from(recent, (_, j) => {
        let sum = 0;
        for (let a = 0; a < A; a++) sum += query[a] * keys[j * A + a];
        return sum / Math.sqrt(A) + lag[j];
      }),
    );
    const gate = logistic(rowProduct(h, this.#copy("repeat/gate"))[0] + this.#copy("repeat/gateBias")[0]);
    scores[0] = Number.NEGATIVE_INFINITY;
    const all = softmax(scores);
    for (let i = 0; i < all.length; i++) all[i] *= 1 - gate;
    recent.forEach((item, j) => {
      all[item] += gate * attention[j];
    });
    for (let i = 0; i < all.length; i++) scores[i] = Math.log(Math.max(all[i], SMALLEST));
  }

  /** A copy of a weight that every step reads. */
  #copy(name: string): Float32Array {
    let numbers = this.#numbers.get(name);
    if (!numbers) {
      numbers = this.#model.parameters.get(name)?.values() as Float32Array;
      this.#numbers.set(name, numbers);
    }
    return numbers;
  }

  #row(name: string, row: number): Float32Array {
    return this.#onEngine((read) => takeRows(read(name), Int32Array.of(row)));
  }

  #product(x: Float32Array, name: string, transposed = false): Float32Array {
    return this.#onEngine((read) =>
      (transposed ? productTransposeB : product)(tf.tensor2d(x, [1, x.length]), read(name)),
    );
  }

  #onEngine(work: (read: (name: string) => Tensor2D) => Tensor2D): Float32Array {
    const tensor = tf.tidy(() => work((name) => this.#model.parameters.get(name)?.read() as Tensor2D));
    const numbers = Float32Array.from(tensor.dataSync());
    tensor.dispose();
    return numbers;
  }
}

type CellStep = (
  xg: Float32Array,
  hg: Float32Array,
  h: Float32Array,
  c: Float32Array,
) => { readonly h: Float32Array; readonly c: Float32Array };

/** One step of one row, by the formulas of the engine's cells. */
const cellSteps: Readonly<Record<CellName, CellStep>> = {
  lstm: (xg, hg, _h, c) => {
    const H = c.length;
    const gate = (k: number, u: number) => xg[k * H + u] + hg[k * H + u];
    const next = c.map((value, u) => logistic(gate(2, u)) * value + logistic(gate(0, u)) * Math.tanh(gate(1, u)));
    return { h: next.map((value, u) => logistic(gate(3, u)) * Math.tanh(value)), c: next };
  },
  gru: (xg, hg, h, c) => {
    const H = h.length;
    const next = h.map((value, u) => {
      const r = logistic(xg[u] + hg[u]);
      const z = logistic(xg[H + u] + hg[H + u]);
      const n = Math.tanh(xg[2 * H + u] + r * hg[2 * H + u]);
      return n + z * (value - n);
    });
    return { h: next, c };
  },
  rnn: (xg, hg, h, c) => ({ h: h.map((_, u) => Math.tanh(xg[u] + hg[u])), c }),
};

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** x W for a small W. @shape x [P]; W [P * Q] -> [Q] */
function rowProduct(x: Float32Array, W: Float32Array): Float32Array {
  const Q = W.length / x.length;
  const out = new Float32Array(Q);
  for (let p = 0; p < x.length; p++) for (let q = 0; q < Q; q++) out[q] += x[p] * W[p * Q + q];
  return out;
}

function softmax(scores: Float32Array): Float32Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  const all = scores.map((score) => Math.exp(score - most));
  let sum = 0;
  for (const each of all) sum += each;
  return all.map((each) => each / sum);
}

/** Layer norm of one row, with the engine's epsilon. */
function normal(z: Float32Array, scale: Float32Array, shift: Float32Array): Float32Array {
  let mean = 0;
  for (const value of z) mean += value / z.length;
  let variance = 0;
  for (const value of z) variance += (value - mean) ** 2 / z.length;
  const inverse = 1 / Math.sqrt(variance + 1e-5);
  return z.map((value, i) => (value - mean) * inverse * scale[i] + shift[i]);
}
