// The LSTM layer out of TensorFlow's fused operations. Its plain twin is `recurrentPlain(cells.lstm, …)`.
import { createRequire } from "node:module";
import type { RecurrentWeights } from "./cells.js";
import { attribute, rawOp } from "./native.js";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "./tensors.js";

/** Large enough that the logistic function of it is exactly 0 in float32, so that a padded step leaves the state at zero. */
const CLOSED_GATE = -1e4;

/**
 * `BlockLSTM` forward; `LSTMBlockCellGrad` step by step backward, with the weight gradients as one product over all
 * steps (twice as fast as `BlockLSTMGrad`, measured). TensorFlow's gate order is i, g, f, o.
 *
 * @shape x [T, B, D]; padding int [B] -> [T, B, H]
 */
export function lstmNative(x: Tensor3D, weights: RecurrentWeights, padding: Int32Array): Tensor3D {
  const [T, B] = x.shape;
  const H = weights.recurrent.shape[0];
  const N = T * B;
  const layer = tf.customGrad((...args: unknown[]) => {
    const [xIn, WxIn, Wh, b, save] = args as [Tensor3D, Tensor2D, Tensor2D, Tensor1D, (kept: Tensor[]) => void];
    // A padded step gets one more input that closes its input gate; at real steps that input is 0.
    const padded = padding.some((n) => n > 0);
    const x3 = padded ? (tf.concat([xIn, paddingColumn(padding, T)], 2) as Tensor3D) : xIn;
    const Wx = padded ? (tf.concat([WxIn, closingRow(H)], 0) as Tensor2D) : WxIn;
    const W = tf.concat([Wx, Wh], 0);
    const zero = tf.zeros([B, H]) as Tensor2D;
    const peephole = tf.zeros([H]);
    const length = int64(T);
    const [i, cs, f, o, g, co, h] = rawOp(
      "BlockLSTM",
      [attribute.float("forget_bias", 0), attribute.float("cell_clip", -1), NO_PEEPHOLE(), FLOAT()],
      [length, x3, zero, zero, W, peephole, peephole, peephole, b],
      7,
    ) as Tensor3D[];
    save([x3, WxIn, W, Wh, b, zero, peephole, i, cs, f, o, g, co, h]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [xs, WxSaved, WSaved, WhSaved, bias, zeroSaved, p, ...steps] = saved as Tensor2D[];
      const [iT, cT, fT, oT, gT, coT] = steps.slice(0, 6).map((tensor) => tf.unstack(tensor) as Tensor2D[]);
      const hAll = steps[6].reshape([N, H]) as Tensor2D;
      const dys = tf.unstack(dy) as Tensor2D[];
      const D = WxSaved.shape[0];
      const width = (xs as Tensor).shape[2] as number;
      const anyInput = tf.zeros([B, width]); // read by the operation only for its shape
      const gates = new Array<Tensor2D>(T);
      let dc = zeroSaved;
      let dh = dys[T - 1];
      for (let t = T - 1; t >= 0; t--) {
        const before = t > 0 ? cT[t - 1] : zeroSaved;
        const inputs = [
          anyInput,
          before,
          zeroSaved,
          WSaved,
          p,
          p,
          p,
          bias,
          iT[t],
          cT[t],
          fT[t],
          oT[t],
          gT[t],
          coT[t],
          dc,
          dh,
        ];
        const [dcBefore, dGates] = rawOp("LSTMBlockCellGrad", [NO_PEEPHOLE(), FLOAT()], inputs, 5) as Tensor2D[];
        dc = dcBefore;
        gates[t] = dGates;
        if (t > 0) dh = dys[t - 1].add(dGates.matMul(WhSaved, false, true));
      }
      const G = tf.concat(gates, 0) as Tensor2D;
      const xFlat = xs.reshape([N, width]) as Tensor2D;
      const dWx = xFlat.matMul(G, true) as Tensor2D;
      const hBefore = T > 1 ? (tf.concat([zeroSaved, hAll.slice([0, 0], [N - B, H])], 0) as Tensor2D) : zeroSaved;
      return [
        G.matMul(WxSaved, false, true).reshape([T, B, D]),
        width > D ? dWx.slice([0, 0], [D, 4 * H]) : dWx,
        hBefore.matMul(G, true),
        G.sum(0),
      ];
    };
    return { value: h, gradFunc };
  });
  return layer(x, weights.input, weights.recurrent, weights.bias) as Tensor3D;
}

const NO_PEEPHOLE = () => attribute.bool("use_peephole", false);
const FLOAT = () => attribute.dtype("T", "float32");

/** 1 at padded steps, 0 at real ones. @shape [T, B, 1] */
function paddingColumn(padding: Int32Array, T: number): Tensor3D {
  const B = padding.length;
  const column = new Float32Array(T * B);
  for (let t = 0; t < T; t++) for (let b = 0; b < B; b++) column[t * B + b] = t < padding[b] ? 1 : 0;
  return tf.tensor3d(column, [T, B, 1]);
}

/** Weights of that input: they close the input gate and leave the other gates alone. @shape [1, 4*H] */
function closingRow(H: number): Tensor2D {
  const row = new Float32Array(4 * H);
  row.fill(CLOSED_GATE, 0, H);
  return tf.tensor2d(row, [1, 4 * H]);
}

let Int64Scalar: (new (value: number) => unknown) | undefined;

/** TensorFlow wants some scalars as int64, which tfjs has no tensor for. */
function int64(value: number): unknown {
  Int64Scalar ??= createRequire(import.meta.url)("@tensorflow/tfjs-node/dist/int64_tensors").Int64Scalar;
  return new (Int64Scalar as new (value: number) => unknown)(value);
}
