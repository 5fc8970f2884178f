// The best items of a large catalogue, all of them looked at.
import { checkInteger, checkLength } from "../../core/check.js";
import { byteItems } from "../../engine/index.js";

/** What a model scores items with: logit = z . row + bias. Row 0 is padding. */
export interface Catalogue {
  /** @shape [V + 1, D], row-major */
  readonly table: Float32Array;
  /** @shape [V + 1] */
  readonly bias: Float32Array;
  /** D */
  readonly width: number;
}

/** The items with the highest logits, best first; of equal ones the lower item first. */
export interface Found {
  /** @shape int32 [at most k] */
  readonly items: Int32Array;
  /** @shape float32 [at most k] */
  readonly logits: Float32Array;
}

/** Finds the best items for a vector. */
export interface ItemSearch {
  /** False where some of the best may be missed. */
  readonly isExact: boolean;
  /** V */
  readonly itemCount: number;
  /** @shape z float32 [D] @param k integer >= 1 @throws {RefrainError} SHAPE_MISMATCH, ARGUMENT_INVALID */
  top(z: Float32Array, k: number): Found;
  dispose(): void;
}

/**
 * Exact search on the engine. The table is kept a second time in bytes: these are all read, and of the numbers only the rows
 * that may be among the best (see `byteItems`). The engine must have been started; the caller disposes.
 *
 * @throws {RefrainError} SHAPE_MISMATCH
 * @example
 * const search = exactSearch({ table: Float32Array.of(0, 0, 1, 0, 0, 1), bias: new Float32Array(3), width: 2 });
 * search.top(Float32Array.of(1, 2), 1).items // Int32Array [2]
 * search.dispose();
 */
export function exactSearch(catalogue: Catalogue): ItemSearch {
  const rows = checkCatalogue(catalogue);
  const bytes = byteItems(catalogue.table, catalogue.bias, catalogue.width);
  return {
    isExact: true,
    itemCount: rows - 1,
    top(z, k) {
      const { items, logits } = bytes.top(z, k);
      const none = items.indexOf(0);
      const count = none < 0 ? items.length : none;
      return { items: items.subarray(0, count), logits: logits.subarray(0, count) };
    },
    dispose: bytes.dispose,
  };
}

/** Number of rows. @throws {RefrainError} SHAPE_MISMATCH; ARGUMENT_INVALID without an item */
export function checkCatalogue({ table, bias, width }: Catalogue): number {
  checkInteger("width", width, 1);
  checkLength("table", table.length, bias.length * width);
  checkInteger("items", bias.length - 1, 1);
  return bias.length;
}
