import type { Gradient, Graph, Value } from "./graph.js";
import { addRows, product, productTransposeA, productTransposeB, rowRange, takeRows } from "./operations.js";
import { type Scalar, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Logits that exist at once, in numbers: 4 Mi of them are 16 MiB. */
const LOGITS_AT_ONCE = 1 << 22;

/** Keeps the logarithm of an underflowed probability finite (a loss of 85 nats). */
const SMALLEST = 1e-37;

/** Sums of exponentials in this range are as exact as after subtracting the row's largest logit first. */
const SAFE_SUM = [1e-30, 1e30] as const;

/**
 * Adds to the loss the mean cross-entropy of a linear layer over all items, without ever holding all N x (V+1) logits:
 * rows go through in chunks, and each chunk's gradients are taken while its logits are there.
 *
 *   loss = mean over rows of logsumexp(h E' + b) - (h E' + b)[target]
 *
 * Column 0 (padding) takes no part: give it a bias of about -1e9.
 *
 * With `extra`, something else speaks for the target too, and the loss is the mean of -log(softmax[target] + extra).
 *
 * @shape h [N, D]; table [V+1, D]; bias [V+1]; targets int32 [N], each in 1…V; extra [N], >= 0; loss in nats
 */
export function linearCrossEntropy(
  graph: Graph,
  h: Value<Tensor2D>,
  table: Value<Tensor2D>,
  bias: Value<Tensor1D>,
  targets: Int32Array,
  extra?: Value<Tensor1D>,
): void {
  const [N] = h.tensor.shape;
  const chunk = Math.max(1, Math.min(N, Math.floor(LOGITS_AT_ONCE / table.tensor.shape[0])));
  const parts: Chunk[] = [];
  for (let start = 0; start < N; start += chunk) {
    const n = Math.min(chunk, N - start);
    const answers = targets.subarray(start, start + n);
    const before = parts.at(-1);
    const part = tf.tidy(() => {
      const more = extra && (n === N ? extra.tensor : (extra.tensor.slice([start], [n]) as Tensor1D));
      const inputs = { h: rowRange(h.tensor, start, n), targets: answers, extra: more };
      const { loss, gradients } = chunkOf(inputs, table.tensor, bias.tensor, graph.recording ? N : undefined);
      return {
        loss: before ? loss.add(before.loss) : loss,
        gradients: gradients && plus(gradients, before?.gradients),
      } as never;
    }) as unknown as Chunk;
    if (before) tf.dispose([before.loss, before.gradients?.dTable ?? [], before.gradients?.dBias ?? []]);
    parts.push(part);
  }
  const { loss, gradients } = parts[parts.length - 1];
  const joined = (name: "dh" | "atTargets" | "dExtra") => {
    const tensors = parts.map((part) => part.gradients?.[name]) as Tensor2D[];
    return tensors.length > 1 ? (tf.concat(tensors) as Tensor2D) : tensors[0];
  };
  const back: [Value, Gradient][] = [];
  if (gradients) {
    back.push([h, joined("dh")], [table, gradients.dTable], [bias, gradients.dBias]);
    back.push([table, { rows: targets, values: joined("atTargets") }]);
    if (extra) back.push([extra, joined("dExtra")]);
  }
  graph.term(loss.div(N) as Scalar, back);
}

/** Loss of some rows, summed; gradients of the mean over all rows. */
interface Chunk {
  readonly loss: Scalar;
  readonly gradients?: ChunkGradients;
}

interface ChunkGradients {
  readonly dh: Tensor2D;
  /** Without what the targets take off, which is `atTargets`. */
  readonly dTable: Tensor2D;
  readonly atTargets: Tensor2D;
  readonly dBias: Tensor1D;
  readonly dExtra?: Tensor1D;
}

/** The first chunk's own gradients, with those to the shared table and bias added up. */
function plus(own: ChunkGradients, before?: ChunkGradients): ChunkGradients {
  if (!before) return own;
  const dTable = own.dTable.add(before.dTable) as Tensor2D;
  return { ...own, dTable, dBias: own.dBias.add(before.dBias) as Tensor1D };
}

/**
 * With E = exp(h table' + bias) and its row sums S, softmax is E / S, and dividing by S can wait until after the products:
 * dh = (E table) / S - table[target] and dTable = E' (h / S) - rows of h at the targets. So the N x (V+1) numbers are
 * written once, by exp, and only read after that.
 *
 * exp needs no shift where all S are in a safe range. Otherwise each row is shifted by its largest logit, at the price of
 * two more passes.
 *
 * @param N rows of all chunks; undefined leaves gradients out
 */
function chunkOf(
  { h, targets, extra }: { readonly h: Tensor2D; readonly targets: Int32Array; readonly extra?: Tensor1D },
  table: Tensor2D,
  bias: Tensor1D,
  N: number | undefined,
): Chunk {
  const products = productTransposeB(h, table);
  const logits = products.add(bias);
  products.dispose();
  let shift: Tensor2D | undefined;
  let exponentials = logits.exp() as Tensor2D;
  let sums = exponentials.sum(1, true) as Tensor2D;
  if (!isSafe(sums)) {
    shift = logits.max(1, true) as Tensor2D;
    exponentials = logits.sub(shift).exp() as Tensor2D;
    sums = exponentials.sum(1, true) as Tensor2D;
  }
  logits.dispose();
  const rows = takeRows(table, targets);
  const own = h
    .mul(rows)
    .sum(1, true)
    .add(takeRows(bias.expandDims(1) as Tensor2D, targets));
  const plain = sums
    .log()
    .sub(shift ? own.sub(shift) : own)
    .reshape([-1]) as Tensor1D;
  const { losses, part, dExtra } = extra ? mixture(plain, extra) : { losses: plain };
  const loss = losses.sum() as Scalar;
  if (N === undefined) return { loss };
  const share = part ? part.div(N) : tf.fill([targets.length, 1], 1 / N);
  const scale = sums.reciprocal().mul(share) as Tensor2D;
  const gradients = {
    dh: product(exponentials, table).mul(scale).sub(rows.mul(share)) as Tensor2D,
    dTable: productTransposeA(exponentials, h.mul(scale) as Tensor2D),
    atTargets: h.mul(share).neg() as Tensor2D,
    dBias: productTransposeA(exponentials, scale)
      .sub(addRows(share as Tensor2D, targets, table.shape[0]))
      .reshape([-1]) as Tensor1D,
    dExtra: dExtra?.div(N) as Tensor1D | undefined,
  };
  return { loss, gradients };
}

function isSafe(sums: Tensor2D): boolean {
  const [least, most] = [sums.min().dataSync()[0], sums.max().dataSync()[0]];
  return least > SAFE_SUM[0] && most < SAFE_SUM[1];
}

/**
 * Loss of each row from its loss without `extra`, the part of the probability that the softmax answers for, and the
 * gradient to `extra`: d/dz -log(p + e) = p / (p + e) (softmax - one-hot), d/de = -1 / (p + e).
 */
function mixture(plain: Tensor1D, extra: Tensor1D) {
  const atTarget = plain.neg().exp();
  const total = atTarget.add(extra).maximum(SMALLEST);
  return {
    losses: total.log().neg() as Tensor1D,
    part: atTarget.div(total).expandDims(1) as Tensor2D,
    dExtra: total.reciprocal().neg() as Tensor1D,
  };
}
