// What was measured, kept beside the code so that the table outlives the cache.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "measured.json");

/** Rows by line and seed; tries by set and options; times to quality; parts of a gap. */
export function readMeasured() {
  return {
    rows: [],
    tries: [],
    times: [],
    moves: [],
    observers: [],
    ...(existsSync(path) && JSON.parse(readFileSync(path, "utf8"))),
  };
}

/** Adds rows and tries, of which one of the same line and seed, or of the same set and options, is replaced; the others as a whole. */
export function keepMeasured({ rows = [], tries = [], times, moves, observers }) {
  const known = readMeasured();
  const all = {
    rows: replaced(known.rows, rows, ({ line, seed }) => `${line} ${seed}`),
    tries: replaced(known.tries, tries, ({ set, preset, options, seed }) =>
      JSON.stringify([set, preset, options, seed]),
    ),
    times: times ?? known.times,
    moves: moves ?? known.moves,
    observers: observers ?? known.observers,
  };
  const parts = Object.entries(all).map(
    ([name, list]) => `"${name}": [\n${list.map((each) => JSON.stringify(each)).join(",\n")}\n]`,
  );
  writeFileSync(`${path}.new`, `{\n${parts.join(",\n")}\n}\n`);
  renameSync(`${path}.new`, path);
  return all;
}

function replaced(known, more, keyOf) {
  const keys = new Set(more.map(keyOf));
  return [...known.filter((each) => !keys.has(keyOf(each))), ...more].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
