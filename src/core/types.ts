// The plain records that pass between rooms. Shapes in capital letters: E events, U users, V items, N cases.

/**
 * Clean events in columns, sorted by (user, time, source line).
 *
 * @shape users, items int32 [E]; times float64 [E]; userIds [U]; itemIds: one per distinct item of the log
 * @unit  times in seconds since 1970-01-01 UTC; where a log has only an order, the ordinal
 */
export interface EventLog {
  /** User code of each event, an index into `userIds`. */
  readonly users: Int32Array;
  /** Item code of each event, an index into `itemIds`. */
  readonly items: Int32Array;
  readonly times: Float64Array;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** What a person reads for each item code; the id itself where the log has no title. */
  readonly itemTitles: readonly string[];
  /** Line of the source file of each event, 1-based; 0 where unknown. */
  readonly lines: Int32Array;
  /** True where `times` are calendar times and false where they are only an order. */
  readonly hasTimes: boolean;
  /** Where the users of this log are sessions: whose each session is, `codes` int32 [U] into `ids`. */
  readonly owners?: { readonly codes: Int32Array; readonly ids: readonly string[] };
}

/**
 * A log cut in three, per user and in time order. The parts are row ranges of one log, so they are disjoint and ordered
 * by construction: train = [userStart, validationStart), validation = [validationStart, testStart), test = [testStart,
 * next user's start).
 *
 * @shape userStart int32 [U+1]; validationStart, testStart int32 [U]: row numbers of `log`
 */
export interface SplitLog {
  readonly log: EventLog;
  /** In words, for the protocol card: "leave-one-out", "temporal, test from 2025-11-20". */
  readonly description: string;
  readonly userStart: Int32Array;
  readonly validationStart: Int32Array;
  readonly testStart: Int32Array;
  /** Only the last so many plays of each user in validation and test are targets, the others history; all where absent. */
  readonly lastTargets?: number;
  /** True where every user (or session) is in one part as a whole, so that no test user is known from training. */
  readonly apart?: true;
  /** In words, for the protocol card: how many plays a user and an item need, and where they count. */
  readonly support?: string;
}

/** Which part of a split a step may look at. */
export type SplitPart = "train" | "validation" | "test";

/**
 * One question to a scorer: who listens, and what was heard so far.
 *
 * `history` holds item indices 1…V in time order (never 0, never unknown items). Queries of one user usually share one
 * buffer (subarrays from the same start): a recurrent scorer uses that to read the history once for all of them.
 */
export interface Query {
  /** User index 1…U of the user vocabulary; 0 for a user never seen. */
  readonly user: number;
  readonly history: Int32Array;
  /** When each play was heard, in seconds since 1970, NaN where unknown; absent where nothing is known. @shape float64 [history.length] */
  readonly times?: Float64Array;
  /** When the question is asked, in seconds since 1970; absent or NaN where that is not known. */
  readonly now?: number;
}

/** A query with its answer. `target` is the item index that came next; 0 when that item is not in the vocabulary. */
export interface EvaluationCase extends Query {
  readonly target: number;
  /** User code of the log: cases of one user are resampled together by the bootstrap. */
  readonly userCode: number;
  /** Row of the target event in the log. */
  readonly row: number;
}

/** A Plotly figure as plain JSON. */
export interface Figure {
  readonly data: readonly Record<string, unknown>[];
  readonly layout: Record<string, unknown>;
}

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
