import { addRows, type Graph, type Tensor2D, takeRows, type Value } from "../engine/index.js";
import type { ItemAttribute } from "../sequence/attributes.js";

/**
 * The vector of each item plus those of its attributes' values: items of one artist begin near each other, and a rare one
 * learns from the others.
 *
 * @param table of one attribute, [values, D]
 * @shape items [V + 1, D] -> [V + 1, D]
 */
export function withAttributes(
  graph: Graph,
  items: Value<Tensor2D>,
  attributes: readonly ItemAttribute[],
  table: (name: string) => Value<Tensor2D>,
): Value<Tensor2D> {
  return attributes.reduce((sum, { name, codes }) => {
    const values = table(name);
    const all = sum.tensor.add(takeRows(values.tensor, codes)) as Tensor2D;
    return graph.output(all, [sum, values], (dy) => [dy, addRows(dy as Tensor2D, codes, values.tensor.shape[0])]);
  }, items);
}
