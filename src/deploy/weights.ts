// The weights of a model as an export has them.
import { type NamedTensors, type RecurrentModel, readWeights } from "../model/index.js";
import { type PackedTensor, type PackedTensors, type Precision, quantiseWeights } from "./quantise.js";

/** Bit pattern of -Infinity in half precision. */
const MINUS_INFINITY_HALF = 0xfc00;

/**
 * All weights with those of items' attributes added to the items' own vectors, so that an export needs no attributes.
 *
 * @param withUsers false keeps only row 0 of the user table, the stand-in for new listeners
 */
export function exportWeights(model: RecurrentModel, withUsers: boolean): NamedTensors {
  const weights = new Map(readWeights(model.parameters));
  const items = weights.get("item/embedding");
  if (items && model.attributes.length > 0) {
    const [values, D] = [items.values.slice(), items.shape[1]];
    for (const { name, codes } of model.attributes) {
      const table = weights.get(`attribute/${name}`)?.values as Float32Array;
      codes.forEach((code, item) => {
        for (let d = 0; d < D; d++) values[item * D + d] += table[code * D + d];
      });
      weights.delete(`attribute/${name}`);
    }
    weights.set("item/embedding", { shape: items.shape, values });
  }
  const users = weights.get("user/embedding");
  if (users && !withUsers)
    weights.set("user/embedding", { shape: [1, users.shape[1]], values: users.values.slice(0, users.shape[1]) });
  return weights;
}

/** Packed weights whose bias of padding is -Infinity, so that item 0 is never recommended. */
export function packWeights(weights: NamedTensors, precision: Precision): PackedTensors {
  const packed = new Map(quantiseWeights(weights, precision));
  const bias = packed.get("output/bias") as PackedTensor;
  bias.values[0] = bias.precision === "fp16" ? MINUS_INFINITY_HALF : Number.NEGATIVE_INFINITY;
  return packed;
}
