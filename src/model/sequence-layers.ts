// What may stand in the middle of a layer: each kind over whole sequences, and one play at a time.
import {
  type AttentionWeights,
  attention,
  attentionStep,
  type CellName,
  cells,
  complexScan,
  type GatedCellName,
  Graph,
  gated,
  gatedCells,
  type Layout,
  lastStep,
  lru,
  lruFactor,
  lruInput,
  product,
  type RecurrentWeights,
  recurrent,
  recurrentStates,
  recurrentStep,
  scan,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Value,
} from "../engine/index.js";
import type { ModelConfig, SequenceLayerName } from "./config.js";
import { eachRow, newestRows } from "./row-numbers.js";
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
  /** All plays of some rows, without gradients, and what is kept after the last of each. @shape x [T * B, D] -> y [T * B, H] */
  through(x: Tensor2D, weight: WeightsOf<"tensor">, layout: Layout): Through;
  /** Before the first play. */
  start(config: ModelConfig): LayerState;
  /** One more play. @shape x [1, D] -> y [1, H] */
  step(x: Tensor2D, weight: WeightsOf<"tensor">, state: LayerState): { readonly y: Tensor2D } & LayerState<Tensor>;
}

interface Through {
  readonly y: Tensor2D;
  readonly kept: readonly LayerState[];
}

const empty = () => new Float32Array(0);
const paired = (hs: readonly Float32Array[], cs: readonly Float32Array[]) => hs.map((h, b) => ({ h, c: cs[b] }));
const row = (numbers: Float32Array) => tf.tensor2d(numbers, [1, numbers.length]);

function ofCell(cell: CellName): SequenceLayer {
  const k = cells[cell].gates;
  const tensorsOf = (weight: WeightsOf<"tensor">): RecurrentWeights => ({
    input: weight("input"),
    recurrent: weight("recurrent"),
    bias: weight("bias"),
  });
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
    through(x, weight, layout) {
      const { states, last } = recurrentStates(cell, x, tensorsOf(weight), layout);
      return { y: states, kept: paired(eachRow(last.h), eachRow(last.c)) };
    },
    start: ({ hiddenSize: H }) => ({ h: new Float32Array(H), c: new Float32Array(H) }),
    step(x, weight, { h, c }) {
      const next = recurrentStep(cell, x, tensorsOf(weight), { h: row(h), c: row(c) });
      return { ...next, y: next.h };
    },
  };
}

function ofGatedCell(cell: GatedCellName, title: string): SequenceLayer {
  const { gates: k, factors } = gatedCells[cell];
  const factorsOf = (x: Tensor2D, weight: WeightsOf<"tensor">) =>
    factors(product(x, weight("input")).add(weight("bias")));
  return {
    title,
    shapes: (D, { hiddenSize: H }) => ({
      input: { shape: [D, k * H], start: glorot(k) },
      bias: { shape: [k * H], start: zeros },
    }),
    states: (graph, x, weight, layout) =>
      gated(graph, cell, x, { input: weight("input"), bias: weight("bias") }, layout),
    through(x, weight, layout) {
      const { a, b } = factorsOf(x, weight);
      const y = scan(a, b, layout).states;
      return { y, kept: eachRow(lastStep(y, layout.size)).map((h) => ({ h, c: empty() })) };
    },
    start: ({ hiddenSize: H }) => ({ h: new Float32Array(H), c: empty() }),
    step(x, weight, { h }) {
      const { a, b } = factorsOf(x, weight);
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
  through(x, weight, layout) {
    const factor = lruFactor(weight("decay"), weight("angle"));
    const { states } = complexScan(factor, lruInput(x, weight("scale"), weight("input")), layout);
    const [real, imaginary] = tf.split(lastStep(states, layout.size), 2, 1) as Tensor2D[];
    return { y: product(states, weight("output")), kept: paired(eachRow(real), eachRow(imaginary)) };
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
  through(x, weight, layout) {
    const graph = new Graph(false);
    const y = ofAttention.states(graph, graph.input(x), (name) => graph.input(weight(name)), layout).tensor;
    const window = weight<Tensor2D>("lag").shape[0];
    const [keys, values] = ["key", "value"].map((name) => newestRows(product(x, weight(name)), layout, window));
    return { y, kept: paired(keys, values) };
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
