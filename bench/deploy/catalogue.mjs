// One question to a catalogue of a million items: all of them looked at, and a graph of neighbours.
import { approximateSearch, exactSearch, Random, recallOf } from "../../dist/index.js";
import { quantiles } from "./precision.mjs";

/** Questions that are timed, length of the lists. */
const [QUESTIONS, LENGTH] = [200, 100];

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
  const of = catalogue(V, width, shape);
  const asked = questions(of);
  const exactly = exactSearch(of);
  const exact = timed(exactly, asked);
  exactly.dispose();
  onLine(`  exact: p50 ${exact.p50.toFixed(1)} ms, p99 ${exact.p99.toFixed(1)} ms`);
  const rows = [];
  const began = performance.now();
  const search = await approximateSearch(of, { onShare: (share) => onLine(`  graph ${(100 * share).toFixed(0)} %`) });
  const seconds = (performance.now() - began) / 1000;
  for (const expansion of expansions) {
    search.expansionSearch = expansion;
    const { lists, p50, p99 } = timed(search, asked);
    const recall = lists.reduce((sum, list, n) => sum + recallOf(exact.lists[n], list), 0) / lists.length;
    rows.push({ expansion, p50, p99, recall });
    onLine(`  approximate, ${expansion}: p50 ${p50.toFixed(2)} ms, recall@${LENGTH} ${recall.toFixed(4)}`);
  }
  search.dispose();
  return { V, width, exact: { p50: exact.p50, p99: exact.p99 }, seconds, rows };
}
