import { type Scalar, type Tensor, tf, type Variable } from "./tensors.js";

export interface AdamOptions {
  /** Decay of the mean of gradients, [0, 1). */
  readonly beta1: number;
  /** Decay of the mean of squared gradients, [0, 1). */
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay: the share of a weight that is taken away per step is learningRate * weightDecay. 0 is Adam. */
  readonly weightDecay: number;
}

/** Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019). Owns its moments; `dispose` frees them. */
export class Adam {
  readonly #parameters: ReadonlyMap<string, Variable>;
  readonly #options: AdamOptions;
  readonly #moments = new Map<string, { readonly mean: Variable; readonly square: Variable }>();
  #step = 0;

  constructor(parameters: ReadonlyMap<string, Variable>, options: AdamOptions) {
    this.#parameters = parameters;
    this.#options = options;
    for (const [name, parameter] of parameters) {
      const zeros = () => tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false));
      this.#moments.set(name, { mean: zeros(), square: zeros() });
    }
  }

  /** Changes every parameter by one step. `gradients` has the parameters' names and shapes. */
  apply(gradients: Readonly<Record<string, Tensor>>, learningRate: number): void {
    this.#step++;
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const stepSize = learningRate / (1 - beta1 ** this.#step);
    const squareCorrection = 1 / Math.sqrt(1 - beta2 ** this.#step);
    tf.tidy(() => {
      for (const [name, parameter] of this.#parameters) {
        const gradient = gradients[name];
        const { mean, square } = this.#moments.get(name) as { mean: Variable; square: Variable };
        mean.assign(mean.mul(beta1).add(gradient.mul(1 - beta1)));
        square.assign(square.mul(beta2).add(gradient.square().mul(1 - beta2)));
        const change = mean.mul(stepSize).div(square.sqrt().mul(squareCorrection).add(epsilon));
        const kept = weightDecay > 0 ? parameter.mul(1 - learningRate * weightDecay) : parameter;
        parameter.assign(kept.sub(change));
      }
    });
  }

  /** The moments by name ("mean/…", "square/…"), for a checkpoint. */
  state(): { readonly step: number; readonly tensors: Map<string, Variable> } {
    const tensors = new Map<string, Variable>();
    for (const [name, { mean, square }] of this.#moments)
      tensors.set(`mean/${name}`, mean).set(`square/${name}`, square);
    return { step: this.#step, tensors };
  }

  /** Goes on from step `step`; the moments are set through the variables of `state()`. */
  resumeAt(step: number): void {
    this.#step = step;
  }

  dispose(): void {
    for (const { mean, square } of this.#moments.values()) tf.dispose([mean, square]);
  }
}

/**
 * Scales gradients down so that their joint norm is at most `clipNorm` (Pascanu et al. 2013), and gives the norm before.
 *
 * @param clipNorm largest norm, > 0; Infinity leaves gradients as they are
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, Tensor>>,
  clipNorm: number,
): { readonly gradients: Record<string, Tensor>; readonly norm: Scalar } {
  const squares = Object.values(gradients).map((gradient) => gradient.square().sum());
  const norm = tf.addN(squares).sqrt() as Scalar;
  if (clipNorm === Number.POSITIVE_INFINITY) return { gradients: { ...gradients }, norm };
  const scale = tf.minimum(1, tf.div(clipNorm, norm.add(1e-6)));
  return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, g.mul(scale)])), norm };
}
