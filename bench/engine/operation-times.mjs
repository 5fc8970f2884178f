// Where the time of a step goes, by operation of the native engine.
import { tf } from "../../dist/engine/index.js";

/** Runs `work` `steps` times and gives calls and milliseconds of each operation per step, the slowest first. */
export function operationTimes(steps, work) {
  const backend = tf.backend();
  const sums = new Map();
  const methods = ["executeMultipleOutputs", "executeSingleOutput"];
  const plain = methods.map((name) => backend[name]);
  methods.forEach((name, i) => {
    backend[name] = (operation, ...rest) => {
      const began = performance.now();
      const result = plain[i].call(backend, operation, ...rest);
      const { calls, ms } = sums.get(operation) ?? { calls: 0, ms: 0 };
      sums.set(operation, { calls: calls + 1, ms: ms + performance.now() - began });
      return result;
    };
  });
  const began = performance.now();
  try {
    for (let n = 0; n < steps; n++) work(n);
  } finally {
    methods.forEach((name, i) => {
      backend[name] = plain[i];
    });
  }
  const operations = Array.from(sums, ([name, { calls, ms }]) => ({ name, calls: calls / steps, ms: ms / steps }));
  return { ms: (performance.now() - began) / steps, operations: operations.sort((a, b) => b.ms - a.ms) };
}
