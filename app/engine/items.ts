import { PCA } from "ml-pca";
import { namesOf, searchTitles } from "refrain";
import type { ItemMap, MapPoint, Neighbour, Params, Result, Song } from "./protocol.js";
import { itemOf, type Session, sessionOf } from "./session.js";

/** Items by a part of their title, artist or other name; the most played first. */
export async function songs({ run, search, limit }: Params<"songs">): Promise<Song[]> {
  const session = await sessionOf(run);
  if (search.trim() === "") return session.songs.slice(1, limit + 1);
  const { titles, aliases } = session.saved;
  const names = titles.map((title, item) => (item === 0 ? [] : namesOf(title, aliases[item])));
  return searchTitles(search, names, limit).map((item) => session.songs[item]);
}

/** The item embeddings of the most played items in their two main directions. @source Pearson 1901 (PCA) */
export async function itemMap({ run, limit }: Params<"map">): Promise<ItemMap> {
  const session = await sessionOf(run);
  const { rows, D } = embeddings(session);
  const shown = Math.min(limit, session.saved.items.size);
  const matrix = Array.from({ length: shown }, (_, i) => Array.from(unit(rows, i + 1, D)));
  const pca = new PCA(matrix);
  const places = pca.predict(matrix, { nComponents: 2 });
  const [first, second] = pca.getExplainedVariance();
  const points = matrix.map(
    (_, i): MapPoint => ({ ...session.songs[i + 1], x: places.get(i, 0), y: places.get(i, 1) }),
  );
  return { points, explained: [first, second], total: session.saved.items.size };
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
  return { song: session.songs[item], neighbours: all.slice(0, limit), listeners: fans.slice(0, limit) };
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
