// The LSTM layer out of TensorFlow's operations. Its plain twin is `recurrentPlain(cells.lstm, …)`.
import type { Layout, RecurrentPass, RecurrentWeights } from "./cells.js";
import { attribute, floatOp, floatType, int64, matMulNative, rawOp, splitColumns } from "./native.js";
import { columnSums, toSteps } from "./operations.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** Large enough that the logistic function of it is exactly 0 in float32, so that a padded step leaves the state at zero. */
const CLOSED_GATE = -1e4;

/** Numbers of a step's recurrent product, B x H x 4H, from which on a loop of large products beats `BlockLSTM`. */
const LOOP_FROM = 1 << 22;

/** Gates, cell states and their tanh, each step by step. */
interface Steps {
  readonly i: readonly Tensor2D[];
  readonly g: readonly Tensor2D[];
  readonly f: readonly Tensor2D[];
  readonly o: readonly Tensor2D[];
  readonly c: readonly Tensor2D[];
  readonly squashed: readonly Tensor2D[];
}

/** States of all steps [T * B, H], and what the way back needs, cut up only when it is asked for. */
interface ForwardPass {
  readonly h: Tensor2D;
  readonly steps: () => Steps;
}

/**
 * Backward it is `LSTMBlockCellGrad` step by step, with the weight gradients as one product over all steps (twice as fast
 * as `BlockLSTMGrad`, measured). TensorFlow's gate order is i, g, f, o.
 *
 * @shape x [T * B, D] -> [T * B, H]
 */
export function lstmNative(x: Tensor2D, weights: RecurrentWeights, layout: Layout): RecurrentPass {
  const { input: Wx, recurrent: Wh, bias } = weights;
  const { length: T, size: B, padding } = layout;
  const N = T * B;
  const H = Wh.shape[0];
  // A padded step gets one more input that closes its input gate; at real steps that input is 0.
  const padded = padding.some((n) => n > 0);
  const xs = padded ? (tf.concat([x, paddingColumn(layout)], 1) as Tensor2D) : x;
  const Wxs = padded ? (tf.concat([Wx, closingRow(H)], 0) as Tensor2D) : Wx;
  const zero = tf.zeros([B, H]) as Tensor2D;
  const forward = B * H * 4 * H >= LOOP_FROM ? loop : block;
  const { h, steps } = forward(xs, Wxs, Wh, bias, zero, T);
  const backward = (dStates: Tensor2D) => {
    const { i, g, f, o, c, squashed } = steps();
    const dys = toSteps(dStates, T);
    const none = tf.zeros([B, 1]); // the operation reads x, W and b only for their shapes
    const W = tf.zeros([1 + H, 4 * H]);
    const peephole = tf.zeros([H]);
    const WhT = tf.transpose(Wh) as Tensor2D;
    const gates = new Array<Tensor2D>(T);
    let dc = zero;
    let dh = dys[T - 1];
    for (let t = T - 1; t >= 0; t--) {
      const [cell, last] = [t > 0 ? c[t - 1] : zero, zero];
      const fixed = [none, cell, last, W, peephole, peephole, peephole, bias];
      const own = [i[t], c[t], f[t], o[t], g[t], squashed[t], dc, dh];
      const [dcBefore, dGates] = rawOp("LSTMBlockCellGrad", noPeephole(), [...fixed, ...own], 5) as Tensor2D[];
      dc = dcBefore;
      gates[t] = dGates;
      if (t > 0) dh = floatOp("AddV2", dys[t - 1], matMulNative(dGates, WhT));
    }
    const G = tf.concat(gates, 0) as Tensor2D;
    const before = T > 1 ? (tf.concat([zero, h.slice([0, 0], [N - B, H])], 0) as Tensor2D) : zero;
    return [matMulNative(G, Wx, false, true), matMulNative(x, G, true), matMulNative(before, G, true), columnSums(G)];
  };
  return { states: h, backward };
}

type Forward = (x: Tensor2D, Wx: Tensor2D, Wh: Tensor2D, bias: Tensor1D, zero: Tensor2D, T: number) => ForwardPass;

/** The whole sequence in one operation. */
const block: Forward = (x, Wx, Wh, bias, zero, T) => {
  const [B, H] = zero.shape;
  const peephole = tf.zeros([H]);
  const attributes = [attribute.float("forget_bias", 0), attribute.float("cell_clip", -1), ...noPeephole()];
  const x3 = x.reshape([T, B, x.shape[1]]);
  const W = tf.concat([Wx, Wh], 0);
  const inputs = [int64(T), x3, zero, zero, W, peephole, peephole, peephole, bias];
  const all = rawOp("BlockLSTM", attributes, inputs, 7) as Tensor2D[];
  const steps = () => {
    const [i, c, f, o, g, squashed] = all.slice(0, 6).map((tensor) => tf.unstack(tensor) as Tensor2D[]);
    return { i, g, f, o, c, squashed };
  };
  return { h: all[6].reshape([T * B, H]) as Tensor2D, steps };
};

/** The input projection of all steps at once, then one product and the gates for each step. */
const loop: Forward = (x, Wx, Wh, bias, _zero, T) => {
  const projected = toSteps(matMulNative(x, Wx).add(bias) as Tensor2D, T);
  const steps: Record<keyof Steps, Tensor2D[]> = { i: [], g: [], f: [], o: [], c: [], squashed: [] };
  const hs: Tensor2D[] = [];
  for (let t = 0; t < T; t++) {
    const gates = t === 0 ? projected[0] : floatOp("AddV2", projected[t], matMulNative(hs[t - 1], Wh));
    const [iIn, gIn, fIn, oIn] = splitColumns(gates, 4);
    const i = floatOp("Sigmoid", iIn);
    const g = floatOp("Tanh", gIn);
    const f = floatOp("Sigmoid", fIn);
    const o = floatOp("Sigmoid", oIn);
    const added = floatOp("Mul", i, g);
    const c = t === 0 ? added : floatOp("AddV2", floatOp("Mul", f, steps.c[t - 1]), added);
    const squashed = floatOp("Tanh", c);
    hs.push(floatOp("Mul", o, squashed));
    for (const [name, tensor] of Object.entries({ i, g, f, o, c, squashed })) steps[name as "i"].push(tensor);
  }
  return { h: hs.length > 1 ? (tf.concat(hs, 0) as Tensor2D) : hs[0], steps: () => steps };
};

const noPeephole = () => [attribute.bool("use_peephole", false), ...floatType()];

/** 1 at padded steps, 0 at real ones. @shape [T * B, 1] */
function paddingColumn({ length: T, size: B, padding }: Layout): Tensor2D {
  const column = new Float32Array(T * B);
  for (let t = 0; t < T; t++) for (let b = 0; b < B; b++) column[t * B + b] = t < padding[b] ? 1 : 0;
  return tf.tensor2d(column, [T * B, 1]);
}

/** Weights of that input: they close the input gate and leave the other gates alone. @shape [1, 4*H] */
function closingRow(H: number): Tensor2D {
  const row = new Float32Array(4 * H);
  row.fill(CLOSED_GATE, 0, H);
  return tf.tensor2d(row, [1, 4 * H]);
}
