import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { tokensOf } from "../../src/baseline/content/tokens.js";
import { fitBaseline, fitContent, fitVectors, readItemFields, readItemVectors } from "../../src/baseline/index.js";
import { toHistories } from "../../src/sequence/histories.js";
import { leaveOneOut } from "../../src/sequence/split.js";
import { cycleWorld } from "../support/worlds.js";
import { allItems, histories as anyHistory, expectScores, randomHistories, scoresOf, tieBreak } from "./helpers.js";

const folder = mkdtempSync(join(tmpdir(), "refrain-items-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const cycle = toHistories(leaveOneOut(cycleWorld()));
const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe("content", () => {
  test("agrees with whole TF-IDF vectors", async () => {
    const options = fc.record({
      letters: fc.constantFrom(0, 2, 4),
      lastItems: fc.integer({ min: 1, max: 6 }),
      decay: fc.constantFrom(0.5, 1),
    });
    const styles = fc.array(fc.constantFrom("pop", "rock", "pop|rock", ""), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(randomHistories, options, anyHistory, styles, async (histories, config, pick, style) => {
        const history = pick(histories);
        const items = allItems(histories);
        const fields = new Map(items.map((item) => [histories.items.ids[item], { style: style[item] ?? "" }]));
        const texts = items.map((item) =>
          tokensOf(histories.titles[item], { style: style[item] ?? "" }, config.letters),
        );
        const words = [...new Set(texts.flat())];
        const idf = words.map(
          (word) => 1 + Math.log((1 + items.length) / (1 + texts.filter((text) => text.includes(word)).length)),
        );
        const vectors = texts.map((text) =>
          words.map((word, w) => text.filter((other) => other === word).length * idf[w]),
        );
        const cosine = (a: number[], b: number[]) => product(a, b) / Math.sqrt(product(a, a) * product(b, b)) || 0;
        const scores = tieBreak(histories);
        history
          .toReversed()
          .slice(0, config.lastItems)
          .forEach((heard, age) => {
            items.forEach((item) => {
              scores[item - 1] += config.decay ** age * cosine(vectors[heard - 1], vectors[item - 1]);
            });
          });
        expectScores(await scoresOf(fitContent(histories, config, fields), history), scores, 4);
      }),
    );
  });

  test("reads attributes by the first column; hostile names are only names", async () => {
    const path = file("items.csv", "\uFEFFid,Style,release_year\ni1,pop,2019\ni2,pop,2011\n__proto__,x,1\n\ni3,rock\n");
    const fields = await readItemFields(path, cycle);
    expect(fields.get("i1")).toEqual({ style: "pop", release_year: "2019" });
    expect(fields.get("i3")).toEqual({ style: "rock" });
    expect(fields.get("__proto__")).toEqual({ style: "x", release_year: "1" });
    const scores = await scoresOf(fitContent(cycle, { letters: 0 }, fields), [cycle.items.indexOf("i1")]);
    expect(scores[cycle.items.indexOf("i2")]).toBeGreaterThan(scores[cycle.items.indexOf("i3")] + 0.1);
  });

  test.each([
    ["the id in another column", "artist,id\nsomebody,i1\nnobody,i2\n", "SHAPE_MISMATCH", "got 2 rows"],
    ["no items of the log", "id,style\nx1,pop\n", "SHAPE_MISMATCH", "got 1 rows"],
    ["a header only", "id,style\n", "SHAPE_MISMATCH", "got 0 rows"],
    ["nothing", "\n", "FILE_EMPTY", "holds no rows"],
  ])("refuses a file of attributes with %s", async (name, text, code, message) => {
    const wrong = { code, message: expect.stringContaining(message) };
    const path = file(`attributes, ${name}.csv`, text);
    await expect(readItemFields(path, cycle)).rejects.toMatchObject(wrong);
    await expect(fitBaseline({ name: "content", options: { file: path } }, cycle)).rejects.toMatchObject(wrong);
  });

  test("knows years, labels, artists and pieces of titles", () => {
    expect(tokensOf("a title", { year: "1999", genres: "Action|Comedy", title: "", empty: " " }, 0)).toEqual([
      "year=1999",
      "decade=199",
      "genres=action",
      "genres=comedy",
    ]);
    expect(tokensOf("봄날", {}, 4)).toEqual(["봄날"]);
  });
});

describe("vectors", () => {
  test("agrees with cosines of every pair", async () => {
    const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(randomHistories, anyHistory, numbers, async (histories, pick, values) => {
        const history = pick(histories);
        const items = allItems(histories);
        const given = items.map((item) => [0, 1, 2].map((f) => Math.fround(Math.round(values[(item * 3 + f) % 60]))));
        const vectors = Float32Array.from([0, 0, 0, ...given.flat()]);
        const scores = tieBreak(histories);
        history
          .toReversed()
          .slice(0, 2)
          .forEach((heard, age) => {
            items.forEach((item) => {
              const [a, b] = [given[heard - 1], given[item - 1]];
              scores[item - 1] += 0.5 ** age * (product(a, b) / Math.sqrt(product(a, a) * product(b, b)) || 0);
            });
          });
        const rows = { read: 0, used: 0, unknown: 0, bad: 0 };
        const scorer = fitVectors(histories, { file: "-", lastItems: 2, decay: 0.5 }, { size: 3, vectors, rows });
        expectScores(await scoresOf(scorer, history), scores, 4);
      }),
    );
  });

  test("counts rows that it cannot use", async () => {
    const path = file(
      "vectors.tsv",
      "i1\t1\t0\ni2\t0\t1e3\nnobody\t1\t1\ni3\t1\ni4\tx\t1\n__proto__\tNaN\t1\ni0\t\t1\n",
    );
    const { size, vectors, rows } = await readItemVectors(path, cycle);
    expect(size).toBe(2);
    expect(rows).toEqual({ read: 7, used: 2, unknown: 1, bad: 4 });
    const at = cycle.items.indexOf("i2") * 2;
    expect(Array.from(vectors.subarray(at, at + 2))).toEqual([0, 1000]);
  });

  test.each([
    ["no items of the log", "a,1,2\nb,3,4\n", "SHAPE_MISMATCH"],
    ["ids only", "i1\ni2\n", "SHAPE_MISMATCH"],
    ["nothing", "\n\n", "FILE_EMPTY"],
  ])("refuses a file with %s", async (name, text, code) => {
    await expect(readItemVectors(file(`${name}.csv`, text), cycle)).rejects.toMatchObject({ code });
  });

  test("refuses a file that is not there", async () => {
    await expect(readItemVectors(join(folder, "none.csv"), cycle)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});

test.each([{ letters: -1 }, { decay: 0 }, { file: "" }])("content refuses %j", (wrong) => {
  expect(() => fitContent(cycle, wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
