import { describe, expect, test } from "vitest";
import { findTitle, namesOf, searchTitles } from "../../src/recommend/index.js";

const names = [
  [""],
  namesOf("YOASOBI - 夜に駆ける", ["Yoru ni Kakeru", "YOASOBI - Yoru ni Kakeru"]),
  namesOf("BTS - Dynamite"),
  namesOf("NewJeans - Super Shy"),
  namesOf("Somebody - Dynamite"),
  namesOf("Ado - うっせぇわ", ["Usseewa"]),
  namesOf("__proto__"),
  namesOf("NewJeans - Attention"),
  namesOf("A-ha - Take - On Me"),
  namesOf("???"),
];

describe("find a title", () => {
  test.each<[string, string, number]>([
    ["the whole name", "YOASOBI - 夜に駆ける", 1],
    ["the title alone", "夜に駆ける", 1],
    ["a romanised alias", "Yoru ni Kakeru", 1],
    ["an alias without case and spaces", "yoruniKAKERU", 1],
    ["full width", "Ｄｙｎａｍｉｔｅ", 2],
    ["full-width artist and space", "ＮｅｗＪｅａｎｓ　-　Super Shy", 3],
    ["punctuation", "“Super Shy!”", 3],
    ["two of one name: the more played one", "dynamite", 2],
    ["its artist decides", "somebody - dynamite", 4],
    ["the only one that contains it", "うっせ", 5],
    ["a piece of an alias", "seewa", 5],
    ["a hostile name", "__proto__", 6],
    ["a title with a dash", "take - on me", 8],
  ])("%s", (_, wanted, item) => {
    expect(findTitle(wanted, names)).toBe(item);
  });

  const failure = (wanted: string): { code: string; message: string; details: { suggestions: string[] } } => {
    try {
      findTitle(wanted, names);
    } catch (error) {
      return error as never;
    }
    return expect.unreachable() as never;
  };

  test("several that contain it: it says so and names them", () => {
    const { code, message, details } = failure("NewJeans");
    expect(code).toBe("TITLE_UNKNOWN");
    expect(message).toContain("fits several items");
    expect(details.suggestions).toEqual(['"NewJeans - Super Shy"', '"NewJeans - Attention"']);
  });

  test("a slip of the pen: the nearest first", () => {
    const { code, message, details } = failure("Dinamite");
    expect(code).toBe("TITLE_UNKNOWN");
    expect(message).toContain("is not among the items");
    expect(details.suggestions[0]).toBe('"BTS - Dynamite"');
    expect(details.suggestions.length).toBe(5);
    expect(failure("Yoru ni Kakeruu").details.suggestions[0]).toBe('"YOASOBI - 夜に駆ける"');
  });

  test.each(["", "  ", "!", "constructor", "toString", "x".repeat(5000)])("nothing that is there: %j", (wanted) => {
    expect(failure(wanted).code).toBe("TITLE_UNKNOWN");
  });

  test("a message does not repeat a novel", () => {
    expect(failure("x".repeat(5000)).message.length).toBeLessThan(600);
  });

  test("a title of signs alone is found by its own signs", () => {
    expect(findTitle("???", names)).toBe(9);
  });
});

test("search: what contains a word, most played first, at most so many", () => {
  expect(searchTitles("newjeans", names)).toEqual([3, 7]);
  expect(searchTitles("ＤＹＮＡ", names)).toEqual([2, 4]);
  expect(searchTitles("kakeru", names)).toEqual([1]);
  expect(searchTitles("nothing like it", names)).toEqual([]);
  expect(searchTitles("", names, 3)).toEqual([1, 2, 3]);
});

test("names of an item", () => {
  expect(namesOf("A - B - C", ["x"])).toEqual(["A - B - C", "B - C", "x"]);
  expect(namesOf("alone")).toEqual(["alone"]);
});
