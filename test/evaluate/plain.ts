// A plain second implementation of ranks and metrics, by laying out whole lists, and a comparison over random cases.
import { expect } from "vitest";
import { Random } from "../../src/core/random.js";
import { metricValues, type Protocol, placesOf, rankTargets, setGain } from "../../src/evaluate/index.js";
import { tableScorer } from "./helpers.js";

const MODES = ["mean", "optimistic", "pessimistic"] as const;
const CUTOFFS = [1, 3, 10];

/** Candidates from the highest score on; of equal scores the wanted come first, or last. */
function laidOut(scores: number[], candidates: number[], wanted: number[], wantedFirst: boolean): number[] {
  const late = (item: number) => (wanted.includes(item) === wantedFirst ? 0 : 1);
  return [...candidates].sort((a, b) => scores[b] - scores[a] || late(a) - late(b) || a - b);
}

/** 1-based places of the wanted items, rising. In mode mean all of one score share the middle of their places. */
function plainPlaces(scores: number[], candidates: number[], wanted: number[], mode: Protocol["ties"]): number[] {
  const inside = wanted.filter((item) => candidates.includes(item));
  const list = laidOut(scores, candidates, inside, mode !== "pessimistic");
  const places = inside.map((item) => {
    if (mode !== "mean") return list.indexOf(item) + 1;
    const same = list.flatMap((other, at) => (scores[other] === scores[item] ? [at + 1] : []));
    return same.reduce((sum, at) => sum + at, 0) / same.length;
  });
  while (places.length < wanted.length) places.push(Number.POSITIVE_INFINITY);
  return places.sort((a, b) => a - b);
}

function plainMetrics(places: number[], k: number): Record<string, number> {
  const found = places.filter((place) => place <= k);
  const discount = (place: number) => Math.LN2 / Math.log(1 + place);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const precisions = found.map((place) => places.filter((other) => other <= place).length / place);
  // Items of one middle place follow each other: the i-th of them has i before or beside it.
  const ordered = found.map((place, i) =>
    found.filter((other) => other === place).length > 1 ? (i + 1) / place : precisions[i],
  );
  return {
    HR: found.length > 0 ? 1 : 0,
    NDCG: sum(found.map(discount)) / sum(places.slice(0, k).map((_, i) => discount(i + 1))),
    MRR: found.length > 0 ? 1 / found[0] : 0,
    Precision: found.length / k,
    Recall: found.length / places.length,
    MAP: sum(ordered) / Math.min(k, places.length),
  };
}

/** Fails where ranks or metrics of `count` random cases are not those of the plain implementation, in all modes. */
export async function agreeWithPlain(count: number): Promise<number> {
  const random = Random.stream(7, "plain");
  let farthest = 0;
  const compare = (name: string, own: number, plain: number) => {
    farthest = Math.max(farthest, Math.abs(own - plain));
    if (!(Math.abs(own - plain) <= 1e-9)) expect.fail(`${name}: ${own} instead of ${plain}`);
  };
  for (let n = 0; n < count; n++) {
    const items = 2 + random.integer(25);
    const levels = 1 + random.integer(8);
    const scores = [Number.NEGATIVE_INFINITY, ...Array.from({ length: items }, () => random.integer(levels) / 4)];
    const all = Array.from({ length: items }, (_, i) => i + 1);
    const history = random.shuffle(all.slice()).slice(0, 1 + random.integer(Math.min(5, items)));
    const wanted = random.shuffle(all.slice()).slice(0, 1 + random.integer(Math.min(6, items)));
    if (random.uniform() < 0.2) wanted.push(0);
    const seen = random.uniform() < 0.5 ? "keep" : "remove";
    const candidatesFor = (own: number[]) =>
      all.filter((item) => seen === "keep" || own.includes(item) || !history.includes(item));
    for (const ties of MODES) {
      const one = { user: 1, userCode: 0, row: 0, target: wanted[0], history: Int32Array.from(history) };
      const ranks = await rankTargets(
        tableScorer(items, (_, item) => scores[item]),
        [one],
        { seen, ties },
      );
      const values = metricValues(ranks, CUTOFFS);
      const single = plainPlaces(scores, candidatesFor([wanted[0]]), [wanted[0]], ties);
      const places = placesOf(Float32Array.from(scores), wanted, ties, seen === "remove" ? history : []);
      const several = plainPlaces(scores, candidatesFor(wanted), wanted, ties);
      for (const k of CUTOFFS) {
        for (const [name, value] of Object.entries(plainMetrics(single, k)))
          compare(`${name}@${k} of one target, ${ties}`, values[`${name}@${k}`], value);
        for (const [name, value] of Object.entries(plainMetrics(several, k)))
          compare(`${name}@${k} of several targets, ${ties}`, setGain(places, `${name}@${k}`), value);
      }
    }
  }
  return farthest;
}
