// Refrain's own operations around the recurrent layer against their plain twins, over sizes that threads share out.
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.js";
import { dropout, Graph, gelu, layerNorm, type Tensor, tf, type Value } from "../../src/engine/index.js";
import { geluPlain, layerNormPlain } from "../../src/engine/layers.js";
import { useEngine } from "../support/engine.js";

useEngine();

const sizes = [
  [1, 1],
  [3, 17],
  [0, 5],
  [33, 64],
  [401, 100],
  [1000, 256],
] as const;

/** What a layer gives, and its gradients for a gradient of random numbers. */
function passOf(
  layer: (graph: Graph, ...inputs: never[]) => Value,
  tensors: readonly Tensor[],
  seed: number,
): Tensor[] {
  const graph = new Graph(true);
  const inputs = tensors.map((tensor) => graph.input(tensor));
  const output = layer(graph, ...(inputs as never[]));
  output.gradients.push(normal(output.tensor.shape, Random.stream(seed, "gradient")));
  graph.backward();
  return [output.tensor, ...inputs.flatMap(({ gradients }) => gradients as Tensor[])];
}

function normal(shape: readonly number[], random: Random, scale = 1, mean = 0): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => mean + scale * random.normal()),
    [...shape],
  );
}

function expectNear(actual: readonly Tensor[], expected: readonly Tensor[]): void {
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach((tensor, n) => {
    if (tensor.size === 0) return;
    const furthest = tensor.sub(expected[n]).abs().max().dataSync()[0];
    expect(furthest).toBeLessThan(1e-5 * (1 + expected[n].abs().max().dataSync()[0]) * Math.sqrt(1 + tensor.shape[0]));
  });
}

describe("operations of Refrain's own", () => {
  test.each(sizes)("layer norm of [%i, %i] is its plain twin", (N, D) => {
    for (const [seed, scale] of [0.01, 1, 30].entries())
      tf.tidy(() => {
        const random = Random.stream(seed, "norm");
        const tensors = [normal([N, D], random, scale, scale), normal([D], random), normal([D], random)];
        expectNear(passOf(layerNorm, tensors, seed), passOf(layerNormPlain, tensors, seed));
      });
  });

  test.each(sizes)("GELU of [%i, %i] is its plain twin", (N, D) => {
    tf.tidy(() => {
      const tensors = [normal([N, D], Random.stream(N, "gelu"), 3)];
      expectNear(passOf(gelu, tensors, 1), passOf(geluPlain, tensors, 1));
    });
  });
});

test.each(sizes)("dropout of [%i, %i] takes the stream's bits in their order, and leaves it behind them", (N, D) => {
  const [random, own] = [Random.stream(N, "mask"), Random.stream(N, "mask")];
  const x = Float32Array.from({ length: N * D }, (_, i) => 1 + i);
  const dropped = tf.tidy(() => {
    const graph = new Graph(false);
    const { tensor } = dropout(graph, graph.input(tf.tensor2d(x, [N, D])), 0.25, random);
    return Float32Array.from(tensor.dataSync());
  });
  const expected = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += 2) {
    const bits = own.bits();
    expected[i] = (bits & 0xffff) < 16384 ? 0 : Math.fround(x[i] * Math.fround(4 / 3));
    if (i + 1 < x.length) expected[i + 1] = bits >>> 16 < 16384 ? 0 : Math.fround(x[i + 1] * Math.fround(4 / 3));
  }
  const different = expected.findIndex((value, i) => value !== dropped[i]); // `toEqual` takes seconds for so many
  expect([dropped.length, different]).toEqual([expected.length, -1]);
  expect(random.words()).toEqual(own.words());
});
