// The copy mechanism: songs come back, and an item table alone cannot say which one of the last plays.
import {
  addRows,
  columnSums,
  type Graph,
  lagNumbers,
  linear,
  product,
  productTransposeA,
  productTransposeB,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  takeRows,
  tf,
  type Value,
} from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import { type RepeatPairs, targetMatches } from "./repeat-pairs.js";

/** Weights of the copy mechanism. A: size of queries and keys. */
export interface RepeatWeights {
  /** @shape [H, A] */
  readonly query: Value<Tensor2D>;
  /** @shape [H, A] */
  readonly key: Value<Tensor2D>;
  /** A weight for each lag: 0 is the play just heard. @shape [repeatWindow, 1] */
  readonly lag: Value<Tensor2D>;
  /** What log(plays) of an item is worth. @shape [1, 1] */
  readonly count: Value<Tensor2D>;
  /** A weight for each age of a play; absent where the model reads no times. @shape [28, 1] */
  readonly gap?: Value<Tensor2D>;
  /** @shape [H, 1] */
  readonly gate: Value<Tensor2D>;
  /** @shape [1] */
  readonly gateBias: Value<Tensor1D>;
}

type AttentionWeights = Omit<RepeatWeights, "gate" | "gateBias">;

/**
 * Attention of every step over the items of the last plays, each at its latest play.
 *
 *   a[t, j] = softmax over j of (Q q[t]) . (K h[j]) / sqrt(A) + lag[t - j] + count log(n[j]) + gap[age(t, j)]
 *
 * j: the latest play of each item among the last `repeatWindow` plays up to t, t included; n[j]: plays of its item among the
 * `repeatWindow` plays that end at j; age(t, j): the sum of the pauses from j to t in whole seconds, as a row of the table of
 * pauses, 0 where one of them is unknown.
 *
 * @source intervals of time between two plays: TiSASRec (Li et al. 2020), which adds them for each pair to keys and values; logs
 *         of a listener's own counts: Abbattista et al. 2024, who add them to the logits
 * @shape asked [T * B, H]: states q as they ask; states [T * B, H]: states h as they are -> attention [B, T, T]; queries, keys [B, T, A]
 */
export function repeatAttention(
  asked: Tensor2D,
  states: Tensor2D,
  { query, key, lag, count, gap }: AttentionWeights,
  { length: T, size: B }: Batch,
  pairs: RepeatPairs,
): { readonly attention: Tensor3D; readonly queries: Tensor3D; readonly keys: Tensor3D } {
  const queries = byRow(product(asked, query.tensor), T, B);
  const keys = byRow(product(states, key.tensor), T, B);
  const window = lag.tensor.shape[0];
  const lags = takeRows(lag.tensor, lagNumbers(T, window)).reshape([1, T, T]);
  const scores = tf
    .matMul(queries, tf.transpose(keys, [0, 2, 1]))
    .div(Math.sqrt(query.tensor.shape[1]))
    .add(lags)
    .add(tf.tensor3d(pairs.logs, [B, 1, T]).mul(count.tensor.reshape([1, 1, 1])))
    .add(tf.tensor3d(pairs.closed, [B, T, T]));
  const aged = gap ? scores.add(takeRows(gap.tensor, pairs.ages).reshape([B, T, T])) : scores;
  return { attention: tf.softmax(aged) as Tensor3D, queries, keys };
}

/**
 * How strongly the copy mechanism speaks for each target beside the softmax over all items.
 *
 * A next item is drawn with probability g[t] = s(G h[t] + g) from the attention and with 1 - g[t] from the softmax, so the
 * loss is the mean of -log((1 - g) softmax + g copy) = -log(softmax + odds copy) + log(1 + odds), odds = g / (1 - g).
 * The second part is added to the loss here; odds times copy is returned for the cross-entropy.
 *
 * @shape states [T * B, H]; asked [T * B, H]: the same as they ask; h [N, H]: the rows of `asked` with a target -> [N]
 * @source the mixture of Merity et al. 2017 (pointer sentinel), used on plays as RepeatNet does (Ren et al. 2019)
 */
export function repeatOdds(
  graph: Graph,
  { states, asked, h }: { readonly [name in "states" | "asked" | "h"]: Value<Tensor2D> },
  weights: RepeatWeights,
  batch: Batch,
  pairs: RepeatPairs,
): Value<Tensor1D> {
  const copy = attentionOnTargets(graph, asked, states, weights, batch, pairs);
  const N = batch.positions.length;
  const gate = linear(graph, h, weights.gate, weights.gateBias);
  const odds = gate.tensor.exp() as Tensor2D;
  graph.term(odds.log1p().mean() as Scalar, [[gate, gate.tensor.sigmoid().div(N)]]);
  return graph.output(odds.mul(copy.tensor).reshape([N]) as Tensor1D, [gate, copy], (dy) => {
    const d = dy.reshape([N, 1]).mul(odds);
    return [d.mul(copy.tensor), d];
  });
}

/** Attention that falls on plays of the item that came next, of the rows with a target. @shape -> [N, 1] */
function attentionOnTargets(
  graph: Graph,
  asked: Value<Tensor2D>,
  states: Value<Tensor2D>,
  weights: RepeatWeights,
  batch: Batch,
  pairs: RepeatPairs,
): Value<Tensor2D> {
  const { query, key, lag, count, gap } = weights;
  const { length: T, size: B, positions } = batch;
  const { attention, queries, keys } = repeatAttention(asked.tensor, states.tensor, weights, batch, pairs);
  const matches = tf.tensor3d(targetMatches(batch), [B, T, T]);
  const onTargets = attention.mul(matches).sum(2, true) as Tensor3D; // [B, T, 1]
  const rows = positions.map((row) => (row % B) * T + Math.floor(row / B));
  const copy = takeRows(onTargets.reshape([B * T, 1]), rows);
  return graph.output(copy, [asked, states, query, key, lag, count, ...(gap ? [gap] : [])], (dy) => {
    const d = addRows(dy as Tensor2D, rows, B * T).reshape([B, T, 1]);
    const dScores = attention.mul(matches.sub(onTargets)).mul(d) as Tensor3D; // softmax: a (da - sum of a da)
    const root = Math.sqrt(query.tensor.shape[1]);
    const dQueries = byStep(tf.matMul(dScores, keys).div(root) as Tensor3D);
    const dKeys = byStep(tf.matMul(tf.transpose(dScores, [0, 2, 1]), queries).div(root) as Tensor3D);
    const window = lag.tensor.shape[0];
    const perLag = columnSums(dScores.reshape([B, T * T])).reshape([T * T, 1]) as Tensor2D;
    return [
      productTransposeB(dQueries, query.tensor),
      productTransposeB(dKeys, key.tensor),
      productTransposeA(asked.tensor, dQueries),
      productTransposeA(states.tensor, dKeys),
      addRows(perLag, lagNumbers(T, window), window),
      dScores
        .sum(1)
        .mul(tf.tensor2d(pairs.logs, [B, T]))
        .sum()
        .reshape([1, 1]),
      ...(gap ? [addRows(dScores.reshape([B * T * T, 1]) as Tensor2D, pairs.ages, gap.tensor.shape[0])] : []),
    ];
  });
}

/** [T * B, A] -> [B, T, A] */
function byRow(x: Tensor2D, T: number, B: number): Tensor3D {
  return tf.transpose(x.reshape([T, B, x.shape[1]]), [1, 0, 2]) as Tensor3D;
}

/** [B, T, A] -> [T * B, A] */
function byStep(x: Tensor3D): Tensor2D {
  return tf.transpose(x, [1, 0, 2]).reshape([-1, x.shape[2]]) as Tensor2D;
}
