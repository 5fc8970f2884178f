// What may stand in the middle of a layer: each kind over whole sequences, and one play at a time.
import {
  type AttentionWeights,
  attention,
  attentionStep,
  type CellName,
  cells,
  type GatedCellName,
  type Graph,
  gated,
  gatedCells,
  type Layout,
  lru,
  lruFactor,
  lruInput,
  product,
  recurrent,
  recurrentStep,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Value,
} from "../engine/index.js";
import type { ModelConfig, SequenceLayerName } from "./config.js";
import { forgetOpen, glorot, lruAngle, lruDecay, lruScale, type WeightShape, zeros } from "./weight-starts.js";

/** A layer's weights by their short names. */
export type WeightsOf<W> = <T extends Tensor>(name: string) => W extends "value" ? Value<T> : T;

/** What is kept of the plays so far: a hidden and a cell state, or the like. @shape float32 [n * H] each */
export interface LayerState<T = Float32Array> {
  readonly h: T;
  readonly c: T;
}

export interface SequenceLayer {
  /** What a results table calls it. */
  readonly title: string;
  /** @param inputs D */
  shapes(inputs: number, config: ModelConfig): Record<string, WeightShape>;
  /** @shape x [T * B, D] -> [T * B, H]; 0 at padded steps */
  states(graph: Graph, x: Value<Tensor2D>, weight: WeightsOf<"value">, layout: Layout): Value<Tensor2D>;
  /** Before the first play. */
  start(config: ModelConfig): LayerState;
  /** One more play. @shape x [1, D] -> y [1, H] */
  step(x: Tensor2D, weight: WeightsOf<"tensor">, state: LayerState): { readonly y: Tensor2D } & LayerState<Tensor>;
}

const empty = () => new Float32Array(0);
const row = (numbers: Float32Array) => tf.tensor2d(numbers, [1, numbers.length]);

function ofCell(cell: CellName): SequenceLayer {
  const k = cells[cell].gates;
  return {
    title: cell.toUpperCase(),
    shapes: (D, { hiddenSize: H }) => ({
      input: { shape: [D, k * H], start: glorot(k) },
      recurrent: { shape: [H, k * H], start: glorot(k) },
      bias: { shape: [k * H], start: cell === "lstm" ? forgetOpen : zeros },
    }),
    states: (graph, x, weight, layout) =>
      recurrent(
        graph,
        cell,
        x,
        { input: weight("input"), recurrent: weight("recurrent"), bias: weight("bias") },
        layout,
      ),
    start: ({ hiddenSize: H }) => ({ h: new Float32Array(H), c: new Float32Array(H) }),
    step(x, weight, { h, c }) {
      const weights = {
        input: weight<Tensor2D>("input"),
        recurrent: weight<Tensor2D>("recurrent"),
        bias: weight<Tensor1D>("bias"),
      };
      const next = recurrentStep(cell, x, weights, { h: row(h), c: row(c) });
      return { ...next, y: next.h };
    },
  };
}

function ofGatedCell(cell: GatedCellName, title: string): SequenceLayer {
  const { gates: k, factors } = gatedCells[cell];
  return {
    title,
    shapes: (D, { hiddenSize: H }) => ({
      input: { shape: [D, k * H], start: glorot(k) },
      bias: { shape: [k * H], start: zeros },
    }),
    states: (graph, x, weight, layout) =>
      gated(graph, cell, x, { input: weight("input"), bias: weight("bias") }, layout),
    start: ({ hiddenSize: H }) => ({ h: new Float32Array(H), c: empty() }),
    step(x, weight, { h }) {
      const { a, b } = factors(product(x, weight("input")).add(weight("bias")));
      const y = a.mul(row(h)).add(b) as Tensor2D;
      return { y, h: y, c: row(empty()) };
    },
  };
}

const ofLru: SequenceLayer = {
  title: "LRU",
  shapes: (D, { hiddenSize: H }) => ({
    decay: { shape: [H], start: lruDecay },
    angle: { shape: [H], start: lruAngle },
    scale: { shape: [H], start: lruScale },
    input: { shape: [D, 2 * H], start: glorot(2) },
    output: { shape: [2 * H, H], start: glorot() },
  }),
  states(graph, x, weight, layout) {
    const [decay, angle, scale] = ["decay", "angle", "scale"].map((name) => weight<Tensor1D>(name));
    return lru(graph, x, { decay, angle, scale, input: weight("input"), output: weight("output") }, layout);
  },
  start: ({ hiddenSize: H }) => ({ h: new Float32Array(H), c: new Float32Array(H) }),
  step(x, weight, { h, c }) {
    const [p, q] = tf.split(lruFactor(weight("decay"), weight("angle")), 2);
    const [real, imaginary] = tf.split(lruInput(x, weight("scale"), weight("input")), 2, 1);
    const nextH = p
      .mul(row(h))
      .sub(q.mul(row(c)))
      .add(real);
    const nextC = q
      .mul(row(h))
      .add(p.mul(row(c)))
      .add(imaginary);
    return { y: product(tf.concat([nextH, nextC], 1) as Tensor2D, weight("output")), h: nextH, c: nextC };
  },
};

const ATTENTION_WEIGHTS = ["query", "key", "value", "lag"] as const;

const ofAttention: SequenceLayer = {
  title: "attention",
  shapes: (D, { hiddenSize: H, heads, attentionWindow }) => ({
    query: { shape: [D, H], start: glorot() },
    key: { shape: [D, H], start: glorot() },
    value: { shape: [D, H], start: glorot() },
    lag: { shape: [attentionWindow, heads], start: zeros },
  }),
  states(graph, x, weight, layout) {
    const [query, key, value, lag] = ATTENTION_WEIGHTS.map((name) => weight<Tensor2D>(name));
    return attention(graph, x, { query, key, value, lag }, layout);
  },
  start: () => ({ h: empty(), c: empty() }),
  step(x, weight, { h, c }) {
    const [query, key, value, lag] = ATTENTION_WEIGHTS.map((name) => weight<Tensor2D>(name));
    const weights: AttentionWeights<Tensor2D> = { query, key, value, lag };
    const H = query.shape[1];
    const before = { keys: tf.tensor2d(h, [h.length / H, H]), values: tf.tensor2d(c, [c.length / H, H]) };
    const { y, keys, values } = attentionStep(x, weights, before);
    return { y, h: keys, c: values };
  },
};

/** Every kind of layer. */
export const sequenceLayers: Readonly<Record<SequenceLayerName, SequenceLayer>> = {
  lstm: ofCell("lstm"),
  gru: ofCell("gru"),
  rnn: ofCell("rnn"),
  minGru: ofGatedCell("minGru", "minGRU"),
  minLstm: ofGatedCell("minLstm", "minLSTM"),
  lru: ofLru,
  attention: ofAttention,
};
