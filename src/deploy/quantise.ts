// Weights in fewer bits: half precision, or bytes with one scale for each row.
import { Float16Array } from "@petamoriken/float16";
import { checkLength } from "../core/check.js";
import { RefrainError } from "../core/errors.js";
import { type NamedTensors, RecurrentModel, readWeights, writeWeights } from "../model/index.js";

/** How numbers are kept: as they are trained, in half precision, or as bytes with one scale for each row. */
export type Precision = "fp32" | "fp16" | "int8";

/** Every precision, the widest first. */
export const PRECISIONS: readonly Precision[] = ["fp32", "fp16", "int8"];

/** A tensor in few bits. @shape row-major in `shape`; scales float32 [rows], where there are rows in int8 */
export interface PackedTensor {
  readonly shape: readonly number[];
  readonly precision: Precision;
  /** Float32Array for fp32, bit patterns of half precision for fp16, Int8Array for int8. */
  readonly values: Float32Array | Uint16Array | Int8Array;
  /** Number of a row = its byte * its scale; only in int8. */
  readonly scales?: Float32Array;
}

/** Packed tensors by name of the weight. */
export type PackedTensors = ReadonlyMap<string, PackedTensor>;

/** Largest finite number of half precision. */
const LARGEST_HALF = 65504;
/** Bytes run from -127 to 127, so that a row and its negative have the same sizes. */
const LARGEST_BYTE = 127;
/** Numbers of a row from which one scale for them pays. */
const LEAST_WIDTH = 4;

/**
 * Packs one tensor.
 *
 *   fp16   the nearest number of half precision: relative error at most 2^-11 for sizes from 6.1e-5 on
 *   int8   round(x / s) with s = max |row| / 127: error at most s / 2. Rows of fewer than 4 numbers, and tensors of one
 *          axis, stay in float32: a scale for each of their rows would take more than it saves
 *
 * @shape values [shape] -> the same
 * @throws {RefrainError} SHAPE_MISMATCH when the values do not fill the shape; EXPORT_UNSUPPORTED for a number that is not
 *         finite, or too large for half precision
 * @source symmetric quantisation per row: Jacob et al. 2018, section 3, without zero points
 * @example quantise(Float32Array.of(-2, 1, 0, 0.5), [1, 4], "int8").values // Int8Array [-127, 64, 0, 32]
 */
export function quantise(values: Float32Array, shape: readonly number[], precision: Precision): PackedTensor {
  checkLength("Values of a tensor", values.length, size(shape));
  const limit = precision === "fp16" ? LARGEST_HALF : Number.MAX_VALUE;
  const wrong = values.find((value) => !(Math.abs(value) <= limit));
  if (wrong !== undefined)
    throw new RefrainError("EXPORT_UNSUPPORTED", `A weight is ${wrong}, which ${precision} cannot hold.`, {
      precision,
    });
  if (precision === "fp16")
    return { shape, precision, values: new Uint16Array(Float16Array.from(values).buffer as ArrayBuffer) };
  const width = shape.length < 2 ? 0 : shape[shape.length - 1];
  if (precision === "fp32" || width < LEAST_WIDTH) return { shape, precision: "fp32", values: values.slice() };
  const bytes = new Int8Array(values.length);
  const scales = new Float32Array(values.length / width);
  for (let row = 0; row < scales.length; row++) {
    const from = row * width;
    let most = 0;
    for (let i = from; i < from + width; i++) most = Math.max(most, Math.abs(values[i]));
    scales[row] = most / LARGEST_BYTE;
    if (most > 0) for (let i = from; i < from + width; i++) bytes[i] = Math.round((values[i] / most) * LARGEST_BYTE);
  }
  return { shape, precision, values: bytes, scales };
}

/**
 * The numbers that a packed tensor stands for.
 *
 * @shape -> float32, row-major in `shape`
 * @example dequantise(quantise(Float32Array.of(1, 0.5), [2], "fp16")) // Float32Array [1, 0.5]
 */
export function dequantise({ shape, precision, values, scales }: PackedTensor): Float32Array {
  if (precision === "fp32") return Float32Array.from(values);
  if (precision === "fp16") return Float32Array.from(new Float16Array((values as Uint16Array).slice().buffer));
  const width = shape[shape.length - 1];
  return Float32Array.from(values, (byte, i) => byte * (scales as Float32Array)[Math.floor(i / width)]);
}

/** Bytes that a packed tensor takes, its scales among them. */
export function packedBytes({ values, scales }: PackedTensor): number {
  return values.byteLength + (scales?.byteLength ?? 0);
}

/** Packs all weights of a model. @throws {RefrainError} as `quantise`, with the name of the weight */
export function quantiseWeights(weights: NamedTensors, precision: Precision): PackedTensors {
  return new Map(
    [...weights].map(([name, { values, shape }]) => {
      try {
        return [name, quantise(values, shape, precision)];
      } catch (error) {
        if (error instanceof RefrainError) throw new RefrainError(error.code, `${name}: ${error.message}`, { name });
        throw error;
      }
    }),
  );
}

/** A model with packed weights, and what they take. */
export interface QuantisedModel {
  /** Runs on the engine as any model, with the numbers that the packed weights stand for. The caller disposes it. */
  readonly model: RecurrentModel;
  readonly weights: PackedTensors;
  /** Of all weights, in bytes. */
  readonly bytes: number;
}

/**
 * A copy of a model whose weights are packed, to measure what that costs in accuracy. The engine must have been started.
 *
 * @throws {RefrainError} as `quantise`
 * @example
 * const { model: small, bytes } = quantiseModel(model, "int8");
 * await evaluate(modelScorer(small, "LSTM, int8"), histories, "validation");
 * small.dispose();
 */
export function quantiseModel(model: RecurrentModel, precision: Precision): QuantisedModel {
  const weights = quantiseWeights(readWeights(model.parameters), precision);
  const unpacked: NamedTensors = new Map(
    [...weights].map(([name, packed]) => [name, { shape: packed.shape, values: dequantise(packed) }]),
  );
  const copy = new RecurrentModel(model.config, model.itemCount, model.userCount, 0, model.attributes);
  writeWeights(copy.parameters, unpacked);
  return { model: copy, weights, bytes: [...weights.values()].reduce((sum, each) => sum + packedBytes(each), 0) };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
