import { expect, test } from "vitest";
import { itemAttributes } from "../../src/sequence/attributes.js";
import { Vocabulary } from "../../src/sequence/vocabulary.js";

const items = new Vocabulary(["ＡＢＣ".normalize("NFKC"), "b", "__proto__", "no row"]);
const rows = [
  ["id", "Artist", "style:token", "year"],
  ["ＡＢＣ", "IU", "ballad", "2017"],
  ["b", "IU", ""],
  ["__proto__", "constructor", "rock", "1999"],
  ["unknown item", "nobody", "rock"],
  ["b", "Ado", "rock"],
];

test("codes follow the items, the later row of two counts, and what is missing is 0", () => {
  const [artist, style] = itemAttributes(rows, ["artist", "STYLE", "mood"], items);
  expect(artist).toEqual({
    name: "artist",
    values: ["", "IU", "constructor", "Ado"],
    codes: Int32Array.of(0, 1, 3, 2, 0),
  });
  expect(style).toEqual({ name: "style", values: ["", "ballad", "rock"], codes: Int32Array.of(0, 1, 2, 2, 0) });
});

test("a table that has none of the columns, or is about other items, is refused", () => {
  expect(() => itemAttributes(rows, ["mood", "id"], items)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining("artist, style, year") }),
  );
  expect(() => itemAttributes([], ["mood"], items)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(() => itemAttributes([rows[0], rows[4]], ["artist"], items)).toThrow(
    expect.objectContaining({ code: "SHAPE_MISMATCH" }),
  );
});
