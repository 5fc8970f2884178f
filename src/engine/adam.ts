import { attribute, floatType, isNative, rawOp } from "./native.js";
import { Parameter } from "./parameter.js";
import { type Tensor, tf } from "./tensors.js";

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
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #options: AdamOptions;
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(parameters: ReadonlyMap<string, Parameter>, options: AdamOptions) {
    this.#parameters = parameters;
    this.#options = options;
    for (const [name, { shape, size }] of parameters) {
      const zeros = () => new Parameter(new Float32Array(size), shape);
      this.#moments.set(name, { mean: zeros(), square: zeros() });
    }
  }

  /** Changes every parameter by one step. `gradients` has the parameters' names and shapes. */
  apply(gradients: Readonly<Record<string, Tensor>>, learningRate: number): void {
    this.#step++;
    const update = isNative() ? updateNative : updatePlain;
    tf.tidy(() => {
      for (const [name, parameter] of this.#parameters) {
        const moments = this.#moments.get(name) as Moments;
        update(parameter, moments, gradients[name], learningRate, this.#step, this.#options);
      }
    });
  }

  /** The moments by name ("mean/…", "square/…"), for a checkpoint. */
  state(): { readonly step: number; readonly tensors: Map<string, Parameter> } {
    const tensors = new Map<string, Parameter>();
    for (const [name, { mean, square }] of this.#moments)
      tensors.set(`mean/${name}`, mean).set(`square/${name}`, square);
    return { step: this.#step, tensors };
  }

  /** Goes on from step `step`; the moments are set through the parameters of `state()`. */
  resumeAt(step: number): void {
    this.#step = step;
  }

  dispose(): void {
    for (const { mean, square } of this.#moments.values()) {
      mean.dispose();
      square.dispose();
    }
  }
}

interface Moments {
  readonly mean: Parameter;
  readonly square: Parameter;
}

type Update = (
  parameter: Parameter,
  moments: Moments,
  gradient: Tensor,
  learningRate: number,
  step: number,
  options: AdamOptions,
) => void;

/** In place, by TensorFlow's fused operation. Its epsilon stands beside the uncorrected root, so ours is scaled to match. */
const updateNative: Update = (parameter, { mean, square }, gradient, learningRate, step, options) => {
  const { beta1, beta2, epsilon, weightDecay } = options;
  if (weightDecay > 0) {
    const value = parameter.read();
    const taken = value.mul(learningRate * weightDecay);
    value.dispose(); // while it shares the memory, changing the parameter would copy it first
    rawOp("AssignSubVariableOp", [attribute.dtype("dtype", "float32")], [parameter.handle, taken], 0);
  }
  const [power1, power2] = [beta1 ** step, beta2 ** step];
  const numbers = [power1, power2, learningRate, beta1, beta2, epsilon * Math.sqrt(1 - power2)];
  const scalars = numbers.map((value) => tf.scalar(value));
  const flags = [attribute.bool("use_locking", false), attribute.bool("use_nesterov", false)];
  const inputs = [parameter.handle, mean.handle, square.handle, ...scalars, gradient];
  rawOp("ResourceApplyAdam", [...flags, ...floatType()], inputs, 0);
};

/** The same in plain tfjs operations, for WASM and as the twin of the fused operation. */
export const updatePlain: Update = (parameter, { mean, square }, gradient, learningRate, step, options) => {
  const { beta1, beta2, epsilon, weightDecay } = options;
  const stepSize = learningRate / (1 - beta1 ** step);
  const squareCorrection = 1 / Math.sqrt(1 - beta2 ** step);
  const m = mean
    .read()
    .mul(beta1)
    .add(gradient.mul(1 - beta1));
  const v = square
    .read()
    .mul(beta2)
    .add(gradient.square().mul(1 - beta2));
  const change = m.mul(stepSize).div(v.sqrt().mul(squareCorrection).add(epsilon));
  const value = parameter.read();
  parameter.replace((weightDecay > 0 ? value.mul(1 - learningRate * weightDecay) : value).sub(change));
  mean.replace(m);
  square.replace(v);
};

/**
 * Scales gradients down so that their joint norm is at most `clipNorm` (Pascanu et al. 2013), and gives the norm before.
 *
 * @param clipNorm largest norm, > 0; Infinity leaves gradients as they are
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, Tensor>>,
  clipNorm: number,
): { readonly gradients: Readonly<Record<string, Tensor>>; readonly norm: number } {
  const squares = Object.values(gradients).map(sumOfSquares);
  const norm = Math.sqrt(tf.addN(squares).dataSync()[0]);
  if (!(norm > clipNorm)) return { gradients, norm };
  const scale = clipNorm / (norm + 1e-6);
  return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, g.mul(scale)])), norm };
}

function sumOfSquares(x: Tensor): Tensor {
  return isNative() ? rawOp("L2Loss", floatType(), [x], 1)[0].mul(2) : x.square().sum();
}
