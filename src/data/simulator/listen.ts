import type { Random } from "../../core/random.js";
import { dayOf, drawStarts, type LocalSeconds, movedApart } from "./calendar.js";
import { Listening } from "./distribution.js";
import type { Listener } from "./listeners.js";
import { drifted, MOOD_CHANGE, startMoods } from "./moods.js";
import { type Standing, standing } from "./oracle.js";
import { MOODS, VALUES as P } from "./parameters.js";
import { between, draw, type World } from "./world.js";

/** One row that a listener's player sends: a true play, or a skip. */
export interface Play {
  readonly listener: number;
  readonly song: number;
  readonly at: LocalSeconds;
  /** @unit milliseconds */
  readonly played: number;
  /** Number within the listener, from 1. */
  readonly session: number;
  /** Index into `MOODS`. */
  readonly mood: number;
  /** Index into `MOVES`; -1 for a skip. */
  readonly move: number;
  /** By the true chances, the mood known. */
  readonly oracle: Standing;
  /** By the chances that follow from the log alone: taste and rules known, mood not. */
  readonly observer: Standing;
}

const NO_STANDING: Standing = { rank: Number.NaN, hr10: Number.NaN, ndcg10: Number.NaN };

/** All plays of one listener's year, in order of time, given to `each` one by one. */
export function listen(
  world: World,
  listener: Listener,
  number: number,
  random: Random,
  each: (play: Play) => void,
): void {
  const listening = new Listening(world, listener);
  const chances = new Float64Array(world.songs.length);
  const certain = new Float64Array(MOODS.length);
  let now: LocalSeconds = Number.NEGATIVE_INFINITY;
  drawStarts(listener.habit, listener.joinDay, listener.sessions, random).forEach((wanted, index) => {
    const start = movedApart(wanted, now, random);
    const day = dayOf(start);
    listening.beginSession(day);
    let belief = startMoods(start, listener.moodLeaning);
    let mood = draw(belief, random.uniform());
    now = start;
    for (let length = 1; ; length++) {
      const session = index + 1;
      if (random.uniform() < P.skipShare) {
        const played = between(random, P.skipPlayed);
        const skipped = anySong(world, day, random);
        each({
          listener: number,
          song: skipped,
          at: now,
          played,
          session,
          mood,
          move: -1,
          oracle: NO_STANDING,
          observer: NO_STANDING,
        });
        now += Math.floor(played / 1000) + 1;
      }
      listening.prepare();
      const { song, move } = listening.sample(mood, random.uniform());
      certain.fill(0);
      certain[mood] = 1;
      listening.mix(certain, chances);
      const oracle = standing(chances, song);
      listening.mix(belief, chances);
      const observer = standing(chances, song);
      const played = playedOf(world.seconds[song], random);
      each({ listener: number, song, at: now, played, session, mood, move, oracle, observer });
      now += Math.floor(played / 1000) + between(random, P.betweenSongs);
      belief = drifted(updated(belief, (m) => listening.chance(song, m)));
      listening.hear(song);
      if (length >= P.sessionMaximum || random.uniform() >= listener.goesOn) break;
      mood = draw(MOOD_CHANGE.subarray(mood * MOODS.length, (mood + 1) * MOODS.length), random.uniform());
    }
  });
}

/** Bayes: the belief in each mood after a song that has the given chance under it. */
function updated(belief: Float64Array, chance: (mood: number) => number): Float64Array {
  const joint = belief.map((value, m) => value * chance(m));
  const total = joint.reduce((sum, value) => sum + value, 0);
  return joint.map((value) => value / total);
}

function playedOf(seconds: number, random: Random): number {
  const whole = random.uniform() < P.wholePlay;
  return Math.floor(seconds * 1000 * (whole ? 1 : P.stopAfter + (1 - P.stopAfter) * random.uniform()));
}

function anySong(world: World, day: number, random: Random): number {
  for (;;) {
    const song = random.integer(world.songs.length);
    if (world.releaseDay[song] <= day) return song;
  }
}
