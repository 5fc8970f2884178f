// One question to a catalogue of a million items: all of them looked at, and a graph of neighbours.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approximateSearch, exactSearch, Random, recallOf } from "../../dist/index.js";
import { pythonWith } from "../venv.mjs";
import { quantiles } from "./precision.mjs";

/** Questions that are timed, length of the lists. */
const [QUESTIONS, LENGTH] = [200, 100];
/** Of a graph: neighbours of an item, and points looked at while it is built, as `approximateSearch` has them. */
const [NEIGHBOURS, CONSTRUCTION] = [32, 128];

/**
 * Items as a trained table has them: artists near their style, songs near their artist, lengths that differ. `spread` is the
 * noise of a song around its artist; 0 styles gives normal numbers without any order, the hardest case for a graph.
 */
export function catalogue(V, width, { styles = 300, artists = 30_000, spread = 0.6, seed = 1 } = {}) {
  const random = Random.stream(seed, "catalogue");
  const normal = (n) => Float32Array.from({ length: n }, () => random.normal());
  const table = new Float32Array((V + 1) * width);
  if (styles === 0) for (let at = width; at < table.length; at++) table[at] = random.normal() / Math.sqrt(width);
  else {
    const style = normal(styles * width);
    const artist = normal(artists * width);
    for (let a = 0; a < artists; a++) {
      const own = random.integer(styles) * width;
      for (let d = 0; d < width; d++) artist[a * width + d] = style[own + d] + 0.8 * artist[a * width + d];
    }
    for (let item = 1; item <= V; item++) {
      const [own, length] = [random.integer(artists) * width, (0.7 + 0.6 * random.uniform()) / Math.sqrt(width)];
      for (let d = 0; d < width; d++) table[item * width + d] = length * (artist[own + d] + spread * random.normal());
    }
  }
  return { table, bias: normal(V + 1).map((b) => 0.1 * b), width };
}

/** Questions as a trained model asks them: near the vector of some item. */
export function questions({ table, bias, width }, count = QUESTIONS, seed = 2) {
  const random = Random.stream(seed, "questions");
  return Array.from({ length: count }, () => {
    const item = 1 + random.integer(bias.length - 1);
    const row = table.subarray(item * width, (item + 1) * width);
    const size = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0) / width);
    return row.map((x) => 3 * (x + 0.7 * size * random.normal()));
  });
}

function timed(search, asked) {
  for (const z of asked.slice(0, 10)) search.top(z, LENGTH);
  const times = [];
  const lists = asked.map((z) => {
    const began = performance.now();
    const { items } = search.top(z, LENGTH);
    times.push(performance.now() - began);
    return items;
  });
  return { lists, ...quantiles(times) };
}

/** Exact and approximate search over one catalogue, at several widths of the graph's search. */
export async function measureCatalogue(V, width, shape, expansions, onLine = () => {}) {
  onLine("  making the items");
  const of = catalogue(V, width, shape);
  const asked = questions(of);
  const exactly = exactSearch(of);
  const exact = timed(exactly, asked);
  exactly.dispose();
  onLine(`  exact: p50 ${exact.p50.toFixed(1)} ms, p99 ${exact.p99.toFixed(1)} ms`);
  const rows = [];
  const began = performance.now();
  let said = began;
  const onShare = (share) => {
    const now = performance.now();
    if (now - said < 10_000) return;
    said = now;
    const left = ((now - began) / 60_000) * (1 / share - 1);
    onLine(
      `  graph: ${(100 * share).toFixed(0)} % built, ${left.toFixed(1)} min left or more: later items take longer`,
    );
  };
  const search = await approximateSearch(of, { onShare });
  const seconds = (performance.now() - began) / 1000;
  onLine(`  graph: built in ${Math.round(seconds)} s`);
  for (const expansion of expansions) {
    search.expansionSearch = expansion;
    const { lists, p50, p99 } = timed(search, asked);
    const recall = lists.reduce((sum, list, n) => sum + recallOf(exact.lists[n], list), 0) / lists.length;
    rows.push({ expansion, p50, p99, recall });
    onLine(`  approximate, ${expansion}: p50 ${p50.toFixed(2)} ms, recall@${LENGTH} ${recall.toFixed(4)}`);
  }
  search.dispose();
  onLine("  faiss on the same, which says nothing meanwhile");
  const peer = faissOn(of, asked, expansions);
  return { V, width, exact: { p50: exact.p50, p99: exact.p99 }, seconds, rows, peer };
}

/** The same catalogue and questions in faiss; undefined where Python has it not. The bias is one more number of each row. */
function faissOn({ table, bias, width }, asked, expansions) {
  const python = pythonWith("faiss", ["faiss-cpu", "numpy"], ["faiss", "numpy"]);
  if (!python) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "refrain-faiss-"));
  const longer = (rows, last) => {
    const all = new Float32Array(rows.length * (width + 1));
    rows.forEach((row, n) => {
      all.set(row, n * (width + 1));
      all[(n + 1) * (width + 1) - 1] = last(n);
    });
    return all;
  };
  const items = Array.from({ length: bias.length - 1 }, (_, n) => table.subarray((n + 1) * width, (n + 2) * width));
  try {
    writeFileSync(
      join(folder, "table.f32"),
      longer(items, (n) => bias[n + 1]),
    );
    writeFileSync(
      join(folder, "questions.f32"),
      longer(asked, () => 1),
    );
    const numbers = [width, LENGTH, NEIGHBOURS, CONSTRUCTION, ...expansions].map(String);
    const script = join(import.meta.dirname, "faiss-peer.py");
    return JSON.parse(execFileSync(python, [script, folder, ...numbers], { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
