// Raw TensorFlow operations that tfjs does not expose, called through tfjs-node's backend.
import { RefrainError } from "../core/errors.js";
import { type Tensor, tf } from "./tensors.js";

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface NodeBackend {
  readonly binding: Record<string, number> & { readonly TF_Version: string };
  executeSingleOutput(op: string, attributes: readonly Attribute[], inputs: readonly unknown[]): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly Attribute[],
    inputs: readonly unknown[],
    count: number,
  ): Tensor[];
}

let backend: NodeBackend | undefined;

/** Takes the running tfjs-node backend into use and returns TensorFlow's version. */
export function useNative(): string {
  backend = tf.backend() as unknown as NodeBackend;
  return backend.binding.TF_Version;
}

/** True where raw TensorFlow operations can be called. */
export function isNative(): boolean {
  return backend !== undefined;
}

/** Runs one raw operation with several outputs. Attributes are built by `attribute`. */
export function rawOp(
  op: string,
  attributes: readonly Attribute[],
  inputs: readonly unknown[],
  outputs: number,
): Tensor[] {
  if (!backend) throw new RefrainError("ENGINE_UNAVAILABLE", `The operation ${op} needs the native engine.`);
  return backend.executeMultipleOutputs(op, attributes, inputs, outputs);
}

/** Attribute builders: the type codes live in the loaded library. */
export const attribute = {
  float: (name: string, value: number): Attribute => ({ name, type: code("TF_ATTR_FLOAT"), value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: code("TF_ATTR_BOOL"), value }),
  dtype: (name: string, type: "float32" | "int32"): Attribute => ({
    name,
    type: code("TF_ATTR_TYPE"),
    value: code(type === "float32" ? "TF_FLOAT" : "TF_INT32"),
  }),
};

function code(name: string): number {
  return (backend as NodeBackend).binding[name];
}
