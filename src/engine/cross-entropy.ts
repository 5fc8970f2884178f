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
 * @shape h [N, D]; table [V+1, D]; bias [V+1]; targets int [N], each in 1…V -> scalar, in nats
 */
export function linearCrossEntropy(h: Tensor2D, table: Tensor2D, bias: Tensor1D, targets: Tensor1D): Scalar {
  const layer = tf.customGrad((...args: unknown[]) => {
    const [hIn, tableIn, biasIn, save] = args as [Tensor2D, Tensor2D, Tensor1D, (kept: Tensor[]) => void];
    const [N] = hIn.shape;
    const R = tableIn.shape[0];
    const chunk = Math.max(1, Math.min(N, Math.floor(LOGITS_AT_ONCE / R)));
    const dhChunks: Tensor2D[] = [];
    let loss: Scalar | undefined;
    let dTable: Tensor2D | undefined;
    let dBias: Tensor1D | undefined;
    for (let start = 0; start < N; start += chunk) {
      const n = Math.min(chunk, N - start);
      const part = tf.tidy(() => {
        const rows = rowRange(hIn, start, n);
        const answers = n === N ? targets : (targets.slice([start], [n]) as Tensor1D);
        const p = isNative()
          ? softmaxNative(rows, tableIn, biasIn, answers)
          : softmaxPlain(rows, tableIn, biasIn, answers);
        return [
          loss ? (loss.add(p.loss) as Scalar) : p.loss,
          p.dh,
          dTable ? (dTable.add(p.dTable) as Tensor2D) : p.dTable,
          dBias ? (dBias.add(p.dBias) as Tensor1D) : p.dBias,
        ] as const;
      }) as readonly [Scalar, Tensor2D, Tensor2D, Tensor1D];
      tf.dispose([loss, dTable, dBias].filter((tensor) => tensor !== undefined));
      loss = part[0];
      dhChunks.push(part[1]);
      dTable = part[2];
      dBias = part[3];
    }
    const dh = dhChunks.length > 1 ? tf.concat(dhChunks, 0) : dhChunks[0];
    save([dh, dTable as Tensor2D, dBias as Tensor1D]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const scale = dy.div(N);
      return saved.map((gradient) => gradient.mul(scale));
    };
    return { value: (loss as Scalar).div(N), gradFunc };
  });
  return layer(h, table, bias) as Scalar;
}

interface ChunkGradients {
  /** Summed over the chunk's rows. */
  readonly loss: Scalar;
  readonly dh: Tensor2D;
  readonly dTable: Tensor2D;
  readonly dBias: Tensor1D;
}

function softmaxNative(h: Tensor2D, table: Tensor2D, bias: Tensor1D, targets: Tensor1D): ChunkGradients {
  const logits = h.matMul(table, false, true).add(bias);
  const types = [attribute.dtype("T", "float32"), attribute.dtype("Tlabels", "int32")];
  const [losses, dLogits] = rawOp("SparseSoftmaxCrossEntropyWithLogits", types, [logits, targets], 2) as Tensor2D[];
  logits.dispose();
  return {
    loss: losses.sum() as Scalar,
    dh: dLogits.matMul(table) as Tensor2D,
    dTable: dLogits.matMul(h, true) as Tensor2D,
    dBias: dLogits.sum(0) as Tensor1D,
  };
}

/** The same without the one-hot matrix: products with the probabilities, corrected at the targets' rows. */
function softmaxPlain(h: Tensor2D, table: Tensor2D, bias: Tensor1D, targets: Tensor1D): ChunkGradients {
  const n = h.shape[0];
  const R = table.shape[0];
  const probabilities = tf.softmax(productTransposeB(h, table).add(bias)) as Tensor2D;
  const atTargets = tf.gatherND(probabilities, tf.stack([tf.range(0, n, 1, "int32"), targets], 1));
  const ones = tf.ones([n, 1]) as Tensor2D;
  return {
    loss: atTargets.maximum(SMALLEST).log().sum().neg() as Scalar,
    dh: probabilities.matMul(table).sub(takeRows(table, targets)) as Tensor2D,
    dTable: productTransposeA(probabilities, h).sub(addRows(h, targets, R)) as Tensor2D,
    dBias: columnSums(probabilities).sub(addRows(ones, targets, R).reshape([R])) as Tensor1D,
  };
}
