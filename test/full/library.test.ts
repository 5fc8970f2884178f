// The code of docs/library.md, as a developer would copy it: it runs, and it has the types that it says.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isBuilt, isLongRun, ROOT } from "../support/cli.js";

/** Below this checkout, where `refrain` is the built package. */
mkdirSync(join(ROOT, ".cache"), { recursive: true });
const folder = mkdtempSync(join(ROOT, ".cache", "library-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const codeOf = (document: string) =>
  Array.from(readFileSync(join(ROOT, document), "utf8").matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code);
const blocks = codeOf("docs/library.md");
const withoutComments = (code: string) => code.replace(/ \/\/.*$/gm, "");

test("both languages show the same code", () => {
  expect(blocks.length).toBe(3);
  expect(codeOf("docs/zh/library.md").map(withoutComments)).toEqual(blocks.map(withoutComments));
});

describe.skipIf(!isBuilt || !isLongRun)("the code of docs/library.md", () => {
  test("has the types that it says, for Node and for bundlers", () => {
    for (const [at, code] of blocks.entries()) writeFileSync(join(folder, `block${at}.mts`), code);
    const common = ["--strict", "--skipLibCheck", "--noEmit", "--target", "es2022", "--types", "node"];
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    for (const [module, resolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ]) {
      const files = blocks.map((_, at) => `block${at}.mts`);
      const args = [tsc, "--ignoreConfig", ...common, "--module", module, "--moduleResolution", resolution, ...files];
      expect(() => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })).not.toThrow();
    }
  });

  test("trains, saves, loads, follows a listener and serves", { timeout: 300_000 }, () => {
    const play = (n: number) => `u${n % 30},s${(n + Math.floor(n / 30)) % 20},${1_700_000_000 + 300 * n}`;
    const rows = Array.from({ length: 1200 }, (_, n) => play(n));
    writeFileSync(join(folder, "plays.csv"), ["user,item,time", ...rows, ""].join("\n"));
    const said = blocks.map((code, at) => {
      const path = join(folder, `block${at}.mjs`);
      writeFileSync(path, code);
      return execFileSync(process.execPath, [path], { cwd: folder, encoding: "utf8" });
    });
    expect(said[0]).toMatch(/kept 1200 of 1200 rows[\s\S]*name: 'HR@10'/);
    expect(said[1].match(/'s\d+', -\d/g)).toHaveLength(10);
    expect(said[2]).toMatch(/runs.*-mine\n[\s\S]*user: 'u1'[\s\S]*items: \[/);
  });
});
