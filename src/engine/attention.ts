// Causal self-attention over the last plays, with a weight for each lag instead of positions: what it gives at a step depends
// on the last plays alone, wherever they stand.
import type { Layout } from "./cells.js";
import type { Graph, Value } from "./graph.js";
import { addRows, columnSums, product, productTransposeA, productTransposeB, takeRows } from "./operations.js";
import { type Tensor2D, type Tensor3D, tf } from "./tensors.js";

/** Weights of such a layer. W: plays that are attended to. */
export interface AttentionWeights<T> {
  /** @shape [D, H] each */
  readonly query: T;
  readonly key: T;
  readonly value: T;
  /** By lag and head; lag 0 is the step itself. @shape [W, heads] */
  readonly lag: T;
}

/** Takes a place out of a softmax: exp(-1e9) is 0 in float32. */
export const NEVER = -1e9;

/**
 * y[t] = sum over the last W plays j of a[t, j] V x[j], a[t] = softmax of (Q x[t]) . (K x[j]) / sqrt(H / heads) + lag[t - j], for
 * each head; 0 at padded steps.
 *
 * @shape x [T * B, D] -> [T * B, H]
 * @source Vaswani et al. 2017; for recommendation Kang & McAuley 2018 (SASRec); lags: Shaw et al. 2018 in the form of T5
 */
export function attention(
  graph: Graph,
  x: Value<Tensor2D>,
  weights: AttentionWeights<Value<Tensor2D>>,
  layout: Layout,
): Value<Tensor2D> {
  const { query, key, value, lag } = weights;
  const { length: T, size: B, padding } = layout;
  const [W, heads] = lag.tensor.shape;
  const [queries, keys, values] = [query, key, value].map((w) => byHead(product(x.tensor, w.tensor), T, B, heads));
  const root = Math.sqrt(queries.shape[2]);
  const numbers = lagNumbers(T, W);
  const lags = takeRows(lag.tensor, numbers).reshape([T, T, heads]).transpose([2, 0, 1]).expandDims(0);
  const scores = tf
    .matMul(queries, keys, false, true)
    .div(root)
    .reshape([B, heads, T, T])
    .add(lags)
    .add(closedPlays(layout, W).expandDims(1));
  const real = tf.tensor(
    Float32Array.from({ length: B * T }, (_, at) => (at % T >= padding[Math.floor(at / T)] ? 1 : 0)),
    [B, 1, T, 1],
  );
  const weightsOfPlays = tf
    .softmax(scores)
    .mul(real)
    .reshape([B * heads, T, T]) as Tensor3D;
  const y = byStep(tf.matMul(weightsOfPlays, values), B, heads);
  return graph.output(y, [x, query, key, value, lag], (gradient) => {
    const dy = byHead(gradient as Tensor2D, T, B, heads);
    const dWeights = tf.matMul(dy, values, false, true);
    const own = weightsOfPlays.mul(dWeights);
    const dScores = own.sub(weightsOfPlays.mul(own.sum(2, true))) as Tensor3D;
    const dQueries = byStep(tf.matMul(dScores, keys).div(root) as Tensor3D, B, heads);
    const dKeys = byStep(tf.matMul(dScores, queries, true).div(root) as Tensor3D, B, heads);
    const dValues = byStep(tf.matMul(weightsOfPlays, dy, true), B, heads);
    const perLag = columnSums(dScores.reshape([B, heads * T * T])).reshape([heads, T * T]);
    return [
      [query, key, value]
        .map((w, at) => productTransposeB([dQueries, dKeys, dValues][at], w.tensor))
        .reduce((sum, each) => sum.add(each)),
      ...[dQueries, dKeys, dValues].map((d) => productTransposeA(x.tensor, d)),
      addRows(tf.transpose(perLag) as Tensor2D, numbers, W),
    ];
  });
}

/**
 * One more step of one row: keys and values of the last plays in, newest first, and with the new one out, at most W.
 *
 * @shape x [1, D]; keys, values [n, H] -> y [1, H]; keys, values [min(n + 1, W), H]
 */
export function attentionStep(
  x: Tensor2D,
  { query, key, value, lag }: AttentionWeights<Tensor2D>,
  before: { readonly keys: Tensor2D; readonly values: Tensor2D },
): { readonly y: Tensor2D; readonly keys: Tensor2D; readonly values: Tensor2D } {
  const [W, heads] = lag.shape;
  const n = Math.min(before.keys.shape[0] + 1, W);
  const newest = (w: Tensor2D, old: Tensor2D) =>
    tf.concat([product(x, w), old.slice([0, 0], [n - 1, old.shape[1]])]) as Tensor2D;
  const [keys, values] = [newest(key, before.keys), newest(value, before.values)];
  const [queries, keysByHead, valuesByHead] = [product(x, query), keys, values].map((rows) =>
    byHead(rows, rows.shape[0], 1, heads),
  );
  const scores = tf
    .matMul(queries, keysByHead, false, true)
    .div(Math.sqrt(queries.shape[2]))
    .add(tf.transpose(lag.slice([0, 0], [n, heads])).expandDims(1)) as Tensor3D;
  return { y: byStep(tf.matMul(tf.softmax(scores), valuesByHead), 1, heads), keys, values };
}

/** [T * B, H] -> [B * heads, T, H / heads] */
function byHead(x: Tensor2D, T: number, B: number, heads: number): Tensor3D {
  const size = x.shape[1] / heads;
  return tf.transpose(x.reshape([T, B, heads, size]), [1, 2, 0, 3]).reshape([B * heads, T, size]);
}

/** [B * heads, T, H / heads] -> [T * B, H] */
function byStep(x: Tensor3D, B: number, heads: number): Tensor2D {
  const [, T, size] = x.shape;
  return tf.transpose(x.reshape([B, heads, T, size]), [2, 0, 1, 3]).reshape([T * B, heads * size]);
}

/** Lag t - j of each pair, cut to the window. @shape int32 [T * T] */
export function lagNumbers(T: number, window: number): Int32Array {
  return Int32Array.from({ length: T * T }, (_, at) =>
    Math.max(0, Math.min(window - 1, Math.floor(at / T) - (at % T))),
  );
}

/** NEVER where play j is later than t, out of the window, or padding; a step attends to itself always. @shape [B, T, T] */
export function closedPlays({ length: T, size: B, padding }: Layout, window: number): Tensor3D {
  const mask = new Float32Array(B * T * T);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let j = 0; j < T; j++)
        if (j !== t && (j > t || t - j >= window || j < padding[b])) mask[(b * T + t) * T + j] = NEVER;
  return tf.tensor3d(mask, [B, T, T]);
}
