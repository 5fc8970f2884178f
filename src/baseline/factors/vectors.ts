// Closeness of items by the cosine of their vectors, for item2vec and for vectors that were made elsewhere.

/** Scales each row to length 1 in place; a row of zeros stays. @shape vectors float32 [rows * size] */
export function unitRows(vectors: Float32Array, size: number): void {
  for (let at = 0; at < vectors.length; at += size) {
    let square = 0;
    for (let f = 0; f < size; f++) square += vectors[at + f] ** 2;
    if (square > 0) for (let f = 0; f < size; f++) vectors[at + f] /= Math.sqrt(square);
  }
}

/**
 * Adds to each item of `row` its product with the end of the history:
 * sum over age a < `lastItems` of decay^a v_h[a] v_j, by one vector for all of the history.
 *
 * @shape vectors float32 [(V + 1) * size], rows of length 1 or 0; row float64 [V + 1]
 */
export function addCloseItems(
  vectors: Float32Array,
  size: number,
  history: Int32Array,
  lastItems: number,
  decay: number,
  row: Float64Array,
): void {
  const taste = new Float64Array(size);
  for (let age = 0, weight = 1; age < Math.min(lastItems, history.length); age++, weight *= decay) {
    const from = history[history.length - 1 - age] * size;
    for (let f = 0; f < size; f++) taste[f] += weight * vectors[from + f];
  }
  for (let item = 1; item < row.length; item++) {
    let sum = 0;
    for (let f = 0, at = item * size; f < size; f++) sum += taste[f] * vectors[at++];
    row[item] += sum;
  }
}
