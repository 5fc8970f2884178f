// What benches are told, read in one way: help where it is asked for, one line and exit code 2 for what cannot be meant.
import { parseArgs } from "node:util";

/** @param help printed for --help @param options as `parseArgs` takes them */
export function readOptions(help, options, args = process.argv.slice(2)) {
  try {
    const { values } = parseArgs({ args, options: { ...options, help: { type: "boolean", short: "h" } } });
    if (!values.help) return values;
  } catch (error) {
    fail(error.message);
  }
  console.log(help);
  process.exit(0);
}

export function fail(text) {
  console.error(text);
  process.exit(2);
}

/** A whole number from `least`, told by --name. */
export function wholeNumber(name, text, least = 1) {
  const number = Number(text);
  if (!(Number.isInteger(number) && number >= least && text.trim()))
    fail(`--${name} is a whole number from ${least}, not "${text}".`);
  return number;
}

/** Checks that each of `given` is one of `known`. */
export function oneOf(name, given = [], known) {
  for (const each of given) if (!known.includes(each)) fail(`--${name} is one of ${known.join(", ")}, not "${each}".`);
}
