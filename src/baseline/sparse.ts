/**
 * Rows of a matrix that hold few entries (compressed sparse rows): those of row i lie from start[i] to start[i + 1].
 *
 * @shape start int32 [rows + 1]; columns int32, values float64 [entries]
 */
export interface SparseRows {
  readonly start: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Joins rows that were computed one by one; row i of the matrix is `rows[i]`. */
export function toSparseRows(
  rows: readonly { readonly columns: ArrayLike<number>; readonly values: ArrayLike<number> }[],
): SparseRows {
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    start[i + 1] = start[i] + row.columns.length;
  });
  const columns = new Int32Array(start[rows.length]);
  const values = new Float64Array(columns.length);
  rows.forEach((row, i) => {
    columns.set(row.columns, start[i]);
    values.set(row.values, start[i]);
  });
  return { start, columns, values };
}

/**
 * Where each value occurs: positions of value i lie from start[i] to start[i + 1], ascending.
 *
 * @param values integers in [0, size)
 * @shape start int32 [size + 1]; positions int32 [values.length]
 */
export function positionsByValue(values: Int32Array, size: number): { start: Int32Array; positions: Int32Array } {
  const start = new Int32Array(size + 1);
  for (const value of values) start[value + 1]++;
  for (let i = 0; i < size; i++) start[i + 1] += start[i];
  const next = start.slice();
  const positions = new Int32Array(values.length);
  for (let at = 0; at < values.length; at++) positions[next[values[at]]++] = at;
  return { start, positions };
}
