import { checkInteger, checkLength } from "../core/check.js";
import { hasKernels } from "./kernels.js";
import { rawOp } from "./native.js";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";
import { topItemsPlain } from "./top-items.js";

/** Bytes of a row are filled up to a multiple of this, a whole number of every processor's vectors. */
const FILL = 64;
const LARGEST_BYTE = 127;

/** A table that is searched by its bytes. The owner calls `dispose`. */
export interface ByteItems {
  /**
   * The k best items of logit = z table' + bias, best first; of equal logits the lower item first. Row 0, padding, takes no part.
   *
   * @shape z float32 [D] -> items int32 [k], logits float32 [k]; 0 and -Infinity where there are fewer
   */
  top(z: Float32Array, k: number): { readonly items: Int32Array; readonly logits: Float32Array };
  dispose(): void;
}

/**
 * Keeps a table a second time as bytes with one scale for each row, to find the best items without reading all of it: a
 * quarter of the memory traffic, which is all that such a search costs. The answer is exact: a row is left out only where its
 * error in bytes cannot lift it among the best.
 *
 * Without Refrain's kernels every number is read.
 *
 * @shape table float32 [(V + 1) * D]; bias float32 [V + 1]
 * @param width D, integer >= 1
 * @throws {RefrainError} SHAPE_MISMATCH; ARGUMENT_INVALID; `top` the same
 */
export function byteItems(table: Float32Array, bias: Float32Array, width: number): ByteItems {
  checkInteger("width", width, 1);
  checkLength("table", table.length, bias.length * width);
  const rows = bias.length;
  const numbers = tf.keep(tf.tensor2d(table, [rows, width]));
  const biases = tf.keep(tf.tensor1d(bias));
  const packed: Tensor[] = hasKernels() ? packRows(table, rows, width).map((tensor) => tf.keep(tensor)) : [];
  const search = (z: Tensor2D, k: number): Tensor[] => {
    const [bytes, scales, errors] = packed;
    return rawOp("RefrainByteItems", [], [z, bytes, scales, errors, numbers, biases, tf.scalar(k, "int32")], 2);
  };
  return {
    top(z, k) {
      checkLength("z", z.length, width);
      checkInteger("k", k, 1);
      const question = tf.tensor2d(z, [1, width]);
      try {
        if (packed.length === 0) return topItemsPlain(question, numbers as Tensor2D, biases as Tensor1D, k);
        const found = tf.tidy(() => search(question, k));
        const [items, logits] = found.map((tensor) => tensor.dataSync());
        tf.dispose(found);
        return { items: items as Int32Array, logits: logits as Float32Array };
      } finally {
        question.dispose();
      }
    },
    dispose: () => tf.dispose([numbers, biases, ...packed]),
  };
}

/** Bytes, four in a number, with the scale of each row and the length of what they leave out. @shape [rows, W], [rows], [rows] */
function packRows(table: Float32Array, rows: number, width: number): Tensor[] {
  const filled = Math.ceil(width / FILL) * FILL;
  const bytes = new Int8Array(rows * filled);
  const [scales, errors] = [new Float32Array(rows), new Float32Array(rows)];
  for (let row = 0; row < rows; row++) {
    let most = 0;
    for (let at = row * width; at < (row + 1) * width; at++) most = Math.max(most, Math.abs(table[at]));
    const scale = Math.fround(most / LARGEST_BYTE);
    let square = 0;
    for (let d = 0; d < width && scale > 0; d++) {
      const x = table[row * width + d];
      const byte = Math.max(-LARGEST_BYTE, Math.min(LARGEST_BYTE, Math.round(x / scale)));
      bytes[row * filled + d] = byte;
      square += (x - byte * scale) ** 2;
    }
    scales[row] = scale;
    errors[row] = Math.sqrt(square) * 1.00001; // rounding to float32 must not make it smaller
  }
  const words = new Int32Array(bytes.buffer);
  return [tf.tensor2d(words, [rows, filled / 4], "int32"), tf.tensor1d(scales), tf.tensor1d(errors)];
}
