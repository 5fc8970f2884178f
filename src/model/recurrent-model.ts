import { checkLength } from "../core/check.js";
import { Random } from "../core/random.js";
import {
  checkEngine,
  type Gradient,
  Graph,
  gradientOf,
  Parameter,
  rowGradientOf,
  type Scalar,
  type Tensor,
  type Tensor2D,
  tf,
} from "../engine/index.js";
import type { ItemAttribute } from "../sequence/attributes.js";
import type { Batch } from "../sequence/batches.js";
import type { ModelConfig } from "./config.js";
import { type Kept, Pass, type SampledChoice } from "./pass.js";
import { SMALLEST_PROBABILITY } from "./row-numbers.js";
import { weightShapes } from "./weight-shapes.js";

export interface GradientOptions {
  /** Stream of the dropout masks; undefined switches dropout off. */
  readonly random?: Random;
  /** A loss over drawn items; the softmax over all items where left out. */
  readonly sampled?: SampledChoice;
  /** Gradients to tables of which only some rows were read come as these rows. Default false. */
  readonly rowsOnly?: boolean;
}

/** A loss in nats and its gradients by name of the weight. */
export interface LossGradients {
  readonly loss: Scalar;
  readonly gradients: Readonly<Record<string, Gradient>>;
}

/**
 * The article's recommender: item embedding and user embedding side by side, recurrent layers, recommendation layer.
 *
 *   x[t] = [item(t) + attributes; user]      h = recurrent layers of x      z = layer norm(P h + p + S[item(t)])      logits = z E' + b
 *
 * With `personalWindow` the logits of items that the user played lately get (b + w h / sqrt(H)) log(1 + plays) more.
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
  /** Attributes of the items, read where an item is heard and where it is copied. */
  readonly attributes: readonly ItemAttribute[];
  /** Weights by name, in a fixed order. */
  readonly parameters: ReadonlyMap<string, Parameter>;

  /**
   * @param itemCount V, without padding
   * @param userCount U, without the stand-in
   * @param attributes of the items, each with a code for each item index; their names differ
   * @param seed      of the initial weights; the same seed gives the same weights on every engine
   * @throws {RefrainError} ENGINE_NOT_STARTED before `startEngine`; SHAPE_MISMATCH for codes of another number of items
   */
  constructor(
    config: ModelConfig,
    itemCount: number,
    userCount: number,
    seed: number,
    attributes: readonly ItemAttribute[] = [],
  ) {
    checkEngine();
    for (const { name, codes } of attributes) checkLength(`Codes of ${name}`, codes.length, itemCount + 1);
    this.config = config;
    this.itemCount = itemCount;
    this.userCount = userCount;
    this.attributes = attributes;
    this.parameters = new Map(
      Object.entries(weightShapes(config, itemCount, userCount, attributes)).map(([name, { shape, start, rate }]) => {
        const values = start(
          new Float32Array(shape.reduce((a, b) => a * b, 1)),
          shape,
          Random.stream(seed, "weights", name),
        );
        return [name, new Parameter(values, shape, rate)];
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
      const pass = new Pass(this, new Graph(false));
      pass.addLoss(batch, random);
      return pass.graph.loss();
    });
  }

  /** The loss with its gradients to all weights, by name. The caller disposes them. */
  gradients(batch: Batch, options: GradientOptions = {}): LossGradients {
    const { random, sampled, rowsOnly = false } = options;
    const rowNumbers = new Map<string, Int32Array>();
    const { loss, tensors } = tf.tidy(() => {
      const pass = new Pass(this, new Graph(true));
      pass.addLoss(batch, random, sampled);
      pass.graph.backward();
      const gradient = (name: string): Tensor => {
        const rows = rowsOnly ? rowGradientOf(pass.weight(name)) : undefined;
        if (rows) rowNumbers.set(name, rows.rows);
        return rows ? rows.values : gradientOf(pass.weight(name));
      };
      return {
        loss: pass.graph.loss(),
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
    const tensors = tf.tidy(() => new Pass(this, new Graph(false)).scores(batch, rows));
    const [values, copies] = tensors.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose(tensors);
    const scores = Float32Array.from(values);
    if (copies) {
      rows.forEach((row, n) => {
        const b = row % batch.size;
        for (let j = 0; j < batch.length; j++)
          scores[n * width + batch.inputs[j * batch.size + b]] += copies[n * batch.length + j];
      });
      for (let i = 0; i < scores.length; i++) scores[i] = Math.log(Math.max(scores[i], SMALLEST_PROBABILITY));
    }
    for (let n = 0; n < rows.length; n++) scores[n * width] = Number.NEGATIVE_INFINITY;
    return scores;
  }

  /** What a listener's state keeps of the layers after the last play of each row, which must have plays. */
  kept(batch: Batch): Kept[] {
    const found: Kept[][] = [];
    // Not returned by the tidy, which would look for tensors among all the numbers.
    tf.tidy(() => {
      found.push(new Pass(this, new Graph(false)).kept(batch));
    });
    return found[0];
  }

  dispose(): void {
    for (const parameter of this.parameters.values()) parameter.dispose();
  }
}
