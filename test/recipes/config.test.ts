import { expect, test } from "vitest";
import { over } from "../../src/recipes/config.js";
import { PRESETS, withPreset } from "../../src/recipes/index.js";

test("a choice goes before the preset, and the preset before the protocol of a named data set", () => {
  const before = JSON.stringify(PRESETS);
  const options = withPreset("movielens", {
    data: { path: "ml-1m" },
    cleaning: { minimumItemPlays: 9 },
    train: { epochs: 3 },
  });
  expect(options).toMatchObject({
    cleaning: { minimumUserPlays: 5, minimumItemPlays: 9 },
    split: { kind: "leave-one-out" },
    train: { epochs: 3, maxLength: 200 },
    protocol: { seen: "remove" },
  });
  expect(JSON.stringify(PRESETS)).toBe(before);
  expect(withPreset("default", { data: { path: "plays.csv" } })).toEqual({ data: { path: "plays.csv" } });
});

test("layers: the upper one goes first, option by option; lists are taken whole", () => {
  expect(over({ a: { x: 1, y: 2 }, b: [1, 2], c: 3 }, { a: { y: 5, z: { u: 1 } }, b: [7], c: { d: 4 } })).toEqual({
    a: { x: 1, y: 5, z: { u: 1 } },
    b: [7],
    c: { d: 4 },
  });
});

test.each<[string, () => unknown]>([
  ["a preset that is not there", () => withPreset("toString", {})],
  ["a list instead of options", () => withPreset("default", [])],
  ["a prototype", () => withPreset("default", JSON.parse('{"__proto__":{"train":1}}'))],
  ["a prototype further down, where nothing lies below", () => over({}, JSON.parse('{"a":{"b":{"__proto__":1}}}'))],
])("refused: %s", (_, build) => {
  expect(build).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
