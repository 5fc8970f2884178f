import { checkInteger } from "../core/check.js";

/** Rounds of the power iteration; the second component of a few hundred numbers is settled long before. */
const ROUNDS = 200;

/**
 * The two directions in which rows differ most: principal components by power iteration.
 *
 * @shape values [N * D] -> [N] pairs
 * @param width D: numbers of a row, integer >= 2
 * @throws {RefrainError} ARGUMENT_INVALID for a wrong width
 * @source Hotelling 1933
 * @example principalPlane([1, 0, -1, 0], 2)[0][0] // 1
 */
export function principalPlane(values: ArrayLike<number>, width: number): (readonly [number, number])[] {
  checkInteger("width", width, 2);
  const rows = Array.from({ length: Math.floor(values.length / width) }, (_, n) =>
    Float64Array.from({ length: width }, (_, d) => values[n * width + d]),
  );
  const mean = new Float64Array(width);
  for (const row of rows) for (let d = 0; d < width; d++) mean[d] += row[d] / rows.length;
  for (const row of rows) for (let d = 0; d < width; d++) row[d] -= mean[d];
  const first = mainDirection(rows, width);
  const second = mainDirection(rows, width, first);
  return rows.map((row) => [dot(row, first), dot(row, second)] as const);
}

/** The direction of the largest variance, at right angles to another. */
function mainDirection(rows: readonly Float64Array[], width: number, other?: Float64Array): Float64Array {
  let direction = Float64Array.from({ length: width }, (_, d) => 1 / (d + 1));
  for (let round = 0; round < ROUNDS; round++) {
    if (other) {
      const share = dot(direction, other);
      direction = direction.map((value, d) => value - share * other[d]);
    }
    const next = new Float64Array(width);
    for (const row of rows) {
      const along = dot(row, direction);
      for (let d = 0; d < width; d++) next[d] += along * row[d];
    }
    const length = Math.sqrt(dot(next, next));
    if (length === 0) return next;
    direction = next.map((value) => value / length);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
