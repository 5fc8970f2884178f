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
import { inBlock } from "./block.js";
import { contextsOf } from "./context.js";
import type { PlayedHistory } from "./inputs-only.js";
import { noPlays, recentPlays, withPlay } from "./recent-plays.js";
import type { RecurrentModel } from "./recurrent-model.js";
import { asRow, asRows, mixed, normal, numbersOf, rowProduct, softmax, sum } from "./row-numbers.js";
import { sequenceLayers, type WeightsOf } from "./sequence-layers.js";
import { statesAfter } from "./streaming-histories.js";
import { copies, type FindItems, habits, mergedTop, type TopPlays } from "./streaming-terms.js";
import type { UserState } from "./user-state.js";

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
  /** What `top` and `tops` find items by, such as a graph; where undefined, the engine looks at all of them. */
  findItems: FindItems | undefined = undefined;

  /** @param model is used as it is, and must live as long as this; make a new one after its weights changed */
  constructor(model: RecurrentModel) {
    this.#model = model;
  }

  /**
   * The states after whole histories: what `start` and `play` give one after another, in one pass, which takes a tenth of the
   * time or less on the native engine. Attention takes memory by the square of a history's length.
   *
   * @throws {RefrainError} ARGUMENT_INVALID for a user or an item that the model does not have; SHAPE_MISMATCH for other times than plays
   */
  after(histories: readonly PlayedHistory[]): UserState[] {
    const states = statesAfter(this.#model, histories);
    return histories.map(
      (history) => states.get(history) ?? { ...this.start(history.user), ...recentPlays(history, this.#model.config) },
    );
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
    return { user, plays: 0, time: Number.NaN, layers, top, ...noPlays() };
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
    const mayCopy = config.repeatWindow > 0;
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
      return mayCopy ? [...states, x, this.#key(x, item)] : [...states, x];
    });
    const top = numbers[2 * config.layers];
    const layers = state.layers.map((_, layer) => ({ h: numbers[2 * layer], c: numbers[2 * layer + 1] }));
    const last = withPlay(state, item, time, config, mayCopy ? numbers[numbers.length - 1] : undefined);
    return { user: state.user, plays: state.plays + 1, time, layers, top, ...last };
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
    const { config } = this.#model;
    for (const [item, more] of habits(h, state.recent, config, this.#copyOf)) scores[item] += more;
    scores[0] = Number.NEGATIVE_INFINITY;
    if (config.repeatWindow > 0) {
      const { gate, copied } = copies(h, state, config, this.#copyOf);
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
    const { config } = this.#model;
    const asked = states.map((state, n) => this.#asked(state, nows[n] ?? Number.NaN));
    const zs = this.#outputs(asked, states);
    const owns = states.map(({ recent }, n) => habits(asked[n], recent, config, this.#copyOf));
    // A habit may count against an item too: as many more are asked for as may fall.
    const most = k + Math.max(...owns.map(({ size }) => size));
    const best = this.findItems?.(zs, most) ?? this.#bestOfAll(zs, most);
    const lists = states.map((_, n) => {
      const all = best.items.subarray(n * most, (n + 1) * most);
      const known = all.indexOf(0);
      const items = known < 0 ? all : all.subarray(0, known);
      return { items, scores: best.logits.subarray(n * most, n * most + items.length) };
    });
    const mayCopy = config.repeatWindow > 0;
    if (!mayCopy && most === k) return lists;
    const spoken = states.map((state, n) => (mayCopy ? copies(asked[n], state, config, this.#copyOf) : undefined));
    const others = lists.map(({ items }, n) => {
      const found = new Set(items);
      return [...new Set([...(spoken[n]?.copied.keys() ?? []), ...owns[n].keys()])].filter((item) => !found.has(item));
    });
    const more = this.#logitsOf(zs, others);
    return lists.map(({ items, scores }, n) => {
      const logits = new Map([...Array.from(items, (item, at) => [item, scores[at]] as const), ...more[n]]);
      return mergedTop({ logits, logSum: best.logSums[n], own: owns[n], copies: spoken[n] }, k);
    });
  }

  /**
   * A copy of what items are scored with: logit = z . row + bias.
   *
   * @shape table [V + 1, D]; bias [V + 1]; width D
   */
  catalogue(): { readonly table: Float32Array; readonly bias: Float32Array; readonly width: number } {
    const bias = this.#copy("output/bias");
    const table = outOfTidy(() => this.#table().dataSync<"float32">().slice());
    return { table, bias, width: table.length / bias.length };
  }

  #bestOfAll(zs: readonly Float32Array[], k: number): TopItems {
    return outOfTidy(() => topItems(asRows(zs), this.#table(), this.#read("output/bias"), k));
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
    let row = this.#withAttributes(takeRows(this.#read("item/embedding"), Int32Array.of(item)), item, "attribute");
    for (const [name, { valueAt }] of contextsOf(this.#model.config))
      row = row.add(takeRows(this.#read(`${name}/heard`), Int32Array.of(valueAt(before, time))));
    if (this.#model.config.userEmbeddingSize === 0) return row;
    return tf.concat([row, takeRows(this.#read("user/embedding"), Int32Array.of(user))], 1) as Tensor2D;
  }

  /** What the copy mechanisms find the play by. @shape x [1, H] -> [1, K * A] */
  #key(x: Tensor2D, item: number): Tensor2D {
    return this.#withAttributes(product(x, this.#read("repeat/key")), item, "repeat/attribute");
  }

  /** A row of an item with what its attributes add. @param tables name before that of each attribute */
  #withAttributes(row: Tensor2D, item: number, tables: string): Tensor2D {
    return this.#model.attributes.reduce(
      (sum, { name, codes }) => sum.add(takeRows(this.#read(`${tables}/${name}`), Int32Array.of(codes[item]))),
      row,
    );
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

  #table(): Tensor2D {
    return this.#read(this.#model.config.output === "tied" ? "item/embedding" : "output/items");
  }

  #weightsOf(layer: number): WeightsOf<"tensor"> {
    return (name) => this.#read(`layer${layer}/${name}`);
  }

  #read<T extends Tensor = Tensor2D>(name: string): T {
    return this.#model.parameters.get(name)?.read() as T;
  }

  readonly #copyOf = (name: string) => this.#copy(name);

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

/** What some work gives. Not returned by the tidy, which would look for tensors among all the numbers. */
function outOfTidy<T>(work: () => T): T {
  const found: T[] = [];
  tf.tidy(() => {
    found.push(work());
  });
  return found[0];
}
