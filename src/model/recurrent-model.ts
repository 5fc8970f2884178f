import { Random } from "../core/random.js";
import {
  cells,
  dropout,
  embedding,
  layerNorm,
  linearCrossEntropy,
  productTransposeB,
  recurrent,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tf,
  type Variable,
} from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import type { ModelConfig } from "./config.js";
import { attentionOnTargets, type RepeatWeights, repeatAttention } from "./repeat.js";

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
 * Owns its variables: call `dispose` when done.
 */
export class RecurrentModel {
  readonly config: ModelConfig;
  readonly itemCount: number;
  readonly userCount: number;
  /** Weights by name, in a fixed order. */
  readonly parameters: ReadonlyMap<string, Variable>;

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
        return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape), true))];
      }),
    );
  }

  get parameterCount(): number {
    return [...this.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
  }

  /**
   * Mean cross-entropy at the batch's real positions, in nats.
   *
   * @param random stream of the dropout masks; undefined switches dropout off
   */
  loss(batch: Batch, random?: Random): Scalar {
    const h = this.#states(batch, random);
    const real = tf.tensor1d(batch.positions, "int32");
    const whole = batch.positions.length === batch.length * batch.size;
    const at = <T extends Tensor1D | Tensor2D>(x: T): T => {
      if (whole) return x;
      return (x.rank === 2 ? embedding(x as Tensor2D, real) : embedding(x.expandDims(1), real).reshape([-1])) as T;
    };
    const last = Int32Array.from(batch.positions, (row) => batch.inputs[row]);
    const z = this.#output(at(h), last, random);
    const targets = tf.tensor1d(batch.targets, "int32");
    if (this.config.repeatWindow === 0) return linearCrossEntropy(z, this.#scoreTable(), this.#bias(), targets);
    const { attention, gate } = repeatAttention(h, batch, this.#repeatWeights());
    const odds = at(gate).exp();
    const extra = odds.mul(at(attentionOnTargets(attention, batch))) as Tensor1D; // g p_copy / (1 - g)
    const mixed = linearCrossEntropy(z, this.#scoreTable(), this.#bias(), targets, extra);
    return mixed.add(odds.log1p().mean()) as Scalar; // - mean log(1 - g)
  }

  /**
   * Scores of all items after the given rows of a batch's states: logits, or log probabilities with the copy mechanism.
   *
   * @shape rows int [N], each t * B + b -> float32 [N * (V + 1)]; column 0 is -Infinity
   */
  scores(batch: Batch, rows: Int32Array): Float32Array {
    const width = this.itemCount + 1;
    // Tensors leave the tidy and are read outside: a tidy walks every number of an array that it returns.
    const tensors = tf.tidy(() => {
      const h = this.#states(batch);
      const at = tf.tensor1d(rows, "int32");
      const last = rows.map((row) => batch.inputs[row]);
      const logits = productTransposeB(this.#output(embedding(h, at), last), this.#scoreTable()).add(this.#bias());
      if (this.config.repeatWindow === 0) return [logits];
      const { attention, gate } = repeatAttention(h, batch, this.#repeatWeights());
      const byRow = tf.transpose(attention, [1, 0, 2]).reshape([-1, batch.length]) as Tensor2D;
      const g = embedding(gate.sigmoid().expandDims(1), at);
      return [tf.softmax(logits).mul(tf.sub(1, g)), embedding(byRow, at).mul(g)];
    });
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
    tf.dispose([...this.parameters.values()]);
  }

  /** Hidden states of the last layer at every step. @shape -> [T * B, H] */
  #states(batch: Batch, random?: Random): Tensor2D {
    const { config } = this;
    const { length: T, size: B } = batch;
    const items = embedding(this.#tensor("item/embedding"), tf.tensor1d(batch.inputs, "int32"));
    let x = items.reshape([T, B, config.embeddingSize]) as Tensor3D;
    if (config.userEmbeddingSize > 0) {
      const users = batch.users.map((user) => (random && random.uniform() < config.userDropout ? 0 : user));
      const everyStep = Int32Array.from({ length: T * B }, (_, row) => users[row % B]);
      const rows = embedding(this.#tensor("user/embedding"), tf.tensor1d(everyStep, "int32"));
      x = tf.concat([x, rows.reshape([T, B, config.userEmbeddingSize])], 2) as Tensor3D;
    }
    if (random) x = dropout(x, config.inputDropout, random);
    for (let layer = 0; layer < config.layers; layer++) {
      const weights = {
        input: this.#tensor<Tensor2D>(`layer${layer}/input`),
        recurrent: this.#tensor<Tensor2D>(`layer${layer}/recurrent`),
        bias: this.#tensor<Tensor1D>(`layer${layer}/bias`),
      };
      let h = recurrent(config.cell, x, weights, batch.padding);
      if (random && layer < config.layers - 1) h = dropout(h, config.dropout, random);
      x = config.residual && h.shape[2] === x.shape[2] ? (x.add(h) as Tensor3D) : h;
    }
    return x.reshape([T * B, config.hiddenSize]) as Tensor2D;
  }

  /** The vector that scores the items. @shape h [N, H]; last int [N]: last items -> [N, D] (tied) or [N, H] (free) */
  #output(h: Tensor2D, last: Int32Array, random?: Random): Tensor2D {
    const { config } = this;
    let z = random ? dropout(h, config.dropout, random) : h;
    if (config.output === "tied")
      z = z.matMul(this.#tensor("output/projection")).add(this.#tensor("output/projectionBias")) as Tensor2D;
    if (config.lastItem) z = z.add(embedding(this.#tensor("item/successor"), tf.tensor1d(last, "int32"))) as Tensor2D;
    return config.layerNorm ? layerNorm(z, this.#tensor("output/scale"), this.#tensor("output/shift")) : z;
  }

  #repeatWeights(): RepeatWeights {
    const weight = <T>(name: string) => this.#tensor<T>(`repeat/${name}`);
    return {
      query: weight("query"),
      key: weight("key"),
      lag: weight("lag"),
      gate: weight("gate"),
      gateBias: weight("gateBias"),
    };
  }

  #scoreTable(): Tensor2D {
    return this.#tensor(this.config.output === "tied" ? "item/embedding" : "output/items");
  }

  #bias(): Tensor1D {
    const never = tf.oneHot(tf.scalar(0, "int32"), this.itemCount + 1).mul(NEVER);
    return this.#tensor<Tensor1D>("output/bias").add(never) as Tensor1D;
  }

  #tensor<T>(name: string): T {
    return this.parameters.get(name) as T;
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
