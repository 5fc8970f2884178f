import { embedding, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";

/** Weights of the copy mechanism. A: size of queries and keys. */
export interface RepeatWeights {
  /** @shape [H, A] */
  readonly query: Tensor2D;
  /** @shape [H, A] */
  readonly key: Tensor2D;
  /** A weight for each lag: 0 is the play just heard. @shape [repeatWindow, 1] */
  readonly lag: Tensor2D;
  /** @shape [H, 1] */
  readonly gate: Tensor2D;
  /** @shape [1] */
  readonly gateBias: Tensor1D;
}

/** Takes a play out of the attention. */
const NEVER = -1e9;

/**
 * Attention of every step over the last plays, and how likely the next play is a repetition at all.
 *
 *   a[t, j] = softmax over the last plays j of (Q h[t]) . (K h[j]) / sqrt(A) + lag[t - j]      g[t] = s(G h[t] + g)
 *
 * A next item is then drawn with probability g[t] from the attention and with 1 - g[t] from the softmax over all items.
 *
 * @shape states [T * B, H] -> attention [B, T, T]; gate [T * B]: log odds of a repetition
 * @source the mixture of Merity et al. 2017 (pointer sentinel), used on plays as RepeatNet does (Ren et al. 2019)
 */
export function repeatAttention(
  states: Tensor2D,
  batch: Batch,
  weights: RepeatWeights,
): { readonly attention: Tensor3D; readonly gate: Tensor1D } {
  const { length: T, size: B } = batch;
  const A = weights.query.shape[1];
  const perRow = (x: Tensor2D) => tf.transpose(x.reshape([T, B, A]), [1, 0, 2]) as Tensor3D; // [B, T, A]
  const queries = perRow(states.matMul(weights.query) as Tensor2D);
  const keys = tf.transpose(perRow(states.matMul(weights.key) as Tensor2D), [0, 2, 1]);
  const window = weights.lag.shape[0];
  const lags = embedding(weights.lag, tf.tensor1d(lagNumbers(T, window), "int32")).reshape([1, T, T]);
  const scores = tf.matMul(queries, keys).div(Math.sqrt(A)).add(lags).add(closed(batch, window));
  const gate = states
    .matMul(weights.gate)
    .add(weights.gateBias)
    .reshape([T * B]) as Tensor1D;
  return { attention: tf.softmax(scores) as Tensor3D, gate };
}

/** Attention that falls on plays of the item that came next. @shape [B, T, T] -> [T * B] */
export function attentionOnTargets(attention: Tensor3D, batch: Batch): Tensor1D {
  const { length: T, size: B } = batch;
  const matches = tf.tensor3d(targetMatches(batch), [B, T, T]);
  return tf.transpose(attention.mul(matches).sum(2)).reshape([T * B]) as Tensor1D;
}

/** Lag t - j of each pair, cut to the window. @shape int32 [T * T] */
function lagNumbers(T: number, window: number): Int32Array {
  return Int32Array.from({ length: T * T }, (_, at) =>
    Math.max(0, Math.min(window - 1, Math.floor(at / T) - (at % T))),
  );
}

/** NEVER where play j is later than t, out of the window, or padding; a step without any play attends to itself. */
function closed({ length: T, size: B, padding }: Batch, window: number): Tensor3D {
  const mask = new Float32Array(B * T * T);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let j = 0; j < T; j++)
        if (j !== t && (j > t || t - j >= window || j < padding[b])) mask[(b * T + t) * T + j] = NEVER;
  return tf.tensor3d(mask, [B, T, T]);
}

/** 1 where play j is of the item that is the target at step t. */
function targetMatches({ length: T, size: B, inputs, positions, targets }: Batch): Float32Array {
  const matches = new Float32Array(B * T * T);
  for (let m = 0; m < positions.length; m++) {
    const t = Math.floor(positions[m] / B);
    const b = positions[m] % B;
    for (let j = 0; j <= t; j++) if (inputs[j * B + b] === targets[m]) matches[(b * T + t) * T + j] = 1;
  }
  return matches;
}
