import { RefrainError } from "../../core/errors.js";

/**
 * What is known of the best possible list at each line of the log. Index = line of plays.csv (1-based, the header is line
 * 1); NaN where the line is no clean play.
 */
export interface Oracle {
  /** Rank of the song that was played, by the true chances; ends in .5 for ties. */
  readonly rank: Float64Array;
  /** Chance of the ten likeliest songs together: the HR@10 that this play gives on average. */
  readonly hr10: Float64Array;
  /** The NDCG@10 that this play gives on average. */
  readonly ndcg10: Float64Array;
}

/** The oracle on chosen lines. */
export interface OracleResult {
  /** In the order of the lines; Infinity for a line that is no clean play. @shape float64 [N] */
  readonly ranks: Float64Array;
  /** Mean over the lines; a line that is no clean play counts 0. */
  readonly expectedHr10: number;
  readonly expectedNdcg10: number;
  /** Lines that are no clean play. */
  readonly unknown: number;
}

/** How many of the likeliest songs `hr10` and `ndcg10` look at. */
const TOP = 10;
/** 1 / log2(rank + 1) for the ranks 1 to 10, written out: Math.log2 may differ between machines. */
const DISCOUNT = [
  1, 0.6309297535714575, 0.5, 0.43067655807339306, 0.38685280723454163, 0.3562071871080222, 0.3333333333333333,
  0.31546487678572877, 0.3010299956639812, 0.2890648263178879,
] as const;

/** Rank and expected gains of one play under the true chances. */
export interface Standing {
  readonly rank: number;
  readonly hr10: number;
  readonly ndcg10: number;
}

const best = new Float64Array(TOP);

/** Where a song stands among the chances of all songs. @shape chances float64 [V] */
export function standing(chances: Float64Array, song: number): Standing {
  best.fill(0);
  const own = chances[song];
  let greater = 0;
  let equal = -1; // the song equals itself
  let tenth = 0;
  for (let i = 0; i < chances.length; i++) {
    const chance = chances[i];
    if (chance >= own) {
      if (chance > own) greater++;
      else equal++;
    }
    if (chance > tenth) {
      let at = TOP - 1;
      while (at > 0 && best[at - 1] < chance) best[at] = best[--at];
      best[at] = chance;
      tenth = best[TOP - 1];
    }
  }
  let hr10 = 0;
  let ndcg10 = 0;
  for (let k = 0; k < TOP; k++) {
    hr10 += best[k];
    ndcg10 += best[k] * DISCOUNT[k];
  }
  return { rank: 1 + greater + equal / 2, hr10, ndcg10 };
}

/**
 * The oracle's ranks and expected scores on the given lines of plays.csv, such as those of an evaluation's cases.
 *
 * @param lines int32 [N], 1-based
 * @throws {RefrainError} EMPTY_CASES for N = 0; ARGUMENT_INVALID for a line outside the log
 * @example oracleOn(Int32Array.from(cases, ({ row }) => log.lines[row]), truth.oracle).expectedHr10
 */
export function oracleOn(lines: Int32Array, oracle: Oracle): OracleResult {
  if (lines.length === 0) throw new RefrainError("EMPTY_CASES", "The oracle needs at least one line, got none.");
  const ranks = new Float64Array(lines.length);
  let hr10 = 0;
  let ndcg10 = 0;
  let unknown = 0;
  lines.forEach((line, n) => {
    if (line < 1 || line >= oracle.rank.length)
      throw new RefrainError(
        "ARGUMENT_INVALID",
        `Line ${line} is outside the log of ${oracle.rank.length - 1} lines.`,
        {
          line,
        },
      );
    const known = !Number.isNaN(oracle.rank[line]);
    ranks[n] = known ? oracle.rank[line] : Number.POSITIVE_INFINITY;
    if (known) {
      hr10 += oracle.hr10[line];
      ndcg10 += oracle.ndcg10[line];
    } else unknown++;
  });
  return { ranks, expectedHr10: hr10 / lines.length, expectedNdcg10: ndcg10 / lines.length, unknown };
}
