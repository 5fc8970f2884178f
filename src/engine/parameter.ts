import { checkLength } from "../core/check.js";
import { attribute, isNative, rawOp } from "./native.js";
import { type Tensor, tf } from "./tensors.js";

let created = 0;

/**
 * A trainable tensor of float32. On the native engine it is a TensorFlow resource, which one fused operation can update
 * in place; elsewhere it is a kept tensor.
 *
 * The owner calls `dispose`.
 */
export class Parameter {
  readonly shape: readonly number[];
  readonly size: number;
  #tensor: Tensor | undefined;
  /** The resource, on the native engine only. */
  readonly handle: Tensor | undefined;

  /** @throws {RefrainError} SHAPE_MISMATCH unless `values` fills the shape */
  constructor(values: Float32Array, shape: readonly number[]) {
    this.shape = shape;
    this.size = shape.reduce((a, b) => a * b, 1);
    if (isNative()) this.handle = tf.keep(newHandle(shape));
    this.assign(values);
  }

  /** Its value, for use inside a `tf.tidy` and before the next change. Shares memory on the native engine. */
  read<T extends Tensor>(): T {
    if (!this.handle) return this.#tensor as T;
    return rawOp("ReadVariableOp", [attribute.dtype("dtype", "float32")], [this.handle], 1)[0] as T;
  }

  /** A copy of its numbers. */
  values(): Float32Array {
    const tensor = this.read();
    const copy = Float32Array.from(tensor.dataSync());
    if (this.handle) tensor.dispose();
    return copy;
  }

  /** Changes all its numbers. @throws {RefrainError} SHAPE_MISMATCH */
  assign(values: Float32Array): void {
    checkLength("Values of a parameter", values.length, this.size);
    const tensor = tf.tensor(Float32Array.from(values), [...this.shape]);
    this.replace(tensor);
  }

  /** Takes over a tensor of its shape. */
  replace(tensor: Tensor): void {
    if (this.handle) {
      rawOp("AssignVariableOp", [attribute.dtype("dtype", "float32")], [this.handle, tensor], 0);
      tensor.dispose();
      return;
    }
    this.#tensor?.dispose();
    this.#tensor = tf.keep(tensor);
  }

  dispose(): void {
    if (this.handle) {
      rawOp("DestroyResourceOp", [attribute.bool("ignore_lookup_error", true)], [this.handle], 0);
      this.handle.dispose();
    }
    this.#tensor?.dispose();
  }
}

function newHandle(shape: readonly number[]): Tensor {
  const attributes = [
    attribute.string("container", ""),
    attribute.string("shared_name", `parameter${created++}`),
    attribute.dtype("dtype", "float32"),
    attribute.shape("shape", shape),
  ];
  return rawOp("VarHandleOp", attributes, [], 1)[0];
}
