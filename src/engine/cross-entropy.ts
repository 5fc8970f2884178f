import type { Gradient, Graph, Value } from "./graph.js";
import { hasKernels } from "./kernels.js";
import { ChunkOfAdditions, everyRow, type LogitAdditions, moved, onTargets } from "./logit-additions.js";
import { rawOp } from "./native.js";
import { product, productTransposeA, productTransposeB, rowRange, takeRows } from "./operations.js";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Logits that exist at once, in numbers: 16 Mi of them are 64 MiB. */
const LOGITS_AT_ONCE = 1 << 24;

/** Keeps the logarithm of an underflowed probability finite (a loss of 85 nats). */
const SMALLEST = 1e-37;

/** Sums of exponentials in this range are as exact as after subtracting the row's largest logit first. */
const SAFE_SUM = [1e-30, 1e30] as const;

export type LinearCrossEntropy = (
  graph: Graph,
  h: Value<Tensor2D>,
  table: Value<Tensor2D>,
  bias: Value<Tensor1D>,
  targets: Int32Array,
  extra?: Value<Tensor1D>,
  added?: LogitAdditions,
) => void;

/**
 * Adds to the loss the mean cross-entropy of a linear layer over all items, without ever holding all N x (V+1) logits:
 * rows go through in chunks, and each chunk's gradients are taken while its logits are there.
 *
 *   loss = mean over rows of logsumexp(h E' + b) - (h E' + b)[target]; 0 where there are no rows
 *
 * Column 0 (padding) takes no part: give it a bias of about -1e9.
 *
 * With `extra`, something else speaks for the target too, and the loss is the mean of -log(softmax[target] + extra). What is
 * `added` to some logits of each row goes into the softmax.
 *
 * @shape h [N, D]; table [V+1, D]; bias [V+1]; targets int32 [N], each in 1…V; extra [N], >= 0; loss in nats
 */
export const linearCrossEntropy: LinearCrossEntropy = (graph, h, table, bias, targets, extra, added) => {
  if (targets.length === 0) return graph.term(tf.scalar(0), []);
  const some = added && added.items.length > 0 ? added : undefined;
  (hasKernels() ? byKernel : linearCrossEntropyPlain)(graph, h, table, bias, targets, extra, some);
};

/** By kernels/cross-entropy.cc, in one operation. */
const byKernel: LinearCrossEntropy = (graph, h, table, bias, targets, extra, added) => {
  const integers = (numbers: ArrayLike<number> = []) => tf.tensor1d(Int32Array.from(numbers), "int32");
  const options = [extra?.tensor ?? tf.tensor1d([]), tf.scalar(graph.recording ? 1 : 0, "int32")];
  const additions = [integers(added?.starts), integers(added?.items), added?.values.tensor ?? tf.tensor1d([])];
  const inputs = [h.tensor, table.tensor, bias.tensor, tf.tensor1d(targets, "int32"), ...options, ...additions];
  const [loss, dh, dTable, dBias, dExtra, dAdded] = rawOp("RefrainLinearCrossEntropy", [], inputs, 6);
  const back: [Value, Gradient][] = [
    [h, dh],
    [table, dTable],
    [bias, dBias],
  ];
  if (extra) back.push([extra, dExtra]);
  if (added) back.push([added.values, dAdded]);
  graph.term(loss as Scalar, back);
};

/** The same in tfjs operations, for WASM and as the twin of the kernel. */
export const linearCrossEntropyPlain: LinearCrossEntropy = (graph, h, table, bias, targets, extra, added) => {
  const N = targets.length;
  const rows = takeRows(table.tensor, targets);
  const plain = h.tensor
    .mul(rows)
    .sum(1, true)
    .add(takeRows(bias.tensor.expandDims(1) as Tensor2D, targets)) as Tensor2D;
  const hits = added && onTargets(added, targets);
  const own = (hits ? plain.add(moved(column(added.values.tensor), hits.places, hits.rows, N)) : plain) as Tensor2D;
  const inputs = { h: h.tensor, own, extra: extra?.tensor, added };
  const sums =
    sumOverChunks(inputs, table.tensor, bias.tensor, graph.recording, false) ??
    (sumOverChunks(inputs, table.tensor, bias.tensor, graph.recording, true) as ChunkSums);
  const back: [Value, Gradient][] = [];
  if (graph.recording) {
    const { dTable, dBias, share } = sums;
    back.push([h, joined(sums.dh).sub(rows.mul(share))], [table, dTable], [bias, dBias]);
    // What the targets take off, row by row.
    back.push([table, { rows: targets, values: h.tensor.mul(share.neg()) as Tensor2D }]);
    const ones = tf.ones([N, 1]) as Tensor2D;
    back.push([bias, { rows: targets, values: ones.mul(share.neg()) as Tensor2D }]);
    if (extra) back.push([extra, joined(sums.dExtra).reshape([N])]);
    if (added && hits) {
      const answered = moved(everyRow(share, N), hits.rows, hits.places, added.items.length);
      back.push([added.values, tf.concat([...sums.dAdded]).sub(answered.reshape([-1]))]);
    }
  }
  graph.term(sums.loss.div(N) as Scalar, back);
};

interface Inputs {
  /** @shape [N, D] */
  readonly h: Tensor2D;
  /** Logit of each row's target. @shape [N, 1] */
  readonly own: Tensor2D;
  /** @shape [N] */
  readonly extra?: Tensor1D;
  readonly added?: LogitAdditions;
}

/** Loss of all rows, summed; gradients of the mean, without what the targets take off. */
interface ChunkSums {
  readonly loss: Scalar;
  readonly dTable: Tensor2D;
  readonly dBias: Tensor1D;
  /** Part of the mean that each row's softmax answers for: [N, 1], or one number for all. */
  readonly share: Tensor;
  /** Of each chunk, in order. */
  readonly dh: readonly Tensor2D[];
  readonly dExtra: readonly Tensor2D[];
  readonly dAdded: readonly Tensor1D[];
}

/**
 * With E = exp(h table') and w = exp(bias), the softmax is E w / S with row sums S = E w. Scaling by w and 1 / S can wait
 * until after the products: dh = (E (w table)) / S - table[target], dTable = w (E' (h / S)) - rows of h at the targets. So
 * the N x (V+1) numbers are written once, by the product, changed once, by exp, and only read after that.
 *
 * exp needs no shift where all S are in a safe range. With `shifted` each row is shifted by its largest logit, at the price
 * of three more passes.
 *
 * @returns undefined where a row's sum is out of the safe range
 */
function sumOverChunks(
  { h, own, extra, added }: Inputs,
  table: Tensor2D,
  bias: Tensor1D,
  recording: boolean,
  shifted: boolean,
): ChunkSums | undefined {
  const N = h.shape[0];
  const rowsAtOnce = Math.max(1, Math.min(N, Math.floor(LOGITS_AT_ONCE / table.shape[0])));
  const weight = (shifted ? tf.ones([table.shape[0], 1]) : bias.expandDims(1).exp()) as Tensor2D;
  const weighted = (shifted ? table : table.mul(weight)) as Tensor2D;
  const chunks: Chunk[] = [];
  for (let start = 0; start < N; start += rowsAtOnce) {
    const n = Math.min(rowsAtOnce, N - start);
    const part = <T extends Tensor>(x: T): T => (n === N ? x : (x.slice(start, n) as T));
    const chunk = tf.tidy((): never => {
      const hs = rowRange(h, start, n);
      const hasAdditions = added && added.starts[start] < added.starts[start + n];
      const additions = hasAdditions ? new ChunkOfAdditions(added, start, n) : undefined;
      const plainProducts = productTransposeB(hs, table);
      const products = additions?.raise(plainProducts) ?? plainProducts;
      const logits = shifted ? products.add(bias) : products;
      const shift = shifted ? logits.max(1, true) : undefined;
      const exponentials = (shift ? logits.sub(shift) : logits).exp() as Tensor2D;
      tf.dispose([products, logits]);
      const sums = product(exponentials, weight);
      if (!shifted && !isSafe(sums)) return null as never;
      const plain = (shift ? sums.log().add(shift) : sums.log()).sub(part(own)) as Tensor2D;
      const { losses, part: answered, dExtra } = extra ? mixture(plain, part(extra)) : { losses: plain };
      if (!recording) return { loss: losses.sum() } as never;
      const share = answered ? answered.div(N) : tf.scalar(1 / N);
      const scale = share.div(sums) as Tensor2D;
      return {
        loss: losses.sum(),
        share,
        dh: product(exponentials, weighted).mul(scale),
        dTable: productTransposeA(exponentials, hs.mul(scale) as Tensor2D),
        dBias: productTransposeA(exponentials, scale),
        dExtra: dExtra?.div(N),
        dAdded: additions?.at(exponentials).mul(additions.factors(weight, scale)),
      } as never;
    }) as unknown as Chunk | null;
    if (!chunk) return undefined;
    chunks.push(chunk);
    if (chunks.length > 1) addUp(chunks);
  }
  const last = chunks[chunks.length - 1];
  if (!recording) return { ...last, dh: [], dExtra: [], dAdded: [] } as unknown as ChunkSums;
  return {
    loss: last.loss,
    dTable: (shifted ? last.dTable : last.dTable.mul(weight)) as Tensor2D,
    dBias: last.dBias.mul(weight).reshape([-1]) as Tensor1D,
    share: extra ? joined(chunks.map(({ share }) => share as Tensor2D)) : last.share,
    dh: chunks.map(({ dh }) => dh),
    dExtra: extra ? chunks.map(({ dExtra }) => dExtra as Tensor2D) : [],
    dAdded: chunks.flatMap(({ dAdded }) => dAdded ?? []),
  };
}

interface Chunk {
  loss: Scalar;
  readonly share: Tensor;
  readonly dh: Tensor2D;
  dTable: Tensor2D;
  dBias: Tensor2D;
  readonly dExtra?: Tensor;
  readonly dAdded?: Tensor1D;
}

/** Adds what belongs to all rows of the last chunk but one to the last. */
function addUp(chunks: readonly Chunk[]): void {
  const [before, last] = chunks.slice(-2);
  for (const name of ["loss", "dTable", "dBias"] as const) {
    const [a, b] = [before[name] as Tensor | undefined, last[name] as Tensor | undefined];
    if (!a || !b) continue;
    (last as unknown as Record<string, Tensor>)[name] = a.add(b);
    tf.dispose([a, b]);
  }
}

function joined(parts: readonly Tensor2D[]): Tensor2D {
  return parts.length === 1 ? parts[0] : (tf.concat([...parts]) as Tensor2D);
}

/** @shape [E] -> [E, 1] */
function column(x: Tensor1D): Tensor2D {
  return x.expandDims(1) as Tensor2D;
}

function isSafe(sums: Tensor2D): boolean {
  const [least, most] = [sums.min().dataSync()[0], sums.max().dataSync()[0]];
  return least > SAFE_SUM[0] && most < SAFE_SUM[1];
}

/**
 * Loss of each row from its loss without `extra`, the part of the probability that the softmax answers for, and the
 * gradient to `extra`: d/dz -log(p + e) = p / (p + e) (softmax - one-hot), d/de = -1 / (p + e).
 */
function mixture(plain: Tensor2D, extra: Tensor1D) {
  const atTarget = plain.neg().exp();
  const total = atTarget.add(extra.expandDims(1)).maximum(SMALLEST);
  return {
    losses: total.log().neg() as Tensor2D,
    part: atTarget.div(total) as Tensor2D,
    dExtra: total.reciprocal().neg() as Tensor2D,
  };
}
