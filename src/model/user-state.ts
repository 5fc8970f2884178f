import type { LayerState } from "./sequence-layers.js";

/** What the model knows of a listener after some plays: plain numbers, a few kilobytes whatever the history's length. */
export interface UserState {
  /** User index; 0 is a listener that the model never saw. */
  readonly user: number;
  /** Plays so far. */
  readonly plays: number;
  /** When the last one was heard, in seconds since 1970; NaN where unknown. */
  readonly time: number;
  /** What each layer keeps: hidden and cell state [H], or the keys and values of the last plays. */
  readonly layers: readonly LayerState[];
  /** What the layers make of the last play. @shape float32 [H] */
  readonly top: Float32Array;
  /** Items of the last plays, newest first, as many as `repeatWindow` or `personalWindow` ask for (at least the last one). */
  readonly recent: Int32Array;
  /**
   * Of the newest of them, those that may be copied: how often their item was played among `repeatWindow` plays when they
   * were heard; 0 once it was heard again, which closes the older play. @shape int32 [at most repeatWindow]
   */
  readonly counts: Int32Array;
  /** Seconds since each of the same, -1 where unknown; empty without `timeGap`. @shape int32 [at most repeatWindow] */
  readonly ages: Int32Array;
  /** Keys of the same. @shape float32 [at most repeatWindow * A] */
  readonly keys: Float32Array;
}
