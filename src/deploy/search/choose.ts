import { type ApproximateOptions, approximateSearch } from "./approximate.js";
import { type Catalogue, exactSearch, type ItemSearch } from "./exact.js";

/** V up to which every item is looked at; above, a question would take longer than a person notices. */
export const LARGEST_EXACT = 1_000_000;

/** Exact search up to 1 million items, approximate beyond. @throws {RefrainError} as `exactSearch`, `approximateSearch` */
export async function itemSearch(catalogue: Catalogue, options: ApproximateOptions = {}): Promise<ItemSearch> {
  return catalogue.bias.length - 1 <= LARGEST_EXACT ? exactSearch(catalogue) : approximateSearch(catalogue, options);
}

/** Share of the exact list that another list holds. @shape int32 [k] each @example recallOf(Int32Array.of(1, 2), Int32Array.of(2, 9)) // 0.5 */
export function recallOf(exact: Int32Array, found: Int32Array): number {
  const there = new Set(found);
  return exact.reduce((count, item) => count + (there.has(item) ? 1 : 0), 0) / Math.max(1, exact.length);
}
