// Recurrent layers over whole sequences, with hand-derived gradients: one product over all steps for the input
// projection and for each weight gradient, and only small products inside the loop over time.
import { RefrainError } from "../core/errors.js";
import { type Cell, type CellName, cells, type RecurrentWeights, type StepState } from "./cells.js";
import { lstmNative } from "./lstm-native.js";
import { isNative } from "./native.js";
import { columnSums, productTransposeA, productTransposeB, toSteps } from "./portable.js";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from "./tensors.js";

/**
 * Hidden states of a recurrent layer at every step, with gradients to the input and all weights.
 *
 * A row that is shorter than the batch is left-padded: its state stays zero until its first real step.
 *
 * @shape x [T, B, D]; padding int [B]: leading padded steps of each row -> [T, B, H]
 * @source LSTM: Hochreiter & Schmidhuber 1997 with forget gate (Gers et al. 2000); GRU: Cho et al. 2014 in the form with
 *         the reset gate after the product; simple RNN: Elman 1990
 * @returns a new tensor, disposed by the caller (or its tidy)
 * @throws {RefrainError} SHAPE_MISMATCH when the weights do not fit x
 */
export function recurrent(cellName: CellName, x: Tensor3D, weights: RecurrentWeights, padding: Int32Array): Tensor3D {
  const [, B, D] = x.shape;
  const H = weights.recurrent.shape[0];
  const gates = cells[cellName].gates * H;
  if (weights.input.shape[0] !== D || weights.input.shape[1] !== gates || padding.length !== B)
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `A ${cellName} layer for [T, ${B}, ${D}] got input weights [${weights.input.shape}].`,
    );
  const native = cellName === "lstm" && isNative();
  return native ? lstmNative(x, weights, padding) : recurrentPlain(cells[cellName], x, weights, padding);
}

/** The same in plain tfjs operations, for WASM and as the twin of the fused kernels. */
export function recurrentPlain(cell: Cell, x: Tensor3D, weights: RecurrentWeights, padding: Int32Array): Tensor3D {
  const [T, B, D] = x.shape;
  const H = weights.recurrent.shape[0];
  const k = cell.gates;
  const layer = tf.customGrad((...args: unknown[]) => {
    const [xIn, Wx, Wh, b, save] = args as [Tensor3D, Tensor2D, Tensor2D, Tensor1D, (kept: Tensor[]) => void];
    const x2 = xIn.reshape([T * B, D]) as Tensor2D;
    const projected = toSteps(
      x2
        .matMul(Wx)
        .add(b)
        .reshape([T, B, k * H]) as Tensor3D,
    );
    const keep = keepMasks(padding, T);
    const zero = tf.zeros([B, H]) as Tensor2D;
    const states: StepState[] = [];
    let previous: { h: Tensor2D; c: Tensor2D } = { h: zero, c: zero };
    for (let t = 0; t < T; t++) {
      const state = cell.forward(projected[t], previous.h.matMul(Wh) as Tensor2D, previous.h, previous.c, keep[t]);
      states.push(state);
      previous = state;
    }
    const value = tf.stack(states.map((state) => state.h)) as Tensor3D;
    save([x2, Wx, Wh, zero, ...keep, ...states.flatMap((state) => [state.h, state.c, ...state.kept])]);
    const keptPerStep = 2 + states[0].kept.length;
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x2Saved, WxSaved, WhSaved, zeroSaved] = saved as Tensor2D[];
      const keepSaved = saved.slice(4, 4 + keep.length) as Tensor2D[];
      const step = (t: number): StepState => {
        if (t < 0) return { h: zeroSaved, c: zeroSaved, kept: [] };
        const at = 4 + keep.length + t * keptPerStep;
        const [h, c, ...kept] = saved.slice(at, at + keptPerStep) as Tensor2D[];
        return { h, c, kept };
      };
      const dys = toSteps(dy as Tensor3D);
      const inputGates = new Array<Tensor2D>(T);
      const recurrentGates = new Array<Tensor2D>(T);
      let dh = dys[T - 1];
      let dc = zeroSaved;
      for (let t = T - 1; t >= 0; t--) {
        const g = cell.backward(dh, dc, step(t), step(t - 1), keepSaved[t]);
        inputGates[t] = g.inputGates;
        recurrentGates[t] = g.recurrentGates;
        dc = g.dc;
        if (t === 0) break;
        dh = dys[t - 1].add(productTransposeB(g.recurrentGates, WhSaved));
        if (g.dh) dh = dh.add(g.dh);
      }
      const Gx = tf.concat(inputGates, 0) as Tensor2D;
      const Gh = cell.sharedGates ? Gx : (tf.concat(recurrentGates, 0) as Tensor2D);
      const before = tf.concat([zeroSaved, ...range(T - 1).map((t) => step(t).h)], 0) as Tensor2D;
      return [
        productTransposeB(Gx, WxSaved).reshape([T, B, D]),
        productTransposeA(x2Saved, Gx),
        productTransposeA(before, Gh),
        columnSums(Gx),
      ];
    };
    return { value, gradFunc };
  });
  return layer(x, weights.input, weights.recurrent, weights.bias) as Tensor3D;
}

/** One [B, 1] mask for each step at which some row is still padded; none where every row has begun. */
function keepMasks(padding: Int32Array, T: number): Tensor2D[] {
  const padded = Math.min(
    T,
    padding.reduce((most, n) => Math.max(most, n), 0),
  );
  return range(padded).map((t) =>
    tf.tensor2d(
      Float32Array.from(padding, (n) => (t >= n ? 1 : 0)),
      [padding.length, 1],
    ),
  );
}

function range(n: number): number[] {
  return Array.from({ length: Math.max(0, n) }, (_, i) => i);
}
