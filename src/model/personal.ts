// Personal popularity: what a listener played often lately is likelier, by an amount that the state decides.
import {
  embedding,
  type Graph,
  linear,
  multiply,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Value,
} from "../engine/index.js";
import type { Batch } from "../sequence/batches.js";

/**
 * How often the items that were played lately were played, for some rows of a batch.
 *
 * @shape starts int32 [N + 1]; items, rows int32 [E]; logs float32 [E]: log(1 + plays) of item items[e] at row rows[e] of the N,
 *        which is between starts[rows[e]] and starts[rows[e] + 1]
 */
export interface OwnPlays {
  readonly starts: Int32Array;
  readonly items: Int32Array;
  readonly rows: Int32Array;
  readonly logs: Float32Array;
}

/** Weights of the term. */
export interface PersonalWeights {
  /** @shape [H, 1] */
  readonly weight: Value<Tensor2D>;
  /** @shape [1] */
  readonly bias: Value<Tensor1D>;
}

/** Plays of each item among the newest `window` of some, in order from the oldest. */
export class PlayCounts {
  readonly counts: Map<number, number> = new Map();
  readonly #window: number;
  readonly #plays: number[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  hear(item: number): void {
    this.#plays.push(item);
    this.counts.set(item, (this.counts.get(item) ?? 0) + 1);
    const old = this.#plays[this.#plays.length - 1 - this.#window];
    if (old === undefined) return;
    const left = (this.counts.get(old) as number) - 1;
    if (left > 0) this.counts.set(old, left);
    else this.counts.delete(old);
  }
}

/**
 * Own plays at some rows of a batch: of the last `window` plays, the row's own included, those before the batch's windows too.
 *
 * @param rows int [N], each t * B + b; one may come more than once
 */
export function ownPlays(batch: Batch, rows: ArrayLike<number>, window: number): OwnPlays {
  const { size: B, inputs, padding, earlier } = batch;
  const order = Array.from(rows, (row, n) => ({ n, b: row % B, t: Math.floor(row / B) }));
  order.sort((x, y) => x.b - y.b || x.t - y.t);
  const found: (readonly [items: number[], counts: number[]])[] = new Array(order.length);
  let heard = new PlayCounts(window);
  let next = 0;
  order.forEach(({ n, b, t }, at) => {
    if (at === 0 || order[at - 1].b !== b) {
      heard = new PlayCounts(window);
      for (const item of earlier?.[b].subarray(-window) ?? []) heard.hear(item);
      next = padding[b];
    }
    for (; next <= t; next++) heard.hear(inputs[next * B + b]);
    found[n] = [[...heard.counts.keys()], [...heard.counts.values()]];
  });
  const starts = new Int32Array(order.length + 1);
  found.forEach(([items], n) => {
    starts[n + 1] = starts[n] + items.length;
  });
  const E = starts[order.length];
  const [items, perRow, logs] = [new Int32Array(E), new Int32Array(E), new Float32Array(E)];
  found.forEach(([own, counts], n) => {
    items.set(own, starts[n]);
    perRow.fill(n, starts[n], starts[n + 1]);
    counts.forEach((count, i) => {
      logs[starts[n] + i] = Math.log1p(count);
    });
  });
  return { starts, items, rows: perRow, logs };
}

/**
 * What one log of own plays is worth at each row: b + w h / sqrt(H), so that the state says how much a habit counts now. The
 * root keeps the many weights of w from outrunning all others in the first steps.
 *
 * @shape h [N, H] -> [N, 1]
 * @source Abbattista et al. 2024 (personalized popularity on the logits); the part of the state is ours
 */
export function habitStrength(graph: Graph, h: Value<Tensor2D>, { weight, bias }: PersonalWeights): Value<Tensor2D> {
  const root = Math.sqrt(h.tensor.shape[1]);
  const scaled = graph.output(h.tensor.div(root) as Tensor2D, [h], (dy) => [dy.div(root)]);
  return linear(graph, scaled, weight, bias);
}

/** What personal popularity adds to the logits: the strength of the row times log(1 + own plays). @shape h [N, H] -> [E] */
export function personalTerm(
  graph: Graph,
  h: Value<Tensor2D>,
  weights: PersonalWeights,
  own: OwnPlays,
): Value<Tensor1D> {
  const strength = embedding(graph, habitStrength(graph, h, weights), own.rows);
  const term = multiply(graph, strength, graph.input(tf.tensor2d(own.logs, [own.logs.length, 1])));
  return graph.output(term.tensor.reshape([-1]) as Tensor1D, [term], (dy) => [dy.reshape([-1, 1])]);
}

/** Logs of own plays as a matrix. @shape -> [N, V + 1] */
export function playMatrix({ starts, items, logs }: OwnPlays, width: number): Tensor2D {
  const N = starts.length - 1;
  const matrix = new Float32Array(N * width);
  for (let n = 0; n < N; n++) for (let e = starts[n]; e < starts[n + 1]; e++) matrix[n * width + items[e]] = logs[e];
  return tf.tensor2d(matrix, [N, width]);
}
