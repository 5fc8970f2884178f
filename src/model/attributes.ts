import { add, embedding, type Graph, type Tensor2D, type Value } from "../engine/index.js";
import type { ItemAttribute } from "../sequence/attributes.js";

/**
 * Rows of plays plus what the attributes of their items add: what is known of an item reaches the model where the item was
 * heard, also when few listeners heard it.
 *
 * @param table of one attribute, [values, D]
 * @shape x [N, D]; items int32 [N] -> [N, D]; D: width of an item's vector, or of a key
 */
export function withAttributes(
  graph: Graph,
  x: Value<Tensor2D>,
  items: Int32Array,
  attributes: readonly ItemAttribute[],
  table: (name: string) => Value<Tensor2D>,
): Value<Tensor2D> {
  return attributes.reduce(
    (sum, { name, codes }) =>
      add(
        graph,
        sum,
        embedding(
          graph,
          table(name),
          items.map((item) => codes[item]),
        ),
      ),
    x,
  );
}
