import { checkLength } from "../core/check.js";
import { hasKernels } from "./kernels.js";
import { attribute, floatResource, isNative, rawOp } from "./native.js";
import { addRows, takeRows } from "./operations.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

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
  /** How many times as wide as others its steps are. */
  readonly rate: number;
  /** The value itself, or on the native engine a view of the resource's memory. */
  #tensor: Tensor | undefined;
  /** The resource, on the native engine only. */
  readonly handle: Tensor | undefined;

  /** @throws {RefrainError} SHAPE_MISMATCH unless `values` fills the shape */
  constructor(values: Float32Array, shape: readonly number[], rate = 1) {
    this.shape = shape;
    this.rate = rate;
    this.size = shape.reduce((a, b) => a * b, 1);
    if (isNative()) this.handle = tf.keep(newHandle(shape));
    this.assign(values);
  }

  /**
   * Its value, for use inside a `tf.tidy` and before the next change; nobody but this disposes it. Shares memory on the
   * native engine.
   *
   * Our own kernels change that memory in place, so one view serves all steps. TensorFlow's operations copy a variable
   * that has a view, so without our kernels each view ends with its tidy.
   */
  read<T extends Tensor>(): T {
    return (this.#tensor ?? this.#view()) as T;
  }

  /** A copy of its numbers. */
  values(): Float32Array {
    let copy = new Float32Array(0);
    // Not returned by the tidy, which would look for tensors among all the numbers: minutes for six million.
    tf.tidy(() => {
      copy = Float32Array.from(this.read().dataSync() as Float32Array);
    });
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
    this.#dropView();
    if (this.handle) {
      rawOp("AssignVariableOp", floatResource(), [this.handle, tensor], 0);
      tensor.dispose();
      this.#keepView();
      return;
    }
    this.#tensor = tf.keep(tensor);
  }

  /** Some of its rows, flat. @shape rows int32 [n], each in [0, shape[0]) -> [n, size / shape[0]] */
  readRows(rows: Int32Array): Tensor2D {
    const width = this.size / this.shape[0];
    if (!this.handle) return takeRows(this.read().reshape([this.shape[0], width]) as Tensor2D, rows);
    const attributes = [attribute.int("batch_dims", 0), attribute.bool("validate_indices", true), ...ROW_TYPES()];
    const [taken] = rawOp("ResourceGather", attributes, [this.handle, tf.tensor1d(rows, "int32")], 1);
    return taken.reshape([rows.length, width]) as Tensor2D;
  }

  /** Changes some of its rows; in place on the native engine. Each row comes once. */
  writeRows(rows: Int32Array, values: Tensor2D): void {
    if (this.handle) {
      this.#dropView();
      const shaped = values.reshape([rows.length, ...this.shape.slice(1)]);
      rawOp("ResourceScatterUpdate", ROW_TYPES(), [this.handle, tf.tensor1d(rows, "int32"), shaped], 0);
      this.#keepView();
      return;
    }
    const change = addRows(values.sub(this.readRows(rows)) as Tensor2D, rows, this.shape[0]);
    this.replace(this.read().add(change.reshape([...this.shape])));
  }

  dispose(): void {
    this.#dropView();
    if (this.handle) {
      rawOp("DestroyResourceOp", [attribute.bool("ignore_lookup_error", true)], [this.handle], 0);
      this.handle.dispose();
    }
  }

  #view(): Tensor {
    return rawOp("ReadVariableOp", floatResource(), [this.handle], 1)[0];
  }

  #keepView(): void {
    if (hasKernels()) this.#tensor = tf.keep(this.#view());
  }

  #dropView(): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
  }
}

const ROW_TYPES = () => [attribute.dtype("dtype", "float32"), attribute.dtype("Tindices", "int32")];

function newHandle(shape: readonly number[]): Tensor {
  const attributes = [
    attribute.string("container", ""),
    attribute.string("shared_name", `parameter${created++}`),
    attribute.dtype("dtype", "float32"),
    attribute.shape("shape", shape),
  ];
  return rawOp("VarHandleOp", attributes, [], 1)[0];
}
