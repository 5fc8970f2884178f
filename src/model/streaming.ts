import { checkInteger } from "../core/check.js";
import {
  product,
  productTransposeB,
  recurrentStep,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type TopItems,
  takeRows,
  tf,
  topItems,
} from "../engine/index.js";
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

/** The likeliest next plays, best first. */
export interface TopPlays {
  /** @shape int32 [at most k] */
  readonly items: Int32Array;
  /** As `scores` has them. @shape float32 [at most k] */
  readonly scores: Float32Array;
}

/**
 * A trained model that takes one play at a time: a step costs the same after ten plays and after ten thousand, and gives
 * what a pass over the whole history gives (1e-5).
 *
 * The large products run on the engine, the rest in plain numbers, since one row is too little work for an operation.
 *
 * @example
 * const streaming = new StreamingModel(model);
 * let state = streaming.start(0);
 * for (const item of [3, 1]) state = streaming.play(state, item);
 * streaming.scores(state).length // model.itemCount + 1
 * streaming.top(state, 2).items.length // 2
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
    const copies = config.repeatWindow > 0;
    const numbers = numbersOf(() => {
      let x = this.#input(item, state.user);
      const states = state.layers.flatMap(({ h, c }, layer) => {
        const next = recurrentStep(config.cell, x, this.#layer(layer), { h: asRow(h), c: asRow(c) });
        x = config.residual && x.shape[1] === next.h.shape[1] ? (x.add(next.h) as Tensor2D) : next.h;
        return [next.h, next.c];
      });
      return copies ? [...states, product(x, this.#read("repeat/key"))] : states;
    });
    const layers = state.layers.map((_, layer) => ({ h: numbers[2 * layer], c: numbers[2 * layer + 1] }));
    const recent = Int32Array.of(item, ...state.recent.subarray(0, Math.max(1, config.repeatWindow) - 1));
    const next = { user: state.user, plays: state.plays + 1, layers, recent };
    if (!copies) return { ...next, keys: state.keys };
    const key = numbers[numbers.length - 1];
    const keys = new Float32Array(recent.length * key.length);
    keys.set(key);
    keys.set(state.keys.subarray(0, keys.length - key.length), key.length);
    return { ...next, keys };
  }

  /** Scores of all items as the next play, as `modelScorer` gives them. @shape -> float32 [V+1]; [0] is -Infinity */
  scores(state: UserState): Float32Array {
    const h = this.#top(state);
    const z = this.#output(h, state);
    const [scores] = numbersOf(() => [productTransposeB(asRow(z), this.#table())]);
    const bias = this.#copy("output/bias");
    for (let item = 1; item < scores.length; item++) scores[item] += bias[item]; // `map` takes five times as long
    scores[0] = Number.NEGATIVE_INFINITY;
    if (this.#model.config.repeatWindow > 0) {
      const { gate, copied } = this.#copies(h, state);
      const all = softmax(scores);
      for (let item = 1; item < all.length; item++) scores[item] = mixed(all[item], gate, copied.get(item));
    }
    return scores;
  }

  /** The k best of `scores`, without making all of them. @param k integer >= 1 */
  top(state: UserState, k: number): TopPlays {
    const h = this.#top(state);
    const z = this.#output(h, state);
    const best = tf.tidy(() => topItems(asRow(z), this.#table(), this.#read("output/bias"), k) as never) as TopItems;
    const known = best.items.indexOf(0);
    const items = known < 0 ? best.items : best.items.subarray(0, known);
    if (this.#model.config.repeatWindow === 0) return { items, scores: best.logits.subarray(0, items.length) };
    const { gate, copied } = this.#copies(h, state);
    const logits = new Map(Array.from(items, (item, at) => [item, best.logits[at]]));
    const others = [...copied.keys()].filter((item) => !logits.has(item));
    for (const [item, logit] of this.#logitsOf(z, others)) logits.set(item, logit);
    const found = Array.from(logits, ([item, logit]) => ({
      item,
      score: mixed(Math.exp(logit - best.logSums[0]), gate, copied.get(item)),
    }))
      .sort((a, b) => b.score - a.score || a.item - b.item)
      .slice(0, k);
    return {
      items: Int32Array.from(found, ({ item }) => item),
      scores: Float32Array.from(found, ({ score }) => score),
    };
  }

  /** Logits of some items. */
  #logitsOf(z: Float32Array, items: readonly number[]): (readonly [item: number, logit: number])[] {
    if (items.length === 0) return [];
    const rows = Int32Array.from(items);
    const bias = this.#copy("output/bias");
    const [logits] = numbersOf(() => [productTransposeB(asRow(z), takeRows(this.#table(), rows))]);
    return items.map((item, at) => [item, logits[at] + bias[item]]);
  }

  /** Item embedding and user embedding side by side. @shape -> [1, D + U] */
  #input(item: number, user: number): Tensor2D {
    const row = takeRows(this.#read("item/embedding"), Int32Array.of(item));
    if (this.#model.config.userEmbeddingSize === 0) return row;
    return tf.concat([row, takeRows(this.#read("user/embedding"), Int32Array.of(user))], 1) as Tensor2D;
  }

  /** Output of the last layer, with the residual paths below it. @shape -> [H] */
  #top({ layers, user, recent }: UserState): Float32Array {
    if (!this.#model.config.residual) return layers[layers.length - 1].h;
    const [input] = numbersOf(() => [this.#input(recent[0] ?? 0, user)]);
    return layers.reduce((x, { h }) => (x.length === h.length ? sum(x, h) : h), input);
  }

  /** The vector that scores the items. @shape h [H] -> [D] (tied) or [H] (free) */
  #output(h: Float32Array, { recent }: UserState): Float32Array {
    const { config } = this.#model;
    let z = h;
    if (config.output === "tied")
      z = sum(rowProduct(h, this.#copy("output/projection")), this.#copy("output/projectionBias"));
    if (config.lastItem) {
      const [successor] = numbersOf(() => [takeRows(this.#read("item/successor"), Int32Array.of(recent[0] ?? 0))]);
      z = sum(z, successor);
    }
    return config.layerNorm ? normal(z, this.#copy("output/scale"), this.#copy("output/shift")) : z;
  }

  /** How likely each of the last plays is to come again, and the share of the mixture that copying has. */
  #copies(h: Float32Array, { recent, keys }: UserState): { gate: number; copied: ReadonlyMap<number, number> } {
    const query = rowProduct(h, this.#copy("repeat/query"));
    const lag = this.#copy("repeat/lag");
    const A = query.length;
    const attention = softmax(
      Float32Array.from(recent, (_, j) => {
        let dot = 0;
        for (let a = 0; a < A; a++) dot += query[a] * keys[j * A + a];
        return dot / Math.sqrt(A) + lag[j];
      }),
    );
    const copied = new Map<number, number>();
    recent.forEach((item, j) => {
      copied.set(item, (copied.get(item) ?? 0) + attention[j]);
    });
    return { gate: logistic(rowProduct(h, this.#copy("repeat/gate"))[0] + this.#copy("repeat/gateBias")[0]), copied };
  }

  #table(): Tensor2D {
    return this.#read(this.#model.config.output === "tied" ? "item/embedding" : "output/items");
  }

  #layer(layer: number) {
    return {
      input: this.#read(`layer${layer}/input`),
      recurrent: this.#read(`layer${layer}/recurrent`),
      bias: this.#read<Tensor1D>(`layer${layer}/bias`),
    };
  }

  #read<T extends Tensor = Tensor2D>(name: string): T {
    return this.#model.parameters.get(name)?.read() as T;
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
}

function asRow(numbers: Float32Array): Tensor2D {
  return tf.tensor2d(numbers, [1, numbers.length]);
}

/** Copies of the numbers of tensors, which are freed. */
function numbersOf(work: () => Tensor[]): Float32Array[] {
  const tensors = tf.tidy(work);
  const numbers = tensors.map((tensor) => Float32Array.from(tensor.dataSync()));
  tf.dispose(tensors);
  return numbers;
}

/** Log probability of an item that is drawn from all items or, with the chance `gate`, from the last plays. */
function mixed(probability: number, gate: number, copied = 0): number {
  return Math.log(Math.max((1 - gate) * probability + gate * copied, SMALLEST));
}

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
  let total = 0;
  for (const each of all) total += each;
  return all.map((each) => each / total);
}

function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
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
