import { addRows } from "./embedding.js";
import { attribute, isNative, rawOp } from "./native.js";
import { columnSums, productTransposeA, productTransposeB, rowRange, takeRows } from "./portable.js";
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

function chunkGradients(
  h: Tensor2D,
  table: Tensor2D,
  bias: Tensor1D,
  targets: Tensor1D,
  extra?: Tensor1D,
): ChunkGradients {
  return isNative() ? chunkNative(h, table, bias, targets, extra) : chunkPlain(h, table, bias, targets, extra);
}

/**
 * Loss of each row from its probability of the target, the part of it that the softmax answers for, and the gradient to
 * `extra`: d/dz -log(p + e) = p / (p + e) (softmax - one-hot), d/de = -1 / (p + e).
 */
function mixture(atTarget: Tensor1D, extra?: Tensor1D) {
  if (!extra) return { losses: atTarget.maximum(SMALLEST).log().neg() };
  const total = atTarget.add(extra).maximum(SMALLEST);
  return {
    losses: total.log().neg(),
    part: atTarget.div(total).expandDims(1),
    dExtra: total.reciprocal().neg() as Tensor1D,
  };
}

function chunkNative(
  h: Tensor2D,
  table: Tensor2D,
  bias: Tensor1D,
  targets: Tensor1D,
  extra?: Tensor1D,
): ChunkGradients {
  const logits = h.matMul(table, false, true).add(bias);
  const types = [attribute.dtype("T", "float32"), attribute.dtype("Tlabels", "int32")];
  const [plain, backprop] = rawOp("SparseSoftmaxCrossEntropyWithLogits", types, [logits, targets], 2) as [
    Tensor1D,
    Tensor2D,
  ];
  logits.dispose();
  const { losses, part, dExtra } = extra ? mixture(plain.neg().exp() as Tensor1D, extra) : { losses: plain };
  const dLogits = (part ? backprop.mul(part) : backprop) as Tensor2D;
  return {
    loss: losses.sum() as Scalar,
    dh: dLogits.matMul(table) as Tensor2D,
    dTable: dLogits.matMul(h, true) as Tensor2D,
    dBias: dLogits.sum(0) as Tensor1D,
    dExtra,
  };
}

/** The same without the one-hot matrix: products with the probabilities, corrected at the targets' rows. */
function chunkPlain(h: Tensor2D, table: Tensor2D, bias: Tensor1D, targets: Tensor1D, extra?: Tensor1D): ChunkGradients {
  const n = h.shape[0];
  const R = table.shape[0];
  const softmax = tf.softmax(productTransposeB(h, table).add(bias)) as Tensor2D;
  const atTarget = tf.gatherND(softmax, tf.stack([tf.range(0, n, 1, "int32"), targets], 1)) as Tensor1D;
  const { losses, part = tf.ones([n, 1]), dExtra } = mixture(atTarget, extra);
  const weighted = (extra ? softmax.mul(part) : softmax) as Tensor2D;
  return {
    loss: losses.sum() as Scalar,
    dh: weighted.matMul(table).sub(takeRows(table, targets).mul(part)) as Tensor2D,
    dTable: productTransposeA(weighted, h).sub(addRows(h.mul(part) as Tensor2D, targets, R)) as Tensor2D,
    dBias: columnSums(weighted).sub(addRows(part as Tensor2D, targets, R).reshape([R])) as Tensor1D,
    dExtra,
  };
}
