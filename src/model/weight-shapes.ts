// Name, shape and start of every weight.

import type { ItemAttribute } from "../sequence/attributes.js";
import { layerShapes } from "./block.js";
import type { ModelConfig } from "./config.js";
import { AGE_ROWS, contextsOf } from "./context.js";
import { embeddingStart, glorot, itemStart, ones, type Start, type WeightShape, zeros } from "./weight-starts.js";

/** Size of the queries and keys of all copy mechanisms together. */
const ATTENTION_SIZE = 32;

/** Repetitions start as unlikely (g = 0.05), so that an untrained model is as good as chance. */
const rarely: Start = (values) => values.fill(-3);

/** For numbers that all listeners share and that end as far from 0 as a play just heard is unlikely: -6 or so. */
const COMMON_RATE = 6;

/** Every weight of a configuration, in a fixed order. V items and U users without padding and stand-in. */
export function weightShapes(
  config: ModelConfig,
  V: number,
  U: number,
  attributes: readonly ItemAttribute[] = [],
): Record<string, WeightShape> {
  const { embeddingSize: D, hiddenSize: H, userEmbeddingSize, layers } = config;
  const shapes: Record<string, WeightShape> = {
    "item/embedding": { shape: [V + 1, D], start: itemStart },
  };
  if (userEmbeddingSize > 0) shapes["user/embedding"] = { shape: [U + 1, userEmbeddingSize], start: embeddingStart };
  for (const { name, values } of attributes)
    shapes[`attribute/${name}`] = { shape: [values.length, D], start: embeddingStart };
  for (const [name, { count }] of contextsOf(config)) {
    shapes[`${name}/heard`] = { shape: [count + 1, D], start: embeddingStart };
    if (config.moment) shapes[`${name}/asked`] = { shape: [count + 1, H], start: zeros };
  }
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? D + userEmbeddingSize : H;
    for (const [name, shape] of Object.entries(layerShapes(config, inputs))) shapes[`layer${layer}/${name}`] = shape;
  }
  const width = config.output === "tied" ? D : H;
  if (config.output === "tied") {
    shapes["output/projection"] = { shape: [H, D], start: glorot() };
    shapes["output/projectionBias"] = { shape: [D], start: zeros };
  } else shapes["output/items"] = { shape: [V + 1, H], start: itemStart };
  if (config.lastItem) shapes["item/successor"] = { shape: [V + 1, width], start: itemStart };
  if (config.layerNorm) {
    shapes["output/scale"] = { shape: [width], start: ones };
    shapes["output/shift"] = { shape: [width], start: zeros };
  }
  shapes["output/bias"] = { shape: [V + 1], start: zeros };
  if (config.repeatWindow > 0) {
    const K = config.repeatHeads;
    const queries = K * Math.floor(ATTENTION_SIZE / K);
    shapes["repeat/query"] = { shape: [H, queries], start: glorot() };
    shapes["repeat/key"] = { shape: [H, queries], start: glorot() };
    for (const { name, values } of attributes)
      shapes[`repeat/attribute/${name}`] = { shape: [values.length, queries], start: embeddingStart };
    const common = { start: zeros, rate: COMMON_RATE };
    shapes["repeat/lag"] = { shape: [config.repeatWindow, K], ...common };
    shapes["repeat/count"] = { shape: [1, K], ...common };
    if (config.timeGap) shapes["repeat/gap"] = { shape: [AGE_ROWS, K], ...common };
    shapes["repeat/gate"] = { shape: [H, K], start: zeros };
    shapes["repeat/gateBias"] = { shape: [K], start: rarely };
  }
  if (config.personalWindow > 0) {
    shapes["personal/weight"] = { shape: [H, 1], start: zeros };
    shapes["personal/bias"] = { shape: [1], start: zeros };
  }
  return shapes;
}
