import fc from "fast-check";
import { expect, test } from "vitest";
import { Vocabulary } from "../../src/sequence/vocabulary.js";

test("names of object properties are ids like any other", () => {
  const vocabulary = new Vocabulary(["__proto__", "constructor", "a"]);
  expect(vocabulary.size).toBe(3);
  expect(vocabulary.indexOf("__proto__")).toBe(1);
  expect(vocabulary.indexOf("constructor")).toBe(2);
  expect(vocabulary.indexOf("toString")).toBe(0);
  expect(vocabulary.indexOf("hasOwnProperty")).toBe(0);
});

test("index and id are inverse, and unknown ids are 0", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.string(), (ids, other) => {
      const vocabulary = new Vocabulary(ids);
      expect(vocabulary.size).toBe(ids.length);
      ids.forEach((id, i) => {
        expect(vocabulary.indexOf(id)).toBe(i + 1);
        expect(vocabulary.ids[i + 1]).toBe(id);
      });
      if (!ids.includes(other)) expect(vocabulary.indexOf(other)).toBe(0);
    }),
  );
});

test("the hash tells ids and their order apart", () => {
  const hashes = [["a", "b"], ["b", "a"], ["ab"], ["a,b"], []].map((ids) => new Vocabulary(ids).hash());
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(new Vocabulary(["a", "b"]).hash()).toBe(hashes[0]);
});
