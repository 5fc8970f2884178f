// What stands around the middle of a layer: nothing, or normalisation, residual paths and a feed-forward part.
import type { Random } from "../core/random.js";
import {
  add,
  dropout,
  type Graph,
  gelu,
  layerNorm,
  linear,
  type Tensor1D,
  type Tensor2D,
  type Value,
} from "../engine/index.js";
import type { ModelConfig } from "./config.js";
import { sequenceLayers, type WeightsOf } from "./sequence-layers.js";
import { glorot, ones, type WeightShape, zeros } from "./weight-starts.js";

/** Hidden units of the feed-forward part per unit of the layer, as in Vaswani et al. 2017. */
const WIDER = 4;

/** Weights of one layer by their short names. @param inputs D: width of what comes in */
export function layerShapes(config: ModelConfig, inputs: number): Record<string, WeightShape> {
  const { hiddenSize: H, cell, block } = config;
  if (block === "plain") return sequenceLayers[cell].shapes(inputs, config);
  const norm = (name: string): Record<string, WeightShape> => ({
    [`${name}Scale`]: { shape: [H], start: ones },
    [`${name}Shift`]: { shape: [H], start: zeros },
  });
  return {
    ...(inputs === H
      ? {}
      : { enter: { shape: [inputs, H], start: glorot() }, enterBias: { shape: [H], start: zeros } }),
    ...sequenceLayers[cell].shapes(H, config),
    ...norm("norm"),
    wide: { shape: [H, WIDER * H], start: glorot() },
    wideBias: { shape: [WIDER * H], start: zeros },
    narrow: { shape: [WIDER * H, H], start: glorot() },
    narrowBias: { shape: [H], start: zeros },
    ...norm("feedNorm"),
  };
}

/** How a layer is run: its number, its weights, and the stream of dropout in training. */
export interface LayerRun {
  readonly config: ModelConfig;
  readonly weight: WeightsOf<"value">;
  /** True for the last layer, whose output is dropped from behind it. */
  readonly isLast: boolean;
  readonly random?: Random;
}

/**
 * One layer with what stands around its middle.
 *
 *   plain      y = m(x), or x + m(x) with `residual`
 *   postNorm   n = norm(x + m(x));    y = norm(n + f(n))          f(n) = W2 gelu(W1 n)
 *   preNorm    n = x + m(norm(x));    y = n + f(norm(n))
 *
 * @param middle what runs along the plays
 * @shape x [N, D] -> [N, H]
 * @source postNorm: Vaswani et al. 2017, as in LRURec (Yue et al. 2024); preNorm: Xiong et al. 2020, as in SASRec's code
 */
export function inBlock(
  graph: Graph,
  x: Value<Tensor2D>,
  { config, weight, isLast, random }: LayerRun,
  middle: (x: Value<Tensor2D>) => Value<Tensor2D>,
): Value<Tensor2D> {
  const dropped = (y: Value<Tensor2D>) => dropout(graph, y, config.dropout, random);
  if (config.block === "plain") {
    const y = isLast ? middle(x) : dropped(middle(x));
    return config.residual && y.tensor.shape[1] === x.tensor.shape[1] ? add(graph, x, y) : y;
  }
  const norm = (of: Value<Tensor2D>, name: string) =>
    layerNorm(graph, of, weight<Tensor1D>(`${name}Scale`), weight<Tensor1D>(`${name}Shift`));
  const feed = (n: Value<Tensor2D>) => {
    const wide = gelu(graph, linear(graph, n, weight<Tensor2D>("wide"), weight<Tensor1D>("wideBias")));
    return linear(graph, dropped(wide), weight<Tensor2D>("narrow"), weight<Tensor1D>("narrowBias"));
  };
  const fits = x.tensor.shape[1] === config.hiddenSize;
  const e = fits ? x : linear(graph, x, weight<Tensor2D>("enter"), weight<Tensor1D>("enterBias"));
  if (config.block === "postNorm") {
    const n = norm(add(graph, e, dropped(middle(e))), "norm");
    return norm(add(graph, n, dropped(feed(n))), "feedNorm");
  }
  const n = add(graph, e, dropped(middle(norm(e, "norm"))));
  return add(graph, n, dropped(feed(norm(n, "feedNorm"))));
}
