import { RefrainError } from "../core/errors.js";

/** The number that a flag gives. @throws {RefrainError} ARGUMENT_INVALID naming the flag */
export function numberFlag(flag: string, value: string, low: number, high: number): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number) && number >= low && number <= high) return number;
  throw wrong(flag, "a number", value, low, high);
}

/** The same for whole numbers, written in digits. @throws {RefrainError} ARGUMENT_INVALID naming the flag */
export function wholeFlag(flag: string, value: string, low: number, high: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= low && number <= high) return number;
  throw wrong(flag, "a whole number", value, low, high);
}

function wrong(flag: string, what: string, value: string, low: number, high: number): RefrainError {
  const words = `${flag} must be ${what} from ${low} to ${high}, got "${value.slice(0, 40)}".`;
  return new RefrainError("ARGUMENT_INVALID", words, { flag, value });
}
