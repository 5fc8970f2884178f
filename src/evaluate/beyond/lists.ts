import { checkInteger, checkLength } from "../../core/check.js";
import { RefrainError } from "../../core/errors.js";
import type { EvaluationCase } from "../../core/types.js";
import type { Histories } from "../../sequence/histories.js";
import { type BootstrapOptions, bootstrapMeans } from "../interval.js";
import { popularityBuckets } from "../slices.js";
import { type ItemLabels, itemLabels } from "./labels.js";
import { itemSimilarity } from "./similarity.js";

/** One number about lists. Coverage and Gini are of all lists together and have no interval. */
export interface ListMetric {
  /** Such as "Novelty@10". */
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Lists whose pairs of items are compared, at most, evenly chosen. */
const DIVERSITY_LISTS = 2000;
/** Newest plays whose artists a list is compared with. */
const RECENT_PLAYS = 10;
/** Share of the history's distribution that is mixed into the list's, so that the divergence is finite. */
const SMOOTHING = 0.01;

/** One list and its case: items of the list without padding. */
interface Shown {
  readonly items: Int32Array;
  readonly history: Int32Array;
}

type PerList = (shown: Shown) => number;

/**
 * What recommended lists are like, whether or not they hit: in this order, those of artists and styles only where known.
 *
 * - Coverage: share of the catalogue that is in at least one list. Gini: how unevenly lists use the catalogue, 0 evenly, 1 one item.
 * - Novelty: mean -log2 of the items' shares of the train plays, in bits. Popularity: mean share of train plays, times V: 1 is
 *   that of an average item. PopularityLift: that of the list over that of the history, minus 1; 0 is what the listener is used to.
 * - Diversity: mean 1 - cosine of the pairs of a list, by the listeners that they share, over 2,000 lists at most.
 * - Repeats: share of items that the listener had heard before.
 * - Miscalibration: divergence (nats) of the list's shares of head, middle and tail from the history's; StyleMiscalibration: the same of styles.
 * - ArtistDiversity: different artists per item. ArtistCoherence: share of items by an artist of the newest 10 plays.
 *
 * @param lists int32 [N * K], as `rankCases` gives them
 * @param cases [N]
 * @source Vargas & Castells 2011 (novelty); Abdollahpouri et al. 2020 (lift); Ziegler et al. 2005 (diversity); Steck 2018
 *         (calibration); Jannach, Kamehkhosh & Lerche 2017 (artist diversity and coherence); Adomavicius & Kwon 2012 (coverage, Gini)
 * @throws {RefrainError} SHAPE_MISMATCH when lists and cases do not fit; EMPTY_CASES without a list
 */
export function listMetrics(
  lists: Int32Array,
  k: number,
  cases: readonly EvaluationCase[],
  histories: Histories,
  options: BootstrapOptions & { readonly labels?: ItemLabels } = {},
): ListMetric[] {
  checkInteger("k", k, 1);
  checkLength("lists", lists.length, cases.length * k);
  const labels = options.labels ?? itemLabels(histories);
  const shown = cases.map(({ history }, n): Shown => {
    const own = lists.subarray(n * k, (n + 1) * k);
    return { items: own.includes(0) ? own.filter((item) => item > 0) : own, history };
  });
  const kept = shown.flatMap(({ items }, n) => (items.length > 0 ? [n] : []));
  if (kept.length === 0) throw new RefrainError("EMPTY_CASES", "Metrics of lists need at least one list, got none.");
  const users = Int32Array.from(kept, (n) => cases[n].userCode);
  const perList = perListMetrics(histories, labels);
  const values = perList.map(([, of]) => Float64Array.from(kept, (n) => of(shown[n])));
  const intervals = bootstrapMeans(values, users, options).map(
    (interval, m): ListMetric => ({ name: `${perList[m][0]}@${k}`, ...interval }),
  );
  return [
    ...exposure(lists, histories.items.size).map(([name, value]) => ({
      name: `${name}@${k}`,
      value,
      low: null,
      high: null,
    })),
    ...intervals,
    ...diversity(shown, kept, users, k, histories, options),
  ];
}

function perListMetrics({ itemCounts, items }: Histories, labels: ItemLabels): [string, PerList][] {
  const plays = itemCounts.reduce((sum, count) => sum + count, 0);
  const popularity = Float64Array.from(itemCounts, (count) => (count / plays) * items.size);
  const bits = Float64Array.from(itemCounts, (count) => (count > 0 ? Math.log2(plays / count) : 0));
  const bucket = popularityBuckets(itemCounts);
  const mean = (of: Int32Array, value: (item: number) => number) =>
    of.reduce((sum, j) => sum + value(j), 0) / of.length;
  const known = (code: Int32Array) => code.some((each) => each > 0);
  const { artists, styles } = labels;
  return [
    ["Novelty", (list) => mean(list.items, (item) => bits[item])],
    ["Popularity", (list) => mean(list.items, (item) => popularity[item])],
    [
      "PopularityLift",
      ({ items, history }) => mean(items, (item) => popularity[item]) / mean(history, (item) => popularity[item]) - 1,
    ],
    [
      "Repeats",
      ({ items, history }) => {
        const heard = new Set(history);
        return mean(items, (item) => (heard.has(item) ? 1 : 0));
      },
    ],
    ["Miscalibration", (list) => miscalibration(list, (item) => bucket[item])],
    ...(known(styles)
      ? ([["StyleMiscalibration", (list) => miscalibration(list, (item) => styles[item])]] as [string, PerList][])
      : []),
    ...(known(artists)
      ? ([
          ["ArtistDiversity", ({ items }) => new Set(items.map((item) => artists[item])).size / items.length],
          [
            "ArtistCoherence",
            ({ items, history }) => {
              const recent = new Set(Array.from(history.subarray(-RECENT_PLAYS), (item) => artists[item]));
              return mean(items, (item) => (artists[item] > 0 && recent.has(artists[item]) ? 1 : 0));
            },
          ],
        ] as [string, PerList][])
      : []),
  ];
}

/** Kullback-Leibler divergence of the history's shares of groups from the list's, the latter smoothed; in nats. */
function miscalibration({ items, history }: Shown, groupOf: (item: number) => number): number {
  const shares = (of: Int32Array) => {
    const counts = new Map<number, number>();
    for (const item of of) counts.set(groupOf(item), (counts.get(groupOf(item)) ?? 0) + 1 / of.length);
    return counts;
  };
  const [own, list] = [shares(history), shares(items)];
  let sum = 0;
  for (const [group, share] of own)
    sum += share * Math.log(share / ((1 - SMOOTHING) * (list.get(group) ?? 0) + SMOOTHING * share));
  return Math.max(0, sum);
}

/** Coverage and Gini index of how often each item of the catalogue is shown. */
function exposure(lists: Int32Array, V: number): [string, number][] {
  const counts = new Float64Array(V + 1);
  for (const item of lists) counts[item]++;
  const sorted = counts.subarray(1).sort();
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const ranked = sorted.reduce((sum, count, i) => sum + (2 * (i + 1) - V - 1) * count, 0);
  return [
    ["Coverage", sorted.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / V],
    ["Gini", ranked / (V * total)],
  ];
}

function diversity(
  shown: readonly Shown[],
  kept: readonly number[],
  users: Int32Array,
  k: number,
  histories: Histories,
  options: BootstrapOptions,
): ListMetric[] {
  const size = Math.min(kept.length, DIVERSITY_LISTS);
  const chosen = Array.from({ length: size }, (_, i) => Math.floor((i * kept.length) / size)).filter(
    (at) => shown[kept[at]].items.length > 1,
  );
  if (chosen.length === 0) return [];
  const similarity = itemSimilarity(histories);
  const values = Float64Array.from(chosen, (at) => {
    const { items } = shown[kept[at]];
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < items.length; i++)
      for (let j = 0; j < i; j++, pairs++) sum += 1 - similarity(items[i], items[j]);
    return sum / pairs;
  });
  const [interval] = bootstrapMeans(
    [values],
    Int32Array.from(chosen, (at) => users[at]),
    options,
  );
  return [{ name: `Diversity@${k}`, ...interval }];
}
