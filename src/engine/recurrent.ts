// Recurrent layers over whole sequences, with hand-derived gradients: one product over all steps for the input
// projection and for each weight gradient, and only small products inside the loop over time.
import { RefrainError } from "../core/errors.js";
import {
  type Cell,
  type CellName,
  cells,
  type Layout,
  type RecurrentPass,
  type RecurrentWeights,
  type StepState,
} from "./cells.js";
import type { Graph, Value } from "./graph.js";
import { lstmNative } from "./lstm-native.js";
import { isNative } from "./native.js";
import { columnSums, product, productTransposeA, productTransposeB, toSteps } from "./operations.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

/**
 * Hidden states of a recurrent layer at every step, with gradients to the input and all weights.
 *
 * A row that is shorter than the batch is left-padded: its state stays zero until its first real step.
 *
 * @shape x [T * B, D] -> [T * B, H]
 * @source LSTM: Hochreiter & Schmidhuber 1997 with forget gate (Gers et al. 2000); GRU: Cho et al. 2014 in the form with
 *         the reset gate after the product; simple RNN: Elman 1990
 * @throws {RefrainError} SHAPE_MISMATCH when the weights do not fit x
 */
export function recurrent(
  graph: Graph,
  cellName: CellName,
  x: Value<Tensor2D>,
  weights: RecurrentWeights<Value>,
  layout: Layout,
): Value<Tensor2D> {
  const { input, recurrent: between, bias } = weights;
  const [N, D] = x.tensor.shape;
  const gates = cells[cellName].gates * between.tensor.shape[0];
  const fits = input.tensor.shape[0] === D && input.tensor.shape[1] === gates;
  if (!fits || layout.padding.length !== layout.size || N !== layout.length * layout.size)
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `A ${cellName} layer for [${layout.length} * ${layout.size}, ${D}] got rows [${N}, ${D}] and input weights [${input.tensor.shape}].`,
    );
  const plain = { input: input.tensor, recurrent: between.tensor, bias: bias.tensor } as RecurrentWeights;
  const native = cellName === "lstm" && isNative();
  const pass = native ? lstmNative(x.tensor, plain, layout) : recurrentPlain(cells[cellName], x.tensor, plain, layout);
  return graph.output(pass.states, [x, input, between, bias], (dy) => pass.backward(dy as Tensor2D));
}

/** The same in plain tfjs operations, for WASM and as the twin of the fused kernels. */
export function recurrentPlain(cell: Cell, x: Tensor2D, weights: RecurrentWeights, layout: Layout): RecurrentPass {
  const { input: Wx, recurrent: Wh, bias } = weights;
  const { length: T, size: B } = layout;
  const projected = toSteps(product(x, Wx).add(bias) as Tensor2D, T);
  const keep = keepMasks(layout);
  const zero = tf.zeros([B, Wh.shape[0]]) as Tensor2D;
  const start: StepState = { h: zero, c: zero, kept: [] };
  const states: StepState[] = [];
  for (let t = 0; t < T; t++) {
    const previous = states[t - 1] ?? start;
    states.push(cell.forward(projected[t], product(previous.h, Wh), previous.h, previous.c, keep[t]));
  }
  const backward = (dStates: Tensor2D): Tensor[] => {
    const dys = toSteps(dStates, T);
    const inputGates = new Array<Tensor2D>(T);
    const recurrentGates = new Array<Tensor2D>(T);
    const WhT = tf.transpose(Wh) as Tensor2D;
    let dh = dys[T - 1];
    let dc = zero;
    for (let t = T - 1; t >= 0; t--) {
      const g = cell.backward(dh, dc, states[t], states[t - 1] ?? start, keep[t]);
      inputGates[t] = g.inputGates;
      recurrentGates[t] = g.recurrentGates;
      dc = g.dc;
      if (t === 0) break;
      dh = dys[t - 1].add(product(g.recurrentGates, WhT));
      if (g.dh) dh = dh.add(g.dh);
    }
    const Gx = tf.concat(inputGates, 0) as Tensor2D;
    const Gh = cell.sharedGates ? Gx : (tf.concat(recurrentGates, 0) as Tensor2D);
    const before = tf.concat([zero, ...states.slice(0, -1).map(({ h }) => h)], 0) as Tensor2D;
    return [productTransposeB(Gx, Wx), productTransposeA(x, Gx), productTransposeA(before, Gh), columnSums(Gx)];
  };
  return { states: tf.concat(states.map(({ h }) => h)) as Tensor2D, backward };
}

/** One [B, 1] mask for each step at which some row is still padded; none where every row has begun. */
function keepMasks({ length: T, padding }: Layout): Tensor2D[] {
  const padded = Math.min(
    T,
    padding.reduce((most, n) => Math.max(most, n), 0),
  );
  return Array.from({ length: padded }, (_, t) =>
    tf.tensor2d(
      Float32Array.from(padding, (n) => (t >= n ? 1 : 0)),
      [padding.length, 1],
    ),
  );
}
