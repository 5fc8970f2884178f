// Recurrent layers over whole sequences, with hand-derived gradients: one product over all steps for the input
// projection and for each weight gradient, and only small products inside the loop over time.
import { RefrainError } from "../core/errors.js";
import {
  type Cell,
  type CellName,
  cells,
  type InitialState,
  type Layout,
  type RecurrentPass,
  type RecurrentWeights,
  type StepMask,
  type StepState,
} from "./cells.js";
import type { Graph, Value } from "./graph.js";
import { hasKernels } from "./kernels.js";
import { lstmNative } from "./lstm-native.js";
import { isNative } from "./native.js";
import { product, toSteps } from "./operations.js";
import { lastStep, previous, recurrentKernels, stepKernels, weightGradients } from "./recurrent-kernels.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

/**
 * Hidden states of a recurrent layer at every step, with gradients to the input, all weights and the initial state.
 *
 * A row that is shorter than the batch is left-padded: it carries its initial state to its first real step.
 *
 * @param initial the state before the first step; zeros without it. A cell without a cell state ignores `c`.
 * @shape x [T * B, D]; initial [B, H] each -> [T * B, H]
 * @source LSTM: Hochreiter & Schmidhuber 1997 with forget gate (Gers et al. 2000); GRU: Cho et al. 2014 in the form with
 *         the reset gate after the product; simple RNN: Elman 1990
 * @throws {RefrainError} SHAPE_MISMATCH when the weights or the initial state do not fit x
 */
export function recurrent(
  graph: Graph,
  cellName: CellName,
  x: Value<Tensor2D>,
  weights: RecurrentWeights<Value>,
  layout: Layout,
  initial?: InitialState<Value<Tensor2D>>,
): Value<Tensor2D> {
  const { input, recurrent: between, bias } = weights;
  const H = between.tensor.shape[0];
  checkShapes(cellName, x.tensor, input.tensor, H, layout, initial);
  const plain = { input: input.tensor, recurrent: between.tensor, bias: bias.tensor } as RecurrentWeights;
  const zeros = tf.zeros([layout.size, H]) as Tensor2D;
  const start = { h: initial?.h.tensor ?? zeros, c: initial?.c.tensor ?? zeros };
  const states = passOf(cellName, initial !== undefined)(x.tensor, plain, layout, start);
  const inputs = [x, input, between, bias, ...(initial ? [initial.h, initial.c] : [])];
  return graph.output(states.states, inputs, (dy) => states.backward(dy as Tensor2D).slice(0, inputs.length));
}

export type Layer = (
  graph: Graph,
  x: Value<Tensor2D>,
  weights: RecurrentWeights<Value>,
  layout: Layout,
  initial?: InitialState<Value<Tensor2D>>,
) => Value<Tensor2D>;

/**
 * `recurrent` with an LSTM: c = f c + i g; h = o tanh c, gates in the order i, g, f, o.
 *
 * @shape x [T * B, D]; weights input [D, 4H], recurrent [H, 4H], bias [4H] -> [T * B, H]
 * @source Hochreiter & Schmidhuber 1997 with forget gate (Gers et al. 2000)
 */
export const lstm: Layer = (graph, x, ...rest) => recurrent(graph, "lstm", x, ...rest);

/**
 * `recurrent` with a GRU: h = (1 - z) n + z h, gates in the order r, z, n, the reset gate after the product.
 *
 * @shape x [T * B, D]; weights input [D, 3H], recurrent [H, 3H], bias [3H] -> [T * B, H]
 * @source Cho et al. 2014
 */
export const gru: Layer = (graph, x, ...rest) => recurrent(graph, "gru", x, ...rest);

/**
 * The state of a layer after one more step.
 *
 * @shape x [B, D]; state [B, H] each -> [B, H] each. A cell without a cell state gives `c` back as it is.
 */
export function recurrentStep(
  cellName: CellName,
  x: Tensor2D,
  weights: RecurrentWeights,
  state: InitialState,
): InitialState {
  const { input, recurrent: between, bias } = weights;
  const kernel = hasKernels() ? stepKernels[cellName] : undefined;
  if (kernel) return kernel(x, weights, state);
  return cells[cellName].forward(product(x, input).add(bias) as Tensor2D, product(state.h, between), {
    ...state,
    kept: [],
  });
}

/**
 * Hidden states at every step from zeros, and the state after the last one, without gradients.
 *
 * @shape x [T * B, D] -> states [T * B, H]; last [B, H] each. A cell without a cell state gives zeros as `c`.
 */
export function recurrentStates(
  cellName: CellName,
  x: Tensor2D,
  weights: RecurrentWeights,
  layout: Layout,
): { readonly states: Tensor2D; readonly last: InitialState } {
  const zeros = tf.zeros([layout.size, weights.recurrent.shape[0]]) as Tensor2D;
  const { states, lastCell } = passOf(cellName, false)(x, weights, layout, { h: zeros, c: zeros });
  return { states, last: { h: lastStep(states, layout.size), c: lastCell?.() ?? zeros } };
}

type Pass = (x: Tensor2D, weights: RecurrentWeights, layout: Layout, initial: InitialState) => RecurrentPass;

/** The fastest way that the running engine has: our kernel, TensorFlow's, or plain operations. */
function passOf(cellName: CellName, hasInitial: boolean): Pass {
  const kernel = hasKernels() ? recurrentKernels[cellName] : undefined;
  if (kernel) return kernel;
  if (cellName === "lstm" && isNative() && !hasInitial) return lstmNative;
  return (...inputs) => recurrentPlain(cells[cellName], ...inputs);
}

/** The same in plain tfjs operations, for WASM and as the twin of the kernels. */
export function recurrentPlain(
  cell: Cell,
  x: Tensor2D,
  weights: RecurrentWeights,
  layout: Layout,
  initial: InitialState,
): RecurrentPass {
  const { input: Wx, recurrent: Wh, bias } = weights;
  const T = layout.length;
  const projected = toSteps(product(x, Wx).add(bias) as Tensor2D, T);
  const masks = stepMasks(layout);
  const start: StepState = { ...initial, kept: [] };
  const states: StepState[] = [];
  for (let t = 0; t < T; t++) {
    const before = states[t - 1] ?? start;
    states.push(cell.forward(projected[t], product(before.h, Wh), before, masks[t]));
  }
  const all = tf.concat(states.map(({ h }) => h)) as Tensor2D;
  const backward = (dStates: Tensor2D): Tensor[] => {
    const dys = toSteps(dStates, T);
    const inputGates = new Array<Tensor2D>(T);
    const recurrentGates = new Array<Tensor2D>(T);
    const WhT = tf.transpose(Wh) as Tensor2D;
    let dh = tf.zerosLike(initial.h) as Tensor2D;
    let dc = tf.zerosLike(initial.c) as Tensor2D;
    for (let t = T - 1; t >= 0; t--) {
      const g = cell.backward(dys[t].add(dh), dc, states[t], states[t - 1] ?? start, masks[t]);
      inputGates[t] = g.inputGates;
      recurrentGates[t] = g.recurrentGates;
      dc = g.dc;
      dh = product(g.recurrentGates, WhT);
      if (g.dh) dh = dh.add(g.dh);
    }
    const Gx = tf.concat(inputGates, 0) as Tensor2D;
    const Gh = cell.sharedGates ? Gx : (tf.concat(recurrentGates, 0) as Tensor2D);
    return [...weightGradients(x, Wx, previous(all, initial.h), Gx, Gh), dh, dc];
  };
  return { states: all, backward, lastCell: () => states[T - 1].c };
}

/** A mask for each step at which some row is still padded; none where every row has begun. */
function stepMasks({ length: T, padding }: Layout): StepMask[] {
  const count = Math.min(
    T,
    padding.reduce((most, n) => Math.max(most, n), 0),
  );
  return Array.from({ length: count }, (_, t) => {
    const real = tf.tensor2d(
      Float32Array.from(padding, (n) => (t >= n ? 1 : 0)),
      [padding.length, 1],
    );
    return { real, padded: tf.sub(1, real) as Tensor2D };
  });
}

function checkShapes(
  cellName: CellName,
  x: Tensor2D,
  input: Tensor,
  H: number,
  layout: Layout,
  initial: InitialState<Value<Tensor2D>> | undefined,
): void {
  const [N, D] = x.shape;
  const [T, B] = [layout.length, layout.size];
  const fits = input.shape[0] === D && input.shape[1] === cells[cellName].gates * H;
  if (!fits || layout.padding.length !== B || N !== T * B)
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `A ${cellName} layer for [${T} * ${B}, ${D}] got rows [${N}, ${D}] and input weights [${input.shape}].`,
    );
  for (const [name, { tensor }] of Object.entries(initial ?? {}))
    if (tensor.shape[0] !== B || tensor.shape[1] !== H)
      throw new RefrainError(
        "SHAPE_MISMATCH",
        `The initial state ${name} must be [${B}, ${H}], got [${tensor.shape}].`,
      );
}
