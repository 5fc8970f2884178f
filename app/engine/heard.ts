import { type Query, RefrainError } from "refrain";
import type { Asked } from "./protocol.js";
import { type Session, userOf } from "./session.js";

/** A history as a model reads it: the plays that it knows. */
export interface Heard {
  /** User index; 0 is a listener that the model never saw. */
  readonly user: number;
  /** Item index 1…V of each play. */
  readonly items: readonly number[];
  /** When each was heard, in seconds since 1970; NaN where unknown. */
  readonly times: readonly number[];
  /** Place of each in the history that was sent, 0-based. */
  readonly places: readonly number[];
  /** When the question is asked; NaN where unknown. */
  readonly now: number;
}

/** The known plays of a history with their times. @throws {RefrainError} SHAPE_MISMATCH for more or fewer times than plays */
export function heardOf(session: Session, { user, history, times, now }: Asked): Heard {
  if (times.length > 0 && times.length !== history.length)
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `times must be empty or one for each of ${history.length} plays, got ${times.length}.`,
    );
  const { items } = session.saved;
  const places = [...history.keys()].filter((place) => items.indexOf(history[place]) > 0);
  return {
    user: userOf(session, user),
    items: places.map((place) => items.indexOf(history[place])),
    times: places.map((place) => times[place] ?? Number.NaN),
    places,
    now: now ?? Number.NaN,
  };
}

/** The same as a question to a scorer: what the evaluation asks, so that both give the same list. */
export function queryOf({ user, items, times, now }: Omit<Heard, "places">): Query {
  return { user, history: Int32Array.from(items), times: Float64Array.from(times), now };
}
