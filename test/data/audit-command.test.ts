// `refrain data audit` as a person types it, on good, dirty and hostile files.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configOf } from "../../src/cli/commands/train.js";
import { useLanguage } from "../../src/cli/messages.js";
import type { Finding } from "../../src/data/audit/index.js";
import { writeLog } from "../../src/data/index.js";
import { runConfig } from "../../src/recipes/index.js";
import { refrainIn } from "../support/refrain.js";
import { dated } from "../support/training.js";
import { markovWorld } from "../support/worlds.js";
import { byCode, loud, MAY } from "./audit-helpers.js";
import { temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();

beforeAll(() => {
  writeLog(dated(markovWorld({ users: 100, items: 20, plays: 60 }).log), join(folder.path, "clean.csv"));
  const clean = readFileSync(join(folder.path, "clean.csv"), "utf8");
  const lines = clean.split("\n");
  folder.write("dirty.csv", `${clean}broken\n,i1,2025-01-01T00:00:00Z,x\nu1,i1,1970-01-01T00:00:00Z,x\n${lines[5]}\n`);
  useLanguage("en");
});
afterAll(() => {
  useLanguage("en");
  folder.remove();
});

const refrain = (...args: string[]) => refrainIn(folder.path, ...args);

interface Printed {
  readonly findings: readonly Finding[];
  readonly cleaning: { readonly kept: number } | null;
}

async function audit(path: string, ...args: string[]): Promise<Printed> {
  const { code, stdout, stderr } = await refrain("--json", "data", "audit", join(folder.path, path), ...args);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Printed;
}

describe("refrain data audit", () => {
  test("a clean log is silent", async () => {
    expect(loud((await audit("clean.csv")).findings)).toEqual([]);
    const { code, stdout } = await refrain("data", "audit", join(folder.path, "clean.csv"));
    expect(code).toBe(0);
    expect(stdout).toContain("Problems: 0, warnings: 0");
    expect(stdout).toContain("Nothing speaks against training");
  });

  test("a dirty one has its lines", async () => {
    const found = byCode((await audit("dirty.csv")).findings);
    expect(found["unreadable-rows"]).toMatchObject({ count: 1, examples: [{ line: 6002 }] });
    expect(found["missing-fields"]).toMatchObject({ count: 1, examples: [{ line: 6003 }] });
    expect(found.clock).toMatchObject({ count: 1, examples: [{ line: 6004 }] });
    expect(found.duplicates).toMatchObject({ count: 1, examples: [{ line: 6005 }] });
    expect(loud(Object.values(found))).toHaveLength(4);
    const { stdout } = await refrain("data", "audit", join(folder.path, "dirty.csv"));
    for (const words of [
      "warning: wrong clocks",
      "line 6004: u1, i1, 1970",
      "--set cleaning.earliest=",
      'rule "duplicate"',
    ])
      expect(stdout).toContain(words);
  });

  test("with an option of a run, such as another split", async () => {
    const found = byCode((await audit("clean.csv", "--set", "split.kind=leave-one-out")).findings);
    expect(found["future-plays"]).toBeUndefined(); // all users of this world play in step
    expect(found["time-cut"].values.test).toBe(600);
    const wrong = await refrain("data", "audit", join(folder.path, "clean.csv"), "--set", "split.kind=never");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("CONFIG_INVALID")]);
  });

  test("in Chinese, and as a page with figures that loads nothing", async () => {
    const page = join(folder.path, "audit.html");
    const path = join(folder.path, "dirty.csv");
    const { code, stdout } = await refrain("--lang", "zh", "data", "audit", path, "--report", page);
    expect(code).toBe(0);
    expect(stdout).toContain("时钟错误");
    const html = readFileSync(page, "utf8");
    expect(html).toContain('<html lang="zh-CN">');
    for (const words of ["<td>6004</td>", "同一用户两次播放之间的间隔", 'id="figure4"']) expect(html).toContain(words);
    expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=/);
    expect((await refrain("--lang", "en", "--quiet", "data", "audit", path)).stdout).toBe("");
  });

  test("every sentence has its numbers, in both languages", async () => {
    for (const lang of ["zh", "en"])
      for (const name of ["dirty.csv", "clean.csv"])
        for (const kind of ["time", "leave-one-out"]) {
          const path = join(folder.path, name);
          const { stdout } = await refrain("--lang", lang, "data", "audit", path, "--set", `split.kind=${kind}`);
          expect(stdout).not.toMatch(/\{\{|audit\.|undefined|NaN/);
        }
  });

  test("every fix is taken by train", async () => {
    let fixes = 0;
    for (const name of ["dirty.csv", "clean.csv"])
      for (const kind of ["time", "leave-one-out"])
        for (const { fix } of (await audit(name, "--set", `split.kind=${kind}`)).findings) {
          if (fix === null) continue;
          const parts = fix.split(" ");
          const set = parts.filter((_, at) => at % 2 === 1);
          expect(parts.filter((_, at) => at % 2 === 0)).toEqual(set.map(() => "--set"));
          expect(() => runConfig(configOf({ preset: "default", set }))).not.toThrow();
          fixes++;
        }
    expect(fixes).toBeGreaterThan(4);
  });
});

describe("hostile logs give a result or a coded error", () => {
  const rows = (count: number, row: (n: number) => string) =>
    `user,item,time\n${Array.from({ length: count }, (_, n) => row(n)).join("\n")}\n`;
  const cases: [string, string, string[]][] = [
    ["one play", rows(1, () => `u,i,${MAY}`), ["nothing-left"]],
    ["one user", rows(50, (n) => `u,i${n % 5},${MAY + n * 300}`), []],
    ["one item", rows(50, (n) => `u${n % 5},i,${MAY + n * 300}`), []],
    ["one second", rows(50, (n) => `u${n % 5},i${n % 7},${MAY}`), ["split-impossible", "tied-times"]],
    [
      "names of the prototype",
      rows(60, (n) => `__proto__,${["constructor", "__proto__"][n % 2]},${MAY + n * 300}`),
      [],
    ],
    ["times that are none", rows(20, (n) => `u,i${n % 3},NaN`), ["nothing-left", "unreadable-times"]],
    ["nothing but empty fields", rows(20, () => ",,"), ["nothing-left", "missing-fields"]],
    ["clocks in all centuries", rows(40, (n) => `u,i${n % 3},${["-1e30", "1e30", "Infinity", MAY][n % 4]}`), ["clock"]],
    ["orders of a steered terminal", rows(40, (n) => `u\u001b[31m,i${n % 3},${MAY + n * 300}`), []],
  ];

  test.each(cases)("%s", async (name, content, codes) => {
    const path = folder.write(`${name.replaceAll(" ", "-")}.csv`, content);
    const { code, stdout, stderr } = await refrain("--json", "data", "audit", path);
    expect([code, stderr]).toEqual([0, ""]);
    const found = JSON.parse(stdout) as Printed;
    expect(found.findings.map((one) => one.code)).toEqual(expect.arrayContaining(codes));
    const person = await refrain("data", "audit", path, "--report", join(folder.path, "hostile.html"));
    expect([person.code, person.stderr]).toEqual([0, ""]);
    expect(person.stdout).not.toContain("\u001b[31m");
    expect(person.stdout).not.toMatch(/NaN %|undefined|\{\{/);
    expect(existsSync(join(folder.path, "hostile.html"))).toBe(true);
  });

  test.each([
    ["no file", "nosuch.csv", undefined, "FILE_NOT_FOUND"],
    ["an empty file", "empty.csv", "", "FILE_EMPTY"],
    ["a header alone", "header.csv", "user,item,time\n", "FILE_EMPTY"],
    ["no column that is known", "columns.csv", "a,b,c\n1,2,3\n", "COLUMN_UNKNOWN"],
  ])("%s", async (_, name, content, code) => {
    if (content !== undefined) folder.write(name, content);
    const { code: exit, stderr } = await refrain("data", "audit", join(folder.path, name));
    expect([exit, stderr]).toEqual([3, expect.stringContaining(`Error ${code}`)]);
  });
});
