import type { Random } from "../../core/random.js";
import { HABITS, type Habit, PLACES, type Place } from "./calendar.js";
import { MOODS, VALUES as P } from "./parameters.js";
import { between, draw, type World, within } from "./world.js";

/** What does not change about a listener during the year. V songs. */
export interface Listener {
  readonly place: Place;
  readonly habit: Habit;
  /** Day of 2025 from which the listener is there. */
  readonly joinDay: number;
  readonly sessions: number;
  /** Chance that a session goes on after a play. */
  readonly goesOn: number;
  /** Liking for songs not heard yet: scenes x popularity x favourite artists. @shape float64 [V] */
  readonly taste: Float64Array;
  /** Songs known before the year, dearest first. */
  readonly loyal: Int32Array;
  /** Favourite artists, in no order. */
  readonly favourites: Int32Array;
  /** Weight of each mood at the start of a session, beside the hour's. @shape float64 [6] */
  readonly moodLeaning: Float64Array;
  readonly refrainScale: number;
  readonly runStart: number;
  readonly runKeep: number;
  readonly familiar: number;
  /** How the listener mostly plays: a column of the log that no play depends on. */
  readonly source: string;
}

const SOURCES = ["phone", "phone", "phone", "desktop", "web", "speaker"] as const;

/**
 * Draws one listener.
 *
 * @param quantile place in the order of activity, in (0, 1): small is busy. Given from outside so that the total is steady
 */
export function makeListener(world: World, quantile: number, random: Random): Listener {
  const place =
    PLACES[
      draw(
        Float64Array.from(PLACES, ({ share }) => share),
        random.uniform(),
      )
    ];
  const habit = HABITS[random.integer(HABITS.length)];
  const joinDay = random.uniform() < P.joinLater ? random.integer(P.joinUntil) : 0;
  const sessions = Math.max(P.sessionsMinimum, Math.floor(P.sessionsNumerator / (quantile + P.sessionsOffset)));
  const goesOn = 1 - 1 / within(random, P.sessionLength);
  const liking = mixScenes(world, random);
  const favourites = drawFavourites(world, liking, random);
  const taste = liking.map((value, song) =>
    favourites.includes(world.artistOf[song]) ? value * P.favouriteBoost : value,
  );
  const moodLeaning = new Float64Array(MOODS.length).fill(1);
  moodLeaning[random.integer(MOODS.length)] = P.moodLeaning;
  return {
    place,
    habit,
    joinDay,
    sessions,
    goesOn,
    taste,
    loyal: drawLoyal(world, taste, random),
    favourites,
    moodLeaning,
    refrainScale: within(random, P.refrainScale),
    runStart: within(random, P.runStart),
    runKeep: within(random, P.runKeep),
    familiar: within(random, P.familiar),
    source: SOURCES[random.integer(SOURCES.length)],
  };
}

function mixScenes(world: World, random: Random): Float64Array {
  const first = draw(world.sceneSizes, random.uniform());
  const second = draw(world.sceneSizes, random.uniform());
  const share = random.uniform() < P.twoScenes ? within(random, P.mainScene) : 1;
  const [a, b] = [world.scenes[first], world.scenes[second]];
  return world.popularity.map((popularity, song) => popularity * (share * a[song] + (1 - share) * b[song]));
}

/** Artists by what their songs together are liked, without replacement. */
function drawFavourites(world: World, liking: Float64Array, random: Random): Int32Array {
  const weights = new Float64Array(world.artistSongs.length);
  for (let song = 0; song < liking.length; song++) weights[world.artistOf[song]] += liking[song];
  return drawSeveral(weights, between(random, P.favouriteArtists), random);
}

function drawLoyal(world: World, taste: Float64Array, random: Random): Int32Array {
  const weights = taste.map((value, song) => (world.releaseDay[song] > 0 ? 0 : value));
  return drawSeveral(weights, between(random, P.loyalSongs), random);
}

function drawSeveral(weights: Float64Array, count: number, random: Random): Int32Array {
  return Int32Array.from({ length: Math.min(count, weights.length) }, () => {
    const drawn = draw(weights, random.uniform());
    weights[drawn] = 0;
    return drawn;
  });
}
