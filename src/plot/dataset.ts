import type { Figure } from "../core/types.js";
import { axis, COLOURS, figure } from "./theme.js";

/** How many users have how many plays. @shape playsPerUser [U] */
export function lengthDistribution(playsPerUser: ArrayLike<number>): Figure {
  // Bins that double: histories span three orders of magnitude.
  const labels: string[] = [];
  const counts: number[] = [];
  for (const plays of Array.from(playsPerUser)) {
    const bin = Math.floor(Math.log2(Math.max(1, plays)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  for (let bin = 0; bin < counts.length; bin++) labels.push(bin === 0 ? "1" : `${2 ** bin}–${2 ** (bin + 1) - 1}`);
  const y = labels.map((_, bin) => counts[bin] ?? 0);
  return figure("Plays per user", [{ type: "bar", x: labels, y, marker: { color: COLOURS[0] } }], {
    xaxis: axis("plays", { type: "category" }),
    yaxis: axis("users"),
  });
}

/** Plays of each item by its rank, on logarithmic axes. @shape playsPerItem [V], any order */
export function popularityCurve(playsPerItem: ArrayLike<number>): Figure {
  const falling = Float64Array.from(playsPerItem).sort().reverse();
  // Ranks that grow by a tenth are enough for a smooth line and keep the figure small.
  const ranks: number[] = [];
  for (let rank = 1; rank <= falling.length; rank = Math.max(rank + 1, Math.floor(rank * 1.1))) ranks.push(rank);
  return figure(
    "Plays per item, by rank",
    [
      {
        type: "scatter",
        mode: "lines",
        x: ranks,
        y: ranks.map((rank) => falling[rank - 1]),
        line: { color: COLOURS[1], width: 2 },
      },
    ],
    { xaxis: axis("rank", { type: "log" }), yaxis: axis("plays", { type: "log" }) },
  );
}
