// The table of coded errors and the code that throws them must not drift apart.
import { expect, test } from "vitest";
import { ERROR_TABLE, type ErrorCode, RefrainError } from "../src/core/errors.js";
import { sourcesOf } from "./support/sources.js";

const codes = Object.keys(ERROR_TABLE) as ErrorCode[];

/** Codes in quotes, outside comments and comparisons. */
function quotedCodes(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return Array.from(code.matchAll(/([!=]==\s*)?"([A-Z]+(?:_[A-Z]+)+)"/g), ([, comparison, name]) =>
    comparison ? "" : name,
  );
}

test("every code of the table is thrown somewhere in src", () => {
  const sources = sourcesOf("src");
  sources.delete("src/core/errors.ts");
  const thrown = new Set([...sources.values()].flatMap(quotedCodes));
  expect(codes.filter((code) => !thrown.has(code))).toEqual([]);
});

test("every code of the table is expected by some test", () => {
  const tests = sourcesOf("test");
  tests.delete("test/errors.test.ts");
  const all = [...tests.values()].join("\n");
  expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(all))).toEqual([]);
});

test("every code that a comment promises is in the table", () => {
  const promised = [...sourcesOf("src")].flatMap(([path, source]) =>
    Array.from(source.matchAll(/@throws \{RefrainError\}((?:.|\n \* {9,})*)/g), ([, text]) => text)
      .flatMap((text) => text.match(/\b[A-Z]{3,}(?:_[A-Z]+)+\b(?!_\*)/g) ?? [])
      .filter((name) => !(codes as string[]).includes(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(promised).toEqual([]);
});

test("an error has its code, its remedy, its details and its cause", () => {
  const cause = new Error("below");
  const error = new RefrainError("FILE_EMPTY", "x.csv holds no rows.", { path: "x.csv" }, { cause });
  expect(error).toMatchObject({ name: "RefrainError", code: "FILE_EMPTY", details: { path: "x.csv" }, cause });
  expect(error.remedy).toBe(ERROR_TABLE.FILE_EMPTY);
  for (const remedy of Object.values(ERROR_TABLE)) expect(remedy).toMatch(/^[A-Z`].{10,}\.$/);
});
