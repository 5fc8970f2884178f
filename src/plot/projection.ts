import { PCA } from "ml-pca";
import { checkInteger } from "../core/check.js";

/**
 * Rows along the two directions in which they differ most: their first two principal components. The sign of a direction is
 * such that the row farthest along it is on the positive side.
 *
 * @shape values [N * D] -> [N] pairs; zeros where no row differs
 * @param width D: numbers of a row, integer >= 2
 * @throws {RefrainError} ARGUMENT_INVALID for a wrong width
 * @source Pearson 1901
 * @example principalPlane([2, 0, -1, 0, -1, 0], 2)[0][0] // 2
 */
export function principalPlane(values: ArrayLike<number>, width: number): (readonly [number, number])[] {
  checkInteger("width", width, 2);
  const rows = Array.from({ length: Math.floor(values.length / width) }, (_, n) =>
    Array.from({ length: width }, (_, d) => values[n * width + d]),
  );
  if (rows.every((row) => row.every((value, d) => value === rows[0][d]))) return rows.map(() => [0, 0] as const);
  const places = new PCA(rows).predict(rows, { nComponents: 2 }).to2DArray();
  const sign = [0, 1].map((axis) => {
    const farthest = places.reduce((far, place) => (Math.abs(place[axis]) > Math.abs(far) ? place[axis] : far), 0);
    return farthest < 0 ? -1 : 1;
  });
  return places.map(([x, y]) => [sign[0] * x, sign[1] * y] as const);
}
