import type { Random } from "../../core/random.js";
import { MOODS, PARAMETERS as P } from "./parameters.js";

/** One song of the catalogue file. */
export interface Song {
  readonly artist: string;
  readonly artistRomanised: string;
  readonly title: string;
  readonly titleRomanised: string;
  readonly country: string;
  readonly year: number;
  readonly style: string;
  readonly mood: string;
}

/** What is the same for all listeners. Arrays are indexed by song number. */
export interface World {
  readonly songs: readonly Song[];
  readonly artistOf: Int32Array;
  /** Songs of each artist in catalogue order. */
  readonly songsOf: readonly (readonly number[])[];
  readonly moodOf: Int32Array;
  /** Base popularity of songs and artists. */
  readonly popularity: Float64Array;
  readonly artistPopularity: Float64Array;
  /** Day of the year on which the song enters the service; 0 for nearly all. */
  readonly availableFrom: Int32Array;
  /** Weight of each song in each scene. */
  readonly scenes: readonly Float64Array[];
}

/** Draws an index by weight; weights need not sum to 1. */
export function draw(weights: ArrayLike<number>, random: Random): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let left = random.uniform() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  for (let i = weights.length - 1; i >= 0; i--) if (weights[i] > 0) return i; // rounding
  return 0;
}

/** Popularity, scenes and arrival days of a catalogue. */
export function makeWorld(songs: readonly Song[], random: Random): World {
  const artists = [...new Set(songs.map((song) => song.artist))];
  const number = new Map(artists.map((artist, i) => [artist, i]));
  const artistOf = Int32Array.from(songs, (song) => number.get(song.artist) as number);
  const songsOf = artists.map((_, a) => songs.flatMap((_song, s) => (artistOf[s] === a ? [s] : [])));
  const ranks = random.shuffle(Int32Array.from(artists.keys()));
  const artistPopularity = Float64Array.from(ranks, (rank) => 1 / (rank + P.artistTail));
  const popularity = new Float64Array(songs.length);
  songsOf.forEach((own, a) => {
    const order = random.shuffle([...own]);
    order.forEach((song, rank) => {
      popularity[song] = artistPopularity[a] / (rank + P.songTail);
    });
  });
  const availableFrom = Int32Array.from(songs, () =>
    random.uniform() < P.newShare ? 1 + random.integer(P.days - 60) : 0,
  );
  const styles = [...new Set(songs.map((song) => song.style))].sort();
  const scenes = Array.from({ length: P.scenes }, () => {
    const liked = random.shuffle([...styles]).slice(0, P.sceneStyles.length);
    const country = random.uniform() < 0.5 ? "JP" : "KR";
    return Float64Array.from(songs, (song, s) => {
      const style = P.sceneStyles[liked.indexOf(song.style)] ?? P.otherStyle;
      return popularity[s] * style * (song.country === country ? P.sceneCountry : 1 - P.sceneCountry);
    });
  });
  const moodOf = Int32Array.from(songs, (song) => MOODS.indexOf(song.mood as (typeof MOODS)[number]));
  return { songs, artistOf, songsOf, moodOf, popularity, artistPopularity, availableFrom, scenes };
}

/** A listener's weight of each song before mood, satiation and novelty, and the songs she loves. */
export function makeTaste(
  world: World,
  random: Random,
): { readonly taste: Float64Array; readonly loved: readonly number[] } {
  const scenes = [random.integer(P.scenes), random.integer(P.scenes)];
  const taste = new Float64Array(world.songs.length);
  scenes.forEach((scene, i) => {
    const total = world.scenes[scene].reduce((a, b) => a + b, 0);
    for (let s = 0; s < taste.length; s++) taste[s] += (P.listenerScenes[i] * world.scenes[scene][s]) / total;
  });
  const artistWeight = Float64Array.from(world.songsOf, (own) => own.reduce((sum, s) => sum + taste[s], 0));
  for (let i = 0; i < P.favouriteArtists; i++) {
    const artist = draw(artistWeight, random);
    artistWeight[artist] = 0;
    for (const s of world.songsOf[artist]) taste[s] *= P.favouriteBoost;
  }
  const left = Float64Array.from(taste);
  const loved: number[] = [];
  for (let i = 0; i < P.lovedSongs; i++) {
    const song = draw(left, random);
    left[song] = 0;
    loved.push(song);
  }
  for (const song of loved) taste[song] *= P.lovedBoost;
  return { taste, loved };
}
