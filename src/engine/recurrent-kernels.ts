// LSTM and GRU by Refrain's own operations (kernels/recurrent.cc). Their plain twin is `recurrentPlain`.
import type { CellName, InitialState, Layout, RecurrentPass, RecurrentWeights } from "./cells.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { columnSums, productTransposeA, productTransposeB } from "./operations.js";
import { type Tensor, type Tensor2D, tf } from "./tensors.js";

type Kernel = (x: Tensor2D, weights: RecurrentWeights, layout: Layout, initial: InitialState) => RecurrentPass;

/** @shape x [T * B, D] -> [T * B, H] */
const lstm: Kernel = (x, { input, recurrent, bias }, { padding }, { h, c }) => {
  const begin = tf.tensor1d(padding, "int32");
  const [states, gates, cellStates] = rawOp("RefrainLstm", [], [x, begin, input, recurrent, bias, h, c], 3);
  const backward = (dStates: Tensor2D) => {
    const inputs = [dStates, begin, gates, cellStates, c, recurrent];
    const [dGates, dh, dc] = rawOp("RefrainLstmGradient", [], inputs, 3) as Tensor2D[];
    return [...weightGradients(x, input, previous(states as Tensor2D, h), dGates, dGates), dh, dc];
  };
  return { states: states as Tensor2D, backward, lastCell: () => lastStep(cellStates as Tensor2D, h.shape[0]) };
};

/** @shape x [T * B, D] -> [T * B, H] */
const gru: Kernel = (x, { input, recurrent, bias }, { padding }, { h }) => {
  const begin = tf.tensor1d(padding, "int32");
  const [states, gates, candidates] = rawOp("RefrainGru", [], [x, begin, input, recurrent, bias, h], 3);
  const backward = (dStates: Tensor2D) => {
    const inputs = [dStates, begin, states, gates, candidates, h, recurrent];
    const [dInput, dRecurrent, dh] = rawOp("RefrainGruGradient", [], inputs, 3) as Tensor2D[];
    return [...weightGradients(x, input, previous(states as Tensor2D, h), dInput, dRecurrent), dh];
  };
  return { states: states as Tensor2D, backward };
};

export const recurrentKernels: Readonly<Partial<Record<CellName, Kernel>>> = { lstm, gru };

type StepKernel = (x: Tensor2D, weights: RecurrentWeights, state: InitialState) => InitialState;

/** One step of rows that are all real. */
export const stepKernels: Readonly<Partial<Record<CellName, StepKernel>>> = {
  lstm: (x, { input, recurrent, bias }, { h, c }) => {
    const begin = tf.zeros([x.shape[0]], "int32");
    const [next, , cell] = rawOp("RefrainLstm", [], [x, begin, input, recurrent, bias, h, c], 3) as Tensor2D[];
    return { h: next, c: cell };
  },
  gru: (x, { input, recurrent, bias }, { h, c }) => {
    const begin = tf.zeros([x.shape[0]], "int32");
    const [next] = rawOp("RefrainGru", [], [x, begin, input, recurrent, bias, h], 3) as Tensor2D[];
    return { h: next, c };
  },
};

/** One product over all steps for each: to x, input, recurrent, bias. */
export function weightGradients(
  x: Tensor2D,
  input: Tensor2D,
  before: Tensor2D,
  dInput: Tensor2D,
  dRecurrent: Tensor2D,
): Tensor[] {
  if (hasKernels()) return rawOp("RefrainRecurrentGradients", [], [x, before, input, dInput, dRecurrent], 4);
  return [
    productTransposeB(dInput, input),
    productTransposeA(x, dInput),
    productTransposeA(before, dRecurrent),
    columnSums(dInput),
  ];
}

/** The state before each step. @shape states [T * B, H]; initial [B, H] -> [T * B, H] */
export function previous(states: Tensor2D, initial: Tensor2D): Tensor2D {
  const [N, H] = states.shape;
  const B = initial.shape[0];
  return N === B ? initial : (tf.concat([initial, states.slice([0, 0], [N - B, H])], 0) as Tensor2D);
}

/** The rows of the last step. @shape [T * B, H] -> [B, H] */
export function lastStep(states: Tensor2D, B: number): Tensor2D {
  const [N, H] = states.shape;
  return states.slice([N - B, 0], [B, H]);
}
