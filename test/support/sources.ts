// The text of the sources, for tests that read them.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ROOT } from "./cli.js";

/** Source by path below the repository, such as "src/core/topk.ts". */
export function sourcesOf(folder: "src" | "test"): Map<string, string> {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const paths = files
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}
