// Value and gradients of kernels, as plain numbers, for comparison with formulas.
import { Graph, gradientOf, type Scalar, tf, type Value } from "../../src/engine/index.js";

type Inputs = readonly (readonly [values: Float32Array, shape: readonly number[]])[];

/**
 * Loss and gradients to all inputs. Where the kernel gives a value and no loss, the loss is the sum of its numbers times
 * `weight` (1 where left out).
 */
export function valueAndGradients(
  kernel: (graph: Graph, ...inputs: Value<never>[]) => Value | undefined,
  inputs: Inputs,
  weight?: Float32Array,
): { readonly value: number; readonly gradients: number[][] } {
  const { value, gradients } = tf.tidy(() => {
    const graph = new Graph(true);
    const values = inputs.map(([numbers, shape]) => graph.input(tf.tensor(numbers, [...shape])));
    const output = kernel(graph, ...(values as Value<never>[]));
    if (output) {
      const times = weight ? tf.tensor(weight, output.tensor.shape) : tf.ones(output.tensor.shape);
      graph.term(output.tensor.mul(times).sum() as Scalar, [[output, times]]);
    }
    const loss = graph.loss();
    graph.backward();
    return { value: loss, gradients: values.map((each) => gradientOf(each)) };
  });
  const numbers = { value: value.dataSync()[0], gradients: gradients.map((each) => Array.from(each.dataSync())) };
  tf.dispose([value, ...gradients]);
  return numbers;
}
