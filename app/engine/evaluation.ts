import { judgeEvaluation, LIST_LENGTH, labelsOf, ndcgGain, RefrainError } from "refrain";
import type { EvaluationDetail, Miss, Params, UserResult } from "./protocol.js";
import { protocolOf, type Session, sessionOf, testedOf } from "./session.js";

const MISSES = 60;
/** Last rank of each bar of the histogram but the last two: more, and unknown targets. */
const RANK_BARS = [1, 5, 10, 20, 50, 100];

/** The test part of a run in detail: what `refrain evaluate` says of it, every listener, and the targets that stood lowest. */
export async function evaluation({ run }: Params<"evaluation">): Promise<EvaluationDetail> {
  const session = await sessionOf(run);
  const { record, prepared, saved, note } = session;
  const table = record.results;
  if (!table || !prepared)
    throw new RefrainError("RUN_NOT_FOUND", note ?? `Run ${record.id} has no results: it is ${record.status}.`);
  const tested = await testedOf(session);
  const labels = await labelsOf(record.config, prepared.histories);
  const protocol = protocolOf(session);
  const judged = await judgeEvaluation(tested.evaluation, saved.scorer, prepared, "test", protocol, labels);
  const { ranks } = tested.evaluation;
  return {
    table,
    slices: judged.slices,
    lists: judged.lists,
    sets: judged.sets,
    anchors: judged.anchors,
    readings: tested.readings,
    misses: missesOf(session, ranks),
    rankCounts: rankCounts(ranks),
    users: usersOf(session, ranks),
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

/** Hits and mean NDCG of each listener with a test case. */
function usersOf({ cases, prepared }: Session, ranks: Float64Array): UserResult[] {
  if (!prepared) return [];
  const { log, userStart, testStart } = prepared.histories.split;
  const found = new Map<number, { cases: number; hits: number; ndcg: number }>();
  cases.forEach(({ userCode }, n) => {
    const own = found.get(userCode) ?? { cases: 0, hits: 0, ndcg: 0 };
    own.cases++;
    if (ranks[n] <= LIST_LENGTH) own.hits++;
    own.ndcg += ndcgGain(ranks[n], LIST_LENGTH);
    found.set(userCode, own);
  });
  return Array.from(found, ([code, { cases: count, hits, ndcg }]) => ({
    user: log.userIds[code],
    plays: userStart[code + 1] - userStart[code],
    cases: count,
    hits,
    ndcg: ndcg / count,
    now: testStart[code] - userStart[code],
  }));
}

function rankCounts(ranks: Float64Array): number[] {
  const counts = new Array<number>(RANK_BARS.length + 2).fill(0);
  for (const rank of ranks) {
    const bar = RANK_BARS.findIndex((last) => rank <= last);
    counts[!Number.isFinite(rank) ? counts.length - 1 : bar < 0 ? RANK_BARS.length : bar]++;
  }
  return counts;
}
