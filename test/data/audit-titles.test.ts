import { describe, expect, test } from "vitest";
import { alikeTitles, auditEvents, toRows, variantRows } from "../../src/data/audit/index.js";
import { romajiKey, romanised } from "../../src/data/audit/kana.js";
import { cleanLog } from "../../src/data/index.js";
import { byCode, cleaning, MAY, rawLog } from "./audit-helpers.js";

/** How a second title is alike the first; undefined where it is another. */
function likeness(a: string, b: string): string | undefined {
  return alikeTitles([a, b], [2, 1])[0]?.likeness;
}

describe("titles that look alike", () => {
  test.each([
    ["YOASOBI - アイドル", "YOASOBI - アイドル", "same title"],
    ["Ado - Usseewa", "ADO - usseewa!", "letters"],
    ["Beyoncé - Halo", "Beyonce - Halo", "letters"],
    ["米津玄師 - KICK BACK", "米津玄師 - ＫＩＣＫ　ＢＡＣＫ", "letters"],
    ["IU - 에잇", "IU - 에잇 (Feat. SUGA)", "featuring"],
    ["IU - 에잇", "IU feat. SUGA - 에잇", "featuring"],
    ["宇多田ヒカル - First Love", "宇多田ヒカル - First Love (2014 Remastered)", "remaster"],
    ["宇多田ヒカル - First Love", "宇多田ヒカル - First Love - Remastered 2014", "remaster"],
    ["山下達郎 - RIDE ON TIME", "山下達郎 - RIDE ON TIME（2002リマスター）", "remaster"],
    ["Perfume - ポリリズム", "Perfume - Poririzumu", "kana"],
    ["Perfume - チョコレイト・ディスコ", "Perfume - chokoreito disuko", "kana"],
    ["スピッツ - さくら", "Supittsu - Sakura", "kana"],
    ["さくら", "サクラ", "kana"],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(likeness(a, b)).toBe(expected);
    expect(likeness(b, a)).toBe(expected);
  });

  test.each([
    ["Soon", "Son"],
    ["a - Live", "a - Studio"],
    ["A - B (Remix)", "A - B"],
    ["A feat. B - C", "A feat. B - D"],
    ["1984", "1984!"],
    ["12", "1-2"],
    ["が", "か"],
    ["ハハ", "パパ"],
    ["おばさん", "おばあさん"],
  ])("%s is not %s", (a, b) => {
    expect(likeness(a, b)).toBeUndefined();
  });

  test("romanisation", () => {
    expect(romanised("シャッフル")).toBe("shaffuru");
    expect(romanised("ファイト")).toBe("faito");
    expect(romanised("ヴィーナス")).toBe("vinasu");
    expect(romajiKey("しんぶん")).toBe(romajiKey("Shimbun"));
    expect(romajiKey("きょう")).toBe(romajiKey("kyou"));
    expect(romanised("夜に駆ける")).toBe("夜ni駆keru");
  });

  test("ids like __proto__ and empty titles do no harm", () => {
    expect(alikeTitles(["__proto__", "constructor", "", "!!!", "__PROTO__"], [1, 1, 1, 1, 1])).toEqual([
      { item: 4, as: 0, likeness: "letters" },
    ]);
  });

  test("as a finding, with the plays of the rarer one and a line", () => {
    const rows = Array.from({ length: 30 }, (_, n) => ["u1", ["A - x", "A - X", "A - y"][n % 3], MAY + n * 977]);
    const raw = rawLog(["user", "item", "time"], rows);
    const found = byCode(auditEvents(cleanLog(raw, cleaning()).log, raw).findings);
    expect(found["near-duplicate-titles"]).toMatchObject({
      severity: "warning",
      count: 1,
      examples: [{ line: 3, text: "A - X ~ A - x (letters)" }],
      values: { plays: 10, letters: 1, kana: 0 },
    });
  });

  test("two ids with one title are a note, with the option that merges them", () => {
    const rows = Array.from({ length: 30 }, (_, n) => ["u1", `i${n % 3}`, MAY + n * 977, n % 3 < 2 ? "Same" : "Other"]);
    const raw = rawLog(["user", "item", "time", "title"], rows);
    const found = byCode(auditEvents(cleanLog(raw, cleaning()).log, raw).findings);
    expect(found["near-duplicate-titles"]).toMatchObject({ severity: "note", fix: "--set data.columns.item=title" });
    expect(
      cleanLog(
        { ...raw, columns: new Map([...raw.columns, ["item", raw.columns.get("title") as string[]]]) },
        cleaning(),
      ).log.itemIds,
    ).toEqual(["Same", "Other"]);
  });
});

describe("spellings that cleaning makes the same", () => {
  test("are the rarer ones, also where the usual one is not in normal form", () => {
    const items = ["ＡＢ", "ＡＢ", "AB", "c d", "c  d", "e"];
    const raw = rawLog(
      ["user", "item", "time"],
      items.map((item, n) => ["u", item, MAY + n]),
    );
    expect([...variantRows(toRows(raw))]).toEqual([0, 0, 1, 0, 1, 0]);
  });
});
