// What a training step computes, recorded so that gradients can be taken in reverse. Kernels bring their own hand-derived
// gradients, so a step has a few dozen entries, and nothing of tfjs's tape.
import { addRows } from "./operations.js";
import { type Scalar, type Tensor, type Tensor2D, tf } from "./tensors.js";

/** Gradient to some rows of a table: values[n] belongs to row rows[n]; rows may come more than once. */
export interface Rows {
  readonly rows: Int32Array;
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

/** Whether a gradient belongs to some rows only. */
export function isRows(gradient: Gradient): gradient is Rows {
  return "rows" in gradient;
}

/**
 * What flowed back to a table, as rows of which each comes once, in the order of their numbers; undefined where some of it
 * belongs to the whole table.
 */
export function rowGradientOf({ gradients }: Value): Rows | undefined {
  if (gradients.length === 0 || !gradients.every(isRows)) return undefined;
  const all = joined(gradients);
  const rows = Int32Array.from(new Set(all.rows)).sort();
  const place = new Map(Array.from(rows, (row, at) => [row, at]));
  return {
    rows,
    values: addRows(
      all.values,
      all.rows.map((row) => place.get(row) as number),
      rows.length,
    ),
  };
}

function joined(parts: readonly Rows[]): Rows {
  if (parts.length === 1) return parts[0];
  const rows = new Int32Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, at);
    at += part.rows.length;
  }
  return { rows, values: tf.concat(parts.map(({ values }) => values)) };
}

/** The sum of what flowed back to a value, as one tensor of its shape. */
export function gradientOf({ tensor, gradients }: Value): Tensor {
  const whole = gradients.filter((gradient): gradient is Tensor => !isRows(gradient));
  const rows = gradients.filter(isRows);
  if (rows.length > 0) {
    const all = joined(rows);
    whole.push(addRows(all.values, all.rows, tensor.shape[0]).reshape(tensor.shape));
  }
  if (whole.length === 0) return tf.zeros(tensor.shape);
  return whole.length === 1 ? whole[0] : tf.addN(whole);
}
