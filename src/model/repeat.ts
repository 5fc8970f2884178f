// The copy mechanism: songs come back, and an item table alone cannot say which one of the last plays.
import {
  addRows,
  type Graph,
  lagNumbers,
  linear,
  product,
  productTransposeA,
  productTransposeB,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  takeRows,
  tf,
  type Value,
} from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";
import { type RepeatPairs, targetMatches } from "./repeat-pairs.js";

/** Weights of K copy mechanisms side by side. A: size of the queries and keys of each. */
export interface RepeatWeights {
  /** @shape [H, K * A] */
  readonly query: Value<Tensor2D>;
  /** A weight for each lag: 0 is the play just heard. @shape [repeatWindow, K] */
  readonly lag: Value<Tensor2D>;
  /** What log(plays) of an item is worth. @shape [1, K] */
  readonly count: Value<Tensor2D>;
  /** A weight for each lag and age of a play together; absent where the model reads no times. @shape [AGE_ROWS, K] */
  readonly gap?: Value<Tensor2D>;
  /** @shape [H, K] */
  readonly gate: Value<Tensor2D>;
  /** @shape [K] */
  readonly gateBias: Value<Tensor1D>;
}

type AttentionWeights = Omit<RepeatWeights, "gate" | "gateBias">;

/**
 * Attention of every step over the items of the last plays, each at its latest play; for each mechanism k
 *
 *   a[t, j] = softmax over j of (Q q[t]) . key[j] / sqrt(A) + lag[t - j] + count log(n[j]) + gap[t - j, age(t, j)]
 *
 * key[j]: K h[j] and what the attributes of the play's item add; j: the latest play of each item among the last `repeatWindow` plays up to t, t included; n[j]: plays of its item among the
 * `repeatWindow` plays that end at j; age(t, j): the sum of the pauses from j to t in whole seconds, as a row of the table of
 * pauses, 0 where one of them is unknown. The last term tells five songs ago in this session from five songs ago last week.
 *
 * @source intervals of time between two plays: TiSASRec (Li et al. 2020), which adds them for each pair to keys and values; logs
 *         of a listener's own counts: Abbattista et al. 2024, who add them to the logits
 * @shape asked [T * B, H]: states q as they ask; keyRows [T * B, K * A] -> attention [B, K, T, T]; queries, keys [B, K, T, A]
 */
export function repeatAttention(
  asked: Tensor2D,
  keyRows: Tensor2D,
  { query, lag, count, gap }: AttentionWeights,
  { length: T, size: B }: Batch,
  pairs: RepeatPairs,
): { readonly attention: Tensor4D; readonly queries: Tensor4D; readonly keys: Tensor4D } {
  const [window, K] = lag.tensor.shape;
  const queries = byRow(product(asked, query.tensor), T, B, K);
  const keys = byRow(keyRows, T, B, K);
  const lags = tf.transpose(takeRows(lag.tensor, lagNumbers(T, window))).reshape([1, K, T, T]);
  const scores = tf
    .matMul(queries, tf.transpose(keys, [0, 1, 3, 2]))
    .div(Math.sqrt(queries.shape[3]))
    .add(lags)
    .add(tf.tensor4d(pairs.logs, [B, 1, 1, T]).mul(count.tensor.reshape([1, K, 1, 1])))
    .add(tf.tensor4d(pairs.closed, [B, 1, T, T]));
  const aged = gap ? scores.add(eachPair(takeRows(gap.tensor, pairs.ages), T, B)) : scores;
  return { attention: tf.softmax(aged) as Tensor4D, queries, keys };
}

/**
 * How strongly the copy mechanisms speak for each target beside the softmax over all items.
 *
 * A next item is drawn from the attention of mechanism k with probability g[k] and from the softmax with what is left, where g is
 * the softmax of the K gates G h[t] + g and of 0. So the loss is the mean of -log((1 - sum g) softmax + sum of g copy) =
 * -log(softmax + sum of odds copy) + log(1 + sum of odds), odds = exp of the gates. The second part is added to the loss here;
 * the sum of odds times copy is returned for the cross-entropy.
 *
 * @shape keys [T * B, K * A]; asked [T * B, H]: states as they ask; h [N, H]: the rows of `asked` with a target -> [N]
 * @source the mixture of Merity et al. 2017 (pointer sentinel), used on plays as RepeatNet does (Ren et al. 2019)
 */
export function repeatOdds(
  graph: Graph,
  { keys, asked, h }: { readonly [name in "keys" | "asked" | "h"]: Value<Tensor2D> },
  weights: RepeatWeights,
  batch: Batch,
  pairs: RepeatPairs,
): Value<Tensor1D> {
  const copy = attentionOnTargets(graph, asked, keys, weights, batch, pairs);
  const gate = linear(graph, h, weights.gate, weights.gateBias);
  const odds = gate.tensor.exp() as Tensor2D;
  const all = odds.sum(1, true);
  graph.term(all.log1p().mean() as Scalar, [[gate, odds.div(all.add(1)).div(batch.positions.length)]]);
  return graph.output(odds.mul(copy.tensor).sum(1) as Tensor1D, [gate, copy], (dy) => {
    const d = dy.reshape([-1, 1]).mul(odds);
    return [d.mul(copy.tensor), d];
  });
}

/** Attention of each mechanism that falls on plays of the item that came next, of the rows with a target. @shape -> [N, K] */
function attentionOnTargets(
  graph: Graph,
  asked: Value<Tensor2D>,
  keyRows: Value<Tensor2D>,
  weights: RepeatWeights,
  batch: Batch,
  pairs: RepeatPairs,
): Value<Tensor2D> {
  const { query, lag, count, gap } = weights;
  const { length: T, size: B, positions } = batch;
  const [window, K] = lag.tensor.shape;
  const { attention, queries, keys } = repeatAttention(asked.tensor, keyRows.tensor, weights, batch, pairs);
  const matches = tf.tensor4d(targetMatches(batch), [B, 1, T, T]);
  const onTargets = attention.mul(matches).sum(3, true) as Tensor4D; // [B, K, T, 1]
  const rows = positions.map((row) => (row % B) * T + Math.floor(row / B));
  const copy = takeRows(tf.transpose(onTargets, [0, 2, 1, 3]).reshape([B * T, K]), rows);
  return graph.output(copy, [asked, keyRows, query, lag, count, ...(gap ? [gap] : [])], (dy) => {
    const d = tf.transpose(addRows(dy as Tensor2D, rows, B * T).reshape([B, T, K]), [0, 2, 1]).reshape([B, K, T, 1]);
    const dScores = attention.mul(matches.sub(onTargets)).mul(d) as Tensor4D; // softmax: a (da - sum of a da)
    const root = Math.sqrt(queries.shape[3]);
    const dQueries = byStep(tf.matMul(dScores, keys).div(root) as Tensor4D);
    const dKeys = byStep(tf.matMul(tf.transpose(dScores, [0, 1, 3, 2]), queries).div(root) as Tensor4D);
    const perLag = tf.transpose(dScores.sum(0).reshape([K, T * T])) as Tensor2D;
    const perPlay = dScores.sum(2).mul(tf.tensor3d(pairs.logs, [B, 1, T])); // [B, K, T]
    return [
      productTransposeB(dQueries, query.tensor),
      dKeys,
      productTransposeA(asked.tensor, dQueries),
      addRows(perLag, lagNumbers(T, window), window),
      perPlay.sum([0, 2]).reshape([1, K]),
      ...(gap ? [addRows(byPair(dScores), pairs.ages, gap.tensor.shape[0])] : []),
    ];
  });
}

/** [T * B, K * A] -> [B, K, T, A] */
function byRow(x: Tensor2D, T: number, B: number, K: number): Tensor4D {
  return tf.transpose(x.reshape([T, B, K, x.shape[1] / K]), [1, 2, 0, 3]) as Tensor4D; // named for TypeDoc, whose TypeScript is older
}

/** [B, K, T, A] -> [T * B, K * A] */
function byStep(x: Tensor4D): Tensor2D {
  const [B, K, T, A] = x.shape;
  return tf.transpose(x, [2, 0, 1, 3]).reshape([T * B, K * A]);
}

/** [B * T * T, K] -> [B, K, T, T] */
function eachPair(x: Tensor2D, T: number, B: number): Tensor4D {
  return tf.transpose(x.reshape([B, T, T, x.shape[1]]), [0, 3, 1, 2]) as Tensor4D;
}

/** [B, K, T, T] -> [B * T * T, K] */
function byPair(x: Tensor4D): Tensor2D {
  return tf.transpose(x, [0, 2, 3, 1]).reshape([-1, x.shape[1]]) as Tensor2D;
}
