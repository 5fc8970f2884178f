import { RefrainError } from "../core/errors.js";
import { type Tensor, tf, type Variable } from "../engine/index.js";
import type { NamedTensors } from "./tensor-file.js";

/** Copies variables out of the engine. */
export function readWeights(variables: ReadonlyMap<string, Variable>): NamedTensors {
  return new Map(
    [...variables].map(([name, variable]) => {
      const values = (variable as Tensor).dataSync() as Float32Array;
      return [name, { shape: variable.shape, values: Float32Array.from(values) }];
    }),
  );
}

/** Copies values into variables of the same names and shapes. @throws {RefrainError} SHAPE_MISMATCH */
export function writeWeights(variables: ReadonlyMap<string, Variable>, values: NamedTensors): void {
  for (const [name, variable] of variables) {
    const found = values.get(name);
    if (!found || found.shape.join() !== variable.shape.join())
      throw new RefrainError("SHAPE_MISMATCH", `${name} must have shape [${variable.shape}], got [${found?.shape}].`, {
        name,
      });
    tf.tidy(() => variable.assign(tf.tensor(found.values, variable.shape)));
  }
}
