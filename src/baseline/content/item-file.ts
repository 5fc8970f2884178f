import { RefrainError } from "../../core/errors.js";
import { readItemRows } from "../../data/index.js";
import type { Histories } from "../../sequence/histories.js";

/** Columns of a file about items, by item id. */
export type ItemFields = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * Attributes of items from a file with a header whose first column is the id, such as "id,artist,year,style".
 *
 * Rows of items that the train part does not hold are kept and of no use. Of two rows for one item the later counts.
 *
 * @throws {RefrainError} FILE_* as `readLog`; SHAPE_MISMATCH when no row is about an item of the train part
 */
export async function readItemFields(path: string, histories: Histories): Promise<ItemFields> {
  const [header, ...rows] = await readItemRows(path);
  if (!rows.some(([id]) => histories.items.indexOf(id) > 0))
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `${path} must hold a row for an item of the log, its id in the first column, got ${rows.length} rows below the header, all of unknown items.`,
      { path, read: rows.length },
    );
  const names = header.map((name) => name.replace(/:.*$/, "").trim().toLowerCase());
  return new Map(
    rows.map(([id, ...fields]) => [
      id,
      Object.fromEntries(fields.map((value, at) => [names[at + 1] ?? `column ${at + 2}`, value])),
    ]),
  );
}

/** Vectors of items, with how many rows of their file could be used. */
export interface ItemVectors {
  readonly size: number;
  /** Row 0 and the rows of items without a vector are zeros. @shape float32 [(V + 1) * size] */
  readonly vectors: Float32Array;
  /** Rows read = used + unknown (no item of the train part) + bad (another length, or not a finite number). */
  readonly rows: { readonly read: number; readonly used: number; readonly unknown: number; readonly bad: number };
}

/**
 * Vectors of items from a file without a header: the id, then the numbers, separated by tab, comma or another separator.
 *
 * Every row must have as many numbers as most rows have; the others, and those with something else than finite numbers,
 * are counted as bad. Of two rows for one item the later counts.
 *
 * @throws {RefrainError} FILE_* as `readLog`; SHAPE_MISMATCH when no row can be used
 */
export async function readItemVectors(path: string, histories: Histories): Promise<ItemVectors> {
  const rows = await readItemRows(path);
  const lengths = new Map<number, number>();
  for (const { length } of rows) lengths.set(length, (lengths.get(length) ?? 0) + 1);
  const size = Array.from(lengths).reduce((best, next) => (next[1] > best[1] ? next : best))[0] - 1;
  const vectors = new Float32Array((histories.items.size + 1) * Math.max(1, size));
  const count = { read: rows.length, used: 0, unknown: 0, bad: 0 };
  for (const [id, ...fields] of rows) {
    const numbers = Float32Array.from(fields, (field) => (field.trim() === "" ? Number.NaN : Number(field)));
    const item = histories.items.indexOf(id);
    if (size < 1 || numbers.length !== size || !numbers.every(Number.isFinite)) count.bad++;
    else if (item === 0) count.unknown++;
    else {
      vectors.set(numbers, item * size);
      count.used++;
    }
  }
  if (count.used === 0)
    throw new RefrainError(
      "SHAPE_MISMATCH",
      `${path} must hold a vector for an item of the log, got ${count.read} rows: ${count.unknown} of unknown items, ${count.bad} without numbers.`,
      { path, ...count },
    );
  return { size, vectors, rows: count };
}
