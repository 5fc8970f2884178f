// What was measured, kept beside the code so that the table outlives the cache.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "measured.json");

/** Rows by line and seed; tries by set and options. */
export function readMeasured() {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { rows: [], tries: [] };
}

/** Adds rows and tries; one of the same line and seed, or of the same set and options, is replaced. */
export function keepMeasured({ rows = [], tries = [] }) {
  const known = readMeasured();
  const all = {
    rows: replaced(known.rows, rows, ({ line, seed }) => `${line} ${seed}`),
    tries: replaced(known.tries, tries, ({ set, preset, options, seed }) =>
      JSON.stringify([set, preset, options, seed]),
    ),
  };
  const text = `{\n"rows": [\n${all.rows.map((row) => JSON.stringify(row)).join(",\n")}\n],\n"tries": [\n${all.tries
    .map((each) => JSON.stringify(each))
    .join(",\n")}\n]\n}\n`;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return all;
}

function replaced(known, more, keyOf) {
  const keys = new Set(more.map(keyOf));
  return [...known.filter((each) => !keys.has(keyOf(each))), ...more].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
