// What each rule of the simulator is worth: HR@10 of an observer who knows the rules, and of a listener the log alone.
import { join } from "node:path";
import { Random } from "../../dist/core/random.js";
import { dayOf, toUtc } from "../../dist/data/simulator/calendar.js";
import { Listening, MOVES } from "../../dist/data/simulator/distribution.js";
import { JKPOP_SEED, MOODS, readCatalogue } from "../../dist/data/simulator/index.js";
import { listen } from "../../dist/data/simulator/listen.js";
import { makeListener } from "../../dist/data/simulator/listeners.js";
import { drifted, startMoods } from "../../dist/data/simulator/moods.js";
import { standing } from "../../dist/data/simulator/oracle.js";
import { VALUES } from "../../dist/data/simulator/parameters.js";
import { makeWorld } from "../../dist/data/simulator/world.js";

const middle = ([low, high]) => (low + high) / 2;
const even = () => MOODS.map(() => 1);

/** The observers: what they know of a listener, and numbers of the simulator that they get wrong. */
const OBSERVERS = {
  "knows the listener, not the mood": { knows: true, wrong: {} },
  "knows the rules and the log": { wrong: {} },
  "as before, without: a song just heard recovers slowly": { wrong: { satiation: 1e-9 } },
  "as before, without: a pause counts as twelve songs": { wrong: { pauseRecovers: 0 } },
  "as before, without: known songs fade": { wrong: { fadeDays: 1e12 } },
  "as before, without: moods": { wrong: { moodNearness: MOODS.map(even) } },
};

/** @param from @param to first and last moment of the plays that count, seconds since 1970 */
export function measureObservers(folder, from, to) {
  const world = makeWorld(readCatalogue(join(folder, "catalogue.csv")), (name) =>
    Random.stream(JKPOP_SEED, "world", name),
  );
  const quantiles = Float64Array.from({ length: VALUES.listeners }, (_, n) => (n + 0.5) / VALUES.listeners);
  Random.stream(JKPOP_SEED, "activity").shuffle(quantiles);
  const listeners = Array.from(quantiles, (quantile, n) => {
    const listener = makeListener(world, quantile, Random.stream(JKPOP_SEED, "listener", n));
    const plays = [];
    listen(world, listener, n, Random.stream(JKPOP_SEED, "plays", n), (play) => play.move >= 0 && plays.push(play));
    return { listener, plays };
  });
  return Object.entries(OBSERVERS).map(([observer, { knows, wrong }]) => {
    const right = Object.fromEntries(Object.keys(wrong).map((name) => [name, VALUES[name]]));
    Object.assign(VALUES, wrong);
    try {
      const [hits, cases] = [new Float64Array(MOVES.length), new Float64Array(MOVES.length)];
      for (const { listener, plays } of listeners)
        follow(world, knows ? listener : stranger(world, listener), plays, (play, rank) => {
          const at = toUtc(play.at, listener.place);
          if (at < from || at > to) return;
          cases[play.move]++;
          if (rank <= 10) hits[play.move]++;
        });
      const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
      return { observer, hr: sum(hits) / sum(cases), moves: MOVES.map((_, move) => hits[move] / cases[move]) };
    } finally {
      Object.assign(VALUES, right);
    }
  });
}

/** The same listener as one of whom nothing is known: no loved songs, the taste of all, the middle of every habit. */
function stranger(world, listener) {
  return {
    ...listener,
    loyal: new Int32Array(0),
    taste: Float64Array.from(world.popularity),
    moodLeaning: Float64Array.from(even()),
    ...Object.fromEntries(
      ["refrainScale", "runStart", "runKeep", "familiar"].map((name) => [name, middle(VALUES[name])]),
    ),
  };
}

/** Goes along a listener's plays and tells the rank that each had for who knows what `listener` says. */
function follow(world, listener, plays, tell) {
  const listening = new Listening(world, listener);
  const chances = new Float64Array(world.songs.length);
  let belief;
  let session;
  for (const play of plays) {
    if (play.session !== session) {
      session = play.session;
      listening.beginSession(dayOf(play.at));
      belief = startMoods(play.at, listener.moodLeaning);
    }
    listening.prepare();
    listening.mix(belief, chances);
    tell(play, standing(chances, play.song).rank);
    const joint = belief.map((value, mood) => value * listening.chance(play.song, mood));
    const total = joint.reduce((sum, value) => sum + value, 0);
    belief = drifted(total > 0 ? joint.map((value) => value / total) : belief);
    listening.hear(play.song);
  }
}
