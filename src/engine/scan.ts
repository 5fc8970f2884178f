// Linear recurrences over whole sequences, from zeros: the middle of every cell whose gates do not read its state.
import type { Layout } from "./cells.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { columnSums, toSteps } from "./operations.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/** What a recurrence gives, and how gradients go back: to a and to b. */
export interface ScanPass<A> {
  readonly states: Tensor2D;
  readonly backward: (dStates: Tensor2D) => [A, Tensor2D];
}

export type Scan<A> = (a: A, b: Tensor2D, layout: Layout) => ScanPass<A>;

/**
 * h[t] = a[t] h[t-1] + b[t], number by number; a padded step carries the state on.
 *
 * @shape a, b [T * B, H] -> [T * B, H]
 * @source a scan as in Martin & Cundy 2018; here by steps, since a CPU has fewer threads than a batch has rows
 */
export const scan: Scan<Tensor2D> = (...inputs) => (hasKernels() ? scanByKernel : scanPlain)(...inputs);

/**
 * The same with complex numbers and one a for all steps. Real parts stand before imaginary ones.
 *
 * @shape a [2H]; b [T * B, 2H] -> [T * B, 2H]
 */
export const complexScan: Scan<Tensor1D> = (...inputs) =>
  (hasKernels() ? complexByKernel : complexScanPlain)(...inputs);

const scanByKernel: Scan<Tensor2D> = (a, b, { padding }) => {
  const begin = tf.tensor1d(padding, "int32");
  const [states] = rawOp("RefrainScan", [], [a, b, begin], 1) as Tensor2D[];
  const backward = (d: Tensor2D) => rawOp("RefrainScanGradient", [], [d, a, begin, states], 2) as [Tensor2D, Tensor2D];
  return { states, backward };
};

const complexByKernel: Scan<Tensor1D> = (a, b, { padding }) => {
  const begin = tf.tensor1d(padding, "int32");
  const [states] = rawOp("RefrainComplexScan", [], [a, b, begin], 1) as Tensor2D[];
  return {
    states,
    backward: (d) => {
      const [da, db] = rawOp("RefrainComplexScanGradient", [], [d, a, begin, states], 2) as Tensor2D[];
      return [columnSums(da), db];
    },
  };
};

/** By steps in tfjs operations, for WASM and as the twin of the kernel. */
export const scanPlain: Scan<Tensor2D> = (a, b, layout) => {
  const { length: T, size: B } = layout;
  const [as, bs, masks] = [toSteps(a, T), toSteps(b, T), realSteps(layout)];
  const zero = tf.zeros([B, a.shape[1]]) as Tensor2D;
  const states: Tensor2D[] = [];
  for (let t = 0; t < T; t++) {
    const before = states[t - 1] ?? zero;
    const next = as[t].mul(before).add(bs[t]) as Tensor2D;
    states.push(before.add(next.sub(before).mul(masks[t])));
  }
  const backward = (dStates: Tensor2D): [Tensor2D, Tensor2D] => {
    const ds = toSteps(dStates, T);
    const [da, db] = [new Array<Tensor2D>(T), new Array<Tensor2D>(T)];
    let carried = zero;
    for (let t = T - 1; t >= 0; t--) {
      const d = ds[t].add(carried);
      db[t] = d.mul(masks[t]);
      da[t] = db[t].mul(states[t - 1] ?? zero);
      carried = d.add(db[t].mul(as[t].sub(1)));
    }
    return [tf.concat(da), tf.concat(db)];
  };
  return { states: tf.concat(states), backward };
};

/** The same for `complexScan`. */
export const complexScanPlain: Scan<Tensor1D> = (a, b, layout) => {
  const { length: T, size: B } = layout;
  const H = a.shape[0] / 2;
  const [bs, masks] = [toSteps(b, T), realSteps(layout)];
  const zero = tf.zeros([B, 2 * H]) as Tensor2D;
  const [real, imaginary] = tf.split(a, 2).map((part) => tf.concat([part, part]) as Tensor1D);
  const times = (x: Tensor2D, sign: 1 | -1) => x.mul(real).add(turned(x).mul(imaginary).mul(sign)) as Tensor2D;
  const states: Tensor2D[] = [];
  for (let t = 0; t < T; t++) {
    const before = states[t - 1] ?? zero;
    states.push(before.add(times(before, 1).add(bs[t]).sub(before).mul(masks[t])));
  }
  const backward = (dStates: Tensor2D): [Tensor1D, Tensor2D] => {
    const ds = toSteps(dStates, T);
    const db = new Array<Tensor2D>(T);
    let da = tf.zeros([2 * H]) as Tensor1D;
    let carried = zero;
    for (let t = T - 1; t >= 0; t--) {
      const d = ds[t].add(carried) as Tensor2D;
      const own = d.mul(masks[t]) as Tensor2D;
      const before = states[t - 1] ?? zero;
      const [x, y] = tf.split(own.mul(before), 2, 1);
      const [p, q] = tf.split(own.mul(turned(before)), 2, 1);
      da = da.add(columnSums(tf.concat([x.add(y), p.add(q)], 1) as Tensor2D));
      db[t] = own;
      carried = d.sub(own).add(times(own, -1)) as Tensor2D;
    }
    return [da, tf.concat(db)];
  };
  return { states: tf.concat(states), backward };
};

/** i x: real and imaginary parts change places, and the new real ones their sign. */
function turned(x: Tensor2D): Tensor2D {
  const [real, imaginary] = tf.split(x, 2, 1);
  return tf.concat([imaginary.neg(), real], 1) as Tensor2D;
}

/** 1 for rows that are real at a step, 0 for padded ones. @shape T times [B, 1] */
function realSteps({ length: T, size: B, padding }: Layout): Tensor2D[] {
  return Array.from({ length: T }, (_, t) =>
    tf.tensor2d(
      Float32Array.from(padding, (n) => (t >= n ? 1 : 0)),
      [B, 1],
    ),
  );
}
