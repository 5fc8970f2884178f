// Name, shape and start of every weight.
import type { Random } from "../core/random.js";
import { cells } from "../engine/index.js";
import type { ModelConfig } from "./config.js";
import { contextsOf } from "./context.js";

/** A: size of the copy mechanism's queries and keys. */
const ATTENTION_SIZE = 32;

type Start = (values: Float32Array, shape: readonly number[], random: Random) => Float32Array;

/** Small normal numbers; N(0, 0.02) as in the best published tied models (see DECISIONS.md). */
const embeddingStart: Start = (values, _shape, random) => values.map(() => 0.02 * random.normal());
/** The same with a zero row for padding. */
const itemStart: Start = (values, shape, random) => embeddingStart(values, shape, random).fill(0, 0, shape[1]);
const zeros: Start = (values) => values;
const ones: Start = (values) => values.fill(1);
/** Uniform in +-sqrt(6 / (in + out)) per gate block (Glorot & Bengio 2010). */
const glorot =
  (gates = 1): Start =>
  (values, [rows, columns], random) => {
    const limit = Math.sqrt(6 / (rows + columns / gates));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
    return values;
  };
/** The forget gate starts open (Gers et al. 2000; Jozefowicz et al. 2015): blocks are i, g, f, o. */
const forgetOpen: Start = (values) => values.fill(1, values.length / 2, (values.length / 4) * 3);

/** Repetitions start as unlikely (g = 0.05), so that an untrained model is as good as chance. */
const rarely: Start = (values) => values.fill(-3);

/** Every weight of a configuration, in a fixed order. V items and U users without padding and stand-in. */
export function weightShapes(
  config: ModelConfig,
  V: number,
  U: number,
): Record<string, { shape: number[]; start: Start }> {
  const { embeddingSize: D, hiddenSize: H, userEmbeddingSize, layers, cell } = config;
  const k = cells[cell].gates;
  const shapes: Record<string, { shape: number[]; start: Start }> = {
    "item/embedding": { shape: [V + 1, D], start: itemStart },
  };
  if (userEmbeddingSize > 0) shapes["user/embedding"] = { shape: [U + 1, userEmbeddingSize], start: embeddingStart };
  for (const [name, { count }] of contextsOf(config)) {
    shapes[`${name}/heard`] = { shape: [count + 1, D], start: embeddingStart };
    if (config.moment) shapes[`${name}/asked`] = { shape: [count + 1, H], start: zeros };
  }
  for (let layer = 0; layer < layers; layer++) {
    const inputs = layer === 0 ? D + userEmbeddingSize : H;
    shapes[`layer${layer}/input`] = { shape: [inputs, k * H], start: glorot(k) };
    shapes[`layer${layer}/recurrent`] = { shape: [H, k * H], start: glorot(k) };
    shapes[`layer${layer}/bias`] = { shape: [k * H], start: cell === "lstm" ? forgetOpen : zeros };
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
    shapes["repeat/query"] = { shape: [H, ATTENTION_SIZE], start: glorot() };
    shapes["repeat/key"] = { shape: [H, ATTENTION_SIZE], start: glorot() };
    shapes["repeat/lag"] = { shape: [config.repeatWindow, 1], start: zeros };
    shapes["repeat/gate"] = { shape: [H, 1], start: zeros };
    shapes["repeat/gateBias"] = { shape: [1], start: rarely };
  }
  return shapes;
}
