import { Random } from "../core/random.js";
import {
  add,
  atEveryStep,
  besides,
  cells,
  dropout,
  embedding,
  type Gradient,
  Graph,
  gradientOf,
  layerNorm,
  linear,
  linearCrossEntropy,
  type Negatives,
  Parameter,
  productTransposeB,
  recurrent,
  rowGradientOf,
  type SampledLossName,
  type Scalar,
  sampledLoss,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  takeRows,
  tf,
  type Value,
} from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import type { ModelConfig } from "./config.js";
import { type RepeatWeights, repeatAttention, repeatOdds } from "./repeat.js";

/** Takes padding out of the softmax: exp(-1e9) is 0 in float32. */
const NEVER = -1e9;

/** Smallest probability whose logarithm is taken. */
const SMALLEST = 1e-30;

/** A: size of the copy mechanism's queries and keys. */
const ATTENTION_SIZE = 32;

/**
 * The article's recommender: item embedding and user embedding side by side, recurrent layers, recommendation layer.
 *
 *   x[t] = [item(t); user]      h = recurrent layers of x      z = layer norm(P h + p + S[item(t)])      logits = z E' + b
 *
 * `E` is the item embedding itself when the output is tied, else a matrix of its own. Row 0 of the user table is the
 * stand-in for users never seen; training learns it by replacing some users by it.
 *
 * Owns its parameters: call `dispose` when done.
 */
export class RecurrentModel {
  readonly config: ModelConfig;
  readonly itemCount: number;
  readonly userCount: number;
  /** Weights by name, in a fixed order. */
  readonly parameters: ReadonlyMap<string, Parameter>;

  /**
   * @param itemCount V, without padding
   * @param userCount U, without the stand-in
   * @param seed      of the initial weights; the same seed gives the same weights on every engine
   */
  constructor(config: ModelConfig, itemCount: number, userCount: number, seed: number) {
    this.config = config;
    this.itemCount = itemCount;
    this.userCount = userCount;
    this.parameters = new Map(
      Object.entries(parameterShapes(config, itemCount, userCount)).map(([name, { shape, start }]) => {
        const values = start(
          new Float32Array(shape.reduce((a, b) => a * b, 1)),
          shape,
          Random.stream(seed, "weights", name),
        );
        return [name, new Parameter(values, shape)];
      }),
    );
  }

  get parameterCount(): number {
    return [...this.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Mean cross-entropy at the batch's real positions, in nats. The caller disposes it.
   *
   * @param random stream of the dropout masks; undefined switches dropout off
   */
  loss(batch: Batch, random?: Random): Scalar {
    return tf.tidy(() => {
      const step = new Step(this, new Graph(false));
      step.addLoss(batch, random);
      return step.graph.loss();
    });
  }

  /** The loss with its gradients to all weights, by name. The caller disposes them. */
  gradients(batch: Batch, options: GradientOptions = {}): LossGradients {
    const { random, sampled, rowsOnly = false } = options;
    const rowNumbers = new Map<string, Int32Array>();
    const { loss, tensors } = tf.tidy(() => {
      const step = new Step(this, new Graph(true));
      step.addLoss(batch, random, sampled);
      step.graph.backward();
      const gradient = (name: string): Tensor => {
        const rows = rowsOnly ? rowGradientOf(step.weight(name)) : undefined;
        if (rows) rowNumbers.set(name, rows.rows);
        return rows ? rows.values : gradientOf(step.weight(name));
      };
      return {
        loss: step.graph.loss(),
        tensors: Object.fromEntries([...this.parameters.keys()].map((name) => [name, gradient(name)])),
      };
    });
    const whole = ([name, values]: [string, Tensor]): [string, Gradient] => {
      const rows = rowNumbers.get(name);
      return [name, rows ? { rows, values: values as Tensor2D } : values];
    };
    return { loss, gradients: Object.fromEntries(Object.entries(tensors).map(whole)) };
  }

  /**
   * Scores of all items after the given rows of a batch's states: logits, or log probabilities with the copy mechanism.
   *
   * @shape rows int [N], each t * B + b -> float32 [N * (V + 1)]; column 0 is -Infinity
   */
  scores(batch: Batch, rows: Int32Array): Float32Array {
    const width = this.itemCount + 1;
    // Tensors leave the tidy and are read outside: a tidy walks every number of an array that it returns.
    const tensors = tf.tidy(() => new Step(this, new Graph(false)).scores(batch, rows));
    const [values, copies] = tensors.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose(tensors);
    const scores = Float32Array.from(values);
    if (copies) {
      rows.forEach((row, n) => {
        const b = row % batch.size;
        for (let j = 0; j < batch.length; j++)
          scores[n * width + batch.inputs[j * batch.size + b]] += copies[n * batch.length + j];
      });
      for (let i = 0; i < scores.length; i++) scores[i] = Math.log(Math.max(scores[i], SMALLEST));
    }
    for (let n = 0; n < rows.length; n++) scores[n * width] = Number.NEGATIVE_INFINITY;
    return scores;
  }

  dispose(): void {
    for (const parameter of this.parameters.values()) parameter.dispose();
  }
}

export interface GradientOptions {
  /** Stream of the dropout masks; undefined switches dropout off. */
  readonly random?: Random;
  /** A loss over drawn items; the softmax over all items where left out. */
  readonly sampled?: { readonly loss: SampledLossName; readonly negatives: Negatives };
  /** Gradients to tables of which only some rows were read come as these rows. Default false. */
  readonly rowsOnly?: boolean;
}

/** A loss in nats and its gradients by name of the weight. */
export interface LossGradients {
  readonly loss: Scalar;
  readonly gradients: Readonly<Record<string, Gradient>>;
}

/** One pass through the network, from a batch to its states and on. Lives inside one `tf.tidy`. */
class Step {
  readonly graph: Graph;
  readonly #model: RecurrentModel;
  readonly #weights = new Map<string, Value>();

  constructor(model: RecurrentModel, graph: Graph) {
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

  addLoss(batch: Batch, random?: Random, sampled?: GradientOptions["sampled"]): void {
    const { graph } = this;
    const states = this.#states(batch, random);
    const h = this.#realRows(states, batch);
    const last = Int32Array.from(batch.positions, (row) => batch.inputs[row]);
    const z = this.#output(h, last, random);
    if (sampled) {
      const bias = this.weight<Tensor1D>("output/bias"); // padding is never drawn, so it needs no wall
      sampledLoss(graph, sampled.loss, z, this.#scoreTable(), bias, batch.targets, sampled.negatives);
      return;
    }
    const repeats = this.#model.config.repeatWindow > 0;
    const extra = repeats ? repeatOdds(graph, states, h, this.#repeatWeights(), batch) : undefined;
    linearCrossEntropy(graph, z, this.#scoreTable(), this.#bias(), batch.targets, extra);
  }

  scores(batch: Batch, rows: Int32Array): Tensor2D[] {
    const states = this.#states(batch);
    const h = embedding(this.graph, states, rows);
    const last = rows.map((row) => batch.inputs[row]);
    const z = this.#output(h, last).tensor;
    const logits = productTransposeB(z, this.#scoreTable().tensor).add(this.#bias().tensor) as Tensor2D;
    if (this.#model.config.repeatWindow === 0) return [logits];
    const weights = this.#repeatWeights();
    const { attention } = repeatAttention(states.tensor, weights, batch);
    const byRow = tf.transpose(attention, [1, 0, 2]).reshape([-1, batch.length]) as Tensor2D;
    const g = linear(this.graph, h, weights.gate, weights.gateBias).tensor.sigmoid();
    return [tf.softmax(logits).mul(tf.sub(1, g)), takeRows(byRow, rows).mul(g)];
  }

  /** Hidden states of the last layer at every step. @shape -> [T * B, H] */
  #states(batch: Batch, random?: Random): Value<Tensor2D> {
    const { graph } = this;
    const { config } = this.#model;
    let x = embedding(graph, this.weight("item/embedding"), batch.inputs);
    if (config.userEmbeddingSize > 0) {
      const users = batch.users.map((user) => (random && random.uniform() < config.userDropout ? 0 : user));
      const rows = embedding(graph, this.weight("user/embedding"), users);
      x = besides(graph, x, atEveryStep(graph, rows, batch.length));
    }
    x = dropout(graph, x, config.inputDropout, random);
    for (let layer = 0; layer < config.layers; layer++) {
      const weights = {
        input: this.weight(`layer${layer}/input`),
        recurrent: this.weight(`layer${layer}/recurrent`),
        bias: this.weight(`layer${layer}/bias`),
      };
      let h = recurrent(graph, config.cell, x, weights, batch);
      if (layer < config.layers - 1) h = dropout(graph, h, config.dropout, random);
      x = config.residual && h.tensor.shape[1] === x.tensor.shape[1] ? add(graph, x, h) : h;
    }
    return x;
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
      key: this.weight("repeat/key"),
      lag: this.weight("repeat/lag"),
      gate: this.weight("repeat/gate"),
      gateBias: this.weight("repeat/gateBias"),
    };
  }

  #scoreTable(): Value<Tensor2D> {
    return this.weight(this.#model.config.output === "tied" ? "item/embedding" : "output/items");
  }

  /** The bias of each item, with a value for padding that the softmax never sees. */
  #bias(): Value<Tensor1D> {
    const bias = this.weight<Tensor1D>("output/bias");
    const never = tf.oneHot(tf.scalar(0, "int32"), this.#model.itemCount + 1).mul(NEVER);
    return this.graph.output(bias.tensor.add(never) as Tensor1D, [bias], (dy) => [dy]);
  }
}

type Start = (values: Float32Array, shape: readonly number[], random: Random) => Float32Array;

/** Small normal numbers; N(0, 0.02) as in the best published tied models (see DECISIONS.md). */
const embeddingStart: Start = (values, _shape, random) => values.map(() => 0.02 * random.normal());
/** The same with a zero row for padding. */
const itemStart: Start = (values, shape, random) => embeddingStart(values, shape, random).fill(0, 0, shape[1]);
const zeros: Start = (values) => values;
const ones: Start = (values) => values.fill(1);
/** Uniform in +-sqrt(6 / (in + out)) per gate block (Glorot & Bengio 2010). */
const glorot =
  (gates = 1): Start =>
  (values, [rows, columns], random) => {
    const limit = Math.sqrt(6 / (rows + columns / gates));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
    return values;
  };
/** The forget gate starts open (Gers et al. 2000; Jozefowicz et al. 2015): blocks are i, g, f, o. */
const forgetOpen: Start = (values) => values.fill(1, values.length / 2, (values.length / 4) * 3);

/** Repetitions start as unlikely (g = 0.05), so that an untrained model is as good as chance. */
const rarely: Start = (values) => values.fill(-3);

/** Name, shape and start of every weight of a configuration. */
function parameterShapes(config: ModelConfig, V: number, U: number): Record<string, { shape: number[]; start: Start }> {
  const { embeddingSize: D, hiddenSize: H, userEmbeddingSize, layers, cell } = config;
  const k = cells[cell].gates;
  const shapes: Record<string, { shape: number[]; start: Start }> = {
    "item/embedding": { shape: [V + 1, D], start: itemStart },
  };
  if (userEmbeddingSize > 0) shapes["user/embedding"] = { shape: [U + 1, userEmbeddingSize], start: embeddingStart };
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? D + userEmbeddingSize : H;
    shapes[`layer${layer}/input`] = { shape: [inputs, k * H], start: glorot(k) };
    shapes[`layer${layer}/recurrent`] = { shape: [H, k * H], start: glorot(k) };
    shapes[`layer${layer}/bias`] = { shape: [k * H], start: cell === "lstm" ? forgetOpen : zeros };
  }
  const width = config.output === "tied" ? D : H;
  if (config.output === "tied") {
    shapes["output/projection"] = { shape: [H, D], start: glorot() };
    shapes["output/projectionBias"] = { shape: [D], start: zeros };
  } else shapes["output/items"] = { shape: [V + 1, H], start: itemStart };
  if (config.lastItem) shapes["item/successor"] = { shape: [V + 1, width], start: itemStart };
  if (config.layerNorm) {
    shapes["output/scale"] = { shape: [width], start: ones };
    shapes["output/shift"] = { shape: [width], start: zeros };
  }
  shapes["output/bias"] = { shape: [V + 1], start: zeros };
  if (config.repeatWindow > 0) {
    shapes["repeat/query"] = { shape: [H, ATTENTION_SIZE], start: glorot() };
    shapes["repeat/key"] = { shape: [H, ATTENTION_SIZE], start: glorot() };
    shapes["repeat/lag"] = { shape: [config.repeatWindow, 1], start: zeros };
    shapes["repeat/gate"] = { shape: [H, 1], start: zeros };
    shapes["repeat/gateBias"] = { shape: [1], start: rarely };
  }
  return shapes;
}
