/**
 * SQL that gives the number which stands for an id: 64 bits, so that ids of any length take eight bytes and are compared fast.
 * Two ids with one number would become one; `checkOf` gives 32 other bits, by which that is noticed, and another salt then
 * gives other numbers.
 */
export function keyOf(text: string, salt: string): string {
  return `hash(${salt === "" ? text : `'${salt}' || ${text}`})`;
}

/** Bits of an id that say nothing about its key. */
export function checkOf(text: string): string {
  return `(hash(${text} || '/') >> 32)::UINTEGER`;
}
