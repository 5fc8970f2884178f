import { RefrainError } from "./errors.js";

/** Throws ARGUMENT_INVALID unless `value` is an integer in [minimum, maximum]. */
export function checkInteger(
  name: string,
  value: number,
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  const range = maximum === Number.MAX_SAFE_INTEGER ? `>= ${minimum}` : `from ${minimum} to ${maximum}`;
  throw new RefrainError("ARGUMENT_INVALID", `${name} must be an integer ${range}, got ${value}.`, { name, value });
}

/** Throws ARGUMENT_INVALID unless `value` is a finite number in [minimum, maximum]. */
export function checkNumber(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isFinite(value) && value >= minimum && value <= maximum) return;
  throw new RefrainError("ARGUMENT_INVALID", `${name} must be a number from ${minimum} to ${maximum}, got ${value}.`, {
    name,
    value,
  });
}

/** Throws SHAPE_MISMATCH unless `length` is what was expected. */
export function checkLength(name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new RefrainError("SHAPE_MISMATCH", `${name} must have length ${expected}, got ${length}.`, { name, length });
}
