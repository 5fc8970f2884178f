// The best items of a catalogue that is too large to be looked at whole: a graph of near neighbours.
import { createRequire } from "node:module";
import { checkInteger, checkLength } from "../../core/check.js";
import { RefrainError } from "../../core/errors.js";
import { topK } from "../../core/topk.js";
import { type Catalogue, checkCatalogue, type ItemSearch } from "./exact.js";

export interface ApproximateOptions {
  /** Neighbours that a point of the graph keeps (M). Default 32. */
  readonly connectivity?: number;
  /** Points that are looked at to place a new one (efConstruction). Default 128. */
  readonly expansionAdd?: number;
  /** Points that an answer is chosen from (ef), at least; more find more and take longer. Default 256. */
  readonly expansionSearch?: number;
  /** Points that are placed between two turns of the event loop, for which all else waits. Default 20,000. */
  readonly atOnce?: number;
  /** Ends the building, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told the share that is done. */
  readonly onShare?: (share: number) => void;
}

/** A search that can be asked to look wider. */
export interface ApproximateSearch extends ItemSearch {
  /** As in `ApproximateOptions`; may be changed between questions. */
  expansionSearch: number;
}

/** What usearch has that is used here. */
interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array, threads?: number): void;
  search(vector: Float32Array, k: number, threads?: number): { readonly keys: BigUint64Array };
}

const DEFAULTS = { connectivity: 32, expansionAdd: 128, expansionSearch: 256, atOnce: 20_000 };
/** Keeps a table of zeros from dividing by zero. */
const SMALLEST = 1e-30;

/**
 * Approximate search by a hierarchical graph (HNSW) of the library usearch, with exact logits for what it finds.
 *
 * Neighbours in the graph are those with the largest products, of [e, b] for a row e with the bias b; z becomes [z, 1]. Giving
 * all points one length first, so that products are distances, finds far less of the best (bench/DEPLOY.md). The graph holds its
 * points in 16 bits, half the memory to walk through; the logits are made of the table's own numbers.
 *
 * @throws {RefrainError} SHAPE_MISMATCH, ARGUMENT_INVALID; SEARCH_UNAVAILABLE where the library has no build for this machine
 * @source graph: Malkov & Yashunin 2018; of products: Morozov & Babenko 2018 (ip-NSW)
 */
export async function approximateSearch(
  catalogue: Catalogue,
  options: ApproximateOptions = {},
): Promise<ApproximateSearch> {
  const rows = checkCatalogue(catalogue);
  const { table, bias, width } = catalogue;
  const { connectivity, expansionAdd, expansionSearch, atOnce, signal, onShare } = { ...DEFAULTS, ...options };
  checkInteger("expansionSearch", expansionSearch, 1);
  checkInteger("atOnce", atOnce, 1);
  const dimensions = width + 1;
  const index = newIndex({ dimensions, connectivity, expansionAdd });
  // Numbers of 16 bits end at 65,504, and a common factor changes no order.
  const shrink = 1 / Math.max(largest(table.subarray(width)), largest(bias.subarray(1)), SMALLEST);
  for (let first = 1; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const points = new Float32Array(count * dimensions);
    for (let n = 0; n < count; n++) {
      const item = first + n;
      for (let d = 0; d < width; d++) points[n * dimensions + d] = shrink * table[item * width + d];
      points[n * dimensions + width] = shrink * bias[item];
    }
    index.add(
      BigUint64Array.from({ length: count }, (_, n) => BigInt(first + n)),
      points,
      0,
    );
    onShare?.((first + count - 1) / (rows - 1));
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  const question = new Float32Array(dimensions);
  const search: ApproximateSearch = {
    isExact: false,
    itemCount: rows - 1,
    expansionSearch,
    top(z, k) {
      checkLength("z", z.length, width);
      checkInteger("k", k, 1);
      const own = 1 / Math.max(largest(z), 1);
      for (let d = 0; d < width; d++) question[d] = own * z[d];
      question[width] = own;
      const { keys } = index.search(question, Math.min(Math.max(k, search.expansionSearch), rows - 1), 1);
      const found = Int32Array.from(keys, Number).sort();
      const logits = Float32Array.from(found, (item) => {
        let sum = bias[item];
        for (let d = 0, at = item * width; d < width; d++, at++) sum += z[d] * table[at];
        return sum;
      });
      const order = topK(logits, k);
      return { items: order.map((at) => found[at]), logits: Float32Array.from(order, (at) => logits[at]) };
    },
    dispose() {},
  };
  return search;
}

/** Largest size of some numbers. */
function largest(numbers: Float32Array): number {
  let most = 0;
  for (const value of numbers) most = Math.max(most, Math.abs(value));
  return most;
}

/** The library, which has a compiled part for each machine that it knows. */
const loadUsearch = (): unknown => createRequire(import.meta.url)("usearch");

/** Why approximate search cannot be used on this machine; undefined where it can. */
export function approximateProblem(load: () => unknown = loadUsearch): RefrainError | undefined {
  try {
    newIndex({ dimensions: 1, connectivity: 2, expansionAdd: 1 }, load);
    return undefined;
  } catch (error) {
    return error as RefrainError;
  }
}

/** An empty graph. @throws {RefrainError} SEARCH_UNAVAILABLE when the library does not load */
export function newIndex(
  sizes: { readonly dimensions: number; readonly connectivity: number; readonly expansionAdd: number },
  load: () => unknown = loadUsearch,
): UsearchIndex {
  const { dimensions, connectivity, expansionAdd } = sizes;
  try {
    const { Index } = load() as { readonly Index: new (options: object) => UsearchIndex };
    return new Index({
      metric: "ip",
      quantization: "f16",
      dimensions,
      connectivity,
      expansion_add: expansionAdd,
      expansion_search: 1, // the number of points that a question wants widens it
      multi: false,
    });
  } catch (cause) {
    throw new RefrainError(
      "SEARCH_UNAVAILABLE",
      `The library usearch cannot be used here: ${(cause as Error).message.split("\n")[0]}.`,
      {},
      { cause },
    );
  }
}
