import { principalPlane } from "refrain";
import { onceFor } from "./once.js";
import type { Session } from "./session.js";
import { logSumOf } from "./standing.js";

/** The learned space of an opened run. What is read of it again and again is made once, and goes with the session. */
export interface Space {
  /** Item embeddings as directions: rows of length 1, or 0. Row 0 is padding. @shape [(V + 1) * D] */
  readonly units: Float32Array;
  /** D */
  readonly width: number;
}

const spaces = new WeakMap<Session, Space>();

export function spaceOf(session: Session): Space {
  const found = spaces.get(session) ?? directions(session);
  spaces.set(session, found);
  return found;
}

function directions({ saved }: Session): Space {
  const { parameters, config } = saved.model;
  const units = Float32Array.from(parameters.get("item/embedding")?.values() ?? []);
  const width = config.embeddingSize;
  for (let start = 0; start < units.length; start += width) {
    let squares = 0;
    for (let d = start; d < start + width; d++) squares += units[d] * units[d];
    const length = Math.sqrt(squares) || 1;
    for (let d = start; d < start + width; d++) units[d] /= length;
  }
  return { units, width };
}

/** Cosine of every item's embedding with that of one; that item and padding come last. @shape -> [V + 1] */
export function cosines({ units, width }: Space, item: number): Float32Array {
  const found = new Float32Array(units.length / width);
  const own = units.subarray(item * width, (item + 1) * width);
  for (let other = 0; other < found.length; other++) {
    const start = other * width;
    let sum = 0;
    for (let d = 0; d < width; d++) sum += own[d] * units[start + d];
    found[other] = sum;
  }
  found[0] = Number.NEGATIVE_INFINITY;
  found[item] = Number.NEGATIVE_INFINITY;
  return found;
}

/** The items 1 to `shown` in the plane in which they differ most, and the share of their variance that it shows. */
export interface Plane {
  readonly places: readonly (readonly [number, number])[];
  readonly explained: number;
}

const planes = new WeakMap<Session, Map<number, Plane>>();

export function planeOf(session: Session, shown: number): Plane {
  const known = planes.get(session) ?? new Map<number, Plane>();
  planes.set(session, known);
  const found = known.get(shown) ?? plane(spaceOf(session), shown);
  known.set(shown, found);
  return found;
}

function plane({ units, width }: Space, shown: number): Plane {
  const rows = units.subarray(width, (1 + shown) * width);
  const places = principalPlane(rows, width);
  return { places, explained: spread(places) / variance(rows, width) };
}

/** Sum of squared distances from the middle. Places in the plane of principal components have theirs at 0. */
function spread(places: readonly (readonly [number, number])[]): number {
  return places.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
}

function variance(rows: Float32Array, D: number): number {
  const means = new Float64Array(D);
  for (let i = 0; i < rows.length; i++) means[i % D] += (rows[i] * D) / rows.length;
  return rows.reduce((sum, value, i) => sum + (value - means[i % D]) ** 2, 0) || 1;
}

/** Listeners who are asked at most, spread over all: each costs a pass over the history and the scores of all songs. */
const MOST_ASKED = 1000;
const FEWEST_ASKED = 50;
/** Scores that are kept for them at most: 40 MB. */
const MOST_SCORES = 10_000_000;
/** Histories in one pass, by the numbers that their scores hold. */
const SCORES_AT_ONCE = 2 ** 22;

/** What listeners are offered after all their known plays. */
export interface Offers {
  readonly users: readonly number[];
  /** @shape [users * (V + 1)] */
  readonly scores: Float32Array;
  /** @shape [users] */
  readonly logSums: Float64Array;
}

/** The scores of all items for a sample of the listeners, worked out once per opened run. */
export const offersOf: (session: Session) => Promise<Offers> = onceFor(async ({ saved }) => {
  const { users, histories, times, scorer } = saved;
  const width = scorer.itemCount + 1;
  const most = Math.min(MOST_ASKED, Math.max(FEWEST_ASKED, Math.floor(MOST_SCORES / width)));
  const stride = Math.max(1, Math.ceil(users.size / most));
  const asked = Array.from({ length: Math.ceil(users.size / stride) }, (_, n) => 1 + n * stride);
  const size = Math.max(1, Math.floor(SCORES_AT_ONCE / width));
  const scores = new Float32Array(asked.length * width);
  for (let from = 0; from < asked.length; from += size) {
    const queries = asked.slice(from, from + size).map((user) => ({
      user,
      history: Int32Array.from(histories[user]),
      ...(times ? { times: Float64Array.from(times[user]) } : {}),
    }));
    scores.set(await scorer.score(queries), from * width);
  }
  const logSums = Float64Array.from(asked, (_, n) => logSumOf(scores.subarray(n * width, (n + 1) * width)));
  return { users: asked, scores, logSums };
});
