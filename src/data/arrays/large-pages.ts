// Arrays for millions of rows, in large pages where the system has them: to be given memory 4 KB at a time took up to a third of the
// time of reading and cleaning a large log.
import { nativeScanner } from "./native.js";

/** Two pages, of which one is whole wherever the array begins. */
const LEAST_BYTES = 1 << 22;

/** @shape int32 [length], all 0 */
export function int32(length: number): Int32Array<ArrayBuffer> {
  return inLargePages(new Int32Array(length));
}

/** @shape float64 [length], all 0 */
export function float64(length: number): Float64Array<ArrayBuffer> {
  return inLargePages(new Float64Array(length));
}

/** @param array new, and not written to yet */
export function inLargePages<T extends Int32Array | Float64Array | Uint8Array>(array: T): T {
  if (array.byteLength >= LEAST_BYTES) nativeScanner()?.useLargePages(new Uint8Array(array.buffer));
  return array;
}
