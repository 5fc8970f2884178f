// What this machine can do at best: the products and the memory traffic that floors are computed from.
import { startEngine, tf } from "../../dist/engine/index.js";

/** GFLOP/s of a large product and GB/s of an addition of large tensors, best of several; on the native engine unless the environment names another. */
export async function measureMachine() {
  process.env.REFRAIN_ENGINE ??= "native";
  await startEngine();
  const best = (work) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 12; i++) {
      const began = performance.now();
      work().dispose();
      least = Math.min(least, performance.now() - began);
    }
    return least / 1000;
  };
  const [n, size] = [1024, 1 << 24];
  const a = tf.randomUniform([n, n]);
  const x = tf.ones([size]);
  const gflops = (2 * n ** 3) / best(() => tf.matMul(a, a)) / 1e9;
  const gigabytes = (3 * 4 * size) / best(() => tf.add(x, x)) / 1e9;
  tf.dispose([a, x]);
  return { gflops, gigabytes };
}
