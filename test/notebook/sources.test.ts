// The notebooks, their sources and their outputs must not drift apart. Whether the code still gives these outputs is what
// `npm run notebooks -- --check` finds out.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/cli.js";

interface Cell {
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs?: readonly { readonly output_type: string; readonly name?: string }[];
  readonly execution_count?: number | null;
}
interface SourceCell {
  readonly type: "code" | "text";
  readonly code: string;
  readonly en: string;
  readonly zh: string;
}
interface Source {
  LANGUAGES: readonly ("en" | "zh")[];
  notebookNames(root: string): string[];
  notebookPath(root: string, name: string, language: string): string;
  parseSource(text: string, name: string): SourceCell[];
  readSource(root: string, name: string): SourceCell[];
  toNotebook(
    cells: readonly SourceCell[],
    language: string,
    outputs?: unknown,
    machine?: string,
  ): { readonly cells: readonly Cell[] };
  toText(notebook: unknown): string;
}
const source = (await import(/* @vite-ignore */ `${ROOT}scripts/notebooks/source.mjs`)) as Source;

const names = source.notebookNames(ROOT);
const read = (name: string, language: string) => readFileSync(source.notebookPath(ROOT, name, language), "utf8");
const codeOf = (cells: readonly Cell[]) => cells.filter((cell) => cell.cell_type === "code");

describe.each(names)("%s", (name) => {
  const cells = source.readSource(ROOT, name);
  const english = JSON.parse(read(name, "en")) as {
    cells: Cell[];
    metadata: { refrain?: { machine: string } };
  };
  const machine = english.metadata.refrain?.machine;
  const outputs = codeOf(english.cells).map((cell) => cell.outputs);

  test.each(source.LANGUAGES)("%s is what the source says, with the outputs of the English one", (language) => {
    expect(read(name, language)).toBe(source.toText(source.toNotebook(cells, language, outputs, machine)));
  });

  test("all cells ran, in order, without an error or a warning", () => {
    codeOf(english.cells).forEach((cell, n) => {
      expect(cell.execution_count).toBe(n + 1);
      expect(cell.outputs?.map(({ output_type }) => output_type)).not.toContain("stream");
    });
    expect(outputs.flat().length).toBeGreaterThan(5);
  });

  test("15 to 40 cells, lines that fit the page, an exercise with its solution", () => {
    expect(cells.length).toBeGreaterThanOrEqual(15);
    expect(cells.length).toBeLessThanOrEqual(40);
    const long = cells.flatMap(({ code = "" }) => code.split("\n")).filter((line) => line.length > 110);
    expect(long).toEqual([]);
    for (const language of source.LANGUAGES) {
      const text = cells.map((cell) => cell[language] ?? "").join("\n");
      expect(text).toContain("<details><summary>");
      expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    }
  });

  test("Chinese text has Chinese punctuation", () => {
    const prose = cells.map(({ zh = "" }) => zh.replace(/```[\s\S]*?```|`[^`\n]*`|\$[^$\n]*\$/g, "")).join("\n");
    expect(prose.match(/.{0,10}\p{Script=Han}[,:;!?()].{0,10}/gu) ?? []).toEqual([]);
    // Markdown does not end bold text between a full-width mark and a letter: the stars stay.
    const open = prose.split("\n").flatMap((line) => {
      const parts = line.split("**");
      return parts.filter(
        (part, i) => i % 2 === 1 && /[，。：！？；）」]$/.test(part) && /^[\p{Script=Han}\w]/u.test(parts[i + 1] ?? ""),
      );
    });
    expect(open).toEqual([]);
  });

  test("nothing of the machine that ran it", () => {
    expect(read(name, "en")).not.toMatch(/\/home\/|\/root\/|\/tmp\/|C:\\\\/);
  });

  test("figures have a still image beside them", () => {
    const text = JSON.stringify(outputs);
    expect(text.match(/vnd\.plotly/g)?.length).toBe(text.match(/"image\/svg\+xml"/g)?.length);
  });
});

describe("a source", () => {
  const parse = (text: string) => source.parseSource(text, "x");

  test("text in both languages, code in fences, code to read in other fences", () => {
    const text = "<!-- en -->\n# Hi\n```typescript\nread;\n```\n<!-- zh -->\n# 你好\n\n```ts\nrun();\n```\n";
    expect(parse(text)).toEqual([
      { type: "text", en: "# Hi\n```typescript\nread;\n```", zh: "# 你好" },
      { type: "code", code: "run();" },
    ]);
  });

  test("a cell whose output holds times says so to readers and to the check", () => {
    const cells = parse("```ts timings\nrun();\n```\n");
    expect(cells).toEqual([{ type: "code", code: "run();", timings: true }]);
    expect(source.toNotebook(cells, "en").cells[0]).toMatchObject({ metadata: { tags: ["timings"] } });
  });

  test.each([
    ["<!-- en -->\nalone\n```ts\n```\n", "x.md:1: a text must be there in en and zh"],
    ["<!-- zh -->\n你好\n", "x.md:1"],
    ["words\n", "x.md:1: a text must follow"],
  ])("a fault is told with its line: %j", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
