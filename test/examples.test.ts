// Runs every `@example expression // value` of the docstrings in src.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./support/cli.js";
import { sourcesOf } from "./support/sources.js";

interface Example {
  readonly path: string;
  readonly line: number;
  readonly expression: string;
  readonly value: string;
}

const examples: Example[] = [...sourcesOf("src")].flatMap(([path, source]) =>
  source.split("\n").flatMap((text, n) => {
    const found = /^\s*\/?\*+.*@example (.+?) \/\/ (.+?)(?: \*\/)?$/.exec(text);
    return found ? [{ path, line: n + 1, expression: found[1], value: found[2] }] : [];
  }),
);

const publicNames = await import("../src/index.js");

/** Evaluates an expression with the public names and the exports of its own file in reach. */
async function evaluate(expression: string, path: string): Promise<unknown> {
  const own = (await import(/* @vite-ignore */ join(ROOT, path))) as Record<string, unknown>;
  const more = path.startsWith("src/data/simulator/")
    ? ((await import("../src/data/simulator/calendar.js")) as Record<string, unknown>)
    : {};
  const scope = { ...publicNames, ...more, ...own };
  return new Function(...Object.keys(scope), `"use strict"; return (${expression});`)(...Object.values(scope));
}

/** A typed array as "Int32Array [1, 2]", everything else as it is. */
function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value)
    ? `${value.constructor.name} [${Array.from(value as Int32Array).join(", ")}]`
    : value;
}

test("there are examples to run", () => {
  expect(examples.length).toBeGreaterThan(15);
});

describe("examples of the docstrings", () => {
  test.each(examples)("$path:$line $expression", async ({ path, expression, value }) => {
    const result = plain(await evaluate(expression, path));
    const expected = /^\w+Array \[/.test(value) ? value : await evaluate(value, path);
    if (typeof expected === "number") expect(result).toBeCloseTo(expected, 12);
    else expect(result).toEqual(expected);
  });
});
