import type { Random } from "../core/random.js";

/** The values that a search may give one option. A range is drawn evenly, or evenly in its logarithm. */
export type Dimension<T> =
  | { readonly values: readonly T[] }
  | (T extends number
      ? { readonly low: number; readonly high: number; readonly scale: "linear" | "log"; readonly whole?: true }
      : never);

/** What a search may change of the options T; the others keep their defaults. */
export type Space<T> = { readonly [K in keyof T]?: Dimension<T[K]> };

/** A space whose options are known only by name. */
export type AnySpace = Readonly<Record<string, Dimension<unknown> | Dimension<number>>>;

/** One way to set the options of a space. */
export type Point = Readonly<Record<string, unknown>>;

const DIGITS = 3;

/**
 * Up to `count` different points: first the defaults (no option set), then draws.
 *
 * @param count integer >= 1; fewer come back where the space has no more
 */
export function pointsOf(space: AnySpace, count: number, random: Random): Point[] {
  const points: Point[] = [{}];
  const known = new Set(["{}"]);
  for (let misses = 0; points.length < count && misses < 50; ) {
    const point = Object.fromEntries(
      Object.entries(space).map(([name, dimension]) => [name, drawn(dimension, random)]),
    );
    const key = JSON.stringify(point);
    if (known.has(key)) misses++;
    else {
      known.add(key);
      points.push(point);
    }
  }
  return points;
}

function drawn(dimension: AnySpace[string], random: Random): unknown {
  if ("values" in dimension) return dimension.values[random.integer(dimension.values.length)];
  const { low, high, scale, whole } = dimension;
  const at = random.uniform();
  const value = scale === "log" ? low * (high / low) ** at : low + (high - low) * at;
  return whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
}
