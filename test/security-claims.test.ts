// docs/security.md names a test for each of its claims; they must exist, by file and by name.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./support/cli.js";

test("every claim of docs/security.md has its tests", () => {
  const rows = readFileSync(join(ROOT, "docs", "security.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| (?!claim|---)/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  const wrong: string[] = [];
  for (const row of rows) {
    const cell = row.split(" | ").at(-1) ?? "";
    const parts = [...cell.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)];
    if (!parts.some(([, file]) => file)) wrong.push(`no test: ${row.slice(0, 80)}`);
    let source = "";
    for (const [, file, name] of parts) {
      if (file) {
        if (!existsSync(join(ROOT, file))) wrong.push(`${file} is not there`);
        else source = readFileSync(join(ROOT, file), "utf8");
      } else if (!source.includes(`test("${name}"`)) wrong.push(`no test is called "${name}"`);
    }
  }
  expect(wrong).toEqual([]);
});
