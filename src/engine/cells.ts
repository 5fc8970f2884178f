// One step of each recurrent cell, forward and backward. B rows, H units.
import type { Tensor, Tensor1D, Tensor2D } from "./tensors.js";
import { tf } from "./tensors.js";

export type CellName = "lstm" | "gru" | "rnn";

/** Weights of one recurrent layer. k is 1 (rnn), 3 (gru: r, z, n) or 4 (lstm: i, g, f, o). */
export interface RecurrentWeights<T = undefined> {
  /** @shape [D, k*H] */
  readonly input: T extends undefined ? Tensor2D : T;
  /** @shape [H, k*H] */
  readonly recurrent: T extends undefined ? Tensor2D : T;
  /** @shape [k*H] */
  readonly bias: T extends undefined ? Tensor1D : T;
}

/** How rows of [T * B, D] lie: step t of row b is row t * B + b; the first `padding[b]` steps of row b are not there. */
export interface Layout {
  /** T */
  readonly length: number;
  /** B */
  readonly size: number;
  /** int32 [B] */
  readonly padding: Int32Array;
}

/** What a layer starts from instead of zeros; `c` for an LSTM. @shape [B, H] each */
export interface InitialState<T = Tensor2D> {
  readonly h: T;
  readonly c: T;
}

/** What a layer computes, and how gradients go back: to x, input, recurrent, bias, h, c. */
export interface RecurrentPass {
  /** @shape [T * B, H] */
  readonly states: Tensor2D;
  readonly backward: (dStates: Tensor2D) => Tensor[];
  /** The cell state after the last step; absent where the cell has none. @shape -> [B, H] */
  readonly lastCell?: () => Tensor2D;
}

/** Which rows are real at a step, as 1 and 0, and the opposite. @shape [B, 1] each */
export interface StepMask {
  readonly real: Tensor2D;
  readonly padded: Tensor2D;
}

/** State after a step and what its gradient needs. Cells without a cell state carry `c` along unchanged. */
export interface StepState extends InitialState {
  readonly kept: readonly Tensor2D[];
}

/** Gradients of one step. */
export interface StepGradient {
  /** To the input projection. @shape [B, k*H] */
  readonly inputGates: Tensor2D;
  /** To the recurrent projection. @shape [B, k*H] */
  readonly recurrentGates: Tensor2D;
  /** To the previous cell state. */
  readonly dc: Tensor2D;
  /** To the previous hidden state past the recurrent projection; undefined where there is no such path. */
  readonly dh?: Tensor2D;
}

export interface Cell {
  /** k: gates per unit. */
  readonly gates: number;
  /** True where the input and the recurrent projection are only added, so that their gradients are one tensor. */
  readonly sharedGates: boolean;
  /** A row that is still padded carries its state on. */
  forward(xg: Tensor2D, hg: Tensor2D, previous: StepState, mask?: StepMask): StepState;
  backward(dh: Tensor2D, dc: Tensor2D, state: StepState, previous: StepState, mask?: StepMask): StepGradient;
}

const split = (gates: Tensor2D, count: number) => tf.split(gates, count, 1) as Tensor2D[];
const carried = (next: Tensor2D, before: Tensor2D, mask?: StepMask) =>
  (mask ? next.mul(mask.real).add(before.mul(mask.padded)) : next) as Tensor2D;
const realPart = (gradient: Tensor2D, mask?: StepMask) => (mask ? gradient.mul(mask.real) : gradient) as Tensor2D;
const paddedPart = (gradient: Tensor2D, mask?: StepMask) => mask && (gradient.mul(mask.padded) as Tensor2D);
/** Derivative of the logistic function by its value: s (1 - s). */
const slope = (s: Tensor2D) => s.sub(s.square()) as Tensor2D;

/** c = f c + i g; h = o tanh c, with gates in the order i, g, f, o. */
const lstm: Cell = {
  gates: 4,
  sharedGates: true,
  forward(xg, hg, previous, mask) {
    const [iIn, gIn, fIn, oIn] = split(xg.add(hg), 4);
    const i = iIn.sigmoid();
    const g = gIn.tanh();
    const f = fIn.sigmoid();
    const o = oIn.sigmoid();
    const next = f.mul(previous.c).add(i.mul(g)) as Tensor2D;
    const squashed = next.tanh();
    const h = carried(o.mul(squashed) as Tensor2D, previous.h, mask);
    return { h, c: carried(next, previous.c, mask), kept: [i, g, f, o, squashed] };
  },
  backward(dhAll, dcAll, state, previous, mask) {
    const [i, g, f, o, squashed] = state.kept;
    const dh = realPart(dhAll, mask);
    const dc = realPart(dcAll, mask).add(dh.mul(o).mul(tf.sub(1, squashed.square())));
    const gates = tf.concat(
      [
        dc.mul(g).mul(slope(i)),
        dc.mul(i).mul(tf.sub(1, g.square())),
        dc.mul(previous.c).mul(slope(f)),
        dh.mul(squashed).mul(slope(o)),
      ],
      1,
    ) as Tensor2D;
    const past = paddedPart(dcAll, mask);
    const dcBefore = (past ? dc.mul(f).add(past) : dc.mul(f)) as Tensor2D;
    return { inputGates: gates, recurrentGates: gates, dc: dcBefore, dh: paddedPart(dhAll, mask) };
  },
};

/** r = s(xr + hr); z = s(xz + hz); n = tanh(xn + r hn); h = (1 - z) n + z h. */
const gru: Cell = {
  gates: 3,
  sharedGates: false,
  forward(xg, hg, previous, mask) {
    const [xr, xz, xn] = split(xg, 3);
    const [hr, hz, hn] = split(hg, 3);
    const r = xr.add(hr).sigmoid() as Tensor2D;
    const z = xz.add(hz).sigmoid() as Tensor2D;
    const n = xn.add(r.mul(hn)).tanh() as Tensor2D;
    const next = n.add(z.mul(previous.h.sub(n))) as Tensor2D;
    return { h: carried(next, previous.h, mask), c: previous.c, kept: [r, z, n, hn] };
  },
  backward(dhAll, dc, state, previous, mask) {
    const [r, z, n, hn] = state.kept;
    const dh = realPart(dhAll, mask);
    const dn = dh.mul(tf.sub(1, z)).mul(tf.sub(1, n.square()));
    const dz = dh.mul(previous.h.sub(n)).mul(slope(z));
    const dr = dn.mul(hn).mul(slope(r));
    const past = paddedPart(dhAll, mask);
    return {
      inputGates: tf.concat([dr, dz, dn], 1) as Tensor2D,
      recurrentGates: tf.concat([dr, dz, dn.mul(r)], 1) as Tensor2D,
      dc,
      dh: (past ? dh.mul(z).add(past) : dh.mul(z)) as Tensor2D,
    };
  },
};

/** h = tanh(x + h). */
const rnn: Cell = {
  gates: 1,
  sharedGates: true,
  forward(xg, hg, previous, mask) {
    const squashed = xg.add(hg).tanh() as Tensor2D;
    return { h: carried(squashed, previous.h, mask), c: previous.c, kept: [squashed] };
  },
  backward(dhAll, dc, state, _previous, mask) {
    const gates = realPart(dhAll, mask).mul(tf.sub(1, state.kept[0].square())) as Tensor2D;
    return { inputGates: gates, recurrentGates: gates, dc, dh: paddedPart(dhAll, mask) };
  },
};

export const cells: Readonly<Record<CellName, Cell>> = { lstm, gru, rnn };
