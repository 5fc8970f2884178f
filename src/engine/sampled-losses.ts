// Losses that compare the target with some drawn items and not with all. One row is one position: its positive score p and
// its scores s of K negatives that all rows share.
import type { Graph, Value } from "./graph.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { product, productTransposeA, productTransposeB, takeRows } from "./operations.js";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Value of each row [N, 1], and its derivatives to p [N, 1] and s [N, K]. */
interface RowLoss {
  readonly losses: Tensor;
  readonly dPositive: Tensor;
  readonly dNegatives: Tensor;
}

/** What a loss knows beside the scores. */
interface Setting {
  /** 1 where a negative counts, 0 where it is the row's target. @shape [N, K] */
  readonly valid: Tensor2D;
  /** V: items that could have been drawn. */
  readonly itemCount: number;
}

/** Taken off the score of a negative that does not count. */
const NEVER = 1e9;

export type SampledLossName = "sampled-softmax" | "bpr" | "bpr-max" | "top1-max" | "gbce";

export type SampledLoss = (positive: Tensor2D, negatives: Tensor2D, setting: Setting) => RowLoss;

/**
 * -log of the share of the positive among positive and negatives.
 *
 * The negatives' scores come less the log of how often each is expected in the sample (logQ), so that the sum of their
 * exponentials estimates that of all other items without bias.
 *
 * @source Jean et al. 2015; the correction: Bengio & Senécal 2008
 */
const sampledSoftmax: SampledLoss = (positive, negatives, { valid }) => {
  const closed = negatives.add(valid.sub(1).mul(NEVER));
  const most = tf.maximum(closed.max(1, true), positive);
  const [own, others] = [positive.sub(most).exp(), closed.sub(most).exp()];
  const total = own.add(others.sum(1, true));
  return {
    losses: total.log().add(most).sub(positive),
    dPositive: own.div(total).sub(1),
    dNegatives: others.div(total),
  };
};

/** Mean over negatives of -log s(p - s). @source Rendle et al. 2009 */
const bpr: SampledLoss = (positive, negatives, { valid }) => {
  const share = valid.div(valid.sum(1, true).maximum(1));
  const difference = positive.sub(negatives);
  const pull = difference.neg().sigmoid().mul(share); // 1 - s(p - s), weighed
  return {
    losses: difference.neg().softplus().mul(share).sum(1, true),
    dPositive: pull.sum(1, true).neg(),
    dNegatives: pull,
  };
};

/** Weight of the score penalty in BPR-max. @source Hidasi & Karatzoglou 2018, their value for most sets */
const BPR_MAX_PENALTY = 1;

/**
 * -log of the sum of w s(p - s), plus the sum of w s^2, with w the softmax of s: the strongest negatives count most.
 *
 * @source Hidasi & Karatzoglou 2018, equation 9
 */
const bprMax: SampledLoss = (positive, negatives, { valid }) => {
  const w = softmaxOf(negatives, valid);
  const above = positive.sub(negatives).sigmoid();
  const hit = w.mul(above).sum(1, true).add(1e-24);
  const squares = negatives.square();
  const penalty = w.mul(squares).sum(1, true);
  const slope = w.mul(above).mul(tf.sub(1, above));
  // d/ds of the first part by the softmax and by the sigmoid; of the penalty likewise.
  const first = w.mul(above.sub(hit)).sub(slope).div(hit).neg();
  const second = w.mul(squares.sub(penalty).add(negatives.mul(2))).mul(BPR_MAX_PENALTY);
  return {
    losses: hit.log().neg().add(penalty.mul(BPR_MAX_PENALTY)),
    dPositive: slope.sum(1, true).div(hit).neg(),
    dNegatives: first.add(second),
  };
};

/** The sum of w (s(s - p) + s(s^2)), with w the softmax of s. @source Hidasi & Karatzoglou 2018, equation 7 */
const top1Max: SampledLoss = (positive, negatives, { valid }) => {
  const w = softmaxOf(negatives, valid);
  const ranked = negatives.sub(positive).sigmoid();
  const size = negatives.square().sigmoid();
  const each = ranked.add(size);
  const losses = w.mul(each).sum(1, true);
  const slope = w.mul(ranked).mul(tf.sub(1, ranked));
  const sizeSlope = w.mul(size).mul(tf.sub(1, size)).mul(negatives).mul(2);
  return {
    losses,
    dPositive: slope.sum(1, true).neg(),
    dNegatives: w.mul(each.sub(losses)).add(slope).add(sizeSlope),
  };
};

/** Calibration t of gBCE: 0 is plain binary cross-entropy. @source Petrov & Macdonald 2023, their value for most sets */
const CALIBRATION = 0.75;

/**
 * Binary cross-entropy in which the positive's probability is raised to a power that undoes what sampling does to it:
 * -(b log s(p) + sum of log(1 - s(s))), b = a (t (1 - 1/a) + 1/a), a = K / (V - 1).
 *
 * @source Petrov & Macdonald 2023, equation 12
 */
const gbce: SampledLoss = (positive, negatives, { valid, itemCount }) => {
  const rate = Math.min(1, negatives.shape[1] / Math.max(1, itemCount - 1));
  const power = rate * (CALIBRATION * (1 - 1 / rate) + 1 / rate);
  return {
    losses: positive.neg().softplus().mul(power).add(negatives.softplus().mul(valid).sum(1, true)),
    dPositive: positive.neg().sigmoid().mul(-power),
    dNegatives: negatives.sigmoid().mul(valid),
  };
};

/** The losses by name. */
export const sampledLosses: Readonly<Record<SampledLossName, SampledLoss>> = {
  "sampled-softmax": sampledSoftmax,
  bpr,
  "bpr-max": bprMax,
  "top1-max": top1Max,
  gbce,
};

/** Items drawn for a batch, with the log of how often each is expected among them. */
export interface Negatives {
  /** int32 [K] */
  readonly items: Int32Array;
  /** Log of the chance of each item at one draw. @shape float32 [V+1] */
  readonly logChances: Float32Array;
}

/**
 * Adds to the loss the mean over rows of a sampled loss of a linear layer. Only the rows of `table` and `bias` that belong
 * to targets and negatives are read and get a gradient.
 *
 * @shape h [N, D]; table [V+1, D]; bias [V+1]; targets int32 [N]; negatives.items int32 [K]
 */
export function sampledLoss(
  graph: Graph,
  name: SampledLossName,
  h: Value<Tensor2D>,
  table: Value<Tensor2D>,
  bias: Value<Tensor1D>,
  targets: Int32Array,
  negatives: Negatives,
): void {
  const K = negatives.items.length;
  const columns = bias.tensor.expandDims(1) as Tensor2D;
  const [own, others] = [takeRows(table.tensor, targets), takeRows(table.tensor, negatives.items)];
  const [ownBias, otherBias] = [takeRows(columns, targets), takeRows(columns, negatives.items)];
  const corrected = name === "sampled-softmax";
  const logQ = Float32Array.from(negatives.items, (item) => (corrected ? Math.log(K) + negatives.logChances[item] : 0));
  const positive = h.tensor.mul(own).sum(1, true).add(ownBias) as Tensor2D;
  const columnBias = otherBias.reshape([1, K]).sub(tf.tensor2d(logQ, [1, K]));
  const drawn = { rows: negatives.items, table: others, bias: columnBias as Tensor2D };
  const how = corrected && hasKernels() ? softmaxByKernel : overAllPairs(name, table.tensor.shape[0] - 1);
  const { loss, dh, dOwn, dTable, dBias } = how(h.tensor, positive, targets, drawn);
  graph.term(loss, [
    [h, own.mul(dOwn).add(dh)],
    [table, { rows: targets, values: h.tensor.mul(dOwn) as Tensor2D }],
    [table, { rows: negatives.items, values: dTable }],
    [bias, { rows: targets, values: dOwn }],
    [bias, { rows: negatives.items, values: dBias }],
  ]);
}

/** Rows of the table that were drawn. */
interface Drawn {
  /** Their items. @shape int32 [K] */
  readonly rows: Int32Array;
  /** @shape [K, D] */
  readonly table: Tensor2D;
  /** @shape [1, K] */
  readonly bias: Tensor2D;
}

/** Mean loss and its gradients: to h beside the target's part, to the targets' logits, to rows and bias of what was drawn. */
interface Outcome {
  readonly loss: Scalar;
  /** @shape [N, D] */
  readonly dh: Tensor2D;
  /** @shape [N, 1] */
  readonly dOwn: Tensor2D;
  /** @shape [K, D] */
  readonly dTable: Tensor2D;
  /** @shape [K, 1] */
  readonly dBias: Tensor2D;
}

type OverDrawn = (h: Tensor2D, own: Tensor2D, targets: Int32Array, drawn: Drawn) => Outcome;

/** Sampled softmax by kernels/cross-entropy.cc, which keeps no N x K numbers. */
const softmaxByKernel: OverDrawn = (h, own, targets, { rows, table, bias }) => {
  const [items, rowTargets] = [tf.tensor1d(rows, "int32"), tf.tensor1d(targets, "int32")];
  const inputs = [h, table, bias.reshape([-1]), items, own.reshape([-1]), rowTargets];
  const [loss, dh, dTable, dBias, dOwn] = rawOp("RefrainSampledSoftmax", [], inputs, 5);
  return {
    loss: loss as Scalar,
    dh: dh as Tensor2D,
    dOwn: dOwn.expandDims(1) as Tensor2D,
    dTable: dTable as Tensor2D,
    dBias: dBias.expandDims(1) as Tensor2D,
  };
};

/** Any of the losses from the scores of all pairs, in tfjs operations; for the softmax, the twin of the kernel. */
const overAllPairs =
  (name: SampledLossName, itemCount: number): OverDrawn =>
  (h, own, targets, { rows, table, bias }) => {
    const [N, K] = [targets.length, rows.length];
    const scores = productTransposeB(h, table).add(bias) as Tensor2D;
    const same = tf.equal(tf.tensor2d(targets, [N, 1], "int32"), tf.tensor2d(rows, [1, K], "int32"));
    const setting = { valid: tf.sub(1, same.cast("float32")) as Tensor2D, itemCount };
    const { losses, dPositive, dNegatives } = sampledLosses[name](own, scores, setting);
    const ds = dNegatives.div(N) as Tensor2D;
    return {
      loss: losses.mean() as Scalar,
      dh: product(ds, table),
      dOwn: dPositive.div(N) as Tensor2D,
      dTable: productTransposeA(ds, h),
      dBias: ds.sum(0).expandDims(1) as Tensor2D,
    };
  };

function softmaxOf(scores: Tensor2D, valid: Tensor2D): Tensor2D {
  return tf.softmax(scores.add(valid.sub(1).mul(NEVER))).mul(valid) as Tensor2D;
}
