import { checkInteger } from "../core/check.js";
import {
  Graph,
  product,
  productTransposeB,
  type Tensor,
  type Tensor2D,
  type TopItems,
  takeRows,
  tf,
  topItems,
} from "../engine/index.js";
import { withAttributes } from "./attributes.js";
import { inBlock } from "./block.js";
import { contextsOf } from "./context.js";
import type { RecurrentModel } from "./recurrent-model.js";
import { asRow, asRows, logistic, mixed, normal, numbersOf, rowProduct, softmax, sum } from "./row-numbers.js";
import { type LayerState, sequenceLayers, type WeightsOf } from "./sequence-layers.js";

/** What the model knows of a listener after some plays: plain numbers, a few kilobytes whatever the history's length. */
export interface UserState {
  /** User index; 0 is a listener that the model never saw. */
  readonly user: number;
  /** Plays so far. */
  readonly plays: number;
  /** When the last one was heard, in seconds since 1970; NaN where unknown. */
  readonly time: number;
  /** What each layer keeps: hidden and cell state [H], or the keys and values of the last plays. */
  readonly layers: readonly LayerState[];
  /** What the layers make of the last play. @shape float32 [H] */
  readonly top: Float32Array;
  /** Items of the last plays, newest first, at most `repeatWindow` (at least the last one). */
  readonly recent: Int32Array;
  /** Keys of these plays for the copy mechanism. @shape float32 [recent.length * A] */
  readonly keys: Float32Array;
}

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
    const layers = Array.from({ length: config.layers }, () => sequenceLayers[config.cell].start(config));
    const nothing = () => tf.zeros([1, config.hiddenSize]) as Tensor2D;
    const [top] = numbersOf(() => [
      layers.reduce((x, _, layer) => this.#inBlock(x, layer, nothing), this.#input(0, user)),
    ]);
    return { user, plays: 0, time: Number.NaN, layers, top, recent: new Int32Array(0), keys: new Float32Array(0) };
  }

  /**
   * The state after one more play; the old one stays as it is.
   *
   * @param item from 1 to V
   * @param time when it was heard, in seconds since 1970; NaN where unknown
   */
  play(state: UserState, item: number, time: number = Number.NaN): UserState {
    const { config, itemCount } = this.#model;
    checkInteger("item", item, 1, itemCount);
    const copies = config.repeatWindow > 0;
    const numbers = numbersOf(() => {
      let x = this.#input(item, state.user, state.time, time);
      const states = state.layers.flatMap((before, layer) => {
        let after: Tensor[] = [];
        x = this.#inBlock(x, layer, (own) => {
          const { y, h, c } = sequenceLayers[config.cell].step(own, this.#weightsOf(layer), before);
          after = [h, c];
          return y;
        });
        return after;
      });
      return copies ? [...states, x, product(x, this.#read("repeat/key"))] : [...states, x];
    });
    const top = numbers[2 * config.layers];
    const layers = state.layers.map((_, layer) => ({ h: numbers[2 * layer], c: numbers[2 * layer + 1] }));
    const recent = Int32Array.of(item, ...state.recent.subarray(0, Math.max(1, config.repeatWindow) - 1));
    const next = { user: state.user, plays: state.plays + 1, time, layers, top, recent };
    if (!copies) return { ...next, keys: state.keys };
    const key = numbers[numbers.length - 1];
    const keys = new Float32Array(recent.length * key.length);
    keys.set(key);
    keys.set(state.keys.subarray(0, keys.length - key.length), key.length);
    return { ...next, keys };
  }

  /**
   * Scores of all items as the next play, as `modelScorer` gives them.
   *
   * @param now when it is asked, in seconds since 1970; NaN where unknown
   * @shape -> float32 [V+1]; [0] is -Infinity
   */
  scores(state: UserState, now: number = Number.NaN): Float32Array {
    const h = this.#asked(state, now);
    const [z] = this.#outputs([h], [state]);
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
  top(state: UserState, k: number, now: number = Number.NaN): TopPlays {
    return this.tops([state], k, [now])[0];
  }

  /**
   * `top` of several listeners at once, which costs less than one after another.
   *
   * @param nows when each is asked, in seconds since 1970; NaN where unknown, and where left out
   */
  tops(states: readonly UserState[], k: number, nows: readonly number[] = []): TopPlays[] {
    if (states.length === 0) return [];
    const asked = states.map((state, n) => this.#asked(state, nows[n] ?? Number.NaN));
    const zs = this.#outputs(asked, states);
    const best = tf.tidy(
      () => topItems(asRows(zs), this.#table(), this.#read("output/bias"), k) as never,
    ) as unknown as TopItems;
    const lists = states.map((_, n) => {
      const all = best.items.subarray(n * k, (n + 1) * k);
      const known = all.indexOf(0);
      const items = known < 0 ? all : all.subarray(0, known);
      return { items, scores: best.logits.subarray(n * k, n * k + items.length) };
    });
    if (this.#model.config.repeatWindow === 0) return lists;
    const copies = states.map((state, n) => this.#copies(asked[n], state));
    const others = lists.map(({ items }, n) => [...copies[n].copied.keys()].filter((item) => !items.includes(item)));
    const more = this.#logitsOf(zs, others);
    return lists.map(({ items, scores }, n) => {
      const { gate, copied } = copies[n];
      const logits = [...Array.from(items, (item, at) => [item, scores[at]] as const), ...more[n]];
      const found = logits
        .map(([item, logit]) => ({ item, score: mixed(Math.exp(logit - best.logSums[n]), gate, copied.get(item)) }))
        .sort((a, b) => b.score - a.score || a.item - b.item)
        .slice(0, k);
      return {
        items: Int32Array.from(found, ({ item }) => item),
        scores: Float32Array.from(found, ({ score }) => score),
      };
    });
  }

  /** Logits of some items of each row. */
  #logitsOf(zs: readonly Float32Array[], items: readonly (readonly number[])[]): (readonly [number, number])[][] {
    const rows = Int32Array.from(items.flat());
    if (rows.length === 0) return items.map(() => []);
    const bias = this.#copy("output/bias");
    const [vectors] = numbersOf(() => [takeRows(this.#table(), rows)]);
    let at = 0;
    return items.map((own, n) =>
      own.map((item) => {
        const z = zs[n];
        let logit = bias[item];
        for (let d = 0; d < z.length; d++) logit += z[d] * vectors[at + d];
        at += z.length;
        return [item, logit] as const;
      }),
    );
  }

  /** Item embedding, in the context of its play, and user embedding side by side. @shape -> [1, D + U] */
  #input(item: number, user: number, before = Number.NaN, time = Number.NaN): Tensor2D {
    let row = takeRows(this.#read("item/embedding"), Int32Array.of(item));
    for (const { name, codes } of this.#model.attributes)
      row = row.add(takeRows(this.#read(`attribute/${name}`), Int32Array.of(codes[item])));
    for (const [name, { valueAt }] of contextsOf(this.#model.config))
      row = row.add(takeRows(this.#read(`${name}/heard`), Int32Array.of(valueAt(before, time))));
    if (this.#model.config.userEmbeddingSize === 0) return row;
    return tf.concat([row, takeRows(this.#read("user/embedding"), Int32Array.of(user))], 1) as Tensor2D;
  }

  /** A layer with what stands around its middle. @shape x [1, P] -> [1, H] */
  #inBlock(x: Tensor2D, layer: number, middle: (x: Tensor2D) => Tensor2D): Tensor2D {
    const graph = new Graph(false);
    const read = this.#weightsOf(layer);
    const run = {
      config: this.#model.config,
      weight: (name: string) => graph.input(read(name)) as never,
      isLast: true,
    };
    return inBlock(graph, graph.input(x), run, ({ tensor }) => graph.input(middle(tensor))).tensor;
  }

  /** What the layers made of the last play, as it answers a question at some moment. @shape -> [H] */
  #asked({ top, time }: UserState, now: number): Float32Array {
    if (!this.#model.config.moment) return top;
    const factors = contextsOf(this.#model.config).map(([name, { valueAt }]) => {
      const start = valueAt(time, now) * top.length;
      return this.#copy(`${name}/asked`).subarray(start, start + top.length);
    });
    return top.map((value, u) => value * factors.reduce((all, factor) => all + factor[u], 1));
  }

  /** The vectors that score the items. @shape hs [H] each -> [D] (tied) or [H] (free) each */
  #outputs(hs: readonly Float32Array[], states: readonly UserState[]): Float32Array[] {
    const { config } = this.#model;
    let zs = [...hs];
    if (config.output === "tied")
      zs = zs.map((h) => sum(rowProduct(h, this.#copy("output/projection")), this.#copy("output/projectionBias")));
    if (config.lastItem) {
      const last = Int32Array.from(states, ({ recent }) => recent[0] ?? 0);
      const [successors] = numbersOf(() => [takeRows(this.#read("item/successor"), last)]);
      zs = zs.map((z, n) => sum(z, successors.subarray(n * z.length, (n + 1) * z.length)));
    }
    return config.layerNorm ? zs.map((z) => normal(z, this.#copy("output/scale"), this.#copy("output/shift"))) : zs;
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
    if (this.#model.config.output === "free") return this.#read("output/items");
    const graph = new Graph(false);
    const read = (name: string) => graph.input(this.#read(name));
    return withAttributes(graph, read("item/embedding"), this.#model.attributes, (name) => read(`attribute/${name}`))
      .tensor;
  }

  #weightsOf(layer: number): WeightsOf<"tensor"> {
    return (name) => this.#read(`layer${layer}/${name}`);
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
