// Plain numbers for one row, which is too little work for an operation of an engine.
import { type Layout, type Tensor, type Tensor2D, tf } from "../engine/index.js";

/** Smallest probability whose logarithm is taken. */
export const SMALLEST_PROBABILITY = 1e-30;

export function asRow(numbers: Float32Array): Tensor2D {
  return tf.tensor2d(numbers, [1, numbers.length]);
}

/** Rows of one length below each other. @shape [D] each -> [N, D] */
export function asRows(rows: readonly Float32Array[]): Tensor2D {
  const D = rows[0].length;
  const all = new Float32Array(rows.length * D);
  rows.forEach((row, n) => {
    all.set(row, n * D);
  });
  return tf.tensor2d(all, [rows.length, D]);
}

/** Copies of the numbers of tensors, which are freed. One copy serves a tensor that comes more than once. */
export function numbersOf(work: () => Tensor[]): Float32Array[] {
  const tensors = tf.tidy(work);
  const copies = new Map<Tensor, Float32Array>();
  for (const tensor of new Set(tensors)) copies.set(tensor, Float32Array.from(tensor.dataSync()));
  tf.dispose([...copies.keys()]);
  return tensors.map((tensor) => copies.get(tensor) as Float32Array);
}

/** Log probability of an item that is drawn from all items or, with the chance `gate`, from the last plays. */
export function mixed(probability: number, gate: number, copied = 0): number {
  return Math.log(Math.max((1 - gate) * probability + gate * copied, SMALLEST_PROBABILITY));
}

/** x W for a small W. @shape x [P]; W [P * Q] -> [Q] */
export function rowProduct(x: Float32Array, W: Float32Array): Float32Array {
  const Q = W.length / x.length;
  const out = new Float32Array(Q);
  let q = 0;
  // Four columns at a time: the sums stay in registers, which takes a third of the time.
  for (; q + 4 <= Q; q += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let p = 0, at = q; p < x.length; p++, at += Q) {
      a += x[p] * W[at];
      b += x[p] * W[at + 1];
      c += x[p] * W[at + 2];
      d += x[p] * W[at + 3];
    }
    out[q] = a;
    out[q + 1] = b;
    out[q + 2] = c;
    out[q + 3] = d;
  }
  for (; q < Q; q++) for (let p = 0; p < x.length; p++) out[q] += x[p] * W[p * Q + q];
  return out;
}

export function softmax(scores: Float32Array): Float32Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > most) most = score;
  const all = scores.map((score) => Math.exp(score - most));
  let total = 0;
  for (const each of all) total += each;
  return all.map((each) => each / total);
}

export function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

/** Layer norm of one row, with the engine's epsilon. */
export function normal(z: Float32Array, scale: Float32Array, shift: Float32Array): Float32Array {
  let mean = 0;
  for (const value of z) mean += value / z.length;
  let variance = 0;
  for (const value of z) variance += (value - mean) ** 2 / z.length;
  const inverse = 1 / Math.sqrt(variance + 1e-5);
  return z.map((value, i) => (value - mean) * inverse * scale[i] + shift[i]);
}

/** The numbers of each row, as copies. @shape [B, N] -> float32 [N] each */
export function eachRow(rows: Tensor2D): Float32Array[] {
  const [B, N] = rows.shape;
  const numbers = rows.dataSync() as Float32Array;
  return Array.from({ length: B }, (_, b) => numbers.slice(b * N, (b + 1) * N));
}

/** Of each history the rows of its last steps, newest first, at most `most`. @shape [T * B, N] -> float32 [n * N] each */
export function newestRows(rows: Tensor2D, { length: T, size: B, padding }: Layout, most: number): Float32Array[] {
  const N = rows.shape[1];
  const numbers = rows.dataSync() as Float32Array;
  return Array.from(padding, (padded, b) => {
    const newest = new Float32Array(Math.min(T - padded, most) * N);
    for (let at = 0, row = (T - 1) * B + b; at < newest.length; at += N, row -= B)
      newest.set(numbers.subarray(row * N, (row + 1) * N), at);
    return newest;
  });
}
