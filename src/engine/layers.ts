// Layers around the recurrent one, each with its gradient.
import type { Random } from "../core/random.js";
import type { Graph, Value } from "./graph.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { columnSums, product, productTransposeA, productTransposeB, takeRows } from "./operations.js";
import { type Tensor1D, type Tensor2D, tf } from "./tensors.js";

const EPSILON = 1e-5; // as in PyTorch, so that the twin models agree

/** Rows of a table. @shape table [R, D]; rows int32 [N], each in [0, R) -> [N, D] */
export function embedding(graph: Graph, table: Value<Tensor2D>, rows: Int32Array): Value<Tensor2D> {
  return graph.output(takeRows(table.tensor, rows), [table], (dy) => [{ rows, values: dy as Tensor2D }]);
}

/** x w + b. @shape x [N, P]; w [P, Q]; b [Q] -> [N, Q] */
export function linear(graph: Graph, x: Value<Tensor2D>, w: Value<Tensor2D>, b?: Value<Tensor1D>): Value<Tensor2D> {
  const y = product(x.tensor, w.tensor);
  return graph.output((b ? y.add(b.tensor) : y) as Tensor2D, b ? [x, w, b] : [x, w], (dy) => [
    productTransposeB(dy as Tensor2D, w.tensor),
    productTransposeA(x.tensor, dy as Tensor2D),
    b && columnSums(dy as Tensor2D),
  ]);
}

/** a + b, of one shape. */
export function add(graph: Graph, a: Value<Tensor2D>, b: Value<Tensor2D>): Value<Tensor2D> {
  return graph.output(a.tensor.add(b.tensor) as Tensor2D, [a, b], (dy) => [dy, dy]);
}

/** a b, number by number, of one shape. */
export function multiply(graph: Graph, a: Value<Tensor2D>, b: Value<Tensor2D>): Value<Tensor2D> {
  return graph.output(a.tensor.mul(b.tensor) as Tensor2D, [a, b], (dy) => [dy.mul(b.tensor), dy.mul(a.tensor)]);
}

/** Side by side. @shape a [N, P]; b [N, Q] -> [N, P + Q] */
export function besides(graph: Graph, a: Value<Tensor2D>, b: Value<Tensor2D>): Value<Tensor2D> {
  const widths = [a.tensor.shape[1], b.tensor.shape[1]];
  return graph.output(tf.concat([a.tensor, b.tensor], 1) as Tensor2D, [a, b], (dy) => tf.split(dy, widths, 1));
}

/** The same rows at every step. @shape x [B, D] -> [T * B, D] */
export function atEveryStep(graph: Graph, x: Value<Tensor2D>, T: number): Value<Tensor2D> {
  const [B, D] = x.tensor.shape;
  return graph.output(tf.tile(x.tensor, [T, 1]) as Tensor2D, [x], (dy) => [
    columnSums(dy.reshape([T, B * D]) as Tensor2D).reshape([B, D]),
  ]);
}

type Norm = (graph: Graph, x: Value<Tensor2D>, scale: Value<Tensor1D>, shift: Value<Tensor1D>) => Value<Tensor2D>;

/**
 * Zero mean and unit variance over each row, then scale and shift.
 *
 * @shape x [N, D]; scale, shift [D] -> [N, D]
 * @source Ba, Kiros & Hinton 2016
 */
export const layerNorm: Norm = (graph, x, scale, shift) => {
  if (!hasKernels()) return layerNormPlain(graph, x, scale, shift);
  const inputs = [x.tensor, scale.tensor, shift.tensor, tf.tensor1d([EPSILON])];
  const [y, moments] = rawOp("RefrainLayerNorm", [], inputs, 2);
  return graph.output(y as Tensor2D, [x, scale, shift], (dy) =>
    rawOp("RefrainLayerNormGradient", [], [dy, x.tensor, moments, scale.tensor], 3),
  );
};

/** The same in plain tfjs operations, for WASM and as the twin of the kernel. */
export const layerNormPlain: Norm = (graph, x, scale, shift) => {
  const centred = x.tensor.sub(x.tensor.mean(1, true));
  const inverse = centred.square().mean(1, true).add(EPSILON).rsqrt();
  const normal = centred.mul(inverse) as Tensor2D;
  return graph.output(normal.mul(scale.tensor).add(shift.tensor) as Tensor2D, [x, scale, shift], (dy) => {
    const d = dy.mul(scale.tensor);
    const alongNormal = normal.mul(d.mul(normal).mean(1, true));
    return [
      d.sub(d.mean(1, true)).sub(alongNormal).mul(inverse),
      columnSums(dy.mul(normal) as Tensor2D),
      columnSums(dy as Tensor2D),
    ];
  });
};

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), number by number. @source Hendrycks & Gimpel 2016 (GELU by tanh) */
export function gelu(graph: Graph, x: Value<Tensor2D>): Value<Tensor2D> {
  if (!hasKernels()) return geluPlain(graph, x);
  const [y] = rawOp("RefrainGelu", [], [x.tensor], 1);
  return graph.output(y as Tensor2D, [x], (dy) => rawOp("RefrainGeluGradient", [], [dy, x.tensor], 1));
}

const [ROOT_2_PI, CUBE] = [Math.sqrt(2 / Math.PI), 0.044715];

/** The same in plain tfjs operations, for WASM and as the twin of the kernel. */
export function geluPlain(graph: Graph, x: Value<Tensor2D>): Value<Tensor2D> {
  const { tensor } = x;
  const square = tensor.square();
  const t = tensor.mul(square.mul(CUBE).add(1)).mul(ROOT_2_PI).tanh();
  const half = t.add(1).mul(0.5);
  return graph.output(tensor.mul(half) as Tensor2D, [x], (dy) => {
    const inner = square
      .mul(3 * CUBE)
      .add(1)
      .mul(ROOT_2_PI * 0.5);
    return [dy.mul(half.add(tensor.mul(tf.sub(1, t.square())).mul(inner)))];
  });
}

/**
 * Sets a share of the numbers to zero and scales the rest up, so that the mean stays.
 *
 * The mask comes from our own seeded stream and not from the engine, so that every engine trains on the same masks.
 *
 * @param rate   share that is dropped, in [0, 1)
 * @param random undefined leaves x as it is
 * @source Srivastava et al. 2014
 */
export function dropout(graph: Graph, x: Value<Tensor2D>, rate: number, random?: Random): Value<Tensor2D> {
  if (rate === 0 || !random) return x;
  const limit = Math.round(rate * 65536); // two decisions out of 32 bits
  const keep = 1 / (1 - rate);
  const { y, backward } = (hasKernels() ? dropByKernel : dropPlain)(x.tensor, limit, keep, random);
  return graph.output(y, [x], (dy) => [backward(dy as Tensor2D)]);
}

/** `limit` of 65,536 numbers are dropped, the others multiplied by `keep`. */
type Drop = (
  x: Tensor2D,
  limit: number,
  keep: number,
  random: Random,
) => { readonly y: Tensor2D; readonly backward: (dy: Tensor2D) => Tensor2D };

const dropPlain: Drop = (x, limit, keep, random) => {
  const numbers = new Float32Array(x.size);
  for (let i = 0; i < x.size; i += 2) {
    const bits = random.bits();
    numbers[i] = (bits & 0xffff) < limit ? 0 : keep;
    numbers[i + 1] = bits >>> 16 < limit ? 0 : keep; // past the end it is lost
  }
  const mask = tf.tensor2d(numbers, x.shape);
  return { y: x.mul(mask) as Tensor2D, backward: (dy) => dy.mul(mask) as Tensor2D };
};

/** The mask is made anew for the gradient, which takes less than keeping it. */
const dropByKernel: Drop = (x, limit, keep, random) => {
  const words = tf.tensor1d(Int32Array.from(random.words()), "int32");
  const how = [words, tf.tensor1d([limit], "int32"), tf.tensor1d([keep])];
  const [y, next] = rawOp("RefrainDropout", [], [x, ...how], 2);
  random.standAt(Uint32Array.from(next.dataSync()));
  return {
    y: y as Tensor2D,
    backward: (dy) => rawOp("RefrainDropout", [], [dy, ...how], 2)[0] as Tensor2D,
  };
};
