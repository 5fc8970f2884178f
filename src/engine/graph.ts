// What a training step computes, recorded so that gradients can be taken in reverse. Kernels bring their own hand-derived
// gradients, so a step has a few dozen entries, and nothing of tfjs's tape.
import { addRows } from "./operations.js";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Gradient to some rows of a table: values[n] belongs to row rows[n]; rows may come more than once. */
export interface Rows {
  readonly rows: Tensor1D;
  readonly values: Tensor2D;
}

export type Gradient = Tensor | Rows;

/** A tensor and what flowed back to it so far. */
export interface Value<T extends Tensor = Tensor> {
  readonly tensor: T;
  /** Their sum is the gradient of the loss. */
  readonly gradients: Gradient[];
}

/** Gradients to the inputs of a kernel, in their order; undefined where none is needed. */
export type Backward = (gradient: Tensor) => readonly (Gradient | undefined)[];

/**
 * The record of one step. Use it inside one `tf.tidy`, which frees all that it holds.
 *
 * A graph that does not record serves scoring: kernels run as they are and nothing is kept for gradients.
 */
export class Graph {
  readonly recording: boolean;
  readonly #steps: { readonly output: Value; readonly inputs: readonly Value[]; readonly backward: Backward }[] = [];
  readonly #terms: Scalar[] = [];

  constructor(recording: boolean) {
    this.recording = recording;
  }

  /** A tensor from outside: a weight, or data. */
  input<T extends Tensor>(tensor: T): Value<T> {
    return { tensor, gradients: [] };
  }

  /** The output of a kernel. */
  output<T extends Tensor>(tensor: T, inputs: readonly Value[], backward: Backward): Value<T> {
    const output: Value<T> = { tensor, gradients: [] };
    if (this.recording) this.#steps.push({ output, inputs, backward });
    return output;
  }

  /** A part of the loss with its gradients, which the kernel that ends the chain knows at once. */
  term(loss: Scalar, gradients: readonly (readonly [Value, Gradient])[]): void {
    this.#terms.push(loss);
    if (this.recording) for (const [value, gradient] of gradients) value.gradients.push(gradient);
  }

  /** The sum of all terms. */
  loss(): Scalar {
    return this.#terms.length === 1 ? this.#terms[0] : (tf.addN(this.#terms) as Scalar);
  }

  /** Takes gradients back to all inputs. */
  backward(): void {
    for (const { output, inputs, backward } of this.#steps.splice(0).reverse()) {
      if (output.gradients.length === 0) continue;
      backward(gradientOf(output)).forEach((gradient, i) => {
        if (gradient) inputs[i].gradients.push(gradient);
      });
    }
  }
}

/** The sum of what flowed back to a value, as one tensor of its shape. */
export function gradientOf({ tensor, gradients }: Value): Tensor {
  const whole = gradients.filter((gradient): gradient is Tensor => !("rows" in gradient));
  const rows = gradients.filter((gradient): gradient is Rows => "rows" in gradient);
  if (rows.length > 0) {
    const [numbers, values] = [rows.map((part) => part.rows), rows.map((part) => part.values)];
    const one = rows.length === 1;
    whole.push(addRows(one ? values[0] : tf.concat(values), one ? numbers[0] : tf.concat(numbers), tensor.shape[0]));
  }
  if (whole.length === 0) return tf.zeros(tensor.shape);
  return whole.length === 1 ? whole[0] : tf.addN(whole);
}
