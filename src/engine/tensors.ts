// The only file that names tfjs: every other room reaches tensors through `tf` here.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as TensorFlow from "@tensorflow/tfjs";

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

const load = createRequire(import.meta.url);
let loaded: typeof TensorFlow | undefined;

/** tfjs, loaded when it is first used: it takes a second, which a command that only reads a log should not wait for. */
export const tf: typeof TensorFlow = new Proxy({} as typeof TensorFlow, {
  get(_, name) {
    loaded ??= load("@tensorflow/tfjs") as typeof TensorFlow;
    return loaded[name as keyof typeof TensorFlow];
  },
});

/** tfjs as one script for browsers, with the engines that need no further file. */
export function browserBundle(): string {
  return readFileSync(load.resolve("@tensorflow/tfjs/dist/tf.es2017.min.js"), "utf8");
}
