// The dependency rule of DESIGN.md, kept by reading the import lines of src.
import { readdirSync, readFileSync } from "node:fs";
import { posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** An arrow runs only from a later room to an earlier one. `index` is src/index.ts, the public names. */
const ROOMS = [
  "core",
  "data",
  "sequence",
  "engine",
  "model",
  "train",
  "baseline",
  "evaluate",
  "recommend",
  "tune",
  "deploy",
  "plot",
  "notebook",
  "recipes",
  "serve",
  "index",
  "cli",
];
const LONGEST_FILE = 300;

/** Packages that belong to one room, or to none of src. */
const OWNERS: readonly { package: RegExp; room: string | null }[] = [
  { package: /^(arquero|@duckdb\/.*|duckdb)$/, room: "data" },
  { package: /^@tensorflow\//, room: "engine" },
  { package: /^electron(\/|$)/, room: null },
  { package: /^tslab(\/|$)/, room: null },
  { package: /^plotly/, room: null },
];
/** The HTML report reads Plotly's bundle from its file, so it may name the package but not import it. */
const MAY_NAME_PLOTLY = /^recipes\/report/;

interface Arrow {
  readonly specifier: string;
  readonly line: number;
}

/** What a file imports or re-exports, types too. Comments that fill whole lines are not read. */
function arrows(source: string): Arrow[] {
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  const code = source.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank).replace(/^[ \t]*\/\/.*$/gm, blank);
  const forms = [
    /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']/gm,
    /^[ \t]*import\s*["']([^"']+)["']/gm,
    /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\brequire(?:\.resolve)?\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\bcreateRequire\s*\([^)]*\)(?:\.resolve)?\s*\(\s*["'`]([^"'`]+)["'`]/g,
  ];
  return forms.flatMap((form) =>
    Array.from(code.matchAll(form), (match) => ({
      specifier: match[1],
      line: code.slice(0, match.index + match[0].lastIndexOf(match[1])).split("\n").length,
    })),
  );
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.ts$/, "");
}

/** Every breach of the rule, as one sentence with file and line. @param files source by path below src */
function violations(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, source] of files) {
    const room = roomOf(path);
    const targets: string[] = [];
    graph.set(path, targets);
    if (!ROOMS.includes(room)) found.push(`src/${path}: ${room} is no room of DESIGN.md.`);
    const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
    if (lines > LONGEST_FILE) found.push(`src/${path}: ${lines} lines, at most ${LONGEST_FILE} are allowed.`);
    for (const { specifier, line } of arrows(source)) {
      const at = `src/${path}:${line}`;
      if (specifier.startsWith(".")) {
        const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
        if (!specifier.endsWith(".ts") && files.has(target)) targets.push(target);
        else if (!specifier.endsWith(".json")) found.push(`${at}: ${specifier} is no file of src.`);
        const other = roomOf(target);
        if (other !== room && ROOMS.indexOf(other) >= ROOMS.indexOf(room))
          found.push(`${at}: ${room} must not import ${other} (${specifier}); arrows run to earlier rooms only.`);
      } else if (specifier === "refrain" || specifier.startsWith("refrain/"))
        found.push(`${at}: src must not import its own built package.`);
      const owner = OWNERS.find((each) => each.package.test(specifier));
      if (owner && owner.room !== room && !(specifier.startsWith("plotly") && MAY_NAME_PLOTLY.test(path)))
        found.push(`${at}: ${specifier} belongs ${owner.room ? `in src/${owner.room} only` : "nowhere in src"}.`);
    }
    source.split("\n").forEach((text, n) => {
      if (/^\s*(\/\/|\/?\*)/.test(text) || MAY_NAME_PLOTLY.test(path)) return;
      if (/["'`][^"'`]*plotly\.js[^"'`]*["'`]/.test(text))
        found.push(`src/${path}:${n + 1}: only src/recipes/report may name Plotly's bundle.`);
    });
    if (MAY_NAME_PLOTLY.test(path) && /^[ \t]*import\b[^;]*["']plotly/m.test(source))
      found.push(`src/${path}: Plotly's bundle is read as a file, not imported.`);
  }
  return [...found, ...circles(graph)];
}

/** One sentence for each circle that a walk in depth runs into. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push(`src: circle ${[...trail.slice(at), path].join(" -> ")}.`);
    if (at >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

function sources(): Map<string, string> {
  const root = fileURLToPath(new URL("../src", import.meta.url));
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, `${entry.parentPath}${sep}${entry.name}`).split(sep).join("/"));
  return new Map(paths.sort().map((path) => [path, readFileSync(`${root}/${path}`, "utf8")]));
}

test("src keeps the dependency rule", () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(30);
  expect(violations(files).join("\n")).toBe("");
});

describe("the rule notices", () => {
  const core = ["core/a.ts", "export const a = 1;\n"] as const;
  const check = (...files: (readonly [string, string])[]) => violations(new Map([core, ...files]));

  test.each<[string, string, string, string]>([
    ["an arrow to a later room", "core/b.ts", 'import { x } from "../data/x.js";', "core must not import data"],
    ["a type import", "core/b.ts", 'import type { X } from "../data/x.js";', "core must not import data"],
    ["an import over lines", "core/b.ts", 'import {\n  x,\n} from "../data/x.js";', "src/core/b.ts:3: core must not"],
    ["a re-export", "core/b.ts", 'export * from "../data/x.js";', "core must not import data"],
    ["a bare import", "core/b.ts", 'import "../data/x.js";', "core must not import data"],
    ["a late import", "core/b.ts", 'const x = await import("../data/x.js");', "core must not import data"],
    ["an import type in place", "core/b.ts", 'let x: import("../data/x.js").X;', "core must not import data"],
    ["the public names", "recipes/b.ts", 'import { a } from "../index.js";', "recipes must not import index"],
    ["a missing file", "core/b.ts", 'import "./none.js";', "is no file of src"],
    ["a source suffix", "core/b.ts", 'import "./a.ts";', "is no file of src"],
    ["an unknown room", "misc/b.ts", "", "misc is no room"],
    ["arquero outside data", "sequence/b.ts", 'import type { X } from "arquero";', "belongs in src/data only"],
    ["tensors outside engine", "model/b.ts", 'import type * as tf from "@tensorflow/tfjs";', "src/engine only"],
    ["a required engine", "model/b.ts", 'createRequire("x"); require("@tensorflow/tfjs-node");', "src/engine only"],
    ["one required at once", "model/b.ts", 'createRequire(import.meta.url)("@tensorflow/tfjs");', "src/engine only"],
    ["electron", "cli/b.ts", 'import { app } from "electron";', "nowhere in src"],
    ["tslab", "notebook/b.ts", 'import * as tslab from "tslab";', "nowhere in src"],
    ["plotly", "plot/b.ts", 'import type { Data } from "plotly.js";', "nowhere in src"],
    ["plotly's file", "plot/b.ts", 'const path = "plotly.js-basic-dist-min";', "only src/recipes/report"],
    ["plotly imported by the report", "recipes/report.ts", 'import x from "plotly.js-basic-dist-min";', "as a file"],
    ["its own package", "recipes/b.ts", 'import { x } from "refrain";', "its own built package"],
    ["a long file", "core/b.ts", "\n".repeat(301), "301 lines"],
  ])("%s", (_, path, source, message) => {
    const found = check(["data/x.ts", ""], ["index.ts", ""], [path, source]);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join("\n")).toContain(message);
  });

  test("circles among files of one room", () => {
    const found = check(
      ["data/x.ts", 'import type { Y } from "./y.js";'],
      ["data/y.ts", 'export { z } from "./z.js";'],
      ["data/z.ts", 'import { x } from "./x.js";'],
    );
    expect(found).toEqual(["src: circle data/x.ts -> data/y.ts -> data/z.ts -> data/x.ts."]);
  });

  test("nothing where all is well", () => {
    expect(
      check(
        ["data/x.ts", '// import "electron";\nimport { a } from "../core/a.js";\nimport { table } from "arquero";\n'],
        ["engine/e.ts", '/**\n * import "tslab";\n */\nexport type { Tensor } from "@tensorflow/tfjs";\n'],
        ["recipes/report.ts", 'require.resolve("plotly.js-basic-dist-min/plotly-basic.min.js");\n'],
        ["index.ts", 'export * from "./data/x.js";\n'],
        ["cli/main.ts", 'import { a } from "../index.js";\n'],
      ),
    ).toEqual([]);
  });
});
