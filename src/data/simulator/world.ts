import type { Random } from "../../core/random.js";
import type { Song } from "./catalogue.js";
import { MOODS, VALUES as P } from "./parameters.js";

/** What is the same for every listener. V songs in catalogue order. */
export interface World {
  readonly songs: readonly Song[];
  /** Artist of each song. @shape int32 [V] */
  readonly artistOf: Int32Array;
  /** Songs of each artist in the artist's own order. */
  readonly artistSongs: readonly Int32Array[];
  /** Index into `MOODS`. @shape uint8 [V] */
  readonly moodOf: Uint8Array;
  /** Day of 2025 (0-based) from which a song can be played; 0 for songs that were there before. @shape int32 [V] */
  readonly releaseDay: Int32Array;
  /** @unit seconds @shape int32 [V] */
  readonly seconds: Int32Array;
  /** Long-tailed popularity common to all, by a seeded shuffle. @shape float64 [V] */
  readonly popularity: Float64Array;
  /** Liking of each scene for each song. @shape [scenes] of float64 [V] */
  readonly scenes: readonly Float64Array[];
  /** Relative size of each scene. @shape float64 [scenes] */
  readonly sceneSizes: Float64Array;
}

/** Makes the world of a catalogue: popularity, new releases and scenes. Each takes its own stream of the seed. */
export function makeWorld(songs: readonly Song[], stream: (name: string) => Random): World {
  const names = [...new Set(songs.map(({ artist }) => artist))];
  const artistIndex = new Map(names.map((name, index) => [name, index]));
  const artistOf = Int32Array.from(songs, ({ artist }) => artistIndex.get(artist) as number);
  const artistSongs = names.map((_, artist) => Int32Array.from(songs.keys()).filter((i) => artistOf[i] === artist));
  const length = stream("seconds");
  const scenes = makeScenes(songs, artistOf, names.length, stream("scenes"));
  return {
    songs,
    artistOf,
    artistSongs,
    moodOf: Uint8Array.from(songs, ({ mood }) => (MOODS as readonly string[]).indexOf(mood)),
    releaseDay: makeReleases(songs, artistOf, artistSongs, stream("releases")),
    seconds: Int32Array.from(songs, () => between(length, P.songSeconds)),
    popularity: makePopularity(artistOf, artistSongs, stream("popularity")),
    scenes,
    sceneSizes: Float64Array.from(scenes, (_, rank) => 1 / (rank + P.sceneOffset)),
  };
}

/** Popularity of the artist times popularity among the artist's songs, both by shuffled rank. */
function makePopularity(artistOf: Int32Array, artistSongs: readonly Int32Array[], random: Random): Float64Array {
  const artistRank = random.shuffle(Int32Array.from(artistSongs.keys()));
  const popularity = new Float64Array(artistOf.length);
  artistSongs.forEach((own, artist) => {
    const songRank = random.shuffle(Int32Array.from(own.keys()));
    own.forEach((song, k) => {
      popularity[song] = 1 / ((artistRank[artist] + P.artistPopularity) * (songRank[k] + P.songPopularity));
    });
  });
  return popularity;
}

/** Gives the newest songs of the catalogue a day of 2025 on which they enter; at most a third of an artist's songs. */
function makeReleases(
  songs: readonly Song[],
  artistOf: Int32Array,
  artistSongs: readonly Int32Array[],
  random: Random,
): Int32Array {
  const releaseDay = new Int32Array(songs.length);
  const left = Int32Array.from(artistSongs, ({ length }) => Math.floor(length / 3));
  const newestFirst = random.shuffle(Array.from(songs.keys())).sort((a, b) => songs[b].year - songs[a].year);
  let wanted = Math.floor(songs.length * P.newReleases);
  for (const song of newestFirst) {
    if (wanted === 0) break;
    if (left[artistOf[song]] === 0) continue;
    left[artistOf[song]]--;
    wanted--;
    releaseDay[song] = between(random, P.releaseDays);
  }
  return releaseDay;
}

/** Liking = style x country x artist. Styles are drawn by the songs that the scene's country has of them. */
function makeScenes(songs: readonly Song[], artistOf: Int32Array, artists: number, random: Random): Float64Array[] {
  const styles = [...new Set(songs.map(({ style }) => style))].sort();
  const styleOf = Int32Array.from(songs, ({ style }) => styles.indexOf(style));
  return Array.from({ length: P.scenes }, () => {
    const leaning = draw(P.sceneCountry, random.uniform());
    const country = { JP: leaning === 1 ? P.otherCountry : 1, KR: leaning === 0 ? P.otherCountry : 1 };
    const supply = new Float64Array(styles.length);
    songs.forEach((song, i) => {
      if (country[song.country] === 1) supply[styleOf[i]]++;
    });
    const liking = new Float64Array(styles.length).fill(P.otherStyle);
    const count = P.sceneStyles.length - random.integer(2);
    for (let rank = 0; rank < count; rank++) {
      const style = draw(supply, random.uniform());
      liking[style] = P.sceneStyles[rank];
      supply[style] = 0;
    }
    const affinity = Float64Array.from({ length: artists }, () => {
      return P.artistAffinity[0] / (random.uniform() + P.artistAffinity[1]);
    });
    return Float64Array.from(songs, (song, i) => liking[styleOf[i]] * country[song.country] * affinity[artistOf[i]]);
  });
}

/** Index drawn in proportion to non-negative weights, from one uniform number; the last positive one at the edge. */
export function draw(weights: ArrayLike<number>, uniform: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let left = uniform * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] <= 0) continue;
    if (left < weights[i]) return i;
    left -= weights[i];
    last = i;
  }
  return last;
}

/** An integer from low to high, both included. */
export function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + random.integer(high - low + 1);
}

/** A number in [low, high). */
export function within(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform();
}
