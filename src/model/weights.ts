import { RefrainError } from "../core/errors.js";
import type { Parameter } from "../engine/index.js";
import type { NamedTensors } from "./tensor-file.js";

/** Copies parameters out of the engine. */
export function readWeights(parameters: ReadonlyMap<string, Parameter>): NamedTensors {
  return new Map(
    [...parameters].map(([name, parameter]) => [name, { shape: parameter.shape, values: parameter.values() }]),
  );
}

/** Copies values into parameters of the same names and shapes. @throws {RefrainError} SHAPE_MISMATCH */
export function writeWeights(parameters: ReadonlyMap<string, Parameter>, values: NamedTensors): void {
  for (const [name, parameter] of parameters) {
    const found = values.get(name);
    if (!found || found.shape.join() !== parameter.shape.join())
      throw new RefrainError("SHAPE_MISMATCH", `${name} must have shape [${parameter.shape}], got [${found?.shape}].`, {
        name,
      });
    parameter.assign(found.values);
  }
}
