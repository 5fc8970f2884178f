// Where the time of a step goes, by operation of the engine that runs.
import { tf } from "../../dist/engine/index.js";

/** Runs `work` `steps` times and gives calls and milliseconds of each operation per step, the slowest first. */
export function operationTimes(steps, work) {
  const sums = new Map();
  const restore = timeCalls((name, ms, flops) => {
    const before = sums.get(name) ?? { calls: 0, ms: 0, flops: 0 };
    sums.set(name, { calls: before.calls + 1, ms: before.ms + ms, flops: before.flops + flops });
  });
  const began = performance.now();
  try {
    for (let n = 0; n < steps; n++) work(n);
  } finally {
    restore();
  }
  const operations = Array.from(sums, ([name, { calls, ms, flops }]) => ({
    name,
    calls: calls / steps,
    ms: ms / steps,
    flops: flops / steps,
  }));
  return { ms: (performance.now() - began) / steps, operations: operations.sort((a, b) => b.ms - a.ms) };
}

/** Calls `heard` after each operation until the answer is called. */
function timeCalls(heard) {
  // The native engine's own operations do not pass through the kernels of tfjs; those of WASM do.
  return tf.getBackend() === "wasm"
    ? timeMethods(tf.engine(), ["runKernel"], heard)
    : timeMethods(tf.backend(), ["executeMultipleOutputs", "executeSingleOutput"], heard);
}

function timeMethods(owner, methods, heard) {
  const plain = methods.map((name) => owner[name]);
  methods.forEach((method, i) => {
    owner[method] = (operation, ...rest) => {
      const began = performance.now();
      const result = plain[i].call(owner, operation, ...rest);
      heard(operation, performance.now() - began, productFlops(operation, rest[0], result));
      return result;
    };
  });
  return () => {
    methods.forEach((name, i) => {
      owner[name] = plain[i];
    });
  };
}

/** Floating point operations of a product of matrices on WASM; 0 for all else. */
function productFlops(operation, inputs, product) {
  if (operation !== "BatchMatMul" && operation !== "_FusedMatMul") return 0;
  // Operands of n k and k m numbers each, products of n m: multiplied (n k m) squared, for each of a batch alike.
  const batch = product.size / product.shape.slice(-2).reduce((size, side) => size * side, 1);
  return 2 * Math.sqrt((inputs.a.size * inputs.b.size * product.size) / batch);
}
