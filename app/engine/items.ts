import { namesOf, principalPlane, searchTitles } from "refrain";
import type { ItemMap, MapPoint, Neighbour, Params, Result, Song } from "./protocol.js";
import { itemOf, type Session, sessionOf } from "./session.js";
import { standing } from "./standing.js";

/** Items by a part of their title, artist or other name; the most played first. */
export async function songs({ run, search, limit }: Params<"songs">): Promise<Song[]> {
  const session = await sessionOf(run);
  if (search.trim() === "") return session.songs.slice(1, limit + 1);
  const { titles, aliases } = session.saved;
  const names = titles.map((title, item) => (item === 0 ? [] : namesOf(title, aliases[item])));
  return searchTitles(search, names, limit).map((item) => session.songs[item]);
}

/** The item embeddings of the most played items, as directions, in the plane in which they differ most. */
export async function itemMap({ run, limit }: Params<"map">): Promise<ItemMap> {
  const session = await sessionOf(run);
  const { rows, D } = embeddings(session);
  const shown = Math.min(limit, session.saved.items.size);
  const units = new Float32Array(shown * D);
  for (let i = 0; i < shown; i++) units.set(unit(rows, i + 1, D), i * D);
  const places = principalPlane(units, D);
  const points = places.map(([x, y], i): MapPoint => ({ ...session.songs[i + 1], x, y }));
  return { points, explained: spread(places) / variance(units, D), total: session.saved.items.size };
}

/** Sum of squared distances from the middle. Places in the plane of principal components have theirs at 0. */
function spread(places: readonly (readonly [number, number])[]): number {
  return places.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
}

function variance(rows: Float32Array, D: number): number {
  const means = new Float64Array(D);
  for (let i = 0; i < rows.length; i++) means[i % D] += (rows[i] * D) / rows.length;
  return rows.reduce((sum, value, i) => sum + (value - means[i % D]) ** 2, 0) || 1;
}

/** Items nearest by the cosine of their embeddings, and the listeners who play the item most. */
export async function neighbours({ run, item: id, limit }: Params<"neighbours">): Promise<Result<"neighbours">> {
  const session = await sessionOf(run);
  const item = itemOf(session, id);
  const { rows, D } = embeddings(session);
  const own = unit(rows, item, D);
  const all: Neighbour[] = [];
  for (let other = 1; other < session.songs.length; other++) {
    if (other === item) continue;
    const row = unit(rows, other, D);
    let similarity = 0;
    for (let d = 0; d < D; d++) similarity += own[d] * row[d];
    all.push({ ...session.songs[other], similarity });
  }
  all.sort((a, b) => b.similarity - a.similarity);
  const { users, histories } = session.saved;
  const fans = histories
    .map((plays, user) => ({ id: users.ids[user], plays: plays.filter((each) => each === item).length }))
    .filter(({ plays }) => plays > 0)
    .sort((a, b) => b.plays - a.plays);
  const gets = await whoGets(session, item);
  return {
    song: session.songs[item],
    neighbours: all.slice(0, limit),
    listeners: fans.slice(0, limit),
    gets: gets.slice(0, limit),
  };
}

/** Listeners who are asked at most, spread over all: each costs a pass over the history and the scores of all songs. */
const MOST_ASKED = 1000;
const FEWEST_ASKED = 50;
/** Scores that all of them may cost: about three seconds. */
const MOST_SCORES = 10_000_000;
/** Histories in one pass, by the numbers that their scores hold. */
const SCORES_AT_ONCE = 2 ** 22;

/** Listeners in whose list after all their known plays an item stands, the likeliest first. */
async function whoGets({ saved }: Session, item: number): Promise<Result<"neighbours">["gets"]> {
  const { users, histories, times, scorer } = saved;
  const width = scorer.itemCount + 1;
  const most = Math.min(MOST_ASKED, Math.max(FEWEST_ASKED, Math.floor(MOST_SCORES / width)));
  const stride = Math.max(1, Math.ceil(users.size / most));
  const asked = Array.from({ length: Math.ceil(users.size / stride) }, (_, n) => 1 + n * stride);
  const size = Math.max(1, Math.floor(SCORES_AT_ONCE / width));
  const found: Result<"neighbours">["gets"] = [];
  for (let from = 0; from < asked.length; from += size) {
    const some = asked.slice(from, from + size);
    const queries = some.map((user) => ({
      user,
      history: Int32Array.from(histories[user]),
      ...(times ? { times: Float64Array.from(times[user]) } : {}),
    }));
    const scores = await scorer.score(queries);
    some.forEach((user, n) => {
      const row = scores.subarray(n * width, (n + 1) * width);
      found.push({ id: users.ids[user], ...standing(row, item) });
    });
  }
  return found.sort((a, b) => b.probability - a.probability);
}

function embeddings({ saved }: Session): { rows: Float32Array; D: number } {
  const { parameters, config } = saved.model;
  return { rows: parameters.get("item/embedding")?.values() as Float32Array, D: config.embeddingSize };
}

function unit(rows: Float32Array, item: number, D: number): Float32Array {
  const row = rows.slice(item * D, (item + 1) * D);
  const length = Math.hypot(...row) || 1;
  return row.map((value) => value / length);
}
