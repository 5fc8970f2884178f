import { labelsOf, namesOf, RefrainError, searchTitles, topK } from "refrain";
import { onceFor } from "./once.js";
import type { ItemMap, MapPoint, Neighbour, Params, Result, Song } from "./protocol.js";
import { doing, itemOf, type Session, sessionOf } from "./session.js";
import { cosines, offersOf, planeOf, spaceOf } from "./space.js";
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
  const total = session.saved.items.size;
  doing({ stage: "map" });
  const names = await stylesOf(session);
  const { places, explained } = planeOf(session, Math.min(limit, total));
  const points = places.map(([x, y], i): MapPoint => {
    return { ...session.songs[i + 1], x, y, style: names[i + 1] ?? "" };
  });
  return { points, explained, total };
}

/**
 * Style of each item index, "" where none is known; read once a run. Without the log, or with a table that cannot be read any
 * more, the map is worth showing all the same.
 */
const stylesOf = onceFor(async ({ record, prepared }: Session): Promise<readonly string[]> => {
  if (!prepared) return [];
  try {
    const labels = await labelsOf(record.config, prepared.histories);
    return Array.from(labels.styles, (code) => labels.styleNames[code]);
  } catch (error) {
    if (error instanceof RefrainError) return [];
    throw error;
  }
});

/** Items nearest by the cosine of their embeddings, and the listeners who play the item most. */
export async function neighbours({ run, item: id, limit }: Params<"neighbours">): Promise<Result<"neighbours">> {
  const session = await sessionOf(run);
  const item = itemOf(session, id);
  const near = cosines(spaceOf(session), item);
  const nearest = Array.from(topK(near, limit), (other): Neighbour => {
    return { ...session.songs[other], similarity: near[other] };
  });
  const { users, histories } = session.saved;
  const fans = histories
    .map((plays, user) => ({ id: users.ids[user], plays: timesIn(plays, item) }))
    .filter(({ plays }) => plays > 0)
    .sort((a, b) => b.plays - a.plays);
  const gets = await whoGets(session, item);
  return {
    song: session.songs[item],
    neighbours: nearest,
    listeners: fans.slice(0, limit),
    gets: gets.slice(0, limit),
  };
}

function timesIn(plays: ArrayLike<number>, item: number): number {
  let count = 0;
  for (let n = 0; n < plays.length; n++) if (plays[n] === item) count++;
  return count;
}

/** Listeners in whose list after all their known plays an item stands, the likeliest first. */
async function whoGets(session: Session, item: number): Promise<Result<"neighbours">["gets"]> {
  const { users, scores, logSums } = await offersOf(session);
  const width = scores.length / users.length;
  return users
    .map((user, n) => ({
      id: session.saved.users.ids[user],
      ...standing(scores.subarray(n * width, (n + 1) * width), item, logSums[n]),
    }))
    .sort((a, b) => b.probability - a.probability);
}
