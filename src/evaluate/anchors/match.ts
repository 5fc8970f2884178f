import type { MetricValue } from "../evaluate.js";
import type { ProtocolCard } from "../protocol.js";
import { ANCHORS, type Anchor, PUBLISHED_SETS, type PublishedSet, type PublishedSplit } from "./table.js";

/** Whether a result may stand beside a published one. */
export interface AnchorMatch {
  readonly anchor: Anchor;
  readonly set: PublishedSet;
  readonly comparable: boolean;
  /** Why not; empty where it may. */
  readonly reasons: readonly string[];
  /** What to keep in mind where it may. */
  readonly cautions: readonly string[];
  /** Published and own value of the metrics that both have; only where it may. */
  readonly metrics: readonly { readonly name: string; readonly published: number; readonly own: MetricValue | null }[];
}

/** Data sets by words in a path or name, where the size of the log alone does not tell. */
const FAMILY_NAMES: readonly (readonly [family: string, name: RegExp])[] = [
  ["ml-1m", /ml-?1m\b|movielens-?1m/i],
  ["ml-100k", /ml-?100k|movielens-?100k/i],
  ["lastfm", /last\.?fm(?!-?1[kb])|hetrec/i],
  ["beauty", /beauty/i],
  ["steam", /steam/i],
  ["rsc15", /rsc15|yoochoose/i],
  ["retailrocket", /retail-?rocket/i],
  ["diginetica", /diginetica/i],
  ["zvuk", /zvuk/i],
  ["30music", /30music/i],
];

/** How a card's split is called in `PublishedSplit`. */
const SPLITS: readonly (readonly [PublishedSplit, RegExp])[] = [
  ["leave-one-out", /^leave-one-out$/],
  ["time, last play", /^temporal.*last play of each user/],
  ["time, every play", /^temporal/],
  ["sessions, every play", /^sessions|^given/],
];

/**
 * Holds a result against every published one on the same raw data, and says of each whether they may be compared, and if
 * not, why. Empty where nothing was published on this data.
 *
 * A result may be compared where data, preparation (users, items, plays of the clean log), part, split, candidates, seen
 * policy and a cut-off are the same. What the sources do not say is a caution.
 *
 * @param card    of the result
 * @param name    path or name of the log; families are known by it, and by exact sizes
 * @param metrics of the result, to put beside the published ones
 */
export function matchAnchors(card: ProtocolCard, name = "", metrics: readonly MetricValue[] = []): AnchorMatch[] {
  const family = familyOf(card, name);
  return ANCHORS.filter((anchor) => PUBLISHED_SETS[anchor.set].family === family).map((anchor) => {
    const set = PUBLISHED_SETS[anchor.set];
    const reasons = RULES.flatMap((rule) => rule(card, anchor, set) ?? []);
    const comparable = reasons.length === 0;
    const shared = Object.entries(anchor.metrics).filter(([metric]) => offers(card, metric));
    return {
      anchor,
      set,
      comparable,
      reasons,
      cautions: comparable ? cautions(card, anchor, set) : [],
      metrics: comparable
        ? shared.map(([metric, published]) => ({
            name: metric,
            published,
            own: metrics.find((each) => each.name === metric) ?? null,
          }))
        : [],
    };
  });
}

function familyOf({ log }: ProtocolCard, name: string): string | undefined {
  const same = Object.values(PUBLISHED_SETS).find(
    ({ users, items, events }) =>
      log && users === log.users && items === log.items && (events ?? log.events) === log.events,
  );
  return same?.family ?? FAMILY_NAMES.find(([, words]) => words.test(name))?.[0];
}

type Rule = (card: ProtocolCard, anchor: Anchor, set: PublishedSet) => string | undefined;

const number = (value: number | null | undefined) => (value ?? 0).toLocaleString("en-US");

const RULES: readonly Rule[] = [
  ({ part }) =>
    part === "test" ? undefined : `published figures are of the test part, this one is of the ${part} part`,
  ({ log }, _, { users, items, events, name }) => {
    if (!log) return "the card does not say how large the log is";
    if (users === null || items === null)
      return `${name}: its size is not published, so this log cannot be told to be it`;
    if (users === log.users && items === log.items && (events ?? log.events) === log.events) return undefined;
    const sizes = (u: number, i: number, e: number | null) =>
      `${number(u)} users, ${number(i)} items${e === null ? "" : `, ${number(e)} plays`}`;
    return `other data: ${sizes(users, items, events)} there, ${sizes(log.users, log.items, events === null ? null : log.events)} here`;
  },
  ({ split }, anchor) => {
    const own = SPLITS.find(([, words]) => words.test(split))?.[0];
    return own === anchor.split ? undefined : `other split: ${anchor.split} there, ${split} here`;
  },
  ({ candidates }) =>
    candidates === "full"
      ? undefined
      : "other candidates: the whole catalogue there, a sample here, which makes figures larger",
  ({ seen, candidates }, anchor) =>
    seen === anchor.seen || candidates !== "full"
      ? undefined
      : `heard items: ${anchor.seen === "remove" ? "removed" : "kept"} there, ${seen === "remove" ? "removed" : "kept"} here`,
  (card, anchor) =>
    Object.keys(anchor.metrics).some((metric) => offers(card, metric))
      ? undefined
      : `no common cut-off: ${Object.keys(anchor.metrics).join(", ")} there`,
];

function offers({ cutoffs }: ProtocolCard, metric: string): boolean {
  return cutoffs.includes(Number(metric.split("@")[1]));
}

function cautions(
  { ties, unknownTargets }: ProtocolCard,
  { note, split }: Anchor,
  { events, family }: PublishedSet,
): string[] {
  return [
    ...(note ? [note] : []),
    ...(ties === "mean" ? [] : [`ties are ranked ${ties}ally here`]),
    ...(events === null ? ["the number of plays is not published"] : []),
    ...(family === "ml-1m" && split === "leave-one-out"
      ? ["many times are equal: another order of tied plays has other targets"]
      : []),
    ...(split.startsWith("time") ? ["the moment of the cut is not compared"] : []),
    ...(unknownTargets > 0
      ? [`${number(unknownTargets)} targets are unknown to training and count as misses here`]
      : []),
  ];
}
