// The LSTM layer out of TensorFlow's operations, from zeros, for where our kernels are not compiled. Its plain twin is
// `recurrentPlain(cells.lstm, …)`.
import type { InitialState, Layout, RecurrentPass, RecurrentWeights } from "./cells.js";
import { attribute, floatType, int64, matMulAttributes, RawTensors } from "./native.js";
import { lastStep, previous, weightGradients } from "./recurrent-kernels.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

/** Large enough that the logistic function of it is exactly 0 in float32, so that a padded step leaves the state at zero. */
const CLOSED_GATE = -1e4;

/**
 * `BlockLSTM` forward; `LSTMBlockCellGrad` step by step backward, with the weight gradients as one product over all
 * steps (twice as fast as `BlockLSTMGrad`, measured). TensorFlow's gate order is i, g, f, o.
 *
 * @shape x [T * B, D] -> [T * B, H]
 */
export function lstmNative(
  x: Tensor2D,
  weights: RecurrentWeights,
  layout: Layout,
  { h: zero }: InitialState,
): RecurrentPass {
  const { input: Wx, recurrent: Wh, bias } = weights;
  const { length: T, size: B, padding } = layout;
  const H = Wh.shape[0];
  // A padded step gets one more input that closes its input gate; at real steps that input is 0.
  const padded = padding.some((n) => n > 0);
  const xs = padded ? tf.concat([x, paddingColumn(layout)], 1) : x;
  const W = tf.concat(padded ? [Wx, closingRow(H), Wh] : [Wx, Wh], 0);
  const peephole = tf.zeros([H]);
  const attributes = [attribute.float("forget_bias", 0), attribute.float("cell_clip", -1), ...noPeephole()];
  const raw = new RawTensors();
  const inputs = raw.numbersOf([xs.reshape([T, B, -1]), zero, zero, W, peephole, peephole, peephole, bias]);
  const outputs = raw.run("BlockLSTM", attributes, [int64(T), ...inputs], 7);
  const [i, c, f, o, g, squashed, h] = outputs.map((number) => raw.handOver(number));
  const states = h.reshape([T * B, H]) as Tensor2D;
  const backward = (dStates: Tensor2D) => {
    const G = gateGradients({ i, c, f, o, g, squashed, dStates: dStates.reshape([T, B, H]) }, zero, weights);
    return weightGradients(x, Wx, previous(states, zero), G, G);
  };
  return { states, backward, lastCell: () => lastStep(c.reshape([T * B, H]) as Tensor2D, B) };
}

/** Gradients to the gates before their functions, from the last step to the first. @shape [T, B, H] each -> [T * B, 4*H] */
function gateGradients(
  steps: Readonly<Record<"i" | "c" | "f" | "o" | "g" | "squashed" | "dStates", Tensor>>,
  zero: Tensor2D,
  { recurrent: Wh, bias }: RecurrentWeights,
): Tensor2D {
  const [T, B, H] = steps.dStates.shape;
  const raw = new RawTensors();
  try {
    const unpack = [attribute.int("num", T), ...floatType(), attribute.int("axis", 0)];
    const cut = (x: Tensor) => raw.run("Unpack", unpack, raw.numbersOf([x]), T);
    const [i, c, f, o, g, squashed, dStates] = Object.values(steps).map(cut);
    // The operation reads x, W and the peepholes only for their shapes.
    const shapes = [tf.zeros([B, 1]), tf.zeros([1 + H, 4 * H]), tf.zeros([H]), tf.transpose(Wh), zero, bias];
    const [x, W, peephole, WhT, none, b] = raw.numbersOf(shapes);
    const [backward, product, sum] = [noPeephole(), matMulAttributes(), floatType()];
    const gates = new Array<number>(T);
    let dc = none;
    let dh = dStates[T - 1];
    for (let t = T - 1; t >= 0; t--) {
      const fixed = [x, t > 0 ? c[t - 1] : none, none, W, peephole, peephole, peephole, b];
      const own = [i[t], c[t], f[t], o[t], g[t], squashed[t], dc, dh];
      [dc, gates[t]] = raw.run("LSTMBlockCellGrad", backward, [...fixed, ...own], 5);
      if (t > 0) dh = raw.run("AddV2", sum, [dStates[t - 1], raw.run("MatMul", product, [gates[t], WhT])[0]])[0];
    }
    if (T === 1) return raw.handOver(gates[0]) as Tensor2D;
    const [axis] = raw.numbersOf([tf.scalar(0, "int32")]);
    const attributes = [attribute.int("N", T), ...floatType(), attribute.dtype("Tidx", "int32")];
    return raw.handOver(raw.run("ConcatV2", attributes, [...gates, axis])[0]) as Tensor2D;
  } finally {
    raw.dispose();
  }
}

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
