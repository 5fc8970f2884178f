// A model with room for new items and listeners.
import { checkLength } from "../../core/check.js";
import { type NamedTensors, RecurrentModel, readWeights, writeWeights } from "../../model/index.js";
import type { NewPlays } from "./plays.js";

/** Weights with one row for each item index. */
const ITEM_TABLES = ["item/embedding", "item/successor", "output/items", "output/bias"];

/**
 * A copy with rows for the new items and listeners. A new item begins as the mean of the items that were heard right before
 * and after it (of all items, where none is known), and a new listener as the stand-in.
 *
 * @shape V, U -> V', U'. The caller disposes it.
 */
export function grow(model: RecurrentModel, plays: NewPlays, seed: number): RecurrentModel {
  const { config, itemCount: V, attributes } = model;
  const [items, users] = [plays.items.size, plays.users.size];
  const grownAttributes = attributes.map(({ codes, ...rest }) => {
    const grown = new Int32Array(items + 1);
    grown.set(codes);
    return { ...rest, codes: grown };
  });
  const grown = new RecurrentModel(config, items, users, seed, grownAttributes);
  const neighbours = neighboursOf(plays, V);
  const old = readWeights(model.parameters);
  const weights: NamedTensors = new Map(
    [...readWeights(grown.parameters)].map(([name, { shape }]) => {
      const own = old.get(name)?.values as Float32Array;
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const width = values.length / shape[0];
      values.set(own);
      if (ITEM_TABLES.includes(name)) {
        checkLength(`Rows of ${name}`, own.length / width, V + 1);
        const mean = meanOf(
          own,
          width,
          Array.from({ length: V }, (_, n) => n + 1),
        );
        for (let item = V + 1; item <= items; item++) {
          const near = neighbours.get(item);
          values.set(near ? meanOf(own, width, near) : mean, item * width);
        }
      } else if (name === "user/embedding")
        for (let row = own.length; row < values.length; row += width) values.set(own.subarray(0, width), row);
      return [name, { shape, values }];
    }),
  );
  writeWeights(grown.parameters, weights);
  return grown;
}

/** Known items that were heard right before and after each new one, in the plays to train on. */
function neighboursOf({ byUser }: NewPlays, V: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { items, training } of byUser.values())
    for (let n = 0; n < training; n++)
      if (items[n] > V)
        for (const at of [n - 1, n + 1])
          if (at >= 0 && at < training && items[at] <= V)
            found.set(items[n], [...(found.get(items[n]) ?? []), items[at]]);
  return found;
}

function meanOf(table: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const mean = new Float32Array(width);
  for (const row of rows) for (let d = 0; d < width; d++) mean[d] += table[row * width + d] / rows.length;
  return mean;
}
