import { Random, RefrainError } from "refrain";
import type { Listener, ListenerOrder, Params, Play, PlayPart, Result, Timeline } from "./protocol.js";
import { type Session, sessionOf, testedOf, userOf } from "./session.js";

const USUAL_GAP = 30;

/** The listeners of a run in the order asked for. Orders by rank wait until the test part is ranked. */
export async function listeners(params: Params<"listeners">): Promise<Result<"listeners">> {
  const session = await sessionOf(params.run);
  const byRank = params.order === "worst" || params.order === "best";
  if (byRank && session.prepared) await testedOf(session);
  const wanted = params.search.trim().toLowerCase();
  const all = rowsOf(session).filter(({ id }) => wanted === "" || id.toLowerCase().includes(wanted));
  const rows = ORDERS[params.order](all, params.seed);
  return {
    listeners: rows.slice(0, params.limit),
    total: rows.length,
    ranked: session.tested !== undefined,
    note: session.note,
  };
}

const hitRate = ({ hits, cases }: Listener) => (hits ?? 0) / Math.max(1, cases ?? 0);

/** Listeners with fewer test plays than this say little about how good a model is. */
const ENOUGH_CASES = 3;

const ORDERS: Readonly<Record<ListenerOrder, (rows: Listener[], seed: number) => Listener[]>> = {
  heavy: (rows) => rows.toSorted((a, b) => b.plays - a.plays),
  cold: (rows) => rows.toSorted((a, b) => a.plays - b.plays),
  worst: (rows) =>
    rows.filter(enough).sort((a, b) => hitRate(a) - hitRate(b) || (b.medianRank ?? 0) - (a.medianRank ?? 0)),
  best: (rows) =>
    rows.filter(enough).sort((a, b) => hitRate(b) - hitRate(a) || (a.medianRank ?? 0) - (b.medianRank ?? 0)),
  random: (rows, seed) => Random.stream(seed, "listeners").shuffle(rows.slice()) as Listener[],
};

function enough({ cases }: Listener): boolean {
  return (cases ?? 0) >= ENOUGH_CASES;
}

function rowsOf(session: Session): Listener[] {
  const { saved, prepared, cases } = session;
  const ranks = session.tested?.evaluation.ranks;
  if (!prepared)
    return saved.users.ids
      .slice(1)
      .map((id, i) => ({ id, plays: saved.histories[i + 1].length, cases: null, hits: null, medianRank: null }));
  const { userStart, log } = prepared.histories.split;
  const perUser: number[][] = log.userIds.map(() => []);
  cases.forEach(({ userCode }, n) => {
    perUser[userCode].push(ranks ? ranks[n] : Number.NaN);
  });
  return log.userIds.map((id, u) => {
    const own = perUser[u].toSorted((a, b) => a - b);
    const median = own[own.length >> 1];
    return {
      id,
      plays: userStart[u + 1] - userStart[u],
      cases: own.length,
      hits: ranks ? own.filter((rank) => rank <= 10).length : null,
      medianRank: ranks && Number.isFinite(median) ? median : null,
    };
  });
}

/** All plays of a listener, with their part of the split. @throws {RefrainError} USER_UNKNOWN */
export async function timeline({ run, user }: Params<"timeline">): Promise<Timeline> {
  const session = await sessionOf(run);
  const { prepared, saved, songs, note, record } = session;
  const gapMinutes = record.config.data.sessionGapMinutes ?? USUAL_GAP;
  const index = userOf(session, user);
  if (!prepared) {
    if (index === 0) throw unknownUser(user);
    const plays = saved.histories[index].map(
      (item, at): Play => ({ ...songs[item], time: saved.times?.[index][at] ?? null, part: "train", known: true }),
    );
    return { user, known: true, plays, now: plays.length, gapMinutes, note };
  }
  const { split, itemIndex } = prepared.histories;
  const { log, userStart, validationStart, testStart } = split;
  const code = log.userIds.indexOf(user);
  if (code < 0) throw unknownUser(user);
  const plays: Play[] = [];
  for (let row = userStart[code]; row < userStart[code + 1]; row++) {
    const item = itemIndex[row];
    const part: PlayPart = row < validationStart[code] ? "train" : row < testStart[code] ? "validation" : "test";
    const time = log.hasTimes ? log.times[row] : null;
    plays.push(
      item > 0
        ? { ...songs[item], time, part, known: true }
        : { ...unknownSong(log.itemIds[log.items[row]], log.itemTitles[log.items[row]]), time, part, known: false },
    );
  }
  const now = testStart[code] - userStart[code];
  return { user, known: index > 0, plays, now: now > 0 ? now : plays.length, gapMinutes, note };
}

function unknownSong(id: string, title: string) {
  const cut = title.indexOf(" - ");
  const [artist, name] = cut < 0 ? ["", title] : [title.slice(0, cut), title.slice(cut + 3)];
  return { id, title: name, artist, alias: "", plays: 0, popularityRank: 0 };
}

function unknownUser(id: string): RefrainError {
  return new RefrainError("USER_UNKNOWN", `"${id.slice(0, 60)}" is no listener of this run.`, { id });
}
