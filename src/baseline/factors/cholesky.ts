// Symmetric positive definite matrices in Float64Array, row by row. Products of rows in tiles of 4 x 4 are what makes the
// inverse fast: each number that is loaded is used four times.
import { RefrainError } from "../../core/errors.js";

const BLOCK = 32;

/**
 * Solves A x = b in place: `a` becomes its Cholesky factor (lower triangle), `b` becomes x.
 *
 * @shape a float64 [n * n], of which the lower triangle is read; b float64 [n]
 * @source Golub & Van Loan 2013, algorithm 4.2.2
 * @throws {RefrainError} ARGUMENT_INVALID when A is not positive definite
 * @example solveInPlace(Float64Array.of(4, 0, 2, 5), Float64Array.of(8, 8), 2) // Float64Array [1.5, 1]
 */
export function solveInPlace(a: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? root(sum, i) : sum / a[j * n + j];
    }
    let value = b[i];
    for (let k = 0; k < i; k++) value -= a[i * n + k] * b[k];
    b[i] = value / a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i] / a[i * n + i];
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] -= a[i * n + k] * value;
  }
  return b;
}

/**
 * Inverse of a symmetric positive definite matrix, in place; O(n^3) products.
 *
 * A = L L', N = the transpose of the inverse of L, and the inverse of A is N N'. Yields after each block of rows with the
 * share done, so that the caller can tell the progress or stop.
 *
 * @shape a float64 [n * n]; it needs as much again while it runs
 * @throws {RefrainError} ARGUMENT_INVALID when A is not positive definite
 * @example Array.from(invert(Float64Array.of(2, 0, 0, 4), 2)) // [1 / 3, 2 / 3, 1]
 */
export function* invert(a: Float64Array, n: number): Generator<number, void> {
  const starts = Array.from({ length: Math.ceil(n / BLOCK) }, (_, block) => block * BLOCK);
  const tile = new Float64Array(BLOCK * BLOCK);
  for (const [step, i0] of starts.entries()) {
    const i1 = Math.min(n, i0 + BLOCK);
    for (let j0 = 0; j0 <= i0; j0 += BLOCK) {
      const j1 = Math.min(n, j0 + BLOCK);
      products(a, i0, i1, a, j0, j1, 0, j0, n, tile);
      for (let i = i0; i < i1; i++)
        for (let j = j0; j < Math.min(j1, i + 1); j++) {
          let sum = a[i * n + j] - tile[(i - i0) * BLOCK + j - j0];
          for (let k = j0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
          a[i * n + j] = i === j ? root(sum, i) : sum / a[j * n + j];
        }
    }
    yield (step + 1) / starts.length / 3;
  }
  const inverse = new Float64Array(n * n); // N: row j holds column j of the inverse of L, so it is upper
  for (const [step, j0] of starts.entries()) {
    const j1 = Math.min(n, j0 + BLOCK);
    for (let i0 = j0; i0 < n; i0 += BLOCK) {
      const i1 = Math.min(n, i0 + BLOCK);
      if (i0 > j0) products(a, i0, i1, inverse, j0, j1, j0, i0, n, tile);
      else tile.fill(0);
      for (let i = i0; i < i1; i++)
        for (let j = j0; j < Math.min(j1, i + 1); j++) {
          let sum = (i === j ? 1 : 0) - tile[(i - i0) * BLOCK + j - j0];
          for (let k = Math.max(i0, j); k < i; k++) sum -= a[i * n + k] * inverse[j * n + k];
          inverse[j * n + i] = sum / a[i * n + i];
        }
    }
    yield (1 + (step + 1) / starts.length) / 3;
  }
  for (const [step, i0] of starts.entries()) {
    const i1 = Math.min(n, i0 + BLOCK);
    for (let j0 = 0; j0 <= i0; j0 += BLOCK) {
      const j1 = Math.min(n, j0 + BLOCK);
      products(inverse, i0, i1, inverse, j0, j1, i0, n, n, tile);
      for (let i = i0; i < i1; i++)
        for (let j = j0; j < Math.min(j1, i + 1); j++) {
          a[i * n + j] = tile[(i - i0) * BLOCK + j - j0];
          a[j * n + i] = a[i * n + j];
        }
    }
    yield (2 + (step + 1) / starts.length) / 3;
  }
}

function root(square: number, at: number): number {
  if (square > 0 && Number.isFinite(square)) return Math.sqrt(square);
  throw new RefrainError(
    "ARGUMENT_INVALID",
    `A matrix must be positive definite, got the pivot ${square} in row ${at}.`,
  );
}

/** tile[i][j] = sum over k in [k0, k1) of x[i0 + i][k] y[j0 + j][k], for rows of length n. */
function products(
  x: Float64Array,
  i0: number,
  i1: number,
  y: Float64Array,
  j0: number,
  j1: number,
  k0: number,
  k1: number,
  n: number,
  tile: Float64Array,
): void {
  let i = i0;
  for (; i + 4 <= i1; i += 4) {
    let j = j0;
    for (; j + 4 <= j1; j += 4) fourByFour(x, i * n, y, j * n, k0, k1, n, tile, (i - i0) * BLOCK + j - j0);
    for (; j < j1; j++)
      for (let r = 0; r < 4; r++) tile[(i + r - i0) * BLOCK + j - j0] = dot(x, (i + r) * n, y, j * n, k0, k1);
  }
  for (; i < i1; i++) for (let j = j0; j < j1; j++) tile[(i - i0) * BLOCK + j - j0] = dot(x, i * n, y, j * n, k0, k1);
}

function dot(x: Float64Array, i: number, y: Float64Array, j: number, k0: number, k1: number): number {
  let sum = 0;
  for (let k = k0; k < k1; k++) sum += x[i + k] * y[j + k];
  return sum;
}

function fourByFour(
  x: Float64Array,
  i: number,
  y: Float64Array,
  j: number,
  k0: number,
  k1: number,
  n: number,
  tile: Float64Array,
  to: number,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = k0; k < k1; k++) {
    const a0 = x[i + k];
    const a1 = x[i + n + k];
    const a2 = x[i + 2 * n + k];
    const a3 = x[i + 3 * n + k];
    const b0 = y[j + k];
    const b1 = y[j + n + k];
    const b2 = y[j + 2 * n + k];
    const b3 = y[j + 3 * n + k];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  tile.set([s00, s01, s02, s03], to);
  tile.set([s10, s11, s12, s13], to + BLOCK);
  tile.set([s20, s21, s22, s23], to + 2 * BLOCK);
  tile.set([s30, s31, s32, s33], to + 3 * BLOCK);
}
