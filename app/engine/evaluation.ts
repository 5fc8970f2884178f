import { RefrainError, slices } from "refrain";
import type { EvaluationDetail, Miss, Params } from "./protocol.js";
import { ranksOf, type Session, sessionOf } from "./session.js";

const MISSES = 60;
/** Last rank of each bar of the histogram but the last two: more, and unknown targets. */
const RANK_BARS = [1, 5, 10, 20, 50, 100];

/** The test part of a run in detail: its saved table, slices of the cases, and the targets that stood lowest. */
export async function evaluation({ run }: Params<"evaluation">): Promise<EvaluationDetail> {
  const session = await sessionOf(run);
  const { record, prepared, cases, note } = session;
  const table = record.results;
  if (!table || !prepared)
    throw new RefrainError("RUN_NOT_FOUND", note ?? `Run ${record.id} has no results: it is ${record.status}.`);
  const ranks = await ranksOf(session);
  return {
    table,
    slices: slices(cases, ranks, prepared.histories, { resamples: 200 }),
    misses: missesOf(session, ranks),
    rankCounts: rankCounts(ranks),
  };
}

function missesOf({ cases, prepared, songs }: Session, ranks: Float64Array): Miss[] {
  if (!prepared) return [];
  const { log, userStart } = prepared.histories.split;
  return Array.from(cases.keys())
    .filter((n) => Number.isFinite(ranks[n]))
    .sort((a, b) => ranks[b] - ranks[a])
    .slice(0, MISSES)
    .map((n) => {
      const { userCode, target, history, row } = cases[n];
      return {
        user: log.userIds[userCode],
        target: songs[target],
        rank: ranks[n],
        historyLength: history.length,
        heardBefore: history.includes(target),
        now: row - userStart[userCode],
      };
    });
}

function rankCounts(ranks: Float64Array): number[] {
  const counts = new Array<number>(RANK_BARS.length + 2).fill(0);
  for (const rank of ranks) {
    const bar = RANK_BARS.findIndex((last) => rank <= last);
    counts[!Number.isFinite(rank) ? counts.length - 1 : bar < 0 ? RANK_BARS.length : bar]++;
  }
  return counts;
}
