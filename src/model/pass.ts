import type { Random } from "../core/random.js";
import {
  add,
  atEveryStep,
  besides,
  dropout,
  embedding,
  type Graph,
  type LogitAdditions,
  lastStep,
  layerNorm,
  linear,
  linearCrossEntropy,
  NEVER,
  type Negatives,
  type Parameter,
  productTransposeB,
  type SampledLossName,
  sampledLoss,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  takeRows,
  tf,
  type Value,
} from "../engine/index.js";
import type { ItemAttribute } from "../sequence/attributes.js";
import type { Batch } from "../sequence/batches.js";
import { withAttributes } from "./attributes.js";
import { inBlock } from "./block.js";
import type { ModelConfig } from "./config.js";
import { type ContextRows, contextRows, contextsOf, withAsked, withHeard } from "./context.js";
import { habitStrength, ownPlays, type PersonalWeights, personalTerm, playMatrix } from "./personal.js";
import { type RepeatWeights, repeatAttention, repeatOdds } from "./repeat.js";
import { repeatPairs } from "./repeat-pairs.js";
import { eachRow, newestRows } from "./row-numbers.js";
import { type LayerState, sequenceLayers, type WeightsOf } from "./sequence-layers.js";
import type { UserState } from "./user-state.js";

/** A loss over drawn items, and what was drawn. */
export interface SampledChoice {
  readonly loss: SampledLossName;
  readonly negatives: Negatives;
}

/** What a pass reads of a model. */
interface Weights {
  readonly config: ModelConfig;
  readonly itemCount: number;
  readonly attributes: readonly ItemAttribute[];
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/** What runs along the plays in a layer. @shape [T * B, D] -> [T * B, H] */
type Middle = (x: Value<Tensor2D>, weight: WeightsOf<"value">) => Value<Tensor2D>;

/** The part of a `UserState` that the layers make. */
export type Kept = Pick<UserState, "layers" | "top" | "keys">;

/** One pass through the network, from a batch to its states and on. Lives inside one `tf.tidy`. */
export class Pass {
  readonly graph: Graph;
  readonly #model: Weights;
  readonly #weights = new Map<string, Value>();

  constructor(model: Weights, graph: Graph) {
    this.#model = model;
    this.graph = graph;
  }

  /** A weight as it is now, one value for all its uses. */
  weight<T extends Tensor>(name: string): Value<T> {
    const known = this.#weights.get(name);
    if (known) return known as Value<T>;
    const value = this.graph.input((this.#model.parameters.get(name) as Parameter).read<T>());
    this.#weights.set(name, value);
    return value;
  }

  addLoss(batch: Batch, random?: Random, sampled?: SampledChoice): void {
    const { graph } = this;
    const { states, asked } = this.#states(batch, random);
    const h = this.#realRows(asked, batch);
    const last = Int32Array.from(batch.positions, (row) => batch.inputs[row]);
    const z = this.#output(h, last, random);
    if (sampled) {
      const bias = this.weight<Tensor1D>("output/bias"); // padding is never drawn, so it needs no wall
      sampledLoss(graph, sampled.loss, z, this.#scoreTable(), bias, batch.targets, sampled.negatives);
      return;
    }
    const { config } = this.#model;
    const repeats = config.repeatWindow > 0;
    const extra = repeats
      ? repeatOdds(
          graph,
          { keys: this.#keys(states, batch), asked, h },
          this.#repeatWeights(),
          batch,
          repeatPairs(batch, config, random),
        )
      : undefined;
    linearCrossEntropy(graph, z, this.#scoreTable(), this.#bias(), batch.targets, extra, this.#added(h, batch));
  }

  scores(batch: Batch, rows: Int32Array): Tensor2D[] {
    const { states, asked } = this.#states(batch);
    const h = embedding(this.graph, asked, rows);
    const last = rows.map((row) => batch.inputs[row]);
    const z = this.#output(h, last).tensor;
    const plain = productTransposeB(z, this.#scoreTable().tensor).add(this.#bias().tensor) as Tensor2D;
    const logits = this.#model.config.personalWindow > 0 ? this.#raised(plain, h, batch, rows) : plain;
    if (this.#model.config.repeatWindow === 0) return [logits];
    const weights = this.#repeatWeights();
    const pairs = repeatPairs(batch, this.#model.config);
    const { attention } = repeatAttention(asked.tensor, this.#keys(states, batch).tensor, weights, batch, pairs);
    const K = weights.gateBias.tensor.size;
    const byRow = tf.transpose(attention, [2, 0, 1, 3]).reshape([-1, K * batch.length]) as Tensor2D;
    const odds = linear(this.graph, h, weights.gate, weights.gateBias).tensor.exp();
    const rest = tf.div(1, odds.sum(1, true).add(1));
    const copies = takeRows(byRow, rows)
      .reshape([-1, K, batch.length])
      .mul(odds.reshape([-1, K, 1]))
      .sum(1);
    return [tf.softmax(logits).mul(rest), copies.mul(rest)];
  }

  /** What a listener's state keeps of the layers after the last play of each row. */
  kept(batch: Batch): Kept[] {
    const { config } = this.#model;
    const { size: B } = batch;
    const layers: (readonly LayerState[])[] = [];
    const { states } = this.#states(batch, undefined, (x, weight) => {
      const { y, kept } = sequenceLayers[config.cell].through(x.tensor, (name) => weight(name).tensor as never, batch);
      layers.push(kept);
      return this.graph.input(y);
    });
    const { tensor } = states;
    const tops = eachRow(lastStep(tensor, B));
    const keys =
      config.repeatWindow > 0
        ? newestRows(this.#keys(states, batch).tensor, batch, config.repeatWindow)
        : tops.map(() => new Float32Array(0));
    return tops.map((top, b) => ({ top, layers: layers.map((kept) => kept[b]), keys: keys[b] }));
  }

  /** What personal popularity adds to logits of the rows with a target. @shape h [N, H] */
  #added(h: Value<Tensor2D>, batch: Batch): LogitAdditions | undefined {
    const { personalWindow } = this.#model.config;
    if (personalWindow === 0) return undefined;
    const own = ownPlays(batch, batch.positions, personalWindow);
    if (own.items.length === 0) return undefined;
    return { ...own, values: personalTerm(this.graph, h, this.#personalWeights(), own) };
  }

  /** Logits with the same added to them. @shape logits [N, V + 1]; h [N, H]; rows int [N] */
  #raised(logits: Tensor2D, h: Value<Tensor2D>, batch: Batch, rows: Int32Array): Tensor2D {
    const strength = habitStrength(this.graph, h, this.#personalWeights()).tensor;
    const own = ownPlays(batch, rows, this.#model.config.personalWindow);
    return logits.add(playMatrix(own, this.#model.itemCount + 1).mul(strength)) as Tensor2D;
  }

  #personalWeights(): PersonalWeights {
    return { weight: this.weight("personal/weight"), bias: this.weight("personal/bias") };
  }

  /** Hidden states of the last layer at every step, and as they answer the question behind it. @shape [T * B, H] each */
  #states(batch: Batch, random?: Random, middle?: Middle): { states: Value<Tensor2D>; asked: Value<Tensor2D> } {
    const { graph } = this;
    const { config } = this.#model;
    const contexts = contextsOf(config);
    const rows: ContextRows[] = contexts.map(([, context]) => contextRows(context, batch, config, random));
    const tables = (of: string) => contexts.map(([name]) => this.weight<Tensor2D>(`${name}/${of}`));
    const items = embedding(graph, this.weight<Tensor2D>("item/embedding"), batch.inputs);
    let x = withHeard(graph, this.#withAttributes(items, batch, "attribute"), tables("heard"), rows);
    if (config.userEmbeddingSize > 0) {
      const users = batch.users.map((user) => (random && random.uniform() < config.userDropout ? 0 : user));
      const rows = embedding(graph, this.weight("user/embedding"), users);
      x = besides(graph, x, atEveryStep(graph, rows, batch.length));
    }
    x = dropout(graph, x, config.inputDropout, random);
    for (let layer = 0; layer < config.layers; layer++) {
      const weight: WeightsOf<"value"> = (name) => this.weight(`layer${layer}/${name}`);
      const run = { config, weight, isLast: layer === config.layers - 1, random };
      x = inBlock(graph, x, run, (y) =>
        middle ? middle(y, weight) : sequenceLayers[config.cell].states(graph, y, weight, batch),
      );
    }
    return { states: x, asked: config.moment ? withAsked(graph, x, tables("asked"), rows) : x };
  }

  /** The rows that have a target. */
  #realRows(states: Value<Tensor2D>, { positions, length, size }: Batch): Value<Tensor2D> {
    if (positions.length === length * size) return states;
    return embedding(this.graph, states, positions);
  }

  /** The vector that scores the items. @shape h [N, H]; last int [N]: last items -> [N, D] (tied) or [N, H] (free) */
  #output(h: Value<Tensor2D>, last: Int32Array, random?: Random): Value<Tensor2D> {
    const { graph } = this;
    const { config } = this.#model;
    let z = dropout(graph, h, config.dropout, random);
    if (config.output === "tied")
      z = linear(graph, z, this.weight("output/projection"), this.weight("output/projectionBias"));
    if (config.lastItem) z = add(graph, z, embedding(graph, this.weight("item/successor"), last));
    return config.layerNorm ? layerNorm(graph, z, this.weight("output/scale"), this.weight("output/shift")) : z;
  }

  #repeatWeights(): RepeatWeights {
    return {
      query: this.weight("repeat/query"),
      lag: this.weight("repeat/lag"),
      count: this.weight("repeat/count"),
      ...(this.#model.config.timeGap ? { gap: this.weight<Tensor2D>("repeat/gap") } : {}),
      gate: this.weight("repeat/gate"),
      gateBias: this.weight("repeat/gateBias"),
    };
  }

  #scoreTable(): Value<Tensor2D> {
    return this.weight(this.#model.config.output === "tied" ? "item/embedding" : "output/items");
  }

  /** Keys by which the copy mechanisms find the plays. @shape states [T * B, H] -> [T * B, K * A] */
  #keys(states: Value<Tensor2D>, batch: Batch): Value<Tensor2D> {
    return this.#withAttributes(linear(this.graph, states, this.weight("repeat/key")), batch, "repeat/attribute");
  }

  /** Rows of the plays with what the items' attributes add. @param tables name before that of each attribute */
  #withAttributes(x: Value<Tensor2D>, { inputs }: Batch, tables: string): Value<Tensor2D> {
    return withAttributes(this.graph, x, inputs, this.#model.attributes, (name) => this.weight(`${tables}/${name}`));
  }

  /** The bias of each item, with a value for padding that the softmax never sees. */
  #bias(): Value<Tensor1D> {
    const bias = this.weight<Tensor1D>("output/bias");
    const never = tf.tensor1d([NEVER]).pad([[0, this.#model.itemCount]]);
    return this.graph.output(bias.tensor.add(never) as Tensor1D, [bias], (dy) => [dy]);
  }
}
