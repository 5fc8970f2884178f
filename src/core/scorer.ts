import type { Query } from "./types.js";

/**
 * What the recurrent model, a loaded model and every baseline implement. Evaluation, recommendation and explanation see
 * only this.
 *
 * Contract, kept by one shared test suite: a batch gives what one query at a time gives; order of queries is kept;
 * scores are finite except column 0, which is -Infinity; `score` does not change its arguments.
 */
export interface Scorer {
  /** Short name for tables: "LSTM", "popularity". */
  readonly name: string;
  /** V: how many items can be recommended. */
  readonly itemCount: number;
  /**
   * Scores of all items as the next play after each history. Higher is likelier; the scale is the scorer's own.
   *
   * @shape queries [N] -> float32 [N * (V + 1)], row by row; column 0 (padding) is -Infinity
   */
  score(queries: readonly Query[]): Float32Array | Promise<Float32Array>;
}
