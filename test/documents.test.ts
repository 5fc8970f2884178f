// Links between documents lead somewhere, and the README leads to all of them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./support/cli.js";

const documentsIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

const READMES = ["README.md", "README.zh-CN.md"];
const documents = [...READMES, "CHANGELOG.md", ...["docs", "docs/zh", "bench"].flatMap(documentsIn)];

/** Files that a document links to, from the root of the project. */
function linksOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), "utf8").replace(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to]) => to.replace(/#.*$/, ""))
    .filter((to) => to !== "" && !/^[a-z]+:/.test(to))
    .map((to) => relative(ROOT, resolve(ROOT, dirname(document), to)));
}

describe("documents", () => {
  test.each(documents)("links of %s lead to files that are here", (document) => {
    expect(linksOf(document).filter((to) => to.startsWith("..") || !existsSync(join(ROOT, to)))).toEqual([]);
  });

  test.each([
    ["README.md", "docs"],
    ["README.zh-CN.md", "docs/zh"],
  ])("%s leads to every document in %s", (readme, folder) => {
    const linked = new Set(linksOf(readme));
    expect(documentsIn(folder).filter((document) => !linked.has(document))).toEqual([]);
  });

  test("each document of the two languages is there in both, where there are two", () => {
    const missing = documentsIn("docs/zh").filter((document) => !existsSync(join(ROOT, document.replace("/zh/", "/"))));
    expect(missing).toEqual([]);
  });

  test("a decision's number names one decision", () => {
    const numbers = [...readFileSync(join(ROOT, "DECISIONS.md"), "utf8").matchAll(/^## (\d+)\./gm)].map(([, n]) => n);
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers.filter((n, at) => numbers.indexOf(n) !== at)).toEqual([]);
  });
});
