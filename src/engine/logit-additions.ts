// Numbers added to a few logits of each row, for the plain twin of the cross-entropy; its kernel does the same by itself.
import type { Value } from "./graph.js";
import { takeRows } from "./operations.js";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "./tensors.js";

/**
 * What is added to some logits of each row before the softmax: those of the items `items[starts[n]]` to
 * `items[starts[n + 1] - 1]` in row n, each item once in a row.
 *
 * @shape starts int32 [N + 1], from 0 to E; items int32 [E]; values [E]
 */
export interface LogitAdditions {
  readonly starts: Int32Array;
  readonly items: Int32Array;
  readonly values: Value<Tensor1D>;
}

/** The row of each addition. @shape -> int32 [E] */
export function rowsOf({ starts, items }: Pick<LogitAdditions, "starts" | "items">): Int32Array {
  const rows = new Int32Array(items.length);
  for (let n = 0; n + 1 < starts.length; n++) rows.fill(n, starts[n], starts[n + 1]);
  return rows;
}

/** The additions to some rows. */
export class ChunkOfAdditions {
  readonly #indices: Tensor2D;
  readonly #values: Tensor1D;

  /** @param first row of `count`; use it inside the tidy of the chunk. There is one addition at least. */
  constructor({ starts, items, values }: LogitAdditions, first: number, count: number) {
    const [from, to] = [starts[first], starts[first + count]];
    const rows = rowsOf({
      starts: starts.subarray(first, first + count + 1).map((each) => each - from),
      items: items.subarray(from, to),
    });
    const pairs = new Int32Array(2 * rows.length);
    rows.forEach((row, e) => {
      pairs[2 * e] = row;
      pairs[2 * e + 1] = items[from + e];
    });
    this.#indices = tf.tensor2d(pairs, [rows.length, 2], "int32");
    this.#values = values.tensor.slice(from, to - from);
  }

  /** The logits with the additions; the first ones are freed. @shape [n, V + 1] */
  raise(logits: Tensor2D): Tensor2D {
    const raised = logits.add(tf.scatterND(this.#indices, this.#values, logits.shape)) as Tensor2D;
    logits.dispose();
    return raised;
  }

  /** The numbers of a matrix at the places of the additions. @shape matrix [n, V + 1] -> [e] */
  at(matrix: Tensor2D): Tensor1D {
    return tf.gatherND(matrix, this.#indices) as Tensor1D;
  }

  /** Of each addition, the number of its item, times that of its row. @shape byItem [V + 1, 1]; byRow [n, 1] -> [e] */
  factors(byItem: Tensor2D, byRow: Tensor2D): Tensor1D {
    const [rows, items] = tf.split(this.#indices, 2, 1);
    return (tf.gatherND(byItem.reshape([-1]), items) as Tensor1D).mul(
      tf.gatherND(byRow.reshape([-1]), rows),
    ) as Tensor1D;
  }
}

/** Where an addition is to the row's own target. */
export interface OnTargets {
  readonly rows: Int32Array;
  /** Numbers of the additions. */
  readonly places: Int32Array;
}

export function onTargets({ starts, items }: LogitAdditions, targets: Int32Array): OnTargets {
  const rows: number[] = [];
  const places: number[] = [];
  targets.forEach((target, n) => {
    for (let e = starts[n]; e < starts[n + 1]; e++)
      if (items[e] === target) {
        rows.push(n);
        places.push(e);
      }
  });
  return { rows: Int32Array.from(rows), places: Int32Array.from(places) };
}

/** Numbers moved to other places, 0 elsewhere. @shape values [R, 1]; from, to int32 [K] -> [size, 1] */
export function moved(values: Tensor2D, from: Int32Array, to: Int32Array, size: number): Tensor2D {
  if (from.length === 0) return tf.zeros([size, 1]);
  return tf.scatterND(tf.tensor2d(to, [to.length, 1], "int32"), takeRows(values, from), [size, 1]) as Tensor2D;
}

/** A column of what may be one number for all rows. @shape [N, 1] or [] -> [N, 1] */
export function everyRow(share: Tensor, N: number): Tensor2D {
  return tf.ones([N, 1]).mul(share) as Tensor2D;
}
