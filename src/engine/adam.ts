import { type Gradient, isRows, type Rows } from "./graph.js";
import { hasKernels } from "./kernels.js";
import { attribute, floatResource, floatType, isNative, rawOp } from "./native.js";
import { Parameter } from "./parameter.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

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

  /**
   * Changes every parameter by one step, `rate` times as wide as `learningRate` says. `gradients` has the parameters' names and
   * shapes.
   *
   * Where a gradient holds some rows only, only these rows and their moments move (lazy Adam), so the step costs the rows
   * that it touches. Each row comes once.
   */
  apply(gradients: Readonly<Record<string, Gradient>>, learningRate: number): void {
    this.#step++;
    tf.tidy(() => {
      for (const rate of new Set(Array.from(this.#parameters.values(), (each) => each.rate))) {
        const how: Step = { ...this.#options, learningRate: learningRate * rate, number: this.#step };
        const whole: Change[] = [];
        const rows: Change<Rows>[] = [];
        for (const [name, parameter] of this.#parameters) {
          if (parameter.rate !== rate) continue;
          const tables = { parameter, ...(this.#moments.get(name) as Moments) };
          const gradient = gradients[name];
          if (isRows(gradient)) rows.push({ ...tables, gradient });
          else whole.push({ ...tables, gradient });
        }
        if (whole.length > 0) (hasKernels() ? updateByKernel : isNative() ? updateNative : updatePlain)(how, whole);
        if (rows.length > 0) (hasKernels() ? updateRowsByKernel : updateRowsPlain)(how, rows);
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

interface Step extends AdamOptions {
  readonly learningRate: number;
  /** From 1. */
  readonly number: number;
}

/** What changes in a step, and the gradient that it changes by. */
interface Change<G = Tensor> extends Moments {
  readonly parameter: Parameter;
  readonly gradient: G;
}

type Update<G = Tensor> = (step: Step, changes: readonly Change<G>[]) => void;

/** In place, by TensorFlow's fused operation. Its epsilon stands beside the uncorrected root, so ours is scaled to match. */
const updateNative: Update = ({ beta1, beta2, epsilon, weightDecay, learningRate, number }, changes) => {
  const [power1, power2] = [beta1 ** number, beta2 ** number];
  const numbers = [power1, power2, learningRate, beta1, beta2, epsilon * Math.sqrt(1 - power2)];
  const scalars = numbers.map((value) => tf.scalar(value));
  const attributes = [attribute.bool("use_locking", false), attribute.bool("use_nesterov", false), ...floatType()];
  for (const { parameter, mean, square, gradient } of changes) {
    if (weightDecay > 0) {
      const value = parameter.read();
      const taken = value.mul(learningRate * weightDecay);
      value.dispose(); // while it shares the memory, changing the parameter would copy it first
      rawOp("AssignSubVariableOp", floatResource(), [parameter.handle, taken], 0);
    }
    const inputs = [parameter.handle, mean.handle, square.handle, ...scalars, gradient];
    rawOp("ResourceApplyAdam", attributes, inputs, 0);
  }
};

/** The same in plain tfjs operations, for WASM and as the twin of the fused operation. */
const updatePlain: Update = (step, changes) => {
  for (const { parameter, mean, square, gradient } of changes) {
    const now = { value: parameter.read(), mean: mean.read(), square: square.read() };
    const next = adamStep(now, gradient, step);
    parameter.replace(next.value);
    mean.replace(next.mean);
    square.replace(next.square);
  }
};

/** What kernels/adam.cc reads of a step. */
function stepNumbers({ learningRate, beta1, beta2, epsilon, weightDecay, number }: Step): Tensor {
  const corrections = [1 - beta1 ** number, 1 - beta2 ** number];
  return tf.tensor1d([learningRate, beta1, beta2, epsilon, weightDecay, ...corrections]);
}

/** In place, by kernels/adam.cc, which takes all tables at once, as their variables hold them. */
const updateByKernel: Update = (step, changes) => {
  const tables = (["parameter", "mean", "square"] as const).flatMap((kind) => changes.map((each) => each[kind].read()));
  const gradients = changes.map(({ gradient }) => gradient);
  rawOp("RefrainAdam", [attribute.int("N", changes.length)], [...tables, ...gradients, stepNumbers(step)], 0);
};

/** The same for some rows. */
const updateRowsByKernel: Update<Rows> = (step, changes) => {
  const numbers = stepNumbers(step);
  for (const { parameter, mean, square, gradient } of changes) {
    const tables = [parameter.read(), mean.read(), square.read()];
    const { rows, values } = gradient;
    rawOp("RefrainAdamRows", [], [...tables, tf.tensor1d(rows, "int32"), values, numbers], 0);
  }
};

/** The same in tfjs operations, and the twin of the kernel. */
const updateRowsPlain: Update<Rows> = (step, changes) => {
  for (const { parameter, mean, square, gradient } of changes) {
    const { rows, values } = gradient;
    const now = { value: parameter.readRows(rows), mean: mean.readRows(rows), square: square.readRows(rows) };
    const next = adamStep(now, values, step);
    parameter.writeRows(rows, next.value as Tensor2D);
    mean.writeRows(rows, next.mean as Tensor2D);
    square.writeRows(rows, next.square as Tensor2D);
  }
};

/** The formulas. */
function adamStep(
  now: { readonly value: Tensor; readonly mean: Tensor; readonly square: Tensor },
  gradient: Tensor,
  { beta1, beta2, epsilon, weightDecay, learningRate, number }: Step,
) {
  const stepSize = learningRate / (1 - beta1 ** number);
  const squareCorrection = 1 / Math.sqrt(1 - beta2 ** number);
  const mean = now.mean.mul(beta1).add(gradient.mul(1 - beta1));
  const square = now.square.mul(beta2).add(gradient.square().mul(1 - beta2));
  const change = mean.mul(stepSize).div(square.sqrt().mul(squareCorrection).add(epsilon));
  const kept = weightDecay > 0 ? now.value.mul(1 - learningRate * weightDecay) : now.value;
  return { value: kept.sub(change), mean, square };
}

/**
 * Scales gradients down so that their joint norm is at most `clipNorm` (Pascanu et al. 2013), and gives the norm before.
 *
 * @param clipNorm largest norm, > 0; Infinity leaves gradients as they are
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, Gradient>>,
  clipNorm: number,
): { readonly gradients: Readonly<Record<string, Gradient>>; readonly norm: number } {
  const values = Object.values(gradients).map((gradient) => (isRows(gradient) ? gradient.values : gradient));
  const norm = Math.sqrt(sumOfSquares(values).dataSync()[0]);
  if (!(norm > clipNorm)) return { gradients, norm };
  const scale = clipNorm / (norm + 1e-6);
  const scaled = (g: Gradient): Gradient =>
    isRows(g) ? { rows: g.rows, values: g.values.mul(scale) as Tensor2D } : g.mul(scale);
  return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, scaled(g)])), norm };
}

function sumOfSquares(all: readonly Tensor[]): Tensor {
  if (hasKernels()) return rawOp("RefrainSumOfSquares", [attribute.int("N", all.length)], all, 1)[0];
  return tf.addN(all.map((x) => (isNative() ? rawOp("L2Loss", floatType(), [x], 1)[0].mul(2) : x.square().sum())));
}
