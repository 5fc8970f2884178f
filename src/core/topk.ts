import { checkInteger } from "./check.js";

/**
 * Indices of the k highest scores, best first; equal scores keep the lower index first. NaN and -Infinity never appear.
 *
 * @shape scores float [n] -> int32 [at most k]
 * @throws {RefrainError} ARGUMENT_INVALID when k is not an integer >= 1
 * @example topK(Float32Array.of(0.1, 0.9, 0.5), 2) // Int32Array [1, 2]
 */
export function topK(scores: Float32Array, k: number): Int32Array {
  checkInteger("k", k, 1);
  // A min-heap of the best k so far: O(n log k), and most candidates fail the first comparison.
  const heap = new Int32Array(Math.min(k, scores.length));
  let size = 0;
  const worse = (a: number, b: number) => scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  const sink = (start: number) => {
    let i = start;
    for (;;) {
      let least = i;
      const left = 2 * i + 1;
      if (left < size && worse(heap[left], heap[least])) least = left;
      if (left + 1 < size && worse(heap[left + 1], heap[least])) least = left + 1;
      if (least === i) return;
      const swap = heap[i];
      heap[i] = heap[least];
      heap[least] = swap;
      i = least;
    }
  };
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i] > Number.NEGATIVE_INFINITY)) continue;
    if (size < heap.length) {
      heap[size++] = i;
      if (size === heap.length) for (let j = (size >> 1) - 1; j >= 0; j--) sink(j);
    } else if (worse(heap[0], i)) {
      heap[0] = i;
      sink(0);
    }
  }
  return heap.subarray(0, size).sort((a, b) => scores[b] - scores[a] || a - b);
}
