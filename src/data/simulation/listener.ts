import type { Random } from "../../core/random.js";
import { HOURS, MOOD_DRIFT, OFFSETS, PARAMETERS as P, START_MOOD, WEEKDAYS } from "./parameters.js";
import { draw, makeTaste, type World } from "./world.js";

/** How the next song was chosen. */
export type Move = "first" | "refrain" | "run" | "pick";

/** One true play, with what the oracle knew before it. */
export interface Play {
  readonly song: number;
  /** Seconds since 1970 UTC at the start of the song. */
  readonly time: number;
  readonly offsetHours: number;
  readonly msPlayed: number;
  readonly session: number;
  readonly mood: number;
  readonly move: Move;
  /** Rank of the song by the true probabilities, 1-based; ties share their mean rank. */
  readonly oracleRank: number;
  /** What HR@10 and NDCG@10 of the best possible list are expected to be at this play. */
  readonly expectedHr10: number;
  readonly expectedNdcg10: number;
}

/** 1 / log2(rank + 1) of ranks 1…10, written out so that every machine has the same numbers. */
const DISCOUNT = [
  1,
  0.6309297535714575,
  0.5,
  0.43067655807339306,
  0.38685280723454163,
  0.3562071871080222,
  1 / 3,
  0.31546487678572877,
  0.3010299956639812,
  0.2890648263178879,
];

/** A year of one listener's plays, in time order. */
export function simulateListener(world: World, firstSecond: number, random: Random): Play[] {
  const V = world.songs.length;
  const { taste, loved } = makeTaste(world, random);
  const hours = HOURS[random.integer(HOURS.length)];
  const offsetHours =
    OFFSETS[
      draw(
        OFFSETS.map(({ share }) => share),
        random,
      )
    ].hours;
  const lastHeard = new Int32Array(V).fill(-1); // number of the listener's play
  const p = new Float64Array(V);
  const plays: Play[] = [];
  let clock = 0;
  sessionStarts(hours, firstSecond, offsetHours, random).forEach((start, session) => {
    clock = Math.max(clock + 3600, start);
    const day = Math.floor((clock + offsetHours * 3600 - firstSecond) / 86_400);
    let mood = draw(START_MOOD[partOfDay(clock + offsetHours * 3600)], random);
    let refrain = -1;
    let others = 0; // songs since the refrain
    let run = -1; // song after which the artist's run may go on
    const length = sessionLength(random);
    for (let n = 0; n < length; n++) {
      if (n > 0 && random.uniform() < P.moodDrift) mood = draw(MOOD_DRIFT[mood], random);
      const state: ListenerState = { world, taste, loved, lastHeard, plays: plays.length, day, mood };
      const hazard = n === 0 ? 0 : P.refrainHazard[Math.min(others, P.refrainHazard.length - 1)];
      const onRun = n > 0 && run >= 0 ? P.runContinue : 0;
      p.fill(0);
      if (n === 0) addFirst(p, state);
      else {
        p[refrain] += hazard;
        if (onRun > 0) addRun(p, state, run, (1 - hazard) * onRun);
        addPick(p, state, (1 - hazard) * (1 - onRun));
      }
      const song = draw(p, random);
      const move =
        n === 0
          ? "first"
          : song === refrain
            ? "refrain"
            : onRun > 0 && world.artistOf[song] === world.artistOf[run]
              ? "run"
              : "pick";
      const seconds = 170 + random.integer(121);
      const heard = random.uniform() < 0.85 ? 1 : 0.4 + 0.59 * random.uniform();
      const msPlayed = Math.floor(seconds * heard * 1000);
      plays.push({ song, time: clock, offsetHours, msPlayed, session, mood, move, ...oracle(p, song) });
      clock += Math.ceil(msPlayed / 1000) + 1 + random.integer(P.pause);
      lastHeard[song] = plays.length - 1;
      if (n === 0) refrain = song;
      others = song === refrain ? 0 : others + 1;
      if (move === "run") run = song;
      else if (move !== "refrain") run = random.uniform() < P.runStart ? song : -1;
    }
  });
  return plays;
}

interface ListenerState {
  readonly world: World;
  readonly taste: Float64Array;
  readonly loved: readonly number[];
  readonly lastHeard: Int32Array;
  /** Plays so far. */
  readonly plays: number;
  readonly day: number;
  readonly mood: number;
}

/** Weight of a song as a free pick now. */
function pickWeight({ world, taste, lastHeard, plays, day, mood }: ListenerState, s: number): number {
  if (world.availableFrom[s] > day) return 0;
  let weight = taste[s];
  if (world.moodOf[s] !== mood) weight *= P.otherMood;
  if (lastHeard[s] >= 0) {
    const ago = plays - lastHeard[s]; // 1: the song just heard
    if (ago === 1) return 0;
    weight *= P.familiarBoost * Math.min(1, P.justHeard + ((1 - P.justHeard) * ago) / P.recovery);
  }
  const arrived = world.availableFrom[s];
  return arrived > 0 && day - arrived < P.newDays ? weight * P.newBoost : weight;
}

/** Adds `mass` to p, shared out over the given songs by weight. */
function addShared(p: Float64Array, songs: Iterable<number>, weight: (s: number) => number, mass: number): boolean {
  let total = 0;
  const chosen: [number, number][] = [];
  for (const s of songs) {
    const w = weight(s);
    total += w;
    if (w > 0) chosen.push([s, w]);
  }
  for (const [s, w] of chosen) p[s] += (mass * w) / total;
  return total > 0;
}

function addPick(p: Float64Array, state: ListenerState, mass: number): void {
  if (mass > 0) addShared(p, state.taste.keys(), (s) => pickWeight(state, s), mass);
}

function addFirst(p: Float64Array, state: ListenerState): void {
  const found = addShared(p, state.loved, (s) => pickWeight(state, s), P.refrainLoved);
  addPick(p, state, found ? 1 - P.refrainLoved : 1);
}

/** The artist's next song in order most of the time, else another one of the artist. */
function addRun(p: Float64Array, state: ListenerState, from: number, mass: number): void {
  const { world, day, lastHeard, plays } = state;
  const own = world.songsOf[world.artistOf[from]].filter(
    (s) => world.availableFrom[s] <= day && plays - lastHeard[s] !== 1,
  );
  if (own.length === 0) return addPick(p, state, mass);
  const next = own.find((s) => s > from) ?? own[0];
  p[next] += mass * P.runInOrder;
  addShared(p, own, (s) => state.taste[s], mass * (1 - P.runInOrder));
}

/** Rank of the chosen song among the true probabilities, and what the best list of ten can expect. */
function oracle(p: Float64Array, song: number): Pick<Play, "oracleRank" | "expectedHr10" | "expectedNdcg10"> {
  let total = 0;
  let above = 0;
  let equal = 0;
  const best = new Float64Array(10);
  for (let s = 0; s < p.length; s++) {
    const value = p[s];
    total += value;
    if (value > p[song]) above++;
    else if (value === p[song]) equal++;
    if (value <= best[9]) continue;
    let at = 9;
    for (; at > 0 && best[at - 1] < value; at--) best[at] = best[at - 1];
    best[at] = value;
  }
  let expectedHr10 = 0;
  let expectedNdcg10 = 0;
  best.forEach((value, i) => {
    expectedHr10 += value / total;
    expectedNdcg10 += (value / total) * DISCOUNT[i];
  });
  return { oracleRank: 1 + above + (equal - 1) / 2, expectedHr10, expectedNdcg10 };
}

function partOfDay(localSecond: number): keyof typeof START_MOOD {
  const hour = Math.floor(localSecond / 3600) % 24;
  return hour < 5 || hour >= 23 ? "night" : hour < 10 ? "morning" : hour < 18 ? "day" : "evening";
}

function sessionLength(random: Random): number {
  let length = 2;
  while (length < P.longestSession && random.uniform() >= 1 / (P.sessionPlays - 1)) length++;
  return length;
}

/** Start of each session in seconds since 1970 UTC, rising. */
function sessionStarts(hours: readonly number[], firstSecond: number, offsetHours: number, random: Random): number[] {
  const pareto = P.leastSessions / Math.sqrt(1 - random.uniform());
  const count = Math.min(P.mostSessions, Math.floor(pareto));
  const starts: number[] = [];
  while (starts.length < count) {
    const day = random.integer(P.days);
    const weekday = Math.floor(firstSecond / 86_400 + day + 4) % 7; // 1970-01-01 was a Thursday
    if (random.uniform() * 1.4 >= WEEKDAYS[weekday]) continue;
    starts.push(firstSecond + day * 86_400 + draw(hours, random) * 3600 + random.integer(3600) - offsetHours * 3600);
  }
  return starts.sort((a, b) => a - b);
}
