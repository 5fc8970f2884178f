// Cells whose gates read the input alone, so that their states are a linear recurrence.
import type { Layout } from "./cells.js";
import type { Graph, Value } from "./graph.js";
import { linear } from "./layers.js";
import { columnSums, product } from "./operations.js";
import { complexScan, scan } from "./scan.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

export type GatedCellName = "minGru" | "minLstm";

/** The factors of a recurrence out of gates before their functions, and the way back. */
interface GatedCell {
  /** k: gates per unit. */
  readonly gates: number;
  readonly factors: (gates: Tensor2D) => {
    readonly a: Tensor2D;
    readonly b: Tensor2D;
    readonly backward: (da: Tensor2D, db: Tensor2D) => Tensor2D;
  };
}

const slope = (s: Tensor2D) => s.sub(s.square()) as Tensor2D;
const beside = (...parts: Tensor2D[]) => tf.concat(parts, 1) as Tensor2D;

/** z = s(z'); h = (1 - z) h + z n, gates in the order z, n. */
const minGru: GatedCell = {
  gates: 2,
  factors(gates) {
    const [zIn, n] = tf.split(gates, 2, 1) as Tensor2D[];
    const z = zIn.sigmoid();
    return {
      a: tf.sub(1, z) as Tensor2D,
      b: z.mul(n),
      backward: (da, db) => beside(db.mul(n).sub(da).mul(slope(z)), db.mul(z)),
    };
  },
};

/** f = s(f') / (s(f') + s(i')), i = 1 - f; h = f h + i n, gates in the order f, i, n. */
const minLstm: GatedCell = {
  gates: 3,
  factors(gates) {
    const [fIn, iIn, n] = tf.split(gates, 3, 1) as Tensor2D[];
    // s(f') / (s(f') + s(i')) is the logistic function of the difference of their logarithms.
    const a = fIn.logSigmoid().sub(iIn.logSigmoid()).sigmoid() as Tensor2D;
    const i = tf.sub(1, a) as Tensor2D;
    return {
      a,
      b: i.mul(n),
      backward(da, db) {
        const d = da.sub(db.mul(n)).mul(slope(a)) as Tensor2D;
        return beside(d.mul(fIn.neg().sigmoid()), d.mul(iIn.neg().sigmoid()).neg() as Tensor2D, db.mul(i));
      },
    };
  },
};

export const gatedCells: Readonly<Record<GatedCellName, GatedCell>> = { minGru, minLstm };

/** Weights of such a layer. @shape input [D, kH]; bias [kH] */
export interface GatedWeights {
  readonly input: Value<Tensor2D>;
  readonly bias: Value<Tensor1D>;
}

/**
 * Hidden states of a minimal gated layer at every step, from zeros.
 *
 * @shape x [T * B, D] -> [T * B, H]
 * @source Feng et al. 2024 (Were RNNs all we needed?), the form without logarithms
 */
export function gated(
  graph: Graph,
  cell: GatedCellName,
  x: Value<Tensor2D>,
  { input, bias }: GatedWeights,
  layout: Layout,
): Value<Tensor2D> {
  const gates = linear(graph, x, input, bias);
  const { a, b, backward } = gatedCells[cell].factors(gates.tensor);
  const pass = scan(a, b, layout);
  return graph.output(pass.states, [gates], (dy) => [backward(...pass.backward(dy as Tensor2D))]);
}

/** Weights of a linear recurrent unit. @shape decay, angle, scale [H]; input [D, 2H]; output [2H, H] */
export interface LruWeights<T1, T2> {
  readonly decay: T1;
  readonly angle: T1;
  readonly scale: T1;
  readonly input: T2;
  readonly output: T2;
}

/** The factor of each unit, e^(-e^decay + i e^angle), real parts before imaginary ones. @shape -> [2H] */
export function lruFactor(decay: Tensor1D, angle: Tensor1D): Tensor1D {
  const size = decay.exp().neg().exp();
  const turn = angle.exp();
  return tf.concat([size.mul(turn.cos()), size.mul(turn.sin())]) as Tensor1D;
}

/** What comes in at a step: e^scale times x W. @shape x [N, D] -> [N, 2H] */
export function lruInput(x: Tensor2D, scale: Tensor1D, input: Tensor2D): Tensor2D {
  return product(x, input).mul(tf.concat([scale, scale]).exp());
}

/**
 * Output of a linear recurrent unit at every step, from zeros: h[t] = a h[t-1] + e^scale B x[t], complex; y = C h, real.
 *
 * @shape x [T * B, D] -> [T * B, H]
 * @source Orvieto et al. 2023, equations 6 and 7, without the direct path; for recommendation Yue et al. 2024 (LRURec)
 */
export function lru(
  graph: Graph,
  x: Value<Tensor2D>,
  { decay, angle, scale, input, output }: LruWeights<Value<Tensor1D>, Value<Tensor2D>>,
  layout: Layout,
): Value<Tensor2D> {
  const a = lruFactor(decay.tensor, angle.tensor);
  const came = linear(graph, x, input);
  const grown = tf.concat([scale.tensor, scale.tensor]).exp();
  const scaled = came.tensor.mul(grown) as Tensor2D;
  const pass = complexScan(a, scaled, layout);
  const states = graph.output(pass.states, [decay, angle, scale, came], (dy) => {
    const [da, db] = pass.backward(dy as Tensor2D);
    const [real, imaginary] = tf.split(a, 2);
    const [dReal, dImaginary] = tf.split(da, 2);
    const [ofReal, ofImaginary] = tf.split(columnSums(db.mul(scaled)), 2);
    return [
      dReal.mul(real).add(dImaginary.mul(imaginary)).mul(decay.tensor.exp()).neg(),
      dImaginary.mul(real).sub(dReal.mul(imaginary)).mul(angle.tensor.exp()),
      ofReal.add(ofImaginary),
      db.mul(grown),
    ];
  });
  return linear(graph, states, output);
}
