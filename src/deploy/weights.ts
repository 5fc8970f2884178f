// The weights of a model as an export has them.
import { type NamedTensor, type NamedTensors, type RecurrentModel, readWeights } from "../model/index.js";
import { type PackedTensor, type PackedTensors, type Precision, quantiseWeights } from "./quantise.js";

/** Bit pattern of -Infinity in half precision. */
const MINUS_INFINITY_HALF = 0xfc00;

/**
 * All weights, those of items' attributes as rows of the items, so that an export needs no attributes: `item/heard` is what
 * the layers read of a heard item, and `repeat/item` what its attributes add to the key of a play.
 *
 * @param withUsers false keeps only row 0 of the user table, the stand-in for new listeners
 */
export function exportWeights(model: RecurrentModel, withUsers: boolean): NamedTensors {
  const weights = new Map(readWeights(model.parameters));
  if (model.attributes.length > 0) {
    const { shape, values } = weights.get("item/embedding") as NamedTensor;
    weights.set("item/heard", withAttributes(model, weights, "attribute", { shape, values: values.slice() }));
    const size = weights.get("repeat/key")?.shape[1] ?? 0;
    if (size > 0) {
      const none = { shape: [shape[0], size], values: new Float32Array(shape[0] * size) };
      weights.set("repeat/item", withAttributes(model, weights, "repeat/attribute", none));
    }
  }
  const users = weights.get("user/embedding");
  if (users && !withUsers)
    weights.set("user/embedding", { shape: [1, users.shape[1]], values: users.values.slice(0, users.shape[1]) });
  return weights;
}

/** Adds to each item's row those of its attributes, whose tables are taken out of the weights. */
function withAttributes(
  { attributes }: RecurrentModel,
  weights: Map<string, NamedTensor>,
  tables: string,
  { shape, values }: NamedTensor,
): NamedTensor {
  const D = shape[1];
  for (const { name, codes } of attributes) {
    const table = weights.get(`${tables}/${name}`)?.values as Float32Array;
    codes.forEach((code, item) => {
      for (let d = 0; d < D; d++) values[item * D + d] += table[code * D + d];
    });
    weights.delete(`${tables}/${name}`);
  }
  return { shape, values };
}

/** Packed weights whose bias of padding is -Infinity, so that item 0 is never recommended. */
export function packWeights(weights: NamedTensors, precision: Precision): PackedTensors {
  const packed = new Map(quantiseWeights(weights, precision));
  const bias = packed.get("output/bias") as PackedTensor;
  bias.values[0] = bias.precision === "fp16" ? MINUS_INFINITY_HALF : Number.NEGATIVE_INFINITY;
  return packed;
}
