import { z } from "zod";
import { parseConfig } from "../core/config.js";
import type { Random } from "../core/random.js";

/** The option exists only where an option that stands before it in the space has one of these values. */
export interface Condition<Name extends string = string> {
  readonly when?: { readonly option: Name; readonly is: readonly unknown[] };
}

/** Numbers from low to high, drawn evenly, or evenly in their logarithm; `whole` for integers. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly scale: "linear" | "log";
  readonly whole?: true;
}

/** The values that a search may give one option. */
export type Dimension<T, Name extends string = string> =
  | ({ readonly values: readonly T[] } & Condition<Name>)
  | (T extends number ? Range & Condition<Name> : never);

/** What a search may change of the options T; the others keep their defaults. */
export type Space<T> = { readonly [K in keyof T]?: Dimension<T[K], keyof T & string> };

/** A space whose options are known only by name. */
export type AnySpace = Readonly<Record<string, Dimension<unknown> | Dimension<number>>>;

/** One way to set the options of a space. */
export type Point = Readonly<Record<string, unknown>>;

const DIGITS = 3;
/** Draws in a row that were known before, after which a space counts as used up. */
const MISSES = 50;

/**
 * Up to `count` different points: first the defaults (no option set), then draws.
 *
 * @param count integer >= 1; fewer come back where the space has no more
 */
export function pointsOf(space: AnySpace, count: number, random: Random): Point[] {
  const points: Point[] = [{}];
  while (points.length < count) {
    const point = newPoint(points, () => drawPoint(space, random));
    if (point === undefined) break;
    points.push(point);
  }
  return points;
}

/** A point of `draw` that is none of the known ones; undefined where fifty draws in a row are. */
export function newPoint(known: readonly Point[], draw: () => Point): Point | undefined {
  const keys = new Set(known.map(keyOf));
  for (let misses = 0; misses < MISSES; misses++) {
    const point = draw();
    if (!keys.has(keyOf(point))) return point;
  }
  return undefined;
}

/** The same text for the same options, in whatever order they stand. */
export function keyOf(point: Point): string {
  return JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One draw from the whole space, even in every option. */
export function drawPoint(space: AnySpace, random: Random): Point {
  return fill(space, (dimension) =>
    "values" in dimension
      ? dimension.values[random.integer(dimension.values.length)]
      : fromUnit(dimension, random.uniform()),
  );
}

/** A point whose options are chosen one after another; options whose condition does not hold are left out. */
export function fill(space: AnySpace, choose: (dimension: AnySpace[string], name: string) => unknown): Point {
  const point: Record<string, unknown> = {};
  for (const [name, dimension] of Object.entries(space))
    if (!dimension.when || dimension.when.is.includes(point[dimension.when.option]))
      point[name] = choose(dimension, name);
  return point;
}

/**
 * The number of a range at a share of its length: 0 is the low end. Numbers keep three digits.
 *
 * @example fromUnit({ low: 0.001, high: 0.1, scale: "log" }, 0.5) // 0.01
 */
export function fromUnit(range: Range, at: number): number {
  const [a, b] = edges(range);
  const value = range.scale === "log" ? a * (b / a) ** at : a + (b - a) * at;
  const rounded = range.whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(range.high, Math.max(range.low, rounded));
}

/**
 * Where a number lies in its range, in [0, 1]; numbers outside lie at the nearer end.
 *
 * @example toUnit({ low: 0.001, high: 0.1, scale: "log" }, 0.01) // 0.5
 */
export function toUnit(range: Range, value: number): number {
  const [a, b] = edges(range);
  const at = range.scale === "log" ? Math.log(value / a) / Math.log(b / a) : (value - a) / (b - a);
  return Math.min(1, Math.max(0, at));
}

/** Integers have half a step of room at both ends, so that the ends are as likely as the others. */
function edges({ low, high, whole }: Range): [number, number] {
  return whole ? [low - 0.5, high + 0.5] : [low, high];
}

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);
const when = z.strictObject({ option: z.string().min(1), is: z.array(scalar).min(1).max(1000) }).optional();
const spaceSchema = z
  .record(
    z.string().min(1).max(200),
    z.union([
      z.strictObject({ values: z.array(scalar).min(1).max(1000), when }),
      z.strictObject({
        low: z.number(),
        high: z.number(),
        scale: z.enum(["linear", "log"]),
        whole: z.literal(true).optional(),
        when,
      }),
    ]),
  )
  .superRefine((space, context) => {
    const names = Object.keys(space);
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: name === "" ? [] : [name], message });
    if (names.length === 0 || names.length > 100) refuse("", "a space has 1 to 100 options");
    names.forEach((name, at) => {
      const each = space[name];
      if (each.when && !names.slice(0, at).includes(each.when.option))
        refuse(name, `when.option ${each.when.option} must stand before it in the space`);
      if ("values" in each) {
        if (new Set(each.values).size < each.values.length) refuse(name, "values must differ from each other");
        return;
      }
      if (!(each.low < each.high)) refuse(name, `low must be below high, got ${each.low} and ${each.high}`);
      if (each.scale === "log" && !(each.low > 0)) refuse(name, `a log scale needs low > 0, got ${each.low}`);
      if (each.whole && !(Number.isInteger(each.low) && Number.isInteger(each.high)))
        refuse(name, `whole needs integers as low and high, got ${each.low} and ${each.high}`);
    });
  });

/**
 * A space that came from outside, such as a file: one entry an option, `{ values: [...] }` or
 * `{ low, high, scale: "linear" | "log", whole?: true }`, each with `when: { option, is: [...] }` where it is conditional.
 *
 * @throws {RefrainError} CONFIG_INVALID naming the option
 */
export function parseSpace(space: unknown): AnySpace {
  return parseConfig("space", spaceSchema, space) as AnySpace;
}
