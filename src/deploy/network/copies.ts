// The copy mechanism in a network, for one play at a time and for whole histories; as `model/repeat.ts` has it.
import { NEVER } from "../../engine/index.js";
import { CONTEXTS, FARTHEST, OLDEST, SMALLEST_PROBABILITY } from "../../model/index.js";
import type { Network } from "./network.js";
import { gapRows, linear, type Shape } from "./parts.js";

/** What is known of the last plays. @shape int [B, W] each */
export interface Known {
  /** Plays of the item among the last ones when it was heard; 0 closes the place. */
  readonly counts: string;
  /** Whole seconds since, `OLDEST` at most; -1 where unknown. Only with `timeGap`. */
  readonly ages?: string;
}

/**
 * Log probabilities of the mixture of all items and the last plays.
 *
 * @param plays items and their lags, which are int [B, W] or [1, W], and keys [B, W, K * A] of the last plays
 * @param W     0 where it is only known when the network runs
 * @shape question [B, H]; logits [B, V + 1] -> [B, V + 1]
 */
export function withCopies(
  net: Network,
  { config, itemCount }: Shape,
  question: string,
  logits: string,
  plays: Known & { readonly items: string; readonly keys: string; readonly lags: string },
  { size, W }: { readonly size: number; readonly W: number },
): string {
  const sum = (a: string, b: string) => net.run("add", [a, b]);
  const one = net.number(1, "int32");
  const K = config.repeatHeads;
  const A = size / K;
  const times = (a: string, b: string) => net.run("multiply", [a, b]);
  const perPlay = (of: string) => net.run("reshape", [of], { shape: [0, W === 0 ? -1 : W, 1] });
  const rowsOf = (table: string, rows: string) => net.run("gather", [net.weight(table), rows]);
  const query = net.run("reshape", [net.run("matmul", [question, net.weight("repeat/query")])], {
    shape: [0, 1, size],
  });
  const products = net.run("reshape", [times(plays.keys, query)], { shape: [0, W === 0 ? -1 : W, K, A] });
  const dots = net.run("sum", [products], { axis: -1, keep: false }); // [B, W, K]
  const scaled = net.run("divide", [dots, net.number(Math.sqrt(A))]);
  const counted = net.run("cast", [net.run("maximum", [plays.counts, one])], { to: "float32" });
  const counts = times(perPlay(net.run("log", [counted])), net.weight("repeat/count"));
  const last = net.number(config.repeatWindow - 1, "int32");
  let scores = sum(sum(scaled, rowsOf("repeat/lag", net.run("minimum", [plays.lags, last]))), counts);
  if (plays.ages) {
    const near = net.run("minimum", [plays.lags, net.number(FARTHEST, "int32")]);
    const first = times(near, net.number(CONTEXTS.gap.count + 1, "int32"));
    scores = sum(scores, rowsOf("repeat/gap", sum(first, gapRows(net, plays.ages, [0, W]))));
  }
  const isOpen = net.run("greaterEqual", [perPlay(plays.counts), one]);
  const open = net.run("where", [isOpen, scores, net.number(NEVER)]);
  const attention = net.run("softmax", [net.run("transpose", [open], { order: [0, 2, 1] })]); // [B, K, W]
  const odds = net.run("exp", [linear(net, question, "repeat/gate", "repeat/gateBias")]);
  const rest = net.run("divide", [net.number(1), sum(net.run("sum", [odds], { axis: 1, keep: true }), net.number(1))]);
  const shares = net.run("reshape", [times(odds, rest)], { shape: [0, K, 1] });
  const copied = net.run("sum", [times(attention, shares)], { axis: 1, keep: false });
  const both = net.run("addAt", [times(net.run("softmax", [logits]), rest), plays.items, copied]);
  const padding = Float32Array.from({ length: itemCount + 1 }, (_, item) =>
    item === 0 ? Number.NEGATIVE_INFINITY : 0,
  );
  const logs = net.run("log", [net.run("maximum", [both, net.number(SMALLEST_PROBABILITY)])]);
  return sum(logs, net.constant("float32", [1, itemCount + 1], padding));
}

/**
 * Counts after one more play, which closes older plays of its item.
 *
 * @shape item int [B, 1]; plays int [B, W]: the last ones, this one first; moved int [B, W]: counts before, moved by one place
 */
export function countsAfter(net: Network, item: string, plays: string, moved: string, W: number): string {
  const isSame = net.run("equal", [plays, item]);
  const count = net.run("sum", [net.run("cast", [isSame], { to: "int32" })], { axis: 1, keep: true });
  const others = net.run("where", [isSame, net.number(0, "int32"), moved]);
  const newest = net.constant("int32", [1, W], [1, ...new Array<number>(W - 1).fill(0)]);
  return net.run("add", [others, net.run("multiply", [count, newest])]);
}

/** Ages after one more pause; -1 where one of both is unknown. @shape pause int [B, 1]; ages int [B, W] -> int [B, W] */
export function agesAfter(net: Network, pause: string, ages: string): string {
  const oldest = net.number(OLDEST, "int32");
  const atMost = (of: string) => net.run("minimum", [of, oldest]);
  const isKnown = net.run("greaterEqual", [net.run("minimum", [ages, pause]), net.number(0, "int32")]);
  const sum = atMost(net.run("add", [ages, atMost(pause)]));
  return net.run("where", [isKnown, sum, net.number(-1, "int32")]);
}

/**
 * What is known of the plays of whole histories after the last one, by comparing every two plays j and i.
 *
 * @param among 1 for the last W plays, else 0; int [B, T]
 * @param gap   pause before each play as it is given, or "" without `timeGap`; int [B, T]
 * @shape items, places int [B, T]: places is 1 for plays and 0 behind the last one; steps int [T]: 0, 1, …
 */
export function knownOfHistories(
  net: Network,
  { items, places, steps, among, gap }: Readonly<Record<"items" | "places" | "steps" | "among" | "gap", string>>,
  W: number,
): Known {
  const whole = (value: number) => net.number(value, "int32");
  const times = (a: string, b: string) => net.run("multiply", [a, b]);
  const isAtLeast = (a: string, b: string) => net.run("cast", [net.run("greaterEqual", [a, b])], { to: "int32" });
  const perJ = (of: string) => net.run("reshape", [of], { shape: [0, -1, 1] });
  const perI = (of: string) => net.run("reshape", [of], { shape: [0, 1, -1] });
  const sumOverI = (pairs: string) => net.run("sum", [pairs], { axis: 2, keep: false });
  const ahead = net.run("subtract", [
    net.run("reshape", [steps], { shape: [1, -1] }),
    net.run("reshape", [steps], { shape: [-1, 1] }),
  ]); // [T, T]: i - j
  const isLater = isAtLeast(ahead, whole(1));
  const isBefore = times(isAtLeast(whole(0), ahead), isAtLeast(ahead, whole(1 - W)));
  const isSame = times(net.run("cast", [net.run("equal", [perJ(items), perI(items)])], { to: "int32" }), perI(places)); // [B, T, T]
  const isLatest = isAtLeast(whole(0), sumOverI(times(isSame, isLater)));
  const counts = times(sumOverI(times(isSame, isBefore)), times(isLatest, among));
  if (!gap) return { counts };
  const pauses = times(gap, places);
  const known = net.run("minimum", [net.run("maximum", [pauses, whole(0)]), whole(OLDEST)]);
  // Sums of many long pauses would leave 32 bits, so thousands and the rest are summed apart.
  const unit = 2 ** 13;
  const asFloat = net.run("cast", [known], { to: "float32" });
  const high = net.run("cast", [net.run("divide", [asFloat, net.number(unit)])], { to: "int32" });
  const low = net.run("subtract", [known, times(high, whole(unit))]);
  const sumLater = (of: string) => sumOverI(times(perI(of), isLater));
  const most = net.run("minimum", [sumLater(high), whole(2 * ((OLDEST + 1) / unit))]);
  const sum = net.run("add", [times(most, whole(unit)), sumLater(low)]);
  const isUnknown = net.run("greaterEqual", [sumLater(isAtLeast(whole(-1), pauses)), whole(1)]);
  return { counts, ages: net.run("where", [isUnknown, whole(-1), sum]) };
}
