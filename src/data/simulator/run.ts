import { VALUES as P } from "./parameters.js";
import type { World } from "./world.js";

/** Songs that may follow within the artist, and the share of each; shares sum to 1 where there is a song. */
export interface Run {
  readonly songs: readonly number[];
  readonly shares: readonly number[];
}

/**
 * How a run of one artist goes on after a song: mostly with the next in the artist's order, from the last to the first
 * again, else with any by popularity.
 *
 * @param day     songs released later are passed over
 * @param tooSoon songs that are passed over because they were heard just now
 */
export function runAfter(world: World, last: number, day: number, tooSoon: (song: number) => boolean): Run {
  const own = world.artistSongs[world.artistOf[last]];
  const at = own.indexOf(last);
  const songs: number[] = [];
  let total = 0;
  for (let step = 1; step < own.length; step++) {
    const song = own[(at + step) % own.length];
    if (world.releaseDay[song] > day || tooSoon(song)) continue;
    songs.push(song);
    total += world.popularity[song];
  }
  const shares = songs.map((song, k) => {
    const inOrder = k === 0 ? P.runOrder : 0;
    return inOrder + (1 - P.runOrder) * (world.popularity[song] / total);
  });
  return { songs, shares };
}
