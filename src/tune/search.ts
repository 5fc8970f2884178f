import { checkInteger, checkNumber } from "../core/check.js";
import { Random } from "../core/random.js";
import { type AnySpace, type Point, pointsOf } from "./space.js";

/** One way to set the options, and how good it was on validation. */
export interface Trial {
  readonly options: Point;
  /** Validation metric; larger is better. */
  readonly value: number;
  readonly seconds: number;
  /** True where the result was known from before. */
  readonly cached: boolean;
}

export interface SearchBudget {
  /** Trials at most, the defaults among them; integer >= 1. */
  readonly trials: number;
  /** Seconds of trials after which no new one starts; known ones count what they took. The first trial always runs. */
  readonly seconds: number;
  /** Seed of the draws. */
  readonly seed: number;
}

/**
 * Tries the defaults and then random points of a space within a budget, and tells each trial. Returns all of them, the best
 * first; of equal ones the earlier goes first.
 *
 * The objective is all that is called, so what it cannot reach the search cannot choose by. Everything that the objective
 * yields is passed on. The same seed draws the same points, so that a search that was stopped meets its known trials again.
 *
 * @param objective value on validation, how long it took, and whether it was known
 * @source Bergstra & Bengio 2012 (random search)
 * @throws {RefrainError} ARGUMENT_INVALID for a budget out of range; as the objective
 */
export async function* search<E>(
  space: AnySpace,
  objective: (options: Point) => AsyncGenerator<E, Omit<Trial, "options">>,
  { trials, seconds, seed }: SearchBudget,
  tell: (trial: Trial, number: number, of: number) => E,
): AsyncGenerator<E, Trial[]> {
  checkInteger("trials", trials, 1, 100_000);
  checkNumber("seconds", seconds, 0, Number.MAX_VALUE);
  const points = pointsOf(space, trials, Random.stream(seed, "search"));
  const done: Trial[] = [];
  let spent = 0;
  for (const options of points) {
    if (done.length > 0 && spent >= seconds) break;
    const trial: Trial = { options, ...(yield* objective(options)) };
    done.push(trial);
    spent += trial.seconds;
    yield tell(trial, done.length, points.length);
  }
  return done.sort((a, b) => b.value - a.value);
}
