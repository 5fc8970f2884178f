import { addRows } from "./embedding.js";
import { productTransposeA, productTransposeB, rowRange, takeRows } from "./portable.js";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Logits that exist at once, in numbers: 4 Mi of them are 16 MiB. */
const LOGITS_AT_ONCE = 1 << 22;

/** Keeps the logarithm of an underflowed probability finite (a loss of 85 nats). */
const SMALLEST = 1e-37;

/**
 * Mean cross-entropy of a linear layer over all items, without ever holding all N x (V+1) logits: rows go through in
 * chunks, and each chunk's gradients are taken while its logits are there.
 *
 *   loss = mean over rows of logsumexp(h E' + b) - (h E' + b)[target]
 *
 * Column 0 (padding) takes no part: give it a bias of about -1e9.
 *
 * With `extra`, something else speaks for the target too, and the loss is the mean of -log(softmax[target] + extra).
 *
 * @shape h [N, D]; table [V+1, D]; bias [V+1]; targets int [N], each in 1…V; extra [N], >= 0 -> scalar, in nats
 */
export function linearCrossEntropy(
  h: Tensor2D,
  table: Tensor2D,
  bias: Tensor1D,
  targets: Tensor1D,
  extra?: Tensor1D,
): Scalar {
  const layer = tf.customGrad((...args: unknown[]) => {
    const save = args.pop() as (kept: Tensor[]) => void;
    const [hIn, tableIn, biasIn, extraIn] = args as [Tensor2D, Tensor2D, Tensor1D, Tensor1D | undefined];
    const [N] = hIn.shape;
    const chunk = Math.max(1, Math.min(N, Math.floor(LOGITS_AT_ONCE / tableIn.shape[0])));
    const perRow: Tensor[][] = []; // dh and dExtra of each chunk
    let sums: Tensor[] = []; // loss, dTable, dBias over the chunks so far
    for (let start = 0; start < N; start += chunk) {
      const n = Math.min(chunk, N - start);
      const part = tf.tidy(() => {
        const answers = n === N ? targets : (targets.slice([start], [n]) as Tensor1D);
        const more = extraIn && (n === N ? extraIn : (extraIn.slice([start], [n]) as Tensor1D));
        const g = chunkGradients(rowRange(hIn, start, n), tableIn, biasIn, answers, more);
        const own = [g.loss, g.dTable, g.dBias];
        return {
          sums: own.map((value, i) => (sums[i] ? value.add(sums[i]) : value)),
          rows: more ? [g.dh, g.dExtra as Tensor] : [g.dh],
        };
      }) as unknown as { sums: Tensor[]; rows: Tensor[] };
      tf.dispose(sums);
      ({ sums } = part);
      perRow.push(part.rows);
    }
    const joined = perRow[0].map((_, i) =>
      perRow.length > 1 ? tf.concat(perRow.map((rows) => rows[i])) : perRow[0][i],
    );
    const [loss, dTable, dBias] = sums;
    const [dh, dExtra] = joined;
    save(extraIn ? [dh, dTable, dBias, dExtra] : [dh, dTable, dBias]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const scale = dy.div(N);
      return saved.map((gradient) => gradient.mul(scale));
    };
    return { value: loss.div(N), gradFunc };
  });
  return layer(...(extra ? [h, table, bias, extra] : [h, table, bias])) as Scalar;
}

/** Of the sum of the chunk's losses. */
interface ChunkGradients {
  readonly loss: Scalar;
  readonly dh: Tensor2D;
  readonly dTable: Tensor2D;
  readonly dBias: Tensor1D;
  readonly dExtra?: Tensor1D;
}

/** Sums of exponentials in this range are as exact as after subtracting the row's largest logit first. */
const SAFE_SUM = [1e-30, 1e30] as const;

/**
 * With E = exp(h table' + bias) and its row sums S, softmax is E / S, and dividing by S can wait until after the products:
 * dh = (E table) / S - table[target] and dTable = E' (h / S) - rows of h at the targets. So the N x (V+1) numbers are
 * written once, by exp, and only read after that.
 *
 * exp needs no shift where all S are in a safe range. Otherwise each row is shifted by its largest logit, at the price of
 * two more passes.
 */
function chunkGradients(
  h: Tensor2D,
  table: Tensor2D,
  bias: Tensor1D,
  targets: Tensor1D,
  extra?: Tensor1D,
): ChunkGradients {
  const R = table.shape[0];
  const logits = productTransposeB(h, table).add(bias);
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
  const targetBias = takeRows(bias.expandDims(1) as Tensor2D, targets);
  const own = h.mul(rows).sum(1, true).add(targetBias);
  const plain = sums
    .log()
    .sub(shift ? own.sub(shift) : own)
    .reshape([-1]) as Tensor1D;
  const { losses, part, dExtra } = extra ? mixture(plain, extra) : { losses: plain };
  const scale = (part ? sums.reciprocal().mul(part) : sums.reciprocal()) as Tensor2D;
  const partOf = (x: Tensor2D) => (part ? x.mul(part) : x) as Tensor2D;
  return {
    loss: losses.sum() as Scalar,
    dh: exponentials.matMul(table).mul(scale).sub(partOf(rows)) as Tensor2D,
    dTable: productTransposeA(exponentials, h.mul(scale) as Tensor2D).sub(addRows(partOf(h), targets, R)) as Tensor2D,
    dBias: productTransposeA(exponentials, scale)
      .sub(addRows(part ?? tf.ones([targets.shape[0], 1]), targets, R))
      .reshape([R]) as Tensor1D,
    dExtra,
  };
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
